"""The fair queue: places go round robin by name."""

import asyncio
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infinitalk_local.fetch import resolve
from infinitalk_local.jobs import CALLERS, Job, State, Store
from infinitalk_local.refusals import Refusal
from infinitalk_local.server import MOCK, TALK, Api
from infinitalk_local.settings import LocalSettings
from infinitalk_local.turns import Turns


class Hall:
    """Requests that hold a place until they are told to go; keeps in which order they got it."""

    def __init__(self, turns: Turns) -> None:
        self.turns = turns
        self.served: list[str] = []
        self.inside: list[tuple[str, asyncio.Event]] = []
        self.tasks: list[asyncio.Task[None]] = []

    async def come(self, *names: str) -> None:
        for name in names:
            self.tasks.append(asyncio.create_task(self._use(name)))
            await rest()

    async def _use(self, name: str) -> None:
        async with self.turns.turn(name):
            here = (name, asyncio.Event())
            self.served.append(name)
            self.inside.append(here)
            try:
                await here[1].wait()
            finally:
                self.inside.remove(here)

    async def go(self, times: int = 1) -> None:
        for _ in range(times):
            self.inside[0][1].set()
            await rest()

    async def end(self) -> None:
        while self.inside:
            await self.go()
        await asyncio.gather(*self.tasks, return_exceptions=True)


async def rest() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_whoever_comes_after_thirty_of_another_waits_for_one():
    """The thirty are served one after the other; a newcomer is next, and then every second one."""
    hall = Hall(Turns(1))
    await hall.come(*["anna"] * 30)
    await hall.go(3)
    await hall.come("bert", "bert", "carl")
    await hall.go(6)
    assert hall.served == ["anna"] * 4 + ["bert", "carl", "anna", "bert", "anna", "anna"]
    await hall.end()


async def test_of_several_places_one_name_can_be_kept_from_the_last():
    """With `each`, a place stays free for others, however many of one wait."""
    hall = Hall(Turns(3, each=2))
    await hall.come(*["anna"] * 5)
    assert hall.served == ["anna"] * 2
    await hall.come("bert")
    assert hall.served == ["anna", "anna", "bert"]
    await hall.end()
    assert len(hall.served) == 6


@pytest.mark.parametrize("late", [False, True], ids=["while it waits", "as it gets its place"])
async def test_one_that_gives_up_leaves_no_place_behind(late):
    """A request that is cancelled, at whatever moment, takes no turn and holds no place."""
    hall = Hall(Turns(1))
    await hall.come("anna", "bert", "carl")
    if late:
        hall.inside[0][1].set()
        while not hall.tasks[0].done():  # noqa: ASYNC110  # a wait would let the next one in, too
            await asyncio.sleep(0)
    hall.tasks[1].cancel()
    await rest()
    if not late:
        await hall.go()
    assert hall.served == ["anna", "carl"]
    await hall.end()
    assert hall.turns._free == 1
    assert not hall.turns._waiting


class Fairness:
    """Counts what others were served between two turns of each one who waits."""

    def __init__(self, hall: Hall, each: int) -> None:
        self.hall, self.each, self.seen = hall, each, 0
        self.overtaken: dict[str, Counter[str]] = {}

    def check(self) -> None:
        new, self.seen = self.hall.served[self.seen :], len(self.hall.served)
        waiting = self.hall.turns._waiting
        self.overtaken = {name: self.overtaken.get(name, Counter()) for name in waiting}
        for name, others in self.overtaken.items():
            others.update(new)
            if others.pop(name, 0):
                others.clear()
            assert all(count <= self.each + 1 for count in others.values()), (name, others)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    places=st.integers(1, 3),
    spare=st.integers(0, 1),
    steps=st.lists(st.sampled_from(["anna", "bert", "carl", "one goes", "one gives up"]), max_size=60),
)
def test_whatever_comes_and_goes_no_place_is_lost_or_kept_from_anybody(places, spare, steps):
    """Places are never too many, never idle while one may have them, and nobody is overtaken for ever."""

    async def step(hall: Hall, what: str) -> None:
        if what in {"anna", "bert", "carl"}:
            await hall.come(what)
        elif what == "one goes" and hall.inside:
            await hall.go()
        elif hall.tasks:
            hall.tasks[-1].cancel()  # the last who came, wherever it is
            await rest()

    async def play() -> None:
        each = max(1, places - spare)
        hall = Hall(Turns(places, each))
        fairness = Fairness(hall, each)
        for what in steps:
            await step(hall, what)
            held = hall.turns._held
            assert held.total() == places - hall.turns._free == len(hall.inside)
            assert all(count <= each for count in held.values())
            assert not hall.turns._free or all(held[name] == each for name in hall.turns._waiting)
            fairness.check()
        await hall.end()
        assert hall.turns._free == places

    asyncio.run(play())


async def test_the_place_in_the_queue_is_the_number_that_comes_first():
    """What a status tells comes true when nobody else comes."""
    turns = Turns(1)
    async with turns.turn("zoe"):
        waits = [turns.turn(name) for name in ("anna", "anna", "anna", "bert", "carl", "carl")]
        order: list[int] = []

        async def use(index: int) -> None:
            async with waits[index]:
                order.append(index)

        tasks = [asyncio.create_task(use(index)) for index in range(len(waits))]
        await rest()
        told = [turn.ahead for turn in waits]
        assert told == [0, 3, 5, 1, 2, 4]
    await asyncio.gather(*tasks)
    assert [told[index] for index in order] == [0, 1, 2, 3, 4, 5]
    assert [turn.ahead for turn in waits] == [None] * 6


async def test_a_callers_jobs_fill_nobody_elses_queue():
    """One caller's queue is full at its size; others wait beside it, up to five such queues in all."""
    store, go = Store(queue_size=2, at_once=1, retention_s=1, on_forget=print), asyncio.Event()

    async def work(job: Job) -> None:
        await go.wait()

    jobs = [store.submit({}, work, "anna")]
    await rest()
    jobs += [store.submit({}, work, "anna") for _ in range(2)]
    with pytest.raises(Refusal, match="2 previews are waiting"):
        store.submit({}, work, "anna")
    jobs.append(store.submit({}, work, "bert"))
    await rest()
    assert [store.queue_position(job) for job in jobs] == [None, 1, 2, 0]
    others = CALLERS * 2 - 3
    jobs += [store.submit({}, work, f"caller {number}") for number in range(others)]
    with pytest.raises(Refusal, match="10 previews are waiting"):
        store.submit({}, work, "zoe")
    go.set()
    await asyncio.gather(*(job.over.wait() for job in jobs))
    assert min(jobs[1:3], key=lambda job: job.started).started >= jobs[3].started
    await store.aclose()


async def test_mocks_wait_for_mocks_alone():
    """A mock of ten minutes holds the place of the next mock, and of no preview."""
    store, go = Store(queue_size=1, at_once=1, retention_s=1, on_forget=print), asyncio.Event()

    async def long(job: Job) -> None:
        await go.wait()

    async def short(job: Job) -> None:
        pass

    mocks = [store.submit({}, long, "anna", "mock")]
    await rest()
    mocks.append(store.submit({}, long, "anna", "mock"))
    with pytest.raises(Refusal):
        store.submit({}, long, "anna", "mock")
    preview = store.submit({}, short, "anna", "talk")
    await preview.over.wait()
    assert [job.state for job in mocks] == [State.PROCESSING, State.QUEUED]
    await store.aclose()


async def test_a_long_mock_does_not_lengthen_the_wait_that_previews_are_told():
    """Each line tells of its own: ten minutes of a mock are no ten minutes of a preview."""
    now = [0.0]
    store = Store(queue_size=1, at_once=1, retention_s=1000, on_forget=print, clock=lambda: now[0])

    async def long(job: Job) -> None:
        now[0] += 600.0

    async def held(job: Job) -> None:
        await asyncio.Event().wait()

    await store.submit({}, long, "anna", MOCK).over.wait()
    store.submit({}, held, "anna", TALK)
    await rest()
    store.submit({}, held, "anna", TALK)
    with pytest.raises(Refusal, match="try again in about 10 s"):
        store.submit({}, held, "anna", TALK)
    await store.aclose()


async def test_uploads_go_in_their_time_though_jobs_never_cease():
    """A mock needs none; a preview keeps those that were here when it was ordered, until it has ended."""
    now, go = [0.0], asyncio.Event()
    api = Api(LocalSettings(retention_s=10.0), None, resolve)
    api.store._clock = lambda: now[0]  # the server gives its store no other one

    async def first(job: Job) -> None:
        await go.wait()

    async def endless(job: Job) -> None:
        await asyncio.Event().wait()

    api.store.submit({}, endless, "bert", MOCK)
    name = api.keep(b"x", ".png", "anna")
    now[0] = 11.0
    api.sweep()
    assert api.files.path(name) is None

    name = api.keep(b"x", ".png", "anna")
    preview = api.store.submit({}, first, "anna", TALK)
    now[0] = 22.0
    api.store.submit({}, endless, "bert", TALK)
    api.sweep()
    assert api.files.path(name) is not None
    go.set()
    await preview.over.wait()
    api.sweep()
    assert api.files.path(name) is None
    await api.aclose()
