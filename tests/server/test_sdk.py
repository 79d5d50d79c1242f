"""The vendor's own SDK drives the embedded server unmodified: a third reading of the contract."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from segmind import InferenceFailed, SegmindClient
from segmind.exceptions import SegmindError
from segmind.files import Files

from infinitalk_media import mp4
from infinitalk_server.config import ServerConfig
from tests.media.make_files import convert
from tests.server.serving import serving

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def real_server() -> Iterator[str]:
    """Yield the base URL of a server that really renders."""
    with serving(ServerConfig()) as base:
        yield base


@pytest.fixture
def client(real_server: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[SegmindClient]:
    monkeypatch.setattr(Files, "STORAGE_BASE_URL", real_server)
    client = SegmindClient(api_key="SG_x", base_url=f"{real_server}/v1")
    yield client
    client._client.close()  # the SDK has no way to close it


def uploaded(client: SegmindClient, name: str) -> str:
    return client.files.upload(str(ROOT / "examples" / name))["file_urls"][0]


def test_upload_submit_poll_and_result(client, tmp_path):
    """Two files are uploaded, the job is waited for, and the result's output downloads and plays."""
    image, audio = uploaded(client, "portraits/otto.jpg"), uploaded(client, "voices/otto.mp3")
    job = client.submit_async(
        "infinite-talk", image=image, audio=audio, prompt="Hello.", resolution="480p", fps=16
    )
    assert job.status()["status"] in ("QUEUED", "PROCESSING")
    result = job.wait(timeout=60, interval=0.2)
    assert result["status"] == "COMPLETED"
    path = tmp_path / "talk.mp4"
    path.write_bytes(httpx.get(result["output"]).content)
    facts = mp4.inspect(path)
    assert facts.duration_s == pytest.approx(6.4, abs=0.15)
    assert facts.fps == pytest.approx(16, abs=0.1)
    assert abs(facts.picture_s - facts.sound_s) < 0.15


def test_a_failed_job(client):
    """A job that cannot be done is InferenceFailed with the reason."""
    with pytest.raises(InferenceFailed) as caught:
        client.submit_async("infinite-talk", image="x", audio="y", prompt="z").wait(timeout=20, interval=0.05)
    assert "image must be an http or https address" in caught.value.detail


def test_an_unknown_request(client, real_server):
    """An id that nobody knows is a 404 to the SDK as well."""
    job = client.submit_async("mock-inference", sleep=0)
    unknown = replace(job, status_url=f"{real_server}/v2/requests/{'0' * 32}/status")
    with pytest.raises(SegmindError) as caught:
        unknown.status()
    assert caught.value.status == 404


def test_credits(client):
    """The SDK has no call for the balance; its own request to the published path finds it."""
    assert client._request("GET", "get-user-credits").json() == {"credits": 100.0, "free-credits": 0.0}


def test_run_sync(client, tmp_path):
    """The synchronous call brings the raw video, of a clip for which the SDK's 30 s are enough anywhere."""
    voice = convert(ROOT / "tests/preview/hello.mp3", tmp_path / "voice.mp3", "-t", "2")
    image, audio = uploaded(client, "portraits/lena.jpg"), uploaded(client, str(voice))
    answer = client.run_sync("infinite-talk", image=image, audio=audio, prompt="Hello.", fps=16)
    assert answer.content[4:8] == b"ftyp"
    assert answer.headers["x-cost"] == "0.0"


def test_the_mock_model(client):
    """What the SDK's own tests use is there."""
    result = client.run("mock-inference", sleep=0.01, credits=0.5)
    assert result["status"] == "COMPLETED"
    assert result["metrics"]["cost"] == 0.5
