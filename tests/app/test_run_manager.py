"""Runs of one process: one for each token, watched by anybody, stopped before the purchase."""

import asyncio
import time

import pytest

from infinitalk_app.application import Application
from infinitalk_app.config import Settings
from infinitalk_app.runs.manager import Run, RunManager, Snapshot
from infinitalk_app.runs.user_errors import explain
from infinitalk_app.ui.status_panel import for_programs
from infinitalk_client import (
    JobState,
    JobStatus,
    Progress,
)
from tests.app.english import PANEL, TEXTS, sentence
from tests.app.providers import PREVIEW, PROVIDERS, SEGMIND
from tests.app.test_parts import TOKEN


async def test_one_token_is_one_run_for_any_number_of_watchers():
    """The second start with a token starts nothing; all watchers see the end."""
    starts, go = [], asyncio.Event()

    async def work(run):
        starts.append(run)
        run.update(state="PROCESSING")
        await go.wait()
        run.update(state="COMPLETED", ended_at=1.0)

    runs = RunManager(explain)
    first, second = (runs.start(TOKEN, PREVIEW, work) for _ in range(2))
    assert first is second

    async def watch():
        return [seen.state async for seen in first.watch()]

    watchers = [asyncio.create_task(watch()) for _ in range(3)]
    await asyncio.sleep(0)
    go.set()
    for states in await asyncio.gather(*watchers):
        assert states[-1] == "COMPLETED"
    assert len(starts) == 1


async def test_a_watcher_who_leaves_stops_nothing():
    """The run is a task of its own: a closed generator does not touch it."""
    go = asyncio.Event()

    async def work(run):
        await go.wait()
        run.update(state="COMPLETED", ended_at=1.0)

    run = RunManager(explain).start(TOKEN, PREVIEW, work)
    snapshots = run.watch()
    await anext(snapshots)
    await snapshots.aclose()
    go.set()
    await run.task
    assert run.snapshot.state == "COMPLETED"


async def test_a_watcher_that_leaves_ends_alone():
    """Its own snapshots end at once, those of others go on to the end; it may come back."""
    go = asyncio.Event()

    async def work(run):
        run.update(state="PROCESSING")
        await go.wait()
        run.update(state="COMPLETED", ended_at=1.0)

    run = RunManager(explain).start(TOKEN, SEGMIND, work)

    async def watch(watcher):
        return [seen.state async for seen in run.watch(watcher)]

    leaver, other = asyncio.create_task(watch("one")), asyncio.create_task(watch("two"))
    while run.snapshot.state != "PROCESSING":  # noqa: ASYNC110  # a run tells its watchers alone
        await asyncio.sleep(0)
    run.leave("one")
    assert "COMPLETED" not in await asyncio.wait_for(leaver, 5)
    again = asyncio.create_task(watch("one"))
    await asyncio.sleep(0)
    go.set()
    assert [(await task)[-1] for task in (other, again)] == ["COMPLETED", "COMPLETED"]


async def test_a_run_can_be_stopped_before_it_is_committed_and_not_after():
    """Stop cancels what has cost nothing; afterwards the job goes on."""
    started = asyncio.Event()

    async def work(run):
        started.set()
        await asyncio.Event().wait()

    runs = RunManager(explain)
    run = runs.start(TOKEN, SEGMIND, work)
    await started.wait()
    run.update(committed=True)
    await runs.stop(TOKEN)
    assert not run.snapshot.ended
    run.update(committed=False)
    await runs.stop(TOKEN)
    assert run.snapshot.state == "CANCELLED"


@pytest.mark.parametrize(
    ("engine", "request_id", "sense"),
    [
        ("infinitetalk", "abcdef", "goes on at Segmind"),
        ("infinitetalk", None, "It may be running"),
        ("preview", "abcdef", "It was free"),
    ],
)
async def test_the_error_of_a_committed_run_does_not_say_that_nothing_was_sent(engine, request_id, sense):
    """The page stops: a committed run has an error that says what it costs, any other is cancelled."""

    async def work(run):
        run.update(committed=True, request_id=request_id)
        await asyncio.Event().wait()

    async def prepare(run):
        await asyncio.Event().wait()

    runs = RunManager(explain)
    provider = PROVIDERS[engine]
    sent, unsent = runs.start(TOKEN, provider, work), runs.start("f" * 32, provider, prepare)
    await asyncio.sleep(0)
    await runs.close()
    assert sense in sentence(sent.snapshot)
    assert sent.snapshot.state == "FAILED"
    assert "Nothing was sent" not in PANEL.of(sent.snapshot, time.time())["line"]
    assert unsent.snapshot.state == "CANCELLED"


async def test_a_finished_run_has_all_its_frames(tmp_path):
    """The last poll may have reported fewer: the finished run reports all."""
    application = Application(Settings(infinitalk_state_dir=tmp_path))
    run = Run(Snapshot(TOKEN, PREVIEW, 0.0))
    for state, progress in ((JobState.PROCESSING, Progress(69, 100)), (JobState.COMPLETED, None)):
        application.pipeline._update(run, JobStatus("abcdef", state, progress=progress))
    assert for_programs(run.snapshot, 1.0, TEXTS)["progress"] == {"done": 100, "total": 100}
    await application.preview.close()


async def test_anything_unforeseen_gets_an_incident_number_that_the_log_has(caplog):
    """The visitor gets a number that the log has, and no part of the exception."""

    async def work(run):
        raise RuntimeError("a secret of the code")

    run = RunManager(explain).start(TOKEN, PREVIEW, work)
    await run.task
    told = sentence(run.snapshot)
    incident = told.split("Incident ")[1][:4]
    assert incident in caplog.text
    assert "secret" not in told
