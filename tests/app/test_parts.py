"""Journal, published files, clean-up and the errors of a run: small promises, each by itself."""

import asyncio
import os
import re
import threading
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import gradio as gr
import pytest

from infinitalk_app import cleanup
from infinitalk_app.application import Application
from infinitalk_app.cleanup import remove_expired
from infinitalk_app.config import Settings, read
from infinitalk_app.inputs.preprocess import VoiceClip
from infinitalk_app.inputs.publish import Publisher
from infinitalk_app.messages import Refusal
from infinitalk_app.providers.preview import Preview
from infinitalk_app.runs.journal import Entry, Journal, is_token, new_token
from infinitalk_app.runs.manager import Snapshot
from infinitalk_app.runs.request import RunRequest
from infinitalk_app.runs.user_errors import explain
from infinitalk_app.ui.status_panel import WANT_KEY
from infinitalk_client import (
    JobExpired,
    JobFailed,
    NotAuthorized,
    SubmitUncertain,
    TalkRequest,
)
from infinitalk_media import MediaError
from infinitalk_server.config import ServerConfig
from tests.app.english import TEXTS
from tests.app.providers import PREVIEW, SEGMIND

TOKEN = "0123456789abcdef" * 2


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


def test_the_outbox_names_cannot_be_guessed(tmp_path):
    """A file moves in under a random name with its true extension, and goes when it is withdrawn."""
    folder = tmp_path / "out"
    folder.mkdir()
    publisher = Publisher("auto", folder)
    path = tmp_path / "picture.jpg"
    path.write_bytes(b"x")
    hosted = publisher.put(path)
    assert hosted.suffix == ".jpg"
    assert len(hosted.stem) >= 32
    assert "picture" not in hosted.name
    (tmp_path / "a.html").write_bytes(b"x")
    with pytest.raises(ValueError, match="html"):
        publisher.put(tmp_path / "a.html")
    publisher.remove(hosted, tmp_path / "a.html")
    assert list(folder.iterdir()) == []
    assert (tmp_path / "a.html").exists()


def test_files_of_a_crash_are_removed_after_their_time(tmp_path):
    """Files and folders older than their time go; younger ones stay."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_bytes(b"x")
    now = (tmp_path / "file").stat().st_mtime
    remove_expired(tmp_path, 3600, now + 3500)
    assert len(list(tmp_path.iterdir())) == 2
    remove_expired(tmp_path, 3600, now + 3700)
    assert list(tmp_path.iterdir()) == []


def test_a_clean_up_ignores_files_that_vanish_meanwhile(tmp_path):
    """A file that vanishes during a clean-up, as a dangling link has, does not end it."""
    (tmp_path / "gone").symlink_to(tmp_path / "nowhere")
    (tmp_path / "file").write_bytes(b"x")
    now = (tmp_path / "file").stat().st_mtime
    remove_expired(tmp_path, 3600, now + 3700)
    assert not (tmp_path / "file").exists()


async def test_the_start_of_a_page_removes_files_of_a_crash(tmp_path):
    """Inputs older than an hour, videos older than two and entries older than two days are gone at once."""
    built = Application(Settings(infinitalk_state_dir=tmp_path / "state"))
    now = time.time()
    ages = {
        (built.folders.outbox, 3700): False,
        (built.folders.outbox, 3500): True,
        (built.folders.scratch, 3700): False,
        (built.folders.spoken, 3700): False,
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


async def test_a_full_preview_queue_is_refused_at_once_with_the_wait():
    """The visitor sees how long it takes; the client does not retry without a word."""
    embedded = Preview(ServerConfig(public_url="http://preview.localhost", queue_size=0))
    async with embedded.client() as client:
        with pytest.raises(Refusal) as caught:
            await client.submit(TalkRequest("https://example.org/a.jpg", "https://example.org/a.mp3"))
    told = TEXTS.sentence(caught.value.trouble)
    assert re.search(r"queue is full\. Previews are free\. .*try again in about \d+ s", told)
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
    assert Entry("a" * 32, "infinitetalk", phase, 0.0).may_finish_after(error) is stays


def test_a_wrong_key_says_nothing_of_charges():
    """A poll of a bought run with a wrong key asks for the right one, and does not say that it was free."""
    run = Snapshot("a" * 32, SEGMIND, 0.0, request_id="abcdef")
    trouble = explain(NotAuthorized("Refused."), run)
    assert trouble.code in WANT_KEY
    assert "charged" not in TEXTS.sentence(trouble)
    assert explain(NotAuthorized("Refused."), replace(run, request_id=None)).code not in WANT_KEY


def test_a_broken_preview_is_not_charged():
    """A preview whose file is damaged is told so, and that it was free."""
    run = Snapshot("a" * 32, PREVIEW, 0.0, state="VERIFYING")
    assert "free" in TEXTS.sentence(explain(MediaError("The video is cut off."), run))


async def test_a_clean_up_that_fails_is_repeated(environment, monkeypatch):
    """An error in one clean-up does not prevent the next, nor the end of the page."""
    monkeypatch.setattr("tempfile.tempdir", None)  # the page sets its own
    page, again = Application(read()), threading.Event()

    def fail(*_: object) -> None:
        if first.is_set():
            again.set()
        first.set()
        raise FileNotFoundError("gone meanwhile")

    first = threading.Event()
    monkeypatch.setattr(page, "remove_expired", fail)
    monkeypatch.setattr("infinitalk_app.application.CLEANUP_EVERY_S", 0.0)
    async with page.lifespan(SimpleNamespace(get_blocks=gr.Blocks)):
        assert await asyncio.to_thread(again.wait, 10)


def test_a_copy_counts_from_when_it_came(tmp_path):
    """What is uploaded has the time of what it was copied from, and is kept for its hour all the same."""
    settings = Settings(infinitalk_state_dir=tmp_path)
    copied = settings.folder("uploads/a") / "face.jpg"
    copied.write_bytes(b"x")
    os.utime(copied, (0, 0))
    cleanup.remove_expired_uploads(settings, (), time.time())
    assert copied.exists()
    cleanup.remove_expired_uploads(settings, (), time.time() + 3700)
    assert not copied.exists()


def test_a_token_is_thirty_two_letters_and_nothing_behind():
    """It becomes a file's name."""
    assert is_token("0a" * 16)
    assert not any(map(is_token, ("0a" * 16 + "\n", "0a" * 16 + "/x", "0a" * 15, "0A" * 16, "")))


def test_an_order_that_is_written_down_shows_no_key(tmp_path):
    """As when it stands in an error's text."""
    chosen = ("Hello.", SEGMIND, "480p", 25, 7, "anna")
    order = RunRequest(tmp_path, VoiceClip(tmp_path, 0.0, 4.0), *chosen, api_key="SG_1234")
    assert "SG_1234" not in repr(order)


async def test_without_a_key_the_environments_is_not_taken(tmp_path, monkeypatch):
    """A key that comes into the environment later is not what a visitor without one buys with."""
    page = Application(Settings(infinitalk_state_dir=tmp_path, infinitalk_base_url="http://service.test"))
    monkeypatch.setenv("SEGMIND_API_KEY", "SG_owner")
    async with page.providers.paid.client() as client:
        assert client._context.requests.api_key is None


async def test_a_run_that_starts_while_the_journal_is_read_is_the_one(tmp_path):
    """The other half of a double click may have written the entry that is found."""
    run_service, run = Application(Settings(infinitalk_state_dir=tmp_path)).run_service, object()
    run_service.pipeline.journal.write(Entry("0a" * 16, "preview", "preparing", 0.0))
    seen = iter([None, run])
    run_service = replace(run_service, runs=SimpleNamespace(find=lambda _: next(seen)))
    assert await run_service._known("0a" * 16, "") is run
