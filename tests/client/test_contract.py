"""One contract, three servers: a scripted fake, the embedded server in process, and the same on a port.

The scenarios are written once, for both clients; the embedded server in process is asynchronous only.
"""

import contextlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal

from infinitalk_client import (
    AsyncClient,
    Client,
    InsufficientCredits,
    JobExpired,
    JobFailed,
    JobState,
    NotAuthorized,
    TalkRequest,
)
from infinitalk_media import mp4
from infinitalk_server.config import ServerConfig
from infinitalk_server.routes import create_app
from tests.client.blocking import Blocking
from tests.client.fakes import Fake, completed, error, finished, media, state, submitted
from tests.server.serving import copies, serving

ROOT = Path(__file__).parent.parent.parent
UNKNOWN = "f" * 32
FAKE_BASE = "http://fake.test"


class Service(NamedTuple):
    """Where a client goes, and through which transport; the transport's maker gets asynchronous or not."""

    base: str
    transport: Callable[[], Any]


@contextlib.contextmanager
def fake(command: Any, video: bytes, **trouble: Any) -> Iterator[Service]:
    """Script the answers that a server of this kind would give."""
    script: dict[str, Any] = {
        "submit": submitted(),
        "status": [state("QUEUED", queue_position=0), state("PROCESSING"), completed()],
        "result": finished(seed=7),
        "media": media(video),
        "generate_now": media(video, x_cost="0.0", x_seed_value="7"),
        "upload": httpx.Response(200, json={"file_urls": [f"{FAKE_BASE}/assets/a.jpg"]}),
        "credits": httpx.Response(200, json={"credits": 100.0, "free-credits": 0.0}),
        "history": httpx.Response(200, json={"model_status": "COMPLETED", "credits_deduction": 0.0}),
    }
    if "fail_with" in trouble:
        failed = {"error": trouble["fail_with"], "code": "blocked", "values": {"words": 2}}
        script["status"] = script["result"] = state("FAILED", 422, **failed)
    if "no_credits" in trouble:
        script["submit"] = script["generate_now"] = error(
            trouble["no_credits"], "Insufficient credits", {"code": "no_credits"}
        )
        script["credits"] = httpx.Response(200, json={"credits": 0.0, "free-credits": 0.0})
    if "keys" in trouble:
        script = dict.fromkeys(script, error(401, "Unauthorized. API key is invalid or may have expired."))
    handler = Fake(**script)

    def answer(request: httpx.Request) -> httpx.Response:
        return error(404) if UNKNOWN in str(request.url) else handler(request)

    yield Service(FAKE_BASE, lambda: httpx.MockTransport(answer))


@contextlib.contextmanager
def on_a_port(command: Any, video: bytes, **trouble: Any) -> Iterator[Service]:
    with serving(ServerConfig(render_command=command, **trouble)) as base:
        yield Service(base, lambda: None)


SERVERS = {"fake": fake, "port": on_a_port}


@pytest.fixture(
    params=[
        "fake-sync",
        "fake-asyncio",
        "fake-trio",
        "port-sync",
        "port-asyncio",
        "port-trio",
        "process-asyncio",
    ]
)
def connect(request: pytest.FixtureRequest, tmp_path: Path, tiny_mp4: bytes) -> Iterator[Callable[..., Any]]:
    """Return a function that makes a client of a server in some trouble."""
    server, kind = request.param.split("-")
    command = copies(tmp_path, tiny_mp4, seconds=0.1)
    with contextlib.ExitStack() as life:
        portal = None if kind == "sync" else life.enter_context(start_blocking_portal(kind))

        def make(**trouble: Any) -> Any:
            if portal and server == "process":
                return _in_process(life, portal, ServerConfig(render_command=command, **trouble))
            service = life.enter_context(SERVERS[server](command, tiny_mp4, **trouble))
            settings = {"base_url": service.base, "transport": service.transport()}
            if portal:
                return _closed_with(life, Blocking(AsyncClient("SG_x", **settings), portal))
            return life.enter_context(Client("SG_x", **settings))

        yield make


def _in_process(life: contextlib.ExitStack, portal: BlockingPortal, settings: ServerConfig) -> Blocking:
    app = create_app(settings)
    life.callback(portal.call, app.state.api.aclose)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    client = AsyncClient("SG_x", base_url="http://localhost", transport=transport)
    return _closed_with(life, Blocking(client, portal))


def _closed_with(life: contextlib.ExitStack, client: Blocking) -> Blocking:
    life.callback(client.close)
    return client


@pytest.fixture
def picture() -> Path:
    return ROOT / "examples/portraits/mira.jpg"


@pytest.fixture
def voice() -> Path:
    return ROOT / "tests/preview/hello.mp3"


def talk(client: Any, picture: Path, voice: Path, **more: Any) -> TalkRequest:
    return TalkRequest(image=client.upload(picture), audio=client.upload(voice), seed=7, **more)


def test_from_files_to_a_whole_video(connect, picture, voice, tmp_path):
    """Upload, submit, watch, download: states in their order, a whole MP4, its cost and seed."""
    client = connect()
    job = client.submit(talk(client, picture, voice))
    statuses = list(job.watch(poll_every=0.02, timeout=20))
    order = [JobState.QUEUED, JobState.PROCESSING, JobState.COMPLETED]
    found = [order.index(status.state) for status in statuses]
    assert found == sorted(found)
    assert statuses[-1].state is JobState.COMPLETED
    path = job.download(tmp_path / "talk.mp4", poll_every=0.02)
    assert mp4.inspect(path).frames > 0
    result = job.wait(poll_every=0.02)
    assert result.seed == 7
    assert result.metrics.cost is not None
    assert result.request_id == job.request_id


def test_a_job_is_resumed_by_its_id(connect, picture, voice, tmp_path):
    """Another handle of the same id, made later, downloads the same video."""
    client = connect()
    request_id = client.submit(talk(client, picture, voice)).request_id
    assert client.job(request_id).download(tmp_path / "talk.mp4", poll_every=0.02).exists()


def test_a_failed_job_tells_why(connect, picture, voice):
    """FAILED becomes JobFailed with the service's words and the id."""
    client = connect(fail_with="content blocked")
    job = client.submit(talk(client, picture, voice))
    with pytest.raises(JobFailed, match="content blocked") as caught:
        job.wait(poll_every=0.02)
    assert caught.value.request_id == job.request_id
    status = job.status()
    assert status.state is JobState.FAILED
    assert (caught.value.service_code, caught.value.service_values) == (
        status.service_code,
        status.service_values,
    )


def test_an_unknown_job_is_expired(connect):
    """An id that the service does not know is JobExpired at once."""
    client = connect()
    for ask in (client.job(UNKNOWN).status, client.job(UNKNOWN).wait, client.job(UNKNOWN).result):
        with pytest.raises(JobExpired) as caught:
            ask()
        assert caught.value.request_id == UNKNOWN


@pytest.mark.parametrize("status", [402, 406])
def test_an_empty_account_is_told_by_either_status(connect, picture, voice, status, tmp_path):
    """402 and 406 both mean InsufficientCredits, on v2 and on v1."""
    client = connect(no_credits=status)
    request = talk(client, picture, voice)
    with pytest.raises(InsufficientCredits) as caught:
        client.submit(request)
    assert caught.value.status == status
    with pytest.raises(InsufficientCredits):
        client.generate_now(request, tmp_path / "talk.mp4")
    assert client.credits().total == 0


def test_a_wrong_key_is_refused_everywhere(connect, picture):
    """Every call raises NotAuthorized, and nothing is started."""
    client = connect(keys=("another",))
    request = TalkRequest(image="https://a.test/a.jpg", audio="https://a.test/a.mp3")
    calls = [client.credits, lambda: client.upload(picture), lambda: client.submit(request)]
    calls += [client.job(UNKNOWN[:-1] + "0").status, lambda: client.history("0" * 32)]
    for call in calls:
        with pytest.raises(NotAuthorized):
            call()


def test_the_account_and_the_history(connect, picture, voice):
    """The balance is a number, and the history knows a finished job."""
    client = connect()
    assert client.credits().total == 100
    job = client.submit(talk(client, picture, voice))
    job.wait(poll_every=0.02)
    entry = client.history(job.request_id)
    assert (entry.state, entry.cost, entry.request_id) == (JobState.COMPLETED, 0.0, job.request_id)


def test_the_synchronous_call_brings_the_video(connect, picture, voice, tmp_path):
    """v1 leaves the same checked file and returns cost and seed."""
    client = connect()
    result = client.generate_now(talk(client, picture, voice), tmp_path / "talk.mp4")
    assert mp4.inspect(result.path).frames > 0
    assert (result.metrics.cost, result.seed) == (0.0, 7)


def test_a_result_before_its_time_is_none(connect, picture, voice):
    """A job that still runs has no result yet."""
    client = connect(delay_s=0.3)
    job = client.submit(talk(client, picture, voice))
    began = time.monotonic()
    while job.result() is None:
        assert time.monotonic() - began < 20
    assert job.result().url
