"""The queue: jobs as asyncio tasks with four states, kept for a while after they have ended."""

import asyncio
import contextlib
import logging
import re
import secrets
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from fastapi import HTTPException

from infinitalk_server.errors import JobFailed, say
from infinitalk_server.fair_queue import FairQueue, Slot

log = logging.getLogger("infinitalk_server")

HISTORY_MAX = 1000
CALLERS = 5  # how many full queues of one caller may wait in all
_REQUEST_ID = re.compile(r"[0-9A-Za-z_-]{1,80}")


class State(StrEnum):
    """The states as the API spells them."""

    QUEUED = "QUEUED"
    PROCESSING = "PROCESSING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"


@dataclass
class Job:
    """One submission; times are in seconds of the queue's clock; each slug (model) has a queue of its own."""

    body: Mapping[str, Any]
    created: float
    caller: str = ""
    slug: str = ""
    request_id: str = field(default_factory=lambda: secrets.token_hex(16))
    state: State = State.QUEUED
    started: float | None = None
    ended: float | None = None
    error: str | None = None
    output: str | None = None  # a name in FileStorage
    seed: int | None = None
    cost: float = 0.0
    facts: dict[str, Any] = field(default_factory=dict)
    progress: tuple[int, int] | None = None
    remote: bool = False  # rendered on another machine, which reports no progress
    done: asyncio.Event = field(default_factory=asyncio.Event)
    slot: Slot | None = None
    task: asyncio.Task[None] | None = None

    @property
    def queue_position(self) -> int | None:
        """How many jobs come before this one, or None when it does not wait."""
        return self.slot.ahead if self.slot else None


Work = Callable[[Job], Awaitable[None]]  # raises JobFailed


class JobQueue:
    """Takes jobs, runs a few at a time, round robin by caller, and forgets them after their retention.

    Nothing starts before the first job, and nothing needs a lifespan, which the in-process transport does not
    have. `aclose` ends everything.
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
        self._at_once = at_once
        self._retention_s = retention_s
        self._on_forget = on_forget
        self.now = clock
        self._slots: defaultdict[str, FairQueue] = defaultdict(lambda: FairQueue(at_once))
        self._jobs: dict[str, Job] = {}
        self._history: dict[str, Job] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._last_run_s: defaultdict[str, float] = defaultdict(lambda: 10.0)  # by slug
        self._closed = False

    def unfinished_since(self, slug: str) -> float:
        """Return when the oldest waiting or running job of a model was submitted, or the time now."""
        unfinished = (job for job in self._jobs.values() if job.slug == slug and job.ended is None)
        return min((job.created for job in unfinished), default=self.now())

    def submit(self, body: Mapping[str, Any], work: Work, caller: str = "", slug: str = "") -> Job:
        """Take a job.

        Raises:
            HTTPException: too many of this caller, or of all, are waiting (429), with the expected wait; or
                the queue is closed (503).
        """
        self.sweep()
        if self._closed:
            raise HTTPException(503, say("server_stopped"))
        waiting = [job for job in self._jobs.values() if job.state is State.QUEUED and job.slug == slug]
        own = sum(job.caller == caller for job in waiting)
        if own >= self._queue_size or len(waiting) >= CALLERS * self._queue_size:
            wait_s = max(1, round(len(waiting) / self._at_once * self._last_run_s[slug]))
            sentence = say("queue_full", waiting=len(waiting), wait_s=wait_s)
            raise HTTPException(429, sentence, {"retry-after": str(wait_s)})
        job = self._keep(Job(body, self.now(), caller, slug, slot=self._slots[slug].slot(caller)))
        task = asyncio.get_running_loop().create_task(self._run(job, work))
        job.task = task
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return job

    def submit_failed(self, body: Mapping[str, Any], error: str) -> Job:
        """Take a job that has failed: the vendor reports most bad values only when the job is polled."""
        self.sweep()
        job = self._keep(Job(body, self.now()))
        self._end(job, State.FAILED, error)
        return job

    def _keep(self, job: Job) -> Job:
        self._jobs[job.request_id] = self._history[job.request_id] = job
        while len(self._history) > HISTORY_MAX:
            del self._history[next(iter(self._history))]
        return job

    def get(self, request_id: str) -> Job:
        """Return a job; raises HTTPException (404) when it is unknown or forgotten."""
        return self._find(request_id, self._jobs)

    def history(self, request_id: str) -> Job:
        """Return a job's record, which outlives its result; raises HTTPException (404) when it is unknown."""
        return self._find(request_id, self._history)

    def _find(self, request_id: str, jobs: Mapping[str, Job]) -> Job:
        self.sweep()
        if request_id not in jobs:
            quoted = f" {request_id}" if _REQUEST_ID.fullmatch(request_id) else ""  # only what may be an id
            raise HTTPException(404, f"Request{quoted} not found")
        return jobs[request_id]

    async def cancel(self, request_id: str) -> None:
        """End a job, and wait until its renderer has ended; nothing happens to one that has ended."""
        job = self._jobs.get(request_id)
        if job is None or job.task is None or job.ended is not None:
            return
        job.task.cancel()
        await asyncio.wait([job.task])
        if job.ended is None:  # it waited for its turn
            self._end(job, State.FAILED, say("cancelled"))

    async def _run(self, job: Job, work: Work) -> None:
        assert job.slot is not None  # noqa: S101  # `submit` gives one
        async with job.slot:
            job.state, job.started = State.PROCESSING, self.now()
            try:
                await work(job)
            except JobFailed as failure:
                self._end(job, State.FAILED, failure.sentence)
            except asyncio.CancelledError:
                self._end(job, State.FAILED, say("server_stopped" if self._closed else "cancelled"))
                raise
            except Exception:
                log.exception("job %s failed", job.request_id)
                self._end(job, State.FAILED, say("internal_error"))
            else:
                self._last_run_s[job.slug] = self.now() - job.started
                self._end(job, State.COMPLETED)

    def _end(self, job: Job, state: State, error: str | None = None) -> None:
        job.ended, job.state, job.error = self.now(), state, error
        job.done.set()
        with contextlib.suppress(RuntimeError):  # no loop: the last job of a closing server
            asyncio.get_running_loop().call_later(self._retention_s + 1, self.sweep)

    def sweep(self) -> None:
        """Forget the jobs whose retention is over; never one that has not ended."""
        now = self.now()
        for job in [*self._jobs.values()]:
            if job.ended is not None and now - job.ended >= self._retention_s:
                del self._jobs[job.request_id]
                self._on_forget(job)

    async def aclose(self) -> None:
        """Take no more jobs, cancel those that run, and wait until they have ended."""
        self._closed = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for job in self._jobs.values():
            if job.ended is None:  # cancelled before it ran
                self._end(job, State.FAILED, say("server_stopped"))
