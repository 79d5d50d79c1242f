"""One detached task per run token; any number of pages look on, and none of them can stop it by leaving."""

import asyncio
import logging
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from infinitalk_app.detached import detached
from infinitalk_app.messages import Trouble
from infinitalk_app.providers.base import Provider
from infinitalk_app.refusals import PageStopped
from infinitalk_app.settings import RESULT_KEPT_S
from infinitalk_client import Metrics, Progress
from infinitalk_media import mp4

State = Literal[
    "PREPARING",
    "HOSTING",
    "QUEUED",
    "PROCESSING",
    "FETCHING",
    "VERIFYING",
    "COMPLETED",
    "FAILED",
    "CANCELLED",
]
ENDED = ("COMPLETED", "FAILED", "CANCELLED")
UNSENT_KEPT = 1000

log = logging.getLogger("infinitalk_app")


@dataclass(frozen=True)
class Snapshot:
    """A run at one moment; `started_at` and `ended_at` are epoch seconds.

    `clip_s`: how long the voice is that is sent; `part`: from and to which second of the visitor's recording.
    `cropped`: what part of the picture was sent, where it was not the whole one.
    `retry_s`: how long the service is left in peace after a fault, in seconds.
    `committed`: the POST is about to go out or went out, and there is no way back.
    `polled`: the service has told its state at least once.
    """

    token: str
    provider: Provider
    started_at: float
    state: State = "PREPARING"
    failed_in: State = "PREPARING"
    ended_at: float | None = None
    request_id: str | None = None
    progress: Progress | None = None
    queue_position: int | None = None
    warnings: tuple[str, ...] = ()
    clip_s: float | None = None
    part: tuple[float, float] | None = None
    cropped: str | None = None
    video: Path | None = None
    facts: mp4.Facts | None = None
    metrics: Metrics | None = None
    trouble: Trouble | None = None
    settings: Mapping[str, Any] | None = None
    committed: bool = False
    polled: bool = False
    retry_s: int | None = None

    @property
    def ended(self) -> bool:
        return self.state in ENDED


class Run:
    """One click, from preparation to the video."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.now = snapshot
        self.task: asyncio.Task[None] | None = None
        self._changed = asyncio.Event()

    def show(self, **changes: Any) -> None:
        """Let the onlookers see something new; the same again wakes nobody."""
        changed = replace(self.now, **changes)
        if changed != self.now:
            self.now = changed
            self._changed.set()
            self._changed = asyncio.Event()

    def warn(self, *notes: str) -> None:
        """Add what the visitor should know; each note is shown once."""
        self.show(warnings=tuple(dict.fromkeys((*self.now.warnings, *notes))))

    def pauses(self, seconds: float | None) -> None:
        """Show that the service is not asked again for so many seconds, or that it is asked again."""
        self.show(retry_s=seconds and round(seconds))

    async def polled(self) -> Snapshot:
        """Wait until a submitted run's state is the service's word, or it has ended; return it."""
        async for look in self.looks():
            if look.polled or not look.committed:
                break
        return self.now

    async def looks(self) -> AsyncIterator[Snapshot]:
        """Yield the present and each change to the end; a slow onlooker misses some, never the last."""
        seen = None
        while True:
            changed, now = self._changed, self.now
            if now is not seen:
                seen = now
                yield now
            if now.ended:
                return
            if now is self.now:
                await changed.wait()


Work = Callable[[Run], Awaitable[None]]
Explain = Callable[[Exception, Snapshot], Trouble]


class Runs:
    """Every run of this process, by token."""

    def __init__(self, explain: Explain, now: Callable[[], float] = time.time) -> None:
        self._runs: dict[str, Run] = {}
        self._unsent: deque[str] = deque()  # tokens of runs that ended before anything was sent
        self._explain = explain
        self._now = now

    def start(self, token: str, provider: Provider, work: Work, **known: Any) -> Run:
        """Start the work under this token; one that was seen before is the same run, and starts nothing."""
        if token in self._runs:
            return self._runs[token]
        run = Run(Snapshot(token, provider, **{"started_at": self._now(), **known}))
        self._runs[token] = run
        run.task = detached(self._guard(run, work))
        run.task.add_done_callback(lambda _: self._bound(run))
        return run

    def _bound(self, run: Run) -> None:
        """Keep the last of those that sent nothing: whoever orders in vain must not fill the memory."""
        if run.now.request_id is None:
            self._unsent.append(run.now.token)
        while len(self._unsent) > UNSENT_KEPT:
            self.forget(self._unsent.popleft())

    def find(self, known_as: str) -> Run | None:
        """Return the run with this token or request_id."""
        by_id = (run for run in self._runs.values() if run.now.request_id == known_as)
        return self._runs.get(known_as) or (next(by_id, None) if known_as else None)

    async def stop(self, token: str) -> Run | None:
        """Cancel a run that has not been submitted; return it in any case, None for an unknown one."""
        run = self._runs.get(token)
        if run and run.task and not run.now.committed and not run.now.ended:
            run.task.cancel()
            await asyncio.wait([run.task])
        return run

    def forget(self, token: str) -> None:
        """Drop a run that has ended, so that it can be taken up anew."""
        run = self._runs.get(token)
        if run and run.now.ended:
            del self._runs[token]

    def sweep(self) -> None:
        """Drop the runs whose video has been removed."""
        for token, run in list(self._runs.items()):
            if run.now.ended_at and self._now() - run.now.ended_at > RESULT_KEPT_S:
                del self._runs[token]

    async def close(self) -> None:
        """End every task; submitted jobs go on at the service, and the journal knows them."""
        tasks = [run.task for run in self._runs.values() if run.task and not run.task.done()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _guard(self, run: Run, work: Work) -> None:
        try:
            await work(run)
        except asyncio.CancelledError:
            if run.now.committed:  # nobody can stop it but the end of the page
                self._fail(run, PageStopped())
            else:
                run.show(state="CANCELLED", failed_in=run.now.state, ended_at=self._now())
            raise
        except Exception as error:  # noqa: BLE001  # the last place where it can be told to anybody
            self._fail(run, error)

    def _fail(self, run: Run, error: Exception) -> None:
        trouble = self._explain(error, run.now)
        run.show(state="FAILED", failed_in=run.now.state, ended_at=self._now(), trouble=trouble)
