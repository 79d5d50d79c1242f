"""The owner's key beyond one page and one visitor: other processes, made-up ids, forged headers."""

import subprocess
import sys
from dataclasses import replace

import pytest
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection

from infinitalk_app.messages import Trouble
from infinitalk_app.runs import pipeline
from infinitalk_app.runs.journal import new_token
from tests.abuse.test_budget_table import Scene
from tests.abuse.test_budgets import closed, redis
from tests.app.forking import ROOT
from tests.app.owner_page import (
    CLIP_S,
    budget_of,
    close,
    ended,
    spent,
)

BUYING = """\
import contextlib, sys
from infinitalk_app.quota.budget import Budget
from infinitalk_app.messages import Refusal
budget, taken = Budget(int(sys.argv[2]), None, sys.argv[1]), []
sys.stdin.readline()
with contextlib.suppress(Refusal):
    while True:
        taken.append(budget.spend("anna", int(sys.argv[3])))
print(len(taken), flush=True)
sys.stdin.readline()
for spent in taken:
    budget.give_back(spent)
"""


def test_processes_share_a_redis(tmp_path):
    """Three processes that buy as fast as they can get the day's seconds together, and can give all back."""
    many, cost = 40, 3
    with redis(tmp_path) as address:
        command = [sys.executable, "-c", BUYING, address, str(many * cost + 2), str(cost)]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        buyers = [subprocess.Popen(command, cwd=ROOT, **pipes) for _ in range(3)]
        for word in ("begin", "give back"):
            for buyer in buyers:
                buyer.stdin.write(f"{word}\n")
                buyer.stdin.flush()
            if word == "begin":
                assert sum(int(buyer.stdout.readline()) for buyer in buyers) == many
        assert [buyer.wait(30) for buyer in buyers] == [0, 0, 0]
        for buyer in buyers:
            buyer.communicate()
        from infinitalk_app.quota.budget import Budget

        budget = Budget(many * cost + 2, None, address)
        assert spent(budget)[0] == 0
        closed(budget)


async def test_made_up_ids_cost_no_request(tmp_path, monkeypatch):
    """The owner's key asks after no job that the journal does not know, however often it is asked for."""
    scene = Scene(tmp_path, monkeypatch, {})
    (bought,) = await scene.orders(1)
    scene.service.asked.clear()
    made_up = [f"job-{n}" for n in range(100, 130)] + [new_token() for _ in range(30)]
    for anew in (False, True):
        runs = [await scene.page.run_service.resume(name, "infinitetalk", retry=anew) for name in made_up]
        assert {run.snapshot.trouble for run in runs} == {Trouble.of("whose")}
        assert not any(run.task for run in runs)
    assert scene.service.asked == []
    await scene.restart()
    known = await ended(await scene.page.run_service.resume(str(bought.snapshot.request_id), "infinitetalk"))
    assert known.snapshot.request_id == bought.snapshot.request_id
    await close(scene.page)


FORGED = [
    {},
    {"x-forwarded-for": "9.9.9.9"},
    {"x-forwarded-for": "not an address, 1.1.1.1", "x-real-ip": "9.9.9.9"},
    {"forwarded": "for=9.9.9.9", "cf-connecting-ip": "1.1.1.1", "true-client-ip": "1.0.0.1"},
]


@pytest.mark.parametrize(
    ("settings", "added"),
    [
        pytest.param({}, "", id="no proxy"),
        pytest.param({"trust_proxy": 1}, "8.8.8.8", id="one proxy"),
        pytest.param({"trust_proxy": 2}, "8.8.8.8, 10.0.0.2", id="two proxies"),
        pytest.param({"space_host": "me-talk.hf.space"}, "8.8.8.8, 10.0.0.2", id="a Space"),
        pytest.param({"space_host": "me.hf.space", "trust_proxy": 1}, "8.8.8.8", id="a Space that says one"),
    ],
)
async def test_no_header_makes_a_visitor_another(tmp_path, monkeypatch, settings, added):
    """Whatever a visitor types before what the proxies add, a run a day is a run a day."""
    scene = Scene(tmp_path, monkeypatch, {"infinitalk_visitor_runs": 1} | settings)
    for typed in FORGED:
        told = ", ".join(filter(None, (typed.get("x-forwarded-for"), added)))
        headers = Headers(typed | ({"x-forwarded-for": told} if told else {}))
        scope = {"type": "http", "client": ("10.0.0.1", 0), "headers": headers.raw}
        visitor = scene.page.visitor_of(HTTPConnection(scope))
        (run,) = await scene.orders(1, visitor=visitor)
        used_up = run.snapshot.trouble == Trouble.of("limit_visitor")
        assert (visitor, used_up) == ("8.8.8.8" if added else "10.0.0.1", typed != {})
    assert spent(budget_of(scene.page), visitor) == (CLIP_S, 1)
    await close(scene.page)


async def test_a_voice_counts_by_its_own_length(tmp_path, monkeypatch):
    """Not by the seconds that were asked for, of which a short voice has less; begun ones count whole."""
    scene = Scene(tmp_path, monkeypatch, {})
    usual = pipeline.prepare
    monkeypatch.setattr(pipeline, "prepare", lambda *given: replace(usual(*given), clip_s=2.5))
    await scene.orders(1)
    assert spent(budget_of(scene.page)) == (3, 0)
    await close(scene.page)
