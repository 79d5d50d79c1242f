"""The examples of the client, run as they stand in `examples/`, against the embedded server."""

import contextlib
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from infinitalk_client import Client, TalkRequest
from infinitalk_media import mp4
from infinitalk_server.config import ServerConfig
from tests.client.shell import PICTURE, ROOT, VOICE, environment
from tests.server.serving import copies, serving
from tests.tools import need

EXAMPLES = ROOT / "examples"
OTHER_VOICE = ROOT / "tests/preview/morning.mp3"


@pytest.fixture
def service(tmp_path: Path, tiny_mp4: bytes) -> Iterator[str]:
    """Yield the address of a service with a quick renderer; each render adds a letter to `runs`."""
    (tmp_path / "service").mkdir()
    with serving(ServerConfig(render_command=copies(tmp_path / "service", tiny_mp4, seconds=0.2))) as base:
        yield base


def call(service: str, folder: Path, command: str, *words: object) -> subprocess.CompletedProcess[str]:
    """Run one example in a folder of its own."""
    start = [sys.executable] if command.endswith(".py") else []
    return subprocess.run(
        [*start, str(EXAMPLES / command), *map(str, words)],
        cwd=folder,
        env=environment(service, POLL_EVERY="0.2"),
        capture_output=True,
        text=True,
        check=False,
    )


def assert_saved(done: subprocess.CompletedProcess[str], target: Path) -> None:
    assert done.returncode == 0, done.stderr
    assert f"saved {target.name}" in done.stdout
    assert mp4.inspect(target).frames > 0


def uploaded(service: str) -> tuple[str, str]:
    with Client("any key", base_url=service) as client:
        return client.upload(PICTURE), client.upload(VOICE)


@pytest.mark.parametrize(
    "path", sorted([*EXAMPLES.glob("*.py"), *EXAMPLES.glob("*.sh")]), ids=lambda path: path.name
)
def test_each_has_one_idea(path):
    """An example is under 30 lines, and its first words say how to call it."""
    text = path.read_text()
    assert len(text.splitlines()) < 30
    assert path.stem in text[:80]


@pytest.mark.parametrize("name", ["talk.py", "talk_async.py"])
def test_two_files_become_a_video(service, tmp_path, name):
    """Blocking and awaited, it shows the states and saves the video."""
    done = call(service, tmp_path, name, PICTURE, VOICE, "talk.mp4")
    assert_saved(done, tmp_path / "talk.mp4")
    assert "COMPLETED" in done.stdout


def test_many_are_made_and_one_that_fails_stops_none(service, tmp_path):
    """Each voice has its video; a file that is no sound of the storage's kind is told."""
    (tmp_path / "odd.wav").write_bytes(b"RIFF")
    done = call(service, tmp_path, "many.py", PICTURE, VOICE, OTHER_VOICE, tmp_path / "odd.wav")
    assert_saved(done, tmp_path / "hello.mp4")
    assert_saved(done, tmp_path / "morning.mp4")
    assert "no video for" in done.stdout
    assert (tmp_path / "service/runs").read_text() == "xx"


def test_a_job_is_resumed_by_its_id(service, tmp_path):
    """Nothing but the id is needed; an unknown one is told without a traceback."""
    with Client("any key", base_url=service) as client:
        job = client.submit(TalkRequest(*uploaded(service)))
    done = call(service, tmp_path, "resume.py", job.request_id, "talk.mp4")
    assert_saved(done, tmp_path / "talk.mp4")
    assert (tmp_path / "service/runs").read_text() == "x"


def test_a_failed_job_is_resumed_into_a_sentence(tmp_path):
    """The service's reason is what is printed."""
    with serving(ServerConfig(fail_with="no face was found")) as service:
        with Client("any key", base_url=service) as client:
            job = client.submit(TalkRequest(*uploaded(service)))
        done = call(service, tmp_path, "resume.py", job.request_id, "talk.mp4")
    assert done.returncode == 1
    assert "not charged: no face was found" in done.stderr


def test_the_bare_api_by_curl(service, tmp_path):
    """Submitted once, looked at, downloaded; without Python."""
    need("curl")
    done = call(service, tmp_path, "talk.sh", *uploaded(service), "talk.mp4")
    assert_saved(done, tmp_path / "talk.mp4")
    assert (tmp_path / "service/runs").read_text() == "x"


def test_curl_tells_why_a_job_failed(tmp_path):
    """It ends, instead of asking for ever."""
    need("curl")
    with serving(ServerConfig(fail_with="no face was found")) as service:
        done = call(service, tmp_path, "talk.sh", *uploaded(service), "talk.mp4")
    assert done.returncode == 1
    assert "no face was found" in done.stdout


@contextlib.contextmanager
def web_service(upstream: str, log: Path) -> Iterator[str]:
    """Run `examples/service.py` on a port, as its first line says."""
    command = [sys.executable, "-m", "uvicorn", "service:app", "--app-dir", str(EXAMPLES), "--port", "0"]
    with log.open("w") as remarks:
        process = subprocess.Popen(command, env=environment(upstream), stderr=remarks)
    try:
        while "running on http" not in log.read_text():
            assert process.poll() is None, log.read_text()
            time.sleep(0.02)
        yield log.read_text().split("running on ")[1].split()[0]
    finally:
        process.terminate()
        process.wait(20)


def test_a_web_service_of_ones_own(service, tmp_path):
    """It hands out ids, answers 425 until there is a video, then sends the caller to it; errors are told."""
    image, audio = uploaded(service)
    with web_service(service, tmp_path / "log") as base, httpx.Client(base_url=base) as http:
        request_id = http.post("/talks", params={"image": image, "audio": audio}).json()
        while (answer := http.get(f"/talks/{request_id}")).status_code == 425:
            time.sleep(0.05)
        assert answer.is_redirect
        assert http.get(answer.headers["location"]).content[4:8] == b"ftyp"
        lost = http.get("/talks/unknown")
        assert lost.status_code == 502
        assert "does not know job" in lost.json()["error"]
    assert (tmp_path / "service/runs").read_text() == "x"
