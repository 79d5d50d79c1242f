"""Every test that takes `connect` runs with both clients, the asynchronous one under asyncio and trio."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from anyio.from_thread import start_blocking_portal

from infinitalk_client import AsyncClient, Client, TalkRequest
from tests.client.blocking import Blocking
from tests.client.fakes import BASE, Fake, Time

KEY = "SG_a_made_up_key"


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def talk() -> TalkRequest:
    return TalkRequest(image="https://example.com/a.jpg", audio="https://example.com/a.mp3", seed=7)


@pytest.fixture(params=["sync", "asyncio", "trio"])
def connect(request: pytest.FixtureRequest, time: Time) -> Iterator[Callable[..., Any]]:
    """Return a function that makes a client of a scripted fake, with a clock that only sleeping moves."""
    if request.param == "sync":
        yield lambda fake, **more: Client(**_settings(fake, time), sleep=time.sleep, **more)
        return
    with start_blocking_portal(request.param) as portal:
        yield lambda fake, **more: Blocking(
            AsyncClient(**_settings(fake, time), sleep=time.asleep, **more), portal
        )


def _settings(fake: Fake, time: Time) -> dict[str, Any]:
    return {
        "api_key": KEY,
        "base_url": BASE,
        "transport": httpx.MockTransport(fake),
        "clock": time.clock,
        "rng": lambda: 0.5,
    }
