"""A budget that nobody can burn, reopen or pass: what each event leaves spent, and what is left to buy."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import httpx
import pytest

from infinitalk_app.application import Application
from infinitalk_app.messages import Trouble
from infinitalk_app.runs.journal import new_token
from infinitalk_app.runs.manager import Run
from tests.abuse.test_budgets import closed, redis
from tests.app.owner_page import (
    CLIP_S,
    DAY_S,
    Answer,
    Service,
    budget_of,
    click,
    close,
    ended,
    never,
    page_of,
    says,
    spent,
    takes,
)

RUNS = DAY_S // CLIP_S  # as many as the day's seconds pay for
NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)


@dataclass
class Scene:
    """A page of an owner who pays, and what is played to it."""

    folder: Path
    monkeypatch: pytest.MonkeyPatch
    settings: dict[str, object]
    service: Service = field(default_factory=Service)
    now: datetime = NOON
    page: Application = field(init=False)

    def __post_init__(self) -> None:
        self._open("disk")

    def _open(self, disk: str) -> None:
        self.page = page_of(self.folder / disk, self.monkeypatch, self.service, **self.settings)
        budget_of(self.page)._now = lambda: self.now  # a page asks the clock of its machine

    async def restart(self, disk: str = "disk", **settings: object) -> None:
        """End the page and start it again, perhaps on another disk or with other settings."""
        await close(self.page)
        self.settings |= settings
        self._open(disk)

    async def orders(self, count: int, answer: Answer = takes, visitor: str = "anna") -> list[Run]:
        """Order one after the other; the service answers each alike."""
        self.service.order = answer
        return [await ended(await click(self.page, visitor=visitor)) for _ in range(count)]

    async def at_once(self, count: int, visitor: str = "", token: str = "") -> list[Run]:
        """Order all at the same moment, each as a visitor of its own or all as one."""
        clicks = (click(self.page, token, visitor or f"visitor {n}") for n in range(count))
        return await asyncio.gather(*map(ended, await asyncio.gather(*clicks)))

    async def cut_off(self, place: str) -> Run:
        """Order, and return when the service holds its answer to the file or to the order."""
        reached, never_comes = asyncio.Event(), asyncio.Event()

        async def hold(_: httpx.Request) -> httpx.Response:
            reached.set()
            await never_comes.wait()
            raise AssertionError

        setattr(self.service, place, hold)
        run = await click(self.page)
        await asyncio.wait_for(reached.wait(), 20)
        setattr(self.service, place, getattr(Service(), place))
        return run


async def parallel(scene: Scene) -> None:
    await scene.at_once(RUNS + 3)


async def parallel_of_one(scene: Scene) -> None:
    await scene.at_once(RUNS, visitor="anna")


async def one_click(scene: Scene) -> None:
    await scene.at_once(RUNS, token=new_token())


async def ordered(scene: Scene, count: int, answer: Answer = takes) -> None:
    await scene.orders(count, answer)


async def stopped(scene: Scene) -> None:
    run = await scene.cut_off("upload")
    assert (await scene.page.run_service.stop(run.snapshot.token)) is run
    assert run.snapshot.state == "CANCELLED"


async def no_storage(scene: Scene) -> None:
    scene.service.upload = says(403)
    await scene.orders(2)
    scene.service.upload = Service().upload


async def ended_while_storing(scene: Scene) -> None:
    await scene.cut_off("upload")
    await close(scene.page)


async def ended_while_ordering(scene: Scene) -> None:
    await scene.cut_off("order")
    await close(scene.page)


async def midnight(scene: Scene) -> None:
    await scene.orders(2)
    scene.now += timedelta(days=1)


async def clock_set_back(scene: Scene) -> None:
    await scene.orders(2)
    scene.now += timedelta(days=1)
    await scene.orders(1)
    scene.now -= timedelta(days=1)


async def another_limit(scene: Scene) -> None:
    await scene.orders(2)
    await scene.restart(infinitalk_daily_seconds=DAY_S + CLIP_S)


async def another_disk(scene: Scene) -> None:
    await scene.orders(2)
    await scene.restart("another")


async def storage_gone(scene: Scene) -> None:
    counter = budget_of(scene.page)._counter.storage

    def gone(*_: object) -> int:
        raise ConnectionError("no Redis")

    with scene.monkeypatch.context() as meanwhile:
        meanwhile.setattr(counter, "incr", gone)
        await scene.orders(2)
    assert scene.service.asked == []


async def storage_gone_at_the_refusal(scene: Scene) -> None:
    storage = budget_of(scene.page)._counter.storage
    incr = storage.incr
    with scene.monkeypatch.context() as meanwhile:

        def refuse(_: httpx.Request) -> httpx.Response:
            meanwhile.setattr(storage, "incr", lambda *_: 1 / 0)
            return httpx.Response(402, json={"error": "no"})

        (run,) = await scene.orders(1, refuse)
    assert storage.incr == incr
    assert run.snapshot.trouble.code == "credits"


Event = Callable[[Scene], Awaitable[None]]


@dataclass(frozen=True)
class Row:
    """What happens, how many seconds are spent after it, and how many orders the service took meanwhile.

    `runs` is what INFINITALK_VISITOR_RUNS says; `more` is what can still be bought, by other visitors.
    """

    sentence: str
    event: Event
    spent: int
    taken: int
    runs: int | None = None
    daily: int = DAY_S

    @property
    def more(self) -> int:
        return (self.daily - self.spent) // CLIP_S


TABLE = [
    Row("parallel clicks buy what there is and no more", parallel, DAY_S, RUNS),
    Row("parallel clicks of one visitor take the day's seconds of nobody", parallel_of_one, 8, 2, runs=2),
    Row("a click that comes many times is bought once", one_click, CLIP_S, 1),
    Row("five refused orders do not close the day", partial(ordered, count=RUNS, answer=says(406)), 0, 0, 1),
    Row("orders without credits come back", partial(ordered, count=2, answer=says(402)), 0, 0),
    Row("nobody there", partial(ordered, count=2, answer=never(httpx.ConnectError)), 0, 0),
    Row("too busy", partial(ordered, count=2, answer=says(429)), 0, 0),
    Row("an answer that is lost stays spent", partial(ordered, count=2, answer=says(502)), 8, 0),
    Row("so does a line that breaks", partial(ordered, count=2, answer=never(httpx.ReadTimeout)), 8, 0),
    Row("and an answer without an id", partial(ordered, count=2, answer=says(200, {"status": "ok"})), 8, 2),
    Row("uncertain orders cannot pass the day", partial(ordered, count=9, answer=says(502)), DAY_S, 0),
    Row("a job that failed stays spent", partial(ordered, count=2), 8, 2),
    Row("a run that is stopped before it is sent comes back", stopped, 0, 0),
    Row("so does one whose files cannot be stored", no_storage, 0, 0),
    Row("midnight opens a new day", midnight, 0, 2),
    Row("a clock that is set back opens no old day anew", clock_set_back, 8, 3),
]
FAULTS = [
    Row("without its storage nothing is bought and nothing sent", storage_gone, 0, 0),
    Row("a refusal is told when it cannot be given back", storage_gone_at_the_refusal, CLIP_S, 0),
]


def then_restart(event: Event) -> Event:
    async def both(scene: Scene) -> None:
        await event(scene)
        await scene.restart()

    return both


AFTER_A_RESTART = [
    *(Row(row.sentence, then_restart(row.event), row.spent, row.taken) for row in TABLE if row.runs is None),
    Row("a page that ends while files are stored", then_restart(ended_while_storing), 0, 0),
    Row("a page that ends while the order is sent", then_restart(ended_while_ordering), CLIP_S, 0),
    Row("another limit counts what was spent under the old one", another_limit, 8, 2, daily=DAY_S + CLIP_S),
]


async def hold_to(row: Row, scene: Scene) -> None:
    """Play the event, and compare what is spent, taken, and left: by buying until no more is sold."""
    await row.event(scene)
    assert (spent(budget_of(scene.page))[0], scene.service.taken) == (row.spent, row.taken)
    before = len(scene.service.asked)
    runs = [run for n in range(row.more + 2) for run in await scene.orders(1, visitor=f"other {n}")]
    assert scene.service.taken - row.taken == row.more
    assert [run.snapshot.trouble for run in runs[row.more :]] == [Trouble.of("limit_day")] * 2
    sent = scene.service.asked[before:]
    assert sent.count("POST /upload-asset") == 2 * row.more, "files were sent that nobody pays for"
    await close(scene.page)


@pytest.mark.parametrize("row", TABLE + FAULTS, ids=lambda row: row.sentence)
async def test_the_day_after_each_event(tmp_path, monkeypatch, row):
    """What was bought or may be is spent, the rest is given back, and others can buy exactly what is left."""
    await hold_to(row, Scene(tmp_path, monkeypatch, {"infinitalk_visitor_runs": row.runs}))


@pytest.mark.parametrize("row", AFTER_A_RESTART, ids=lambda row: row.sentence)
async def test_the_day_after_each_event_and_a_restart(tmp_path, monkeypatch, row):
    """On the same disk the next process knows from the journal what the last one spent."""
    await hold_to(row, Scene(tmp_path, monkeypatch, {}))


@pytest.mark.parametrize("row", [Row("a count in memory goes with its disk", another_disk, 0, 2)])
async def test_on_another_disk_a_count_in_memory_begins_anew(tmp_path, monkeypatch, row):
    """As the documents say: without disk and Redis nobody knows what was spent."""
    await hold_to(row, Scene(tmp_path, monkeypatch, {}))


@pytest.mark.parametrize(
    "row",
    [
        Row("another disk", another_disk, 8, 2),
        Row("another limit", another_limit, 8, 2, daily=DAY_S + CLIP_S),
        Row("a page that ends while the order is sent", then_restart(ended_while_ordering), CLIP_S, 0),
        Row("a page that ends while files are stored", then_restart(ended_while_storing), 0, 0),
        Row("a clock that is set back", then_restart(clock_set_back), 8, 3),
    ],
    ids=lambda row: row.sentence,
)
async def test_a_redis_holds_the_day_over_every_restart(tmp_path, monkeypatch, row):
    """What one process spent the next one finds there, on any disk, and nothing twice."""
    with redis(tmp_path) as address:
        scene = Scene(tmp_path, monkeypatch, {"rate_limit_storage": address})
        await hold_to(row, scene)
        closed(budget_of(scene.page))
