"""A server with a quick stand-in for the renderer, shared by the tests of the HTTP API."""

from collections.abc import Iterator

import httpx
import pytest

from infinitalk_server.config import ServerConfig
from tests.server.serving import copies, serving
from tests.server.site import Site, running

KEY = "SG_local"
PICTURE = "data:image/png;base64,iVBORw0KGgo="
SOUND = "data:audio/mpeg;base64,SUQzBAA="


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, tiny_mp4: bytes) -> Iterator[str]:
    """Yield the base URL of a server that accepts any key and renders in no time."""
    command = copies(tmp_path_factory.mktemp("stand-in"), tiny_mp4)
    with serving(ServerConfig(render_command=command)) as base:
        yield base


@pytest.fixture
def http(server: str) -> Iterator[httpx.Client]:
    with connect(server) as client:
        yield client


def connect(base: str, key: str = KEY) -> httpx.Client:
    return httpx.Client(base_url=base, headers={"x-api-key": key}, trust_env=False, timeout=30)


def body_of(http: httpx.Client, **more: object) -> dict[str, object]:
    """Upload two small inputs, and return a submission that uses them."""
    urls = http.post("/upload-asset", json={"data_urls": [PICTURE, SOUND]}).json()["file_urls"]
    return {"image": urls[0], "audio": urls[1], "prompt": "Hello."} | more


def ended(http: httpx.Client, request_id: str) -> httpx.Response:
    """Look until the job has ended, and return the last poll."""
    while True:
        poll = http.get(f"/v2/requests/{request_id}/status")
        if poll.json()["status"] in ("COMPLETED", "FAILED"):
            return poll


@pytest.fixture
def site() -> Iterator[Site]:
    with running() as site:
        yield site
