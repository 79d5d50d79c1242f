"""A run that was certainly not bought is uncounted in the budget, and no other."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from infinitalk_app.messages import Refusal
from infinitalk_app.quota.budget import Budget
from tests.abuse.test_budgets import closed, redis
from tests.app.english import line
from tests.app.owner_page import (
    CLIP_S,
    DAY_S,
    Service,
    budget_of,
    click,
    close,
    ended,
    never,
    page_of,
    says,
    spent,
)


@pytest.mark.parametrize(
    ("answer", "seconds"),
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
async def test_what_was_certainly_not_bought_is_given_back(tmp_path, monkeypatch, answer, seconds):
    """An order that was not delivered or was refused leaves the day as it was; a lost answer stays spent."""
    application = page_of(tmp_path, monkeypatch, Service(answer))
    run = await ended(await click(application))
    assert run.snapshot.state == "FAILED"
    assert spent(budget_of(application)) == (seconds, 0)
    await close(application)


async def test_an_order_that_the_disk_has_no_room_for_is_given_back(tmp_path, monkeypatch):
    """Without its journal entry nothing is bought, so nothing is spent."""
    service = Service()
    application = page_of(tmp_path, monkeypatch, service)
    write = application.pipeline.journal.write

    def full(entry):
        if entry.phase == "submitting":
            raise OSError("no space left")
        write(entry)

    monkeypatch.setattr(application.pipeline.journal, "write", full)
    run = await ended(await click(application))
    assert (run.snapshot.state, service.taken, spent(budget_of(application))) == ("FAILED", 0, (0, 0))
    assert "Nothing was charged." in line(run.snapshot.trouble)
    await close(application)


@contextlib.contextmanager
def memory(folder: Path) -> Iterator[str]:
    yield "memory"


@pytest.mark.parametrize("storage", [memory, redis], ids=["memory", "redis"])
def test_both_counts_are_lowered_and_never_below_zero(tmp_path, storage):
    """The day's seconds and the visitor's runs come back; a count that was lost gives nothing away."""
    with storage(tmp_path) as address:
        budget = Budget(DAY_S, 1, address)
        run = budget.spend("anna", 9.2)
        with pytest.raises(Refusal, match="limit_visitor"):
            budget.check("anna", 1)
        budget.give_back(run)
        assert spent(budget) == (0, 0)
        budget.give_back(run)  # as if the storage had been emptied in between
        budget.spend("anna", DAY_S)
        with pytest.raises(Refusal):
            budget.check("bert", 1)
        if storage is redis:
            closed(budget)
