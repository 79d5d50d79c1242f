"""The journal's files: who may read them, and when they are safe."""

import asyncio
import os
import stat
from pathlib import Path

import pytest

from infinitalk_app.application import Application
from infinitalk_app.config import Settings
from infinitalk_app.messages import Refusal, Trouble
from infinitalk_app.runs import manager
from infinitalk_app.runs.journal import Entry, Journal, new_token
from infinitalk_app.runs.manager import Run, RunManager
from infinitalk_app.runs.user_errors import explain
from infinitalk_client import DEFAULT_PROMPT
from tests.app.owner_page import Service, page_of, says
from tests.app.pages import PICTURE, VOICE
from tests.app.providers import PREVIEW, PROVIDERS

TOKEN = "0123456789abcdef" * 2
ENTRY = Entry(TOKEN, "infinitetalk", "submitted", 1.0, "abc123")


def test_an_entry_is_readable_by_its_owner_alone(tmp_path):
    """Whatever the umask is."""
    before = os.umask(0)
    try:
        Journal(tmp_path).write(ENTRY)
    finally:
        os.umask(before)
    modes = {path.suffix: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert modes == {".json": 0o600, ".id": 0o600}


def test_a_written_entry_survives_a_loss_of_power(tmp_path, monkeypatch):
    """Each file reaches the disk before it gets its name, and at the end so do the names.

    No test can cut the power: it hears what the system is asked for, and in which order.
    """
    asked: list[str] = []
    fsync, replace = os.fsync, Path.replace

    def hear_fsync(handle: int) -> None:
        asked.append(f"sync {Path(f'/proc/self/fd/{handle}').readlink().suffix or 'folder'}")
        fsync(handle)

    def hear_replace(path: Path, target: Path) -> Path:
        asked.append(f"name {target.suffix}")
        return replace(path, target)

    monkeypatch.setattr(os, "fsync", hear_fsync)
    monkeypatch.setattr(Path, "replace", hear_replace)
    Journal(tmp_path).write(ENTRY)
    assert asked == ["sync .part", "name .id", "sync .part", "name .json", "sync folder"]


@pytest.mark.parametrize(
    ("engine", "phase", "request_id", "kept_h"),
    [
        ("infinitetalk", "submitted", "abc123", 48),
        ("infinitetalk", "completed", "abc123", 48),
        ("infinitetalk", "failed", "abc123", 48),  # a job that failed: it may be looked at again
        ("infinitetalk", "submitting", None, 48),
        ("infinitetalk", "failed", None, 2),  # the service refused it
        ("infinitetalk", "preparing", None, 2),  # of a page that was killed
        ("preview", "completed", "abc123", 2),
        ("preview", "failed", "abc123", 2),
        ("preview", "submitted", "abc123", 2),
    ],
)
def test_what_may_be_bought_is_kept_for_two_days_and_the_rest_for_two_hours(
    tmp_path, engine, phase, request_id, kept_h
):
    """An entry goes with its index, in one clean-up; until then both are there."""
    journal = Journal(tmp_path)
    journal.write(Entry(TOKEN, engine, phase, 1.0, request_id, free=PROVIDERS[engine].free))
    written = max(path.stat().st_mtime for path in tmp_path.iterdir())
    journal.remove_expired(written + kept_h * 3600 - 60)
    assert journal.read(TOKEN).phase == phase
    assert request_id is None or journal.find(request_id) == journal.read(TOKEN)
    journal.remove_expired(written + kept_h * 3600 + 60)
    assert list(tmp_path.iterdir()) == []


async def ordered(application: Application, voice: Path = VOICE, engine: str = "preview") -> Run:
    given = {"prompt": DEFAULT_PROMPT, "engine": engine, "resolution": "480p", "fps": 16, "seed": 7}
    given |= {"picture": str(PICTURE), "voice": str(voice), "start_s": 0, "seconds": 4, "api_key": ""}
    return await application.run_service.generate(new_token(), consent=True, visitor="a", **given)


async def test_an_order_that_sends_nothing_leaves_nothing(tmp_path):
    """A file that cannot be used and a click on Stop leave the journal as it was."""
    application, bad = Application(Settings(infinitalk_state_dir=tmp_path)), tmp_path / "voice.mp3"
    bad.write_bytes(b"no sound at all" * 100)
    refused = await ordered(application, bad)
    await refused.task
    assert refused.snapshot.state == "FAILED"
    stopped = await ordered(application)
    while not list(application.pipeline.journal):  # noqa: ASYNC110  # written in a thread
        await asyncio.sleep(0.001)
    assert (await application.run_service.stop(stopped.snapshot.token)).snapshot.state == "CANCELLED"
    assert list((tmp_path / "journal").iterdir()) == []
    await application.preview.close()


async def test_an_order_that_the_service_refuses_leaves_one_small_entry(tmp_path, monkeypatch):
    """It says why, for as long as a video is kept, and is no more than a few hundred bytes."""
    service = Service(order=says(406, {"error": "no " * 1000}))
    application = page_of(tmp_path, monkeypatch, service)
    run = await ordered(application, engine="infinitetalk")
    await run.task
    (file,) = (tmp_path / "journal").iterdir()
    assert application.pipeline.journal.read(run.snapshot.token).phase == "failed"
    assert file.stat().st_size < 1000


async def test_runs_that_send_nothing_do_not_fill_the_memory(monkeypatch):
    """Of runs that ended before anything was sent the last thousand are remembered; of others all."""
    monkeypatch.setattr(manager, "MAX_UNSENT", 3)
    kept = RunManager(explain)

    async def refuse(run: Run) -> None:
        raise Refusal(Trouble.of("limit_day"))

    async def send(run: Run) -> None:
        run.update(request_id="abc123")

    started = [kept.start(new_token(), PREVIEW, work) for work in (send, *[refuse] * 5)]
    for run in started:
        await asyncio.wait([run.task])
    await asyncio.sleep(0)
    assert [kept.find(run.snapshot.token) is run for run in started] == [True, False, False, True, True, True]
