"""The queue: jobs as asyncio tasks whose states are true, kept for a while after they have ended."""

import asyncio
import contextlib
import logging
import secrets
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from infinitalk_local.refusals import Refusal, unknown_request
from infinitalk_local.turns import Turn, Turns

log = logging.getLogger("infinitalk_local")

HISTORY_MAX = 1000
CALLERS = 5  # times what one caller may have waiting, all together may
STOPPED = "The server was stopped."


class State(StrEnum):
    """The four words of the wire."""

    QUEUED = "QUEUED"
    PROCESSING = "PROCESSING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"


ENDED = (State.COMPLETED, State.FAILED)


@dataclass
class Job:
    """One submission; times are the store's clock, in seconds.

    `caller` is in whose name it waits, `line` for what: one line does not wait for the other.
    """

    body: Mapping[str, Any]
    created: float
    caller: str = ""
    line: str = ""
    request_id: str = field(default_factory=lambda: secrets.token_hex(16))
    state: State = State.QUEUED
    started: float | None = None
    ended: float | None = None
    error: str | None = None
    output: str | None = None  # a name in Files
    seed: int | None = None
    cost: float = 0.0
    facts: dict[str, Any] = field(default_factory=dict)
    progress: tuple[int, int] | None = None
    remote: bool = False  # rendered on another machine, from which no progress is heard
    over: asyncio.Event = field(default_factory=asyncio.Event)
    turn: Turn | None = None


class JobFailed(Exception):
    """Raised by the work; its text is the job's `error`."""


Work = Callable[[Job], Awaitable[None]]


class Store:
    """Takes jobs, runs a few at a time, the callers in turn, and forgets them when their time is over.

    Nothing is started before the first job, and nothing depends on a lifespan: the page runs this through an
    in-process transport, which has none. `aclose` ends everything.
    """

    def __init__(
        self,
        *,
        queue_size: int,
        at_once: int,
        retention_s: float,
        on_forget: Callable[[Job], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._queue_size = queue_size
        self._retention_s = retention_s
        self._on_forget = on_forget
        self._clock = clock
        self._lines: defaultdict[str, Turns] = defaultdict(lambda: Turns(at_once))
        self._at_once = at_once
        self._jobs: dict[str, Job] = {}
        self._history: dict[str, Job] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._last_s: defaultdict[str, float] = defaultdict(lambda: 10.0)  # what a line's last job took
        self._closed = False

    def unfinished_since(self, line: str) -> float:
        """Return when the oldest job of a line that waits or runs was taken, or the time now."""
        unfinished = (job for job in self._jobs.values() if job.line == line and job.state not in ENDED)
        return min((job.created for job in unfinished), default=self._clock())

    def now(self) -> float:
        return self._clock()

    def submit(self, body: Mapping[str, Any], work: Work, caller: str = "", line: str = "") -> Job:
        """Take a job.

        Raises:
            Refusal: too many of this caller, or of all, are waiting (429), with the wait that is to be
                expected; or it is closed (503).
        """
        self.sweep()
        if self._closed:
            raise Refusal(503, STOPPED)
        waiting = [job for job in self._jobs.values() if job.state is State.QUEUED and job.line == line]
        own = sum(job.caller == caller for job in waiting)
        if own >= self._queue_size or len(waiting) >= CALLERS * self._queue_size:
            wait_s = max(1, round(len(waiting) / self._at_once * self._last_s[line]))
            text = f"{len(waiting)} previews are waiting; try again in about {wait_s} s"
            raise Refusal(429, text, {"retry-after": str(wait_s)})
        job = self._keep(Job(body, self._clock(), caller, line))
        job.turn = self._lines[line].turn(caller)
        task = asyncio.get_running_loop().create_task(self._run(job, job.turn, work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return job

    def submit_failed(self, body: Mapping[str, Any], error: str) -> Job:
        """Take a job that cannot be done: the vendor tells of most bad values only at the first look."""
        self.sweep()
        job = self._keep(Job(body, self._clock()))
        self._end(job, State.FAILED, error)
        return job

    def _keep(self, job: Job) -> Job:
        self._jobs[job.request_id] = self._history[job.request_id] = job
        while len(self._history) > HISTORY_MAX:
            del self._history[next(iter(self._history))]
        return job

    @staticmethod
    def queue_position(job: Job) -> int | None:
        """Return how many jobs come before this one, or None when it does not wait."""
        return job.turn.ahead if job.turn else None

    def get(self, request_id: str) -> Job:
        """Return a job.

        Raises:
            Refusal: unknown, or forgotten (404).
        """
        self.sweep()
        if request_id not in self._jobs:
            raise unknown_request(request_id)
        return self._jobs[request_id]

    def history(self, request_id: str) -> Job:
        """Return a job's record, which outlives its result.

        Raises:
            Refusal: unknown (404).
        """
        self.sweep()
        if request_id not in self._history:
            raise unknown_request(request_id)
        return self._history[request_id]

    async def _run(self, job: Job, turn: Turn, work: Work) -> None:
        async with turn:
            job.state, job.started = State.PROCESSING, self._clock()
            try:
                await work(job)
            except JobFailed as failure:
                self._end(job, State.FAILED, str(failure))
            except asyncio.CancelledError:
                self._end(job, State.FAILED, STOPPED)
                raise
            except Exception:
                log.exception("job %s failed", job.request_id)
                self._end(job, State.FAILED, "Internal error.")
            else:
                self._last_s[job.line] = self._clock() - job.started
                self._end(job, State.COMPLETED)

    def _end(self, job: Job, state: State, error: str | None = None) -> None:
        job.ended, job.state, job.error = self._clock(), state, error
        job.over.set()
        with contextlib.suppress(RuntimeError):  # no loop: the last job of a closing server
            asyncio.get_running_loop().call_later(self._retention_s + 1, self.sweep)

    def sweep(self) -> None:
        """Forget the jobs whose time is over; never one that has not ended."""
        now = self._clock()
        for job in [*self._jobs.values()]:
            if job.ended is not None and now - job.ended >= self._retention_s:
                del self._jobs[job.request_id]
                self._on_forget(job)

    async def aclose(self) -> None:
        """Take no more, cancel what runs, and wait until it has ended."""
        self._closed = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for job in self._jobs.values():
            if job.state not in ENDED:  # cancelled before it had a place
                self._end(job, State.FAILED, STOPPED)
