"""The fair queue: slots go round robin by name."""

import asyncio
from collections import Counter

import pytest
from fastapi import HTTPException
from hypothesis import given, settings
from hypothesis import strategies as st

from infinitalk_server.config import ServerConfig
from infinitalk_server.fair_queue import FairQueue
from infinitalk_server.fetcher import resolve
from infinitalk_server.job_queue import CALLERS, Job, JobQueue, State
from infinitalk_server.server import MOCK, TALK, Api


class Holders:
    """Requests that hold a slot until they are released; keeps the order in which they got it."""

    def __init__(self, queue: FairQueue) -> None:
        self.queue = queue
        self.served: list[str] = []
        self.holding: list[tuple[str, asyncio.Event]] = []
        self.tasks: list[asyncio.Task[None]] = []

    async def request(self, *names: str) -> None:
        for name in names:
            self.tasks.append(asyncio.create_task(self._use(name)))
            await rest()

    async def _use(self, name: str) -> None:
        async with self.queue.slot(name):
            here = (name, asyncio.Event())
            self.served.append(name)
            self.holding.append(here)
            try:
                await here[1].wait()
            finally:
                self.holding.remove(here)

    async def release(self, times: int = 1) -> None:
        for _ in range(times):
            self.holding[0][1].set()
            await rest()

    async def release_all(self) -> None:
        while self.holding:
            await self.release()
        await asyncio.gather(*self.tasks, return_exceptions=True)


async def rest() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_a_newcomer_after_thirty_of_another_waits_for_one():
    """The thirty are served one after the other; a newcomer is next, and then they alternate."""
    holders = Holders(FairQueue(1))
    await holders.request(*["anna"] * 30)
    await holders.release(3)
    await holders.request("bert", "bert", "carl")
    await holders.release(6)
    assert holders.served == ["anna"] * 4 + ["bert", "carl", "anna", "bert", "anna", "anna"]
    await holders.release_all()


async def test_one_name_can_be_kept_from_the_last_slot():
    """With `per_name`, a slot stays free for others, however many of one wait."""
    holders = Holders(FairQueue(3, per_name=2))
    await holders.request(*["anna"] * 5)
    assert holders.served == ["anna"] * 2
    await holders.request("bert")
    assert holders.served == ["anna", "anna", "bert"]
    await holders.release_all()
    assert len(holders.served) == 6


@pytest.mark.parametrize("late", [False, True], ids=["while it waits", "as it gets its slot"])
async def test_a_cancelled_request_leaves_no_slot_behind(late):
    """A request that is cancelled, at whatever moment, is not served and holds no slot."""
    holders = Holders(FairQueue(1))
    await holders.request("anna", "bert", "carl")
    if late:
        holders.holding[0][1].set()
        while not holders.tasks[0].done():  # noqa: ASYNC110  # a wait would let the next one in, too
            await asyncio.sleep(0)
    holders.tasks[1].cancel()
    await rest()
    if not late:
        await holders.release()
    assert holders.served == ["anna", "carl"]
    await holders.release_all()
    assert holders.queue._free == 1
    assert not holders.queue._waiting


class Fairness:
    """Counts how often others are served while each name waits."""

    def __init__(self, holders: Holders, per_name: int) -> None:
        self.holders, self.per_name, self.seen = holders, per_name, 0
        self.overtaken: dict[str, Counter[str]] = {}

    def check(self) -> None:
        new, self.seen = self.holders.served[self.seen :], len(self.holders.served)
        waiting = self.holders.queue._waiting
        self.overtaken = {name: self.overtaken.get(name, Counter()) for name in waiting}
        for name, others in self.overtaken.items():
            others.update(new)
            if others.pop(name, 0):
                others.clear()
            assert all(count <= self.per_name + 1 for count in others.values()), (name, others)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    slots=st.integers(1, 3),
    spare=st.integers(0, 1),
    steps=st.lists(st.sampled_from(["anna", "bert", "carl", "release", "cancel"]), max_size=60),
)
def test_no_order_of_requests_loses_a_slot_or_starves_a_name(slots, spare, steps):
    """Slots are never too many, never idle while a name may have one, and no name is overtaken for ever."""

    async def step(holders: Holders, what: str) -> None:
        if what in {"anna", "bert", "carl"}:
            await holders.request(what)
        elif what == "release" and holders.holding:
            await holders.release()
        elif holders.tasks:
            holders.tasks[-1].cancel()  # the last one, whether it waits or holds
            await rest()

    async def play() -> None:
        per_name = max(1, slots - spare)
        holders = Holders(FairQueue(slots, per_name))
        fairness = Fairness(holders, per_name)
        for what in steps:
            await step(holders, what)
            held = holders.queue._held
            assert held.total() == slots - holders.queue._free == len(holders.holding)
            assert all(count <= per_name for count in held.values())
            assert not holders.queue._free or all(held[name] == per_name for name in holders.queue._waiting)
            fairness.check()
        await holders.release_all()
        assert holders.queue._free == slots

    asyncio.run(play())


async def test_the_queue_position_is_the_number_that_is_served_first():
    """The position that a poll reports is right as long as no other request arrives."""
    queue = FairQueue(1)
    async with queue.slot("zoe"):
        waits = [queue.slot(name) for name in ("anna", "anna", "anna", "bert", "carl", "carl")]
        order: list[int] = []

        async def use(index: int) -> None:
            async with waits[index]:
                order.append(index)

        tasks = [asyncio.create_task(use(index)) for index in range(len(waits))]
        await rest()
        told = [slot.ahead for slot in waits]
        assert told == [0, 3, 5, 1, 2, 4]
    await asyncio.gather(*tasks)
    assert [told[index] for index in order] == [0, 1, 2, 3, 4, 5]
    assert [slot.ahead for slot in waits] == [None] * 6


async def test_a_callers_jobs_fill_no_other_callers_queue():
    """Each caller has the queue's size; all callers together have five times as much."""
    jobs_queue, go = JobQueue(queue_size=2, at_once=1, retention_s=1, on_forget=print), asyncio.Event()

    async def work(job: Job) -> None:
        await go.wait()

    jobs = [jobs_queue.submit({}, work, "anna")]
    await rest()
    jobs += [jobs_queue.submit({}, work, "anna") for _ in range(2)]
    with pytest.raises(HTTPException, match="2 previews are waiting"):
        jobs_queue.submit({}, work, "anna")
    jobs.append(jobs_queue.submit({}, work, "bert"))
    await rest()
    assert [job.queue_position for job in jobs] == [None, 1, 2, 0]
    others = CALLERS * 2 - 3
    jobs += [jobs_queue.submit({}, work, f"caller {number}") for number in range(others)]
    with pytest.raises(HTTPException, match="10 previews are waiting"):
        jobs_queue.submit({}, work, "zoe")
    go.set()
    await asyncio.gather(*(job.done.wait() for job in jobs))
    assert min(jobs[1:3], key=lambda job: job.started).started >= jobs[3].started
    await jobs_queue.aclose()


async def test_mocks_wait_for_mocks_alone():
    """A mock of ten minutes delays the next mock, and no preview."""
    jobs_queue, go = JobQueue(queue_size=1, at_once=1, retention_s=1, on_forget=print), asyncio.Event()

    async def long(job: Job) -> None:
        await go.wait()

    async def short(job: Job) -> None:
        pass

    mocks = [jobs_queue.submit({}, long, "anna", "mock")]
    await rest()
    mocks.append(jobs_queue.submit({}, long, "anna", "mock"))
    with pytest.raises(HTTPException):
        jobs_queue.submit({}, long, "anna", "mock")
    preview = jobs_queue.submit({}, short, "anna", "talk")
    await preview.done.wait()
    assert [job.state for job in mocks] == [State.PROCESSING, State.QUEUED]
    await jobs_queue.aclose()


async def test_a_long_mock_does_not_lengthen_the_reported_wait_of_previews():
    """Each model has its own expected wait: ten minutes of a mock are not expected of a preview."""
    now = [0.0]
    jobs_queue = JobQueue(queue_size=1, at_once=1, retention_s=1000, on_forget=print, clock=lambda: now[0])

    async def long(job: Job) -> None:
        now[0] += 600.0

    async def held(job: Job) -> None:
        await asyncio.Event().wait()

    await jobs_queue.submit({}, long, "anna", MOCK).done.wait()
    jobs_queue.submit({}, held, "anna", TALK)
    await rest()
    jobs_queue.submit({}, held, "anna", TALK)
    with pytest.raises(HTTPException, match="try again in about 10 s"):
        jobs_queue.submit({}, held, "anna", TALK)
    await jobs_queue.aclose()


async def test_uploads_expire_though_jobs_never_cease():
    """A mock needs none; a preview keeps those that were here when it was submitted, until it has ended."""
    now, go = [0.0], asyncio.Event()
    api = Api(ServerConfig(retention_s=10.0), None, resolve)
    api.queue.now = lambda: now[0]  # the server gives its jobs_queue no other one

    async def first(job: Job) -> None:
        await go.wait()

    async def endless(job: Job) -> None:
        await asyncio.Event().wait()

    api.queue.submit({}, endless, "bert", MOCK)
    name = api.store_upload(b"x", ".png", "anna")
    now[0] = 11.0
    api.sweep()
    assert api.files.path(name) is None

    name = api.store_upload(b"x", ".png", "anna")
    preview = api.queue.submit({}, first, "anna", TALK)
    now[0] = 22.0
    api.queue.submit({}, endless, "bert", TALK)
    api.sweep()
    assert api.files.path(name) is not None
    go.set()
    await preview.done.wait()
    api.sweep()
    assert api.files.path(name) is None
    await api.aclose()
