"""Settings, journal, limits, outbox and runs: small promises, each by itself."""

import asyncio
import os
import stat
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import gradio as gr
import pytest
from starlette.datastructures import Headers

from infinitalk_app import status, uploads
from infinitalk_app.application import Application
from infinitalk_app.explain import explain
from infinitalk_app.journal import Entry, Journal, is_token, new_token
from infinitalk_app.limits import Budget, Visitor
from infinitalk_app.orders import Order
from infinitalk_app.outbox import Outbox, sweep
from infinitalk_app.providers.preview import Preview
from infinitalk_app.refusals import Refusal
from infinitalk_app.runs import Run, Runs, Snapshot
from infinitalk_app.settings import Settings, SettingsError, read
from infinitalk_app.work import _may_come_back
from infinitalk_client import (
    JobExpired,
    JobFailed,
    JobState,
    JobStatus,
    NotAuthorized,
    Progress,
    SubmitUncertain,
    TalkRequest,
)
from infinitalk_local.settings import LocalSettings
from infinitalk_media import MediaError
from tests.app.providers import PREVIEW, PROVIDERS, SEGMIND

TOKEN = "0123456789abcdef" * 2


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """Start from an environment without any setting of ours."""
    for name in ("SEGMIND_API_KEY", "INFINITALK_BASE_URL", "PUBLIC_BASE_URL", "HOSTING", "SPACE_HOST"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("INFINITALK_STATE_DIR", str(tmp_path / "state"))
    return monkeypatch


def test_defaults_need_no_environment(environment):
    """Without any variable the page runs: previews only, clips of at most fifteen seconds."""
    settings = read()
    assert (settings.hosting, settings.max_clip_seconds, settings.trust_proxy) == ("auto", 15, 0)
    assert settings.owner_key is None


def test_an_empty_variable_is_unset(environment):
    """Spaces set empty secrets; they mean nothing."""
    for name in ("SEGMIND_API_KEY", "PUBLIC_BASE_URL", "MAX_CLIP_SECONDS", "INFINITALK_DAILY_SECONDS"):
        environment.setenv(name, "")
    assert read().max_clip_seconds == 15
    assert read().segmind_api_key is None


def test_the_owners_key_is_used_only_within_a_budget(environment):
    """A key alone is not for visitors."""
    environment.setenv("SEGMIND_API_KEY", "SG_owner")
    assert read().owner_key is None
    environment.setenv("INFINITALK_DAILY_SECONDS", "60")
    assert read().owner_key == "SG_owner"
    assert "SG_owner" not in repr(read())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HOSTING", "ftp"),
        ("MAX_CLIP_SECONDS", "2"),
        ("MAX_CLIP_SECONDS", "41"),
        ("PUBLIC_BASE_URL", "example.org"),
        ("INFINITALK_BASE_URL", "https://user@example.org"),
        ("INFINITALK_DAILY_SECONDS", "many"),
        ("INFINITALK_VISITOR_RUNS", "0"),
        ("TRUST_PROXY", "perhaps"),
        ("TRUST_PROXY", "-1"),
        ("TRUST_PROXY", "11"),
    ],
)
def test_a_wrong_setting_is_named(environment, name, value):
    """The sentence names the variable, so that the owner finds it."""
    environment.setenv(name, value)
    with pytest.raises(SettingsError, match=name):
        read()


def test_the_state_folder_is_private(environment, tmp_path):
    """Only this user can look into it; somebody else's link in its place is refused."""
    folder = read().folder("journal")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / "link").symlink_to(elsewhere)
    environment.setenv("INFINITALK_STATE_DIR", str(tmp_path / "link"))
    with pytest.raises(SettingsError, match="INFINITALK_STATE_DIR"):
        read().folder("journal")


def test_the_journal_keeps_the_last_word_on_a_run(tmp_path):
    """What was written last is read, by token and by request_id; a stranger is unknown."""
    journal = Journal(tmp_path)
    journal.write(Entry(TOKEN, "infinitetalk", "submitting", 1.0))
    journal.write(Entry(TOKEN, "infinitetalk", "submitted", 1.0, "abc123"))
    assert journal.read(TOKEN).request_id == "abc123"
    assert journal.find("abc123").token == TOKEN
    assert journal.read(new_token()) is None
    assert journal.read("../../etc/passwd") is None
    assert len(list(tmp_path.glob("*.json"))) == 1
    assert list(tmp_path.glob("*.part")) == []
    journal.write(Entry(TOKEN, "infinitetalk", "submitted", 1.0, "../x"))
    assert journal.find("../x").token == TOKEN
    assert journal.find("abc123") is None


def test_the_journal_finds_a_run_by_its_id_without_reading_the_others(tmp_path, monkeypatch):
    """Anybody may ask for any id: the answer takes as long with five thousand runs as with one."""
    journal = Journal(tmp_path)
    for number in range(30):
        journal.write(Entry(new_token(), "infinitetalk", "submitted", 1.0, f"request-{number}"))
    opened: list[Path] = []
    opening = Path.open
    monkeypatch.setattr(Path, "open", lambda path, **how: opened.append(path) or opening(path, **how))
    monkeypatch.setattr(Path, "iterdir", lambda path: pytest.fail("the folder was listed"))
    monkeypatch.setattr(Path, "glob", lambda path, _: pytest.fail("the folder was listed"))
    assert journal.find("request-7").request_id == "request-7"
    assert journal.find("request-99") is None
    assert len(opened) <= 3


def test_a_broken_entry_is_as_if_it_were_not_there(tmp_path):
    """Half a file, or one of a later version, does not stop the page."""
    (tmp_path / f"{TOKEN}.json").write_text('{"token": "01')
    assert Journal(tmp_path).read(TOKEN) is None
    (tmp_path / f"{TOKEN}.json").write_text('{"colour": "teal"}')
    assert list(Journal(tmp_path)) == []


class Day:
    """A clock that stands in a day."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 24, 23, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


def test_the_day_has_a_budget_of_seconds():
    """Clip seconds are counted, rounded up, over all visitors; midnight opens a new day."""
    day = Day()
    budget = Budget(20, None, now=day)
    budget.spend("a", 9.2)
    budget.spend("b", 10)
    with pytest.raises(Refusal, match="Enough for today"):
        budget.spend("c", 0.5)
    day.now = datetime(2026, 11, 25, 0, 0, 1, tzinfo=UTC)
    budget.spend("c", 20)


def test_a_refused_run_is_not_counted():
    """Asking for too much leaves the rest of the day to others."""
    budget = Budget(20, None, now=Day())
    budget.spend("a", 15)
    with pytest.raises(Refusal):
        budget.spend("a", 6)
    budget.spend("b", 5)


def test_a_visitor_has_so_many_runs():
    """One visitor's runs end, another's do not."""
    budget = Budget(1000, 2, now=Day())
    budget.spend("a", 5)
    budget.spend("a", 5)
    with pytest.raises(Refusal, match="Your runs are used up"):
        budget.spend("a", 5)
    budget.spend("b", 5)


def test_without_a_budget_nothing_is_spent():
    """An owner who set no seconds pays for none."""
    with pytest.raises(Refusal):
        Budget(None, None, now=Day()).spend("a", 1)


@pytest.mark.parametrize(
    ("forwarded", "host", "user", "name"),
    [
        ("8.8.8.8", "10.0.0.1", None, "8.8.8.8"),
        ("1.1.1.1, 8.8.8.8, 10.0.0.1", "10.0.0.1", None, "8.8.8.8"),
        ("spoofed, 8.8.8.8", "10.0.0.1", None, "8.8.8.8"),
        ("2606:4700:1:2:3:4:5:6", "10.0.0.1", None, "2606:4700:1:2::"),
        ("::ffff:8.8.8.8", "10.0.0.1", None, "8.8.8.8"),
        ("", "203.0.113.9", None, "203.0.113.9"),
        ("8.8.8.8", "10.0.0.1", "anna", "user anna"),
    ],
)
def test_who_counts_as_one_visitor(forwarded, host, user, name):
    """A user by name, else on a Space the right-most public address, IPv6 by its /64."""
    assert Visitor.of(forwarded_by(forwarded), host, user, proxies=None).name == name


def forwarded_by(*lines: str) -> Headers:
    return Headers(raw=[(b"x-forwarded-for", line.encode()) for line in lines if line])


@pytest.mark.parametrize(
    ("lines", "proxies", "name"),
    [
        (["8.8.8.8"], 0, "203.0.113.9"),
        (["8.8.8.8"], 1, "8.8.8.8"),
        (["typed, 9.9.9.9, 8.8.8.8"], 1, "8.8.8.8"),
        (["9.9.9.9, 10.0.0.7"], 1, "10.0.0.7"),
        (["8.8.8.8, 104.16.0.1"], 2, "8.8.8.8"),
        (["9.9.9.9, 1.1.1.1, 104.16.0.1"], 2, "1.1.1.1"),
        (["9.9.9.9", "8.8.8.8"], 1, "8.8.8.8"),
        (["9.9.9.9", "8.8.8.8, 104.16.0.1"], 2, "8.8.8.8"),
        (["8.8.8.8"], 3, "8.8.8.8"),
        (["unknown"], 1, "203.0.113.9"),
        ([""], 1, "203.0.113.9"),
        ([", ,"], 1, "203.0.113.9"),
    ],
)
def test_each_trusted_proxy_counts_as_one_hop(lines, proxies, name):
    """With TRUST_PROXY=N the visitor is whom the outermost of N proxies saw, whatever stands left of that."""
    assert Visitor.of(forwarded_by(*lines), "203.0.113.9", None, proxies=proxies).name == name


def test_the_outbox_names_cannot_be_guessed(tmp_path):
    """A file moves in under a random name with its true extension, and goes when it is withdrawn."""
    box = Outbox(tmp_path / "out")
    box.folder.mkdir()
    path = tmp_path / "picture.jpg"
    path.write_bytes(b"x")
    hosted = box.put(path)
    assert hosted.suffix == ".jpg"
    assert len(hosted.stem) >= 32
    assert "picture" not in hosted.name
    (tmp_path / "a.html").write_bytes(b"x")
    with pytest.raises(ValueError, match="html"):
        box.put(tmp_path / "a.html")
    box.remove(hosted, tmp_path / "a.html")
    assert list(box.folder.iterdir()) == []
    assert (tmp_path / "a.html").exists()


def test_what_a_crash_left_is_swept_after_its_time(tmp_path):
    """Files and folders older than their time go; younger ones stay."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_bytes(b"x")
    now = (tmp_path / "file").stat().st_mtime
    sweep(tmp_path, 3600, now + 3500)
    assert len(list(tmp_path.iterdir())) == 2
    sweep(tmp_path, 3600, now + 3700)
    assert list(tmp_path.iterdir()) == []


def test_a_sweep_passes_over_what_goes_meanwhile(tmp_path):
    """A run that ends while the folder is swept does not end the sweeping; a dangling link is like it."""
    (tmp_path / "gone").symlink_to(tmp_path / "nowhere")
    (tmp_path / "file").write_bytes(b"x")
    now = (tmp_path / "file").stat().st_mtime
    sweep(tmp_path, 3600, now + 3700)
    assert not (tmp_path / "file").exists()


async def test_the_start_of_a_page_sweeps_what_a_crash_left(tmp_path):
    """Inputs older than an hour, videos older than two and entries older than two days are gone at once."""
    built = Application(Settings(infinitalk_state_dir=tmp_path / "state"))
    now = time.time()
    ages = {
        (built.folders.outbox, 3700): False,
        (built.folders.outbox, 3500): True,
        (built.folders.scratch, 3700): False,
        (built.folders.results, 3700): True,
        (built.folders.results, 7300): False,
    }
    for folder, age in ages:
        path = folder / f"{age}.jpg"
        path.write_bytes(b"x")
        os.utime(path, (now - age, now - age))
    old = [folder / f"{age}.jpg" for (folder, age), kept in ages.items() if not kept]
    old.append(built.folders.journal / f"{'0' * 32}.json")
    old[-1].write_text("{}")
    os.utime(old[-1], (now - 49 * 3600, now - 49 * 3600))
    async with asyncio.timeout(10), built.lifespan(SimpleNamespace(get_blocks=gr.Blocks)):
        while any(path.exists() for path in old):  # noqa: ASYNC110  # a folder sends no events
            await asyncio.sleep(0)
    assert {key for key in ages if (key[0] / f"{key[1]}.jpg").exists()} == {
        key for key, kept in ages.items() if kept
    }


async def test_one_token_is_one_run_however_many_look_on():
    """The second start with a token starts nothing; both onlookers see the end."""
    starts, go = [], asyncio.Event()

    async def work(run):
        starts.append(run)
        run.show(state="PROCESSING")
        await go.wait()
        run.show(state="COMPLETED", ended_at=1.0)

    runs = Runs(explain)
    first, second = (runs.start(TOKEN, PREVIEW, work) for _ in range(2))
    assert first is second

    async def look():
        return [seen.state async for seen in first.looks()]

    onlookers = [asyncio.create_task(look()) for _ in range(3)]
    await asyncio.sleep(0)
    go.set()
    for states in await asyncio.gather(*onlookers):
        assert states[-1] == "COMPLETED"
    assert len(starts) == 1


async def test_an_onlooker_who_leaves_stops_nothing():
    """The run is a task of its own: a closed generator does not touch it."""
    go = asyncio.Event()

    async def work(run):
        await go.wait()
        run.show(state="COMPLETED", ended_at=1.0)

    run = Runs(explain).start(TOKEN, PREVIEW, work)
    looks = run.looks()
    await anext(looks)
    await looks.aclose()
    go.set()
    await run.task
    assert run.now.state == "COMPLETED"


async def test_a_run_can_be_stopped_before_it_is_committed_and_not_after():
    """Stop cancels what has cost nothing; afterwards the job goes on."""
    started = asyncio.Event()

    async def work(run):
        started.set()
        await asyncio.Event().wait()

    runs = Runs(explain)
    run = runs.start(TOKEN, SEGMIND, work)
    await started.wait()
    run.show(committed=True)
    await runs.stop(TOKEN)
    assert not run.now.ended
    run.show(committed=False)
    await runs.stop(TOKEN)
    assert run.now.state == "CANCELLED"


@pytest.mark.parametrize(
    ("engine", "request_id", "sense"),
    [
        ("infinitetalk", "abcdef", "goes on at Segmind"),
        ("infinitetalk", None, "It may be running"),
        ("preview", "abcdef", "It was free"),
    ],
)
async def test_a_run_that_was_sent_is_not_said_to_be_unsent(engine, request_id, sense):
    """The page ends: a run that had been committed is told as what it is, one that had not as free."""

    async def work(run):
        run.show(committed=True, request_id=request_id)
        await asyncio.Event().wait()

    async def prepare(run):
        await asyncio.Event().wait()

    runs = Runs(explain)
    provider = PROVIDERS[engine]
    sent, unsent = runs.start(TOKEN, provider, work), runs.start("f" * 32, provider, prepare)
    await asyncio.sleep(0)
    await runs.close()
    assert sense in sent.now.trouble.sentence
    assert sent.now.state == "FAILED"
    assert "Nothing was sent" not in status.panel(sent.now, time.time(), SEGMIND)["line"]
    assert unsent.now.state == "CANCELLED"


async def test_a_finished_run_has_all_its_frames(tmp_path):
    """The last look may have seen fewer: whoever asks afterwards is told the whole number."""
    application = Application(Settings(infinitalk_state_dir=tmp_path))
    run = Run(Snapshot(TOKEN, PREVIEW, 0.0))
    for state, progress in ((JobState.PROCESSING, Progress(69, 100)), (JobState.COMPLETED, None)):
        application.workshop._show(run, JobStatus("abcdef", state, progress=progress))
    assert status.for_programs(run.now, 1.0)["progress"] == {"done": 100, "total": 100}
    await application.preview.close()


async def test_anything_unforeseen_gets_an_incident_number_that_the_log_has(caplog):
    """A visitor can name what the owner can find; no trace of the code is shown."""

    async def work(run):
        raise RuntimeError("a secret of the house")

    run = Runs(explain).start(TOKEN, PREVIEW, work)
    await run.task
    sentence = run.now.trouble.sentence
    incident = sentence.split("Incident ")[1][:4]
    assert incident in caplog.text
    assert "secret" not in sentence


async def test_a_full_preview_queue_is_told_at_once_with_the_wait():
    """The visitor hears how long it takes, instead of a client that asks again in silence."""
    embedded = Preview(LocalSettings(public_url="http://preview.localhost", queue_size=0))
    async with embedded.client() as client:
        with pytest.raises(Refusal, match=r"queue is full\. Previews are free\. .*try again in about \d+ s"):
            await client.submit(TalkRequest("https://example.org/a.jpg", "https://example.org/a.mp3"))
    await embedded.close()


@pytest.mark.parametrize(
    ("phase", "error", "stays"),
    [
        ("submitted", NotAuthorized("Whose?"), True),
        ("submitted", JobExpired("Another account's."), True),
        ("submitted", JobFailed("No face."), False),
        ("submitting", SubmitUncertain("Lost."), True),
        ("submitting", NotAuthorized("Refused."), False),
        ("preparing", OSError("Full."), False),
    ],
)
def test_a_bought_job_is_over_by_its_own_failure_alone(phase, error, stays):
    """A wrong key or an hour's delay closes nothing in the journal: the right key may come yet."""
    assert _may_come_back(Entry("a" * 32, "infinitetalk", phase, 0.0), error) is stays


def test_a_wrong_key_says_nothing_of_charges():
    """Who looks at a bought run with a wrong key is asked for the right one; nothing is said to be free."""
    run = Snapshot("a" * 32, SEGMIND, 0.0, request_id="abcdef")
    trouble = explain(NotAuthorized("Refused."), run)
    assert trouble.wants_key
    assert "charged" not in trouble.sentence
    assert explain(NotAuthorized("Refused."), replace(run, request_id=None)).actions != trouble.actions


def test_a_broken_preview_is_not_charged():
    """A preview whose file is damaged is told so, and that it was free."""
    run = Snapshot("a" * 32, PREVIEW, 0.0, state="VERIFYING")
    assert "free" in explain(MediaError("The video is cut off."), run).sentence


async def test_a_sweep_that_fails_is_not_the_last(environment, monkeypatch):
    """A file that goes at the wrong moment costs one round: the next one comes, and the page still stops."""
    monkeypatch.setattr("tempfile.tempdir", None)  # the page sets its own
    page, again = Application(read()), threading.Event()

    def sweep(*_: object) -> None:
        if first.is_set():
            again.set()
        first.set()
        raise FileNotFoundError("gone meanwhile")

    first = threading.Event()
    monkeypatch.setattr(page, "sweep", sweep)
    monkeypatch.setattr("infinitalk_app.application.SWEEP_EVERY_S", 0.0)
    async with page.lifespan(SimpleNamespace(get_blocks=gr.Blocks)):
        assert await asyncio.to_thread(again.wait, 10)


def test_a_copy_counts_from_when_it_came(tmp_path):
    """What is uploaded has the time of what it was copied from, and is kept for its hour all the same."""
    settings = Settings(infinitalk_state_dir=tmp_path)
    copied = settings.folder("uploads/a") / "face.jpg"
    copied.write_bytes(b"x")
    os.utime(copied, (0, 0))
    uploads.sweep(settings, (), time.time())
    assert copied.exists()
    uploads.sweep(settings, (), time.time() + 3700)
    assert not copied.exists()


def test_a_token_is_thirty_two_letters_and_nothing_behind():
    """It becomes a file's name."""
    assert is_token("0a" * 16)
    assert not any(map(is_token, ("0a" * 16 + "\n", "0a" * 16 + "/x", "0a" * 15, "0A" * 16, "")))


def test_an_order_that_is_written_down_shows_no_key(tmp_path):
    """As when it stands in an error's text."""
    chosen = ("Hello.", SEGMIND, "480p", 25, 7, 0.0, 4.0)
    order = Order(tmp_path, tmp_path, *chosen, Visitor("anna"), api_key="SG_1234")
    assert "SG_1234" not in repr(order)


async def test_without_a_key_the_environments_is_not_taken(tmp_path, monkeypatch):
    """A key that comes into the environment later is not what a visitor without one buys with."""
    page = Application(Settings(infinitalk_state_dir=tmp_path, infinitalk_base_url="http://service.test"))
    monkeypatch.setenv("SEGMIND_API_KEY", "SG_owner")
    async with page.providers.paid.client() as client:
        assert client._means.wire.api_key is None


async def test_a_run_that_starts_while_the_journal_is_read_is_the_one(tmp_path):
    """The other half of a double click may have written the entry that is found."""
    desk, run = Application(Settings(infinitalk_state_dir=tmp_path)).desk, object()
    desk._workshop.journal.write(Entry("0a" * 16, "preview", "preparing", 0.0))
    seen = iter([None, run])
    desk._runs = SimpleNamespace(find=lambda _: next(seen))
    assert await desk._known("0a" * 16, "") is run
