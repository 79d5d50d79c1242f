"""Questions after runs, each of which may be passed on to the service."""

import asyncio
from types import SimpleNamespace

import pytest

from infinitalk_app.application import STATUS_QUERIES_PER_VISITOR
from infinitalk_app.runs.manager import Run, Snapshot
from infinitalk_app.ui.api import Programs
from infinitalk_server.fair_queue import FairQueue
from tests.app.english import TEXTS
from tests.app.providers import PROVIDERS, SEGMIND


async def _first(call):
    """Return the first answer of either kind of call."""
    return await anext(call) if hasattr(call, "__anext__") else await call


@pytest.mark.parametrize("name", ["talk_status", "talk_result"])
async def test_a_visitor_has_a_few_questions_under_way_and_others_are_answered(name):
    """Of a hundred made-up ids eight reach the service at a time; another visitor's question is answered."""
    asked, answered = [], asyncio.Event()

    async def resume(request_id, engine, api_key):
        asked.append(request_id)
        if request_id.startswith("made-up"):
            await answered.wait()
        return Run(Snapshot("a" * 32, SEGMIND, 0.0, polled=True, state="QUEUED"))

    application = SimpleNamespace(
        run_service=SimpleNamespace(resume=resume),
        providers=PROVIDERS,
        texts=TEXTS,
        status_queries=FairQueue(64, per_name=STATUS_QUERIES_PER_VISITOR),
        visitor_of=lambda visitor: visitor,
    )
    call = getattr(Programs(application), name)
    many = [asyncio.ensure_future(_first(call(f"made-up-{number}", "k", "anna"))) for number in range(100)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert len(asked) == STATUS_QUERIES_PER_VISITOR
    await _first(call("own", "k", "bert"))
    assert asked[STATUS_QUERIES_PER_VISITOR:] == ["own"]
    answered.set()
    await asyncio.gather(*many)
    assert len(asked) == 101
