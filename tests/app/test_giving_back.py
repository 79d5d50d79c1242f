"""The owner's budget gets back what certainly was not bought, and nothing else."""

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import httpx
import pytest

from infinitalk_app import engines
from infinitalk_app.application import Application
from infinitalk_app.limits import Budget, Visitor
from infinitalk_app.orders import make_order
from infinitalk_app.refusals import Refusal
from infinitalk_app.runs import Run
from infinitalk_app.settings import Settings
from infinitalk_client import DEFAULT_PROMPT, AsyncClient
from tests.abuse.test_budgets import closed, redis
from tests.app.pages import PICTURE, VOICE

TOKEN = "0123456789abcdef" * 2
DAY_S, CLIP_S = 20, 4
Answer = Callable[[httpx.Request], httpx.Response]


def never(fault: type[httpx.RequestError]) -> Answer:
    def fail(request: httpx.Request) -> httpx.Response:
        raise fault("no answer", request=request)

    return fail


def says(status: int, body: dict[str, object] | None = None) -> Answer:
    return lambda _: httpx.Response(status, json=body or {"error": "no"})


def application_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: Answer) -> Application:
    """Return a page whose owner pays, and whose service takes files and answers the order as told."""

    async def respond(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/upload-asset":
            return httpx.Response(200, json={"file_urls": ["https://images.example/1"]})
        return await asyncio.to_thread(answer, request)

    async def no_pause(seconds: float) -> None:
        """Let the client's retries come at once."""

    def client(*_: object) -> AsyncClient:
        transport = httpx.MockTransport(respond)
        return AsyncClient("SG_owner", base_url="http://service.test", transport=transport, sleep=no_pause)

    monkeypatch.setattr(engines.Engines, "client", client)
    settings = {"segmind_api_key": "SG_owner", "infinitalk_daily_seconds": DAY_S, "hosting": "segmind"}
    return Application(Settings(infinitalk_state_dir=tmp_path, **settings))


def start(application: Application) -> Run:
    order = make_order(
        application.settings,
        picture=str(PICTURE),
        voice=str(VOICE),
        prompt=DEFAULT_PROMPT,
        engine="infinitetalk",
        resolution="480p",
        fps=25,
        seed=7,
        start_s=0,
        seconds=CLIP_S,
        api_key="",
        consent=True,
        visitor=Visitor("anna"),
        headers={},
    )
    perform = partial(application.workshop.perform, order=order)
    return application.desk._runs.start(TOKEN, "infinitetalk", perform)


def left(budget: Budget) -> int:
    assert budget._seconds
    return int(budget._counter.get_window_stats(budget._seconds, "seconds", budget._today()).remaining)


@pytest.mark.parametrize(
    ("answer", "spent"),
    [
        pytest.param(never(httpx.ConnectError), 0, id="nobody there"),
        pytest.param(never(httpx.ConnectTimeout), 0, id="no way there"),
        pytest.param(says(400), 0, id="a value refused"),
        pytest.param(says(401), 0, id="the key refused"),
        pytest.param(says(402), 0, id="no credits"),
        pytest.param(says(406), 0, id="another value refused"),
        pytest.param(says(429), 0, id="too busy"),
        pytest.param(never(httpx.ReadTimeout), CLIP_S, id="no answer"),
        pytest.param(never(httpx.RemoteProtocolError), CLIP_S, id="half an answer"),
        pytest.param(says(502), CLIP_S, id="a gateway's words"),
        pytest.param(says(200, {"status": "ok"}), CLIP_S, id="no id"),
    ],
)
async def test_what_was_certainly_not_bought_is_given_back(tmp_path, monkeypatch, answer, spent):
    """An order that was not delivered or was refused leaves the day as it was; a lost answer stays spent."""
    application = application_of(tmp_path, monkeypatch, answer)
    run = start(application)
    await run.task
    assert run.now.state == "FAILED"
    assert left(application.workshop._budget) == DAY_S - spent
    await application.embedded.close()


async def test_an_order_that_the_disk_has_no_room_for_is_given_back(tmp_path, monkeypatch):
    """Without its journal entry nothing is sent, so nothing is spent."""
    application = application_of(tmp_path, monkeypatch, lambda _: pytest.fail("it was sent"))
    write = application.workshop.journal.write

    def full(entry):
        if entry.phase == "submitting":
            raise OSError("no space left")
        write(entry)

    monkeypatch.setattr(application.workshop.journal, "write", full)
    run = start(application)
    await run.task
    assert (run.now.state, left(application.workshop._budget)) == ("FAILED", DAY_S)
    assert "Nothing was charged." in run.now.trouble.line
    await application.embedded.close()


async def test_an_order_that_is_cut_off_stays_spent(tmp_path, monkeypatch):
    """The page ends while the order is under way: nobody knows whether it arrived."""
    reached, go = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def hang(request: httpx.Request) -> httpx.Response:
        loop.call_soon_threadsafe(reached.set)
        asyncio.run_coroutine_threadsafe(go.wait(), loop).result(20)
        return httpx.Response(200, json={"request_id": "abcdef"})

    application = application_of(tmp_path, monkeypatch, hang)
    run = start(application)
    await reached.wait()
    run.task.cancel()
    await asyncio.wait([run.task])
    assert left(application.workshop._budget) == DAY_S - CLIP_S
    go.set()
    await application.embedded.close()


@contextlib.contextmanager
def memory(folder: Path) -> Iterator[str]:
    yield "memory"


@pytest.mark.parametrize("storage", [memory, redis], ids=["memory", "redis"])
def test_both_counts_are_lowered_and_never_below_zero(tmp_path, storage):
    """The day's seconds and the visitor's runs come back; a count that was lost gives nothing away."""
    with storage(tmp_path) as address:
        budget = Budget(DAY_S, 1, address)
        spent = budget.spend("anna", 9.2)
        with pytest.raises(Refusal, match="Your runs are used up"):
            budget.check("anna", 1)
        budget.give_back(spent)
        assert left(budget) == DAY_S
        budget.give_back(spent)  # as if the storage had been emptied in between
        budget.spend("anna", DAY_S)
        with pytest.raises(Refusal):
            budget.check("bert", 1)
        if storage is redis:
            closed(budget)
