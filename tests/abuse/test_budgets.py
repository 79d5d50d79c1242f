"""The owner's money: one budget for page, programs and replicas, and a visitor's own key is exempt."""

import asyncio
import base64
import contextlib
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from gradio_client import handle_file
from gradio_client.exceptions import AppError

from infinitalk_app.config import SettingsError
from infinitalk_app.messages import Refusal
from infinitalk_app.quota.budget import Budget
from tests.app.conftest import KEY
from tests.app.gateway import gateway
from tests.app.mcp_client import call_tool
from tests.app.pages import PICTURE, VOICE, Page, client_of, inputs, page
from tests.app.paid import ENGINE
from tests.tools import need

OWNER = {"SEGMIND_API_KEY": "SG_owner", "INFINITALK_DAILY_SECONDS": "8"}
PAID = {"engine": ENGINE, "consent": True}


@contextlib.contextmanager
def redis(folder: Path) -> Iterator[str]:
    """Run Debian's Redis without a disk, and yield its address: a file, since a free port may be taken."""
    door = folder / "redis.sock"
    command = [need("redis-server"), "--port", "0", "--unixsocket", str(door), "--save", ""]
    with (folder / "redis.log").open("wb") as log:
        server = subprocess.Popen([*command, "--appendonly", "no", "--dir", str(folder)], stdout=log)
    try:
        until = time.monotonic() + 20
        while not door.exists():
            assert time.monotonic() < until, "Redis did not start"
            time.sleep(0.02)
        yield f"redis+unix://{door}"
    finally:
        server.terminate()
        server.wait(20)


def closed(budget: Budget) -> None:
    budget._counter.storage.storage.close()  # `limits` leaves the connection open


def test_redis_keeps_a_budget_over_a_restart_and_between_replicas(tmp_path):
    """What one process spent, neither the next one nor the neighbour can spend again, not even in a race."""
    with redis(tmp_path) as address:
        first, second = (Budget(20, 3, address) for _ in range(2))
        first.spend("anna", 9.2)
        with ThreadPoolExecutor(8) as pool:
            outcomes = list(pool.map(lambda index: spent((first, second)[index % 2], f"v{index}"), range(8)))
        assert sum(outcomes) <= 2  # five seconds each, of the ten that are left
        with pytest.raises(Refusal, match="limit_day"):
            Budget(20, 3, address).spend("bert", 15)
        closed(first)
        closed(second)


def spent(budget: Budget, visitor: str) -> bool:
    with contextlib.suppress(Refusal):
        budget.spend(visitor, 4.1)
        return True
    return False


@pytest.mark.parametrize("address", ["redos://127.0.0.1", "async+memory://", "etcd://:secret@127.0.0.1"])
def test_a_storage_that_cannot_be_used_is_a_wrong_setting(address):
    """The sentence names the variable, and does not show what may hold a password."""
    with pytest.raises(SettingsError, match="RATE_LIMIT_STORAGE") as caught:
        Budget(20, 3, address)
    assert "secret" not in str(caught.value)


def click(running: Page) -> str:
    """Order by the page's own listener, as a browser does, and return all that it shows."""
    config = httpx.get(f"{running.url}/config").json()
    parts = {part["id"]: part["props"] for part in config["components"]}
    files = [("files", (path.name, path.read_bytes())) for path in (PICTURE, VOICE)]
    paths = httpx.post(f"{running.url}/gradio_api/upload", files=files).json()
    picture, voice = ({"path": path, "meta": {"_type": "gradio.FileData"}} for path in paths)
    filled = {"picture": picture, "voice": voice, "seconds": 4, "engine": ENGINE, "consent": True}
    event = next(event for event in config["dependencies"] if "infinitalk.click" in str(event["js"]))
    values = [filled.get(parts[i].get("elem_id"), parts[i].get("value")) for i in event["inputs"]]
    join = {"data": values, "fn_index": event["id"], "session_hash": "0123456789"}
    assert httpx.post(f"{running.url}/gradio_api/queue/join", json=join).is_success
    stream = f"{running.url}/gradio_api/queue/data?session_hash=0123456789"
    with httpx.stream("GET", stream, timeout=60) as lines:
        return "".join(line for line in lines.iter_lines() if line.startswith("data:"))


def by_mcp(running: Page) -> str:
    """Order as an assistant does, and return what the tool says."""
    files = {"image": f"data:image/jpeg;base64,{base64.b64encode(PICTURE.read_bytes()).decode()}"}
    files |= {"audio": f"data:audio/mpeg;base64,{base64.b64encode(VOICE.read_bytes()).decode()}"}

    return asyncio.run(call_tool(running.url, {**files, "seconds": 4, **PAID}))


def test_every_way_in_shares_one_budget_and_an_own_key_is_exempt(tmp_path, segmind):
    """Eight seconds are two runs of four, however they are asked for; the visitor's own key still works."""
    with gateway(segmind) as gate:
        settings = {**OWNER, "INFINITALK_BASE_URL": gate.base, "HOSTING": "segmind"}
        with page(tmp_path / "state", **settings) as running:
            client = running.client()
            for name in ("generate", "submit"):
                assert client.predict(**inputs(**PAID), api_name=f"/{name}")
            for name in ("generate", "submit"):
                with pytest.raises(AppError, match="Enough for today"):
                    client.predict(**inputs(**PAID), api_name=f"/{name}")
            assert "Enough for today" in click(running)
            assert "Enough for today" in by_mcp(running)
            assert gate.bought == 2
            status = client.predict(**inputs(**PAID, api_key=KEY), api_name="/generate")[1]
            assert status["state"] == "COMPLETED"
            assert gate.bought == 3
            assert "A second process counts from zero" in running.log.read_text()


def test_what_is_refused_before_the_purchase_is_not_counted(tmp_path, segmind):
    """A file that cannot be read costs the day nothing."""
    bad = tmp_path / "voice.mp3"
    bad.write_bytes(b"no sound at all" * 100)
    settings = {**OWNER, "INFINITALK_BASE_URL": segmind, "HOSTING": "segmind"}
    with page(tmp_path / "state", **settings) as running:
        client = running.client()
        for _ in range(3):
            with pytest.raises(AppError, match="not a sound"):
                client.predict(**inputs(**PAID, audio=handle_file(str(bad))), api_name="/generate")
        for _ in range(2):
            assert client.predict(**inputs(**PAID), api_name="/generate")[1]["state"] == "COMPLETED"


def test_without_a_proxy_no_header_makes_a_visitor_another(tmp_path, segmind):
    """With TRUST_PROXY=0 a run a day is a run a day, also for this machine, and whatever uvicorn is told."""
    settings = {**OWNER, "INFINITALK_BASE_URL": segmind, "HOSTING": "segmind", "INFINITALK_VISITOR_RUNS": "1"}
    paid = inputs(**PAID)
    with page(tmp_path / "state", FORWARDED_ALLOW_IPS="*", **settings) as running:
        client_of(running.url, headers={"X-Forwarded-For": "9.9.9.9"}).predict(**paid, api_name="/generate")
        for name in ("X-Forwarded-For", "X-Real-IP"):
            with pytest.raises(AppError, match="Your runs are used up"):
                client_of(running.url, headers={name: "8.8.8.8"}).predict(**paid, api_name="/generate")
