"""A detached task for each run token: any number of pages can watch it, and it goes on when they leave."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, get_args

from infinitalk_app.config import RESULT_KEPT_S
from infinitalk_app.messages import PageStopped, Text, Trouble
from infinitalk_app.providers.base import Provider
from infinitalk_app.tasks import detached
from infinitalk_client import Metrics, Progress
from infinitalk_media import mp4
from infinitalk_media.timeline import EMPTY, Timeline

Active = Literal["PREPARING", "HOSTING", "QUEUED", "PROCESSING", "FETCHING", "VERIFYING"]
Ended = Literal["COMPLETED", "FAILED", "CANCELLED"]
State = Active | Ended
MAX_UNSENT = 1000


@dataclass(frozen=True)
class Snapshot:
    """A run at one moment."""

    token: str
    provider: Provider
    started_at: float  # in epoch seconds, as `ended_at`
    state: State = "PREPARING"
    failed_in: State = "PREPARING"  # the state before FAILED or CANCELLED
    ended_at: float | None = None
    request_id: str | None = None
    progress: Progress | None = None
    queue_position: int | None = None
    warnings: tuple[Text, ...] = ()
    clip_s: float | None = None  # the length of the voice that is sent
    part: tuple[float, float] | None = None  # the seconds of the visitor's recording between which it lies
    timeline: Timeline = EMPTY  # the words of the voice that is sent, as far as they are known
    cropped: Text | None = None  # the part of the picture that is sent, if not the whole
    video: Path | None = None
    facts: mp4.Facts | None = None
    metrics: Metrics | None = None
    trouble: Trouble | None = None
    settings: Mapping[str, Any] | None = None  # what was chosen beside the files, by the names of the API
    arguments: Mapping[str, Any] | None = None  # what repeats it by /generate, beside files and key
    committed: bool = False  # the POST has been or is being sent, and the run cannot be stopped
    polled: bool = False  # the service has reported the state at least once
    retry_s: int | None = None  # the seconds until the next attempt, after a fault

    @property
    def ended(self) -> bool:
        return self.state in get_args(Ended)


class Run:
    """One click, from preparation to the video."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.task: asyncio.Task[None] | None = None
        self.stopped = False  # somebody has stopped it, with all that it has started
        self._changed = asyncio.Event()
        self._left: set[str] = set()  # the watchers that want no more snapshots

    def update(self, **changes: Any) -> None:
        """Replace fields of the snapshot; if that changes it, wake the watchers."""
        changed = replace(self.snapshot, **changes)
        if changed != self.snapshot:
            self.snapshot = changed
            self._wake()

    def warn(self, *notes: Text) -> None:
        """Add notes for the visitor, each once."""
        self.update(warnings=tuple(dict.fromkeys((*self.snapshot.warnings, *notes))))

    def waits_for_retry(self, seconds: float | None) -> None:
        """Show the pause before a retry; None ends it."""
        self.update(retry_s=seconds and round(seconds))

    async def first_poll(self) -> None:
        """Wait until the service has reported the state of a submitted run, or the run has ended."""
        async for snapshot in self.watch():
            if snapshot.polled or not snapshot.committed:
                return

    async def watch(self, watcher: str = "") -> AsyncIterator[Snapshot]:
        """Yield the snapshot and each change until the run has ended, or this watcher leaves.

        A slow reader gets only the latest.
        """
        self._left.discard(watcher)
        seen = None
        while True:
            changed, snapshot = self._changed, self.snapshot
            if snapshot is not seen:
                seen = snapshot
                yield snapshot
            if snapshot.ended:
                return
            if snapshot is self.snapshot:
                await changed.wait()
            if watcher in self._left:
                return

    def leave(self, watcher: str) -> None:
        """End the watching of one watcher; the run and all others go on."""
        self._left.add(watcher)
        self._wake()

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()


Work = Callable[[Run], Awaitable[None]]
Explain = Callable[[Exception, Snapshot], Trouble]


class RunManager:
    """The runs of this process, by token."""

    def __init__(self, explain: Explain, now: Callable[[], float] = time.time) -> None:
        self._runs: dict[str, Run] = {}
        self._unsent: deque[str] = deque()  # tokens of runs that ended before the POST
        self._explain = explain
        self._now = now

    def start(self, token: str, provider: Provider, work: Work, **known: Any) -> Run:
        """Start the work in a task, unless there is a run with this token; return the run."""
        if token in self._runs:
            return self._runs[token]
        run = Run(Snapshot(token, provider, **{"started_at": self._now(), **known}))
        self._runs[token] = run
        run.task = detached(self._perform(run, work))
        run.task.add_done_callback(lambda _: self._drop_oldest_unsent(run))
        return run

    def _drop_oldest_unsent(self, run: Run) -> None:
        """Bound the number of runs that sent nothing: anybody can start any number for free."""
        if run.snapshot.request_id is None:
            self._unsent.append(run.snapshot.token)
        while len(self._unsent) > MAX_UNSENT:
            self.drop(self._unsent.popleft())

    def find(self, token_or_id: str) -> Run | None:
        """Return the run with this token or request_id."""
        by_id = (run for run in self._runs.values() if run.snapshot.request_id == token_or_id)
        return self._runs.get(token_or_id) or (next(by_id, None) if token_or_id else None)

    async def stop(self, token: str) -> Run | None:
        """Cancel a run that can be; return the run in any case, None for an unknown token.

        That is a run that is not committed, or whose provider can cancel its job.
        """
        run = self._runs.get(token)
        if run is None or run.task is None or run.snapshot.ended:
            return run
        can_cancel = run.snapshot.provider.can_cancel
        if run.snapshot.committed and can_cancel:
            await run.first_poll()  # until its job has an id
        if run.snapshot.ended or (run.snapshot.committed and not can_cancel):
            return run
        run.stopped = True
        run.task.cancel()
        await asyncio.wait([run.task])
        if run.snapshot.request_id:
            await run.snapshot.provider.cancel(run.snapshot.request_id)
        return run

    def drop(self, token: str) -> None:
        """Drop a run that has ended; one with the same token can start."""
        run = self._runs.get(token)
        if run and run.snapshot.ended:
            del self._runs[token]

    def drop_expired(self) -> None:
        """Drop the runs whose video has been removed."""
        for token, run in list(self._runs.items()):
            if run.snapshot.ended_at and self._now() - run.snapshot.ended_at > RESULT_KEPT_S:
                del self._runs[token]

    async def close(self) -> None:
        """Cancel every task; submitted jobs go on at the service, and are in the journal."""
        tasks = [run.task for run in self._runs.values() if run.task and not run.task.done()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _perform(self, run: Run, work: Work) -> None:
        try:
            await work(run)
        except asyncio.CancelledError:
            if run.snapshot.committed and not run.stopped:  # only the end of the page cancels such a run
                self._fail(run, PageStopped())
            else:
                run.update(state="CANCELLED", failed_in=run.snapshot.state, ended_at=self._now())
            raise
        except Exception as error:  # noqa: BLE001  # nobody else awaits this task
            self._fail(run, error)

    def _fail(self, run: Run, error: Exception) -> None:
        trouble = self._explain(error, run.snapshot)
        run.update(state="FAILED", failed_in=run.snapshot.state, ended_at=self._now(), trouble=trouble)
