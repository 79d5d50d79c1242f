"""Every test that takes `connect` runs with both clients, the asynchronous one under asyncio and trio."""

import contextlib
import resource
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from anyio.from_thread import start_blocking_portal

from infinitalk_client import AsyncClient, Client, TalkRequest
from tests.client.blocking import Blocking
from tests.client.fakes import BASE, Clock, Fake

KEY = "SG_a_made_up_key"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def talk() -> TalkRequest:
    return TalkRequest(image="https://example.com/a.jpg", audio="https://example.com/a.mp3", seed=7)


@pytest.fixture(params=["sync", "asyncio", "trio"])
def connect(request: pytest.FixtureRequest, clock: Clock) -> Iterator[Callable[..., Any]]:
    """Return a function that makes a client of a scripted fake, with a clock that only sleeping moves."""
    if request.param == "sync":
        yield lambda fake, **more: Client(**_settings(fake, clock), sleep=clock.sleep, **more)
        return
    with start_blocking_portal(request.param) as portal:
        yield lambda fake, **more: Blocking(
            AsyncClient(**_settings(fake, clock), sleep=clock.async_sleep, **more), portal
        )


@contextlib.contextmanager
def full_disk(most: int) -> Iterator[None]:
    """Let every write beyond so many bytes of a file fail, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def _settings(fake: Fake, clock: Clock) -> dict[str, Any]:
    return {
        "api_key": KEY,
        "base_url": BASE,
        "transport": httpx.MockTransport(fake),
        "clock": clock.time,
        "rng": lambda: 0.5,
    }
