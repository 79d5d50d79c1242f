"""Renders that crash, hang, write nonsense or are cancelled: the job fails; no process or file is left."""

import asyncio
import os
import re
import signal
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from infinitalk_media import child_process
from infinitalk_server import render_process
from infinitalk_server.config import ServerConfig
from infinitalk_server.errors import BadInput
from infinitalk_server.render_process import render
from infinitalk_server.routes import create_app
from infinitalk_server.schemas import TalkRequest
from tests.processes import assert_gone, children_of
from tests.server.conftest import body_of, connect, ended
from tests.server.serving import copies, serving, stand_in

SUBMIT = "/v2/infinite-talk"
ROOT = Path(__file__).parent.parent.parent
TALK = TalkRequest(image="http://a.test/a", audio="http://a.test/b", prompt="Hello.", fps=16)


def reason_of_failure(command: tuple[str, ...], **settings: object) -> str:
    """Return the reason with which a job fails under a renderer."""
    with serving(ServerConfig(render_command=command, **settings)) as base, connect(base) as http:
        poll = ended(http, http.post(SUBMIT, json=body_of(http)).json()["request_id"])
    assert poll.status_code == 422
    return poll.json()["error"]


@pytest.fixture(autouse=True)
def own_temporary_folder(tmp_path, monkeypatch):
    """Let every temporary file of a test be seen, and find none at its end."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    assert list(folder.iterdir()) == []


def test_a_renderers_last_words_are_in_the_log(tmp_path, caplog):
    """The visitor reads that it stopped; the log has what it wrote to stderr."""
    reason = reason_of_failure(stand_in(tmp_path, "sys.exit('no module named cv2')"))
    assert "cv2" not in reason
    assert "no module named cv2" in caplog.text


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("os.kill(os.getpid(), signal.SIGKILL)", "exit code -9"),
        ("raise SystemExit(1)", "exit code 1"),
        ("raise RuntimeError('boom')", "exit code 1"),
        ("pass", "left no video"),
        ('print(\'{"error": "The picture is damaged."}\'); sys.exit(2)', "^The picture is damaged.$"),
        (
            "print('rubbish', 5, flush=True); print('[1]'); print('{'); print('x' * 100000); sys.exit(3)",
            "exit code 3",
        ),
        ('print(\'{"progress": {"done": "many"}}\'); print(\'{"progress": 7}\'); sys.exit(2)', "exit code 2"),
    ],
)
def test_a_render_that_ends_badly_fails_its_job(tmp_path, code, reason):
    """A kill, a crash, nonsense and a missing video have a reason each; the child's sentence is passed on."""
    assert re.search(reason, reason_of_failure(stand_in(tmp_path, code)))


@pytest.mark.parametrize(
    ("picture", "sound", "reason"),
    [
        ("portrait", b"#EXTM3U\n#EXTINF:5,\nfile:///etc/hostname\n", "not a sound file"),
        ("portrait", b"ffconcat version 1.0\nfile sound\n", "not a sound file"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 300 300\n", b"", "not a picture"),
    ],
    ids=["HLS", "ffconcat", "EPS"],
)
def test_inputs_are_read_through_the_guard(picture, sound, reason):
    """The true renderer takes no playlist and no program for an input; the sentence names no path."""
    image = (ROOT / "examples/portraits/mira.jpg").read_bytes() if picture == "portrait" else picture
    with pytest.raises(BadInput, match=reason) as caught:
        render(image, sound, TALK, ServerConfig().render_command, 60)
    assert "/" not in str(caught.value)


def test_a_render_that_hangs_is_stopped(tmp_path):
    """After the time limit the child is killed, with the children that it has itself."""
    pids = tmp_path / "pids"
    code = f"""
import subprocess
inner = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
open({str(pids)!r}, "w").write(f"{{os.getpid()}} {{inner.pid}}")
signal.signal(signal.SIGTERM, signal.SIG_IGN)
time.sleep(600)
"""
    # Long enough for a child to begin, which leaves the cores to all others.
    assert "longer than 6 s" in reason_of_failure(stand_in(tmp_path, code), render_timeout_s=6)
    for pid in pids.read_text().split():
        assert_gone(int(pid))


@pytest.mark.skipif(not hasattr(os, "waitid"), reason="macOS before Python 3.13 cannot wait without reaping")
def test_no_number_is_signalled_that_may_be_anothers(tmp_path, monkeypatch):
    """The group of a child is ended while the dead child still holds its number, never after."""
    reaped, end = [], child_process.kill_group
    monkeypatch.setattr(child_process, "kill_group", lambda one: (reaped.append(one.returncode), end(one)))
    with pytest.raises(render_process.RenderFailed):
        render(b"", b"", TALK, stand_in(tmp_path, "sys.exit(1)"), 60)
    assert reaped == [None]


def test_the_child_sees_no_key(tmp_path, monkeypatch):
    """No secret of the page's environment reaches the process that reads strangers' files."""
    monkeypatch.setenv("SEGMIND_API_KEY", "SG_secret")
    seen = tmp_path / "seen"
    code = f"open({str(seen)!r}, 'w').write(repr(dict(os.environ)) + repr(sys.argv)); sys.exit(1)"
    reason_of_failure(stand_in(tmp_path, code))
    assert "SG_secret" not in seen.read_text()
    assert "PATH" in seen.read_text()


def test_temporary_files_of_a_killed_child_go_with_it(tmp_path):
    """What the child leaves in its temporary folder is removed though it could not do so itself."""
    code = "import tempfile; tempfile.mkdtemp(); os.kill(os.getpid(), signal.SIGKILL)"
    assert "exit code -9" in reason_of_failure(stand_in(tmp_path, code))


async def test_closing_in_process_ends_everything(tmp_path):
    """Embedded, without a lifespan, `aclose` kills the render in hand and fails what waits."""
    pid_file = tmp_path / "pid"
    command = stand_in(tmp_path, f"open({str(pid_file)!r}, 'w').write(str(os.getpid())); time.sleep(600)")
    app = create_app(ServerConfig(render_command=command))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    headers = {"x-api-key": "k"}
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost", headers=headers) as http:
        urls = ["data:image/png;base64,AAAA", "data:audio/mpeg;base64,AAAA"]
        uploaded = (await http.post("/upload-asset", json={"data_urls": urls})).json()["file_urls"]
        body = {"image": uploaded[0], "audio": uploaded[1], "prompt": "Hi."}
        ids = [(await http.post(SUBMIT, json=body)).json()["request_id"] for _ in range(2)]
        while not (pid_file.exists() and pid_file.read_text()):  # noqa: ASYNC110  # another process writes it
            await asyncio.sleep(0.01)  # an exchange in process gives the loop no turn
        await app.state.api.aclose()
        for request_id in ids:
            poll = await http.get(f"/v2/requests/{request_id}/status")
            assert (poll.status_code, poll.json()["error"]) == (422, "The server was stopped.")
    assert_gone(int(pid_file.read_text()))


@pytest.fixture
def hang_up_counts():
    """Let children hear SIGHUP, also where these tests run under nohup, which has them ignore it."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_stopped_server_leaves_no_process_and_no_file(own_temporary_folder, hang_up_counts, number):
    """`python -m infinitalk_server`, stopped in mid-render, takes child and files along, without a fuss.

    The caller of a synchronous call gets an answer before the connection is cut.
    """
    server = subprocess.Popen(
        [sys.executable, "-m", "infinitalk_server", "--port", "0"],
        cwd=ROOT,
        env=os.environ | {"TMPDIR": str(own_temporary_folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with server, connect(server.stdout.readline().split()[-1]) as http:
        urls = [
            http.post("/upload-asset", json={"data_urls": [data_url(path)]}).json()["file_urls"][0]
            for path in ("examples/portraits/mira.jpg", "tests/preview/hello.mp3")
        ]
        body = {"image": urls[0], "audio": urls[1], "prompt": "Hi.", "resolution": "720p", "fps": 30}
        with ThreadPoolExecutor() as threads:
            waiting = threads.submit(http.post, "/v1/infinite-talk", json=body)
            while not any(map(children_of, children_of(server.pid))):  # the renderer's own ffmpeg
                assert not waiting.done(), waiting.result().text
            children = children_of(server.pid)
            server.send_signal(number)
            answer = waiting.result()
        server.wait(30)
        assert server.stderr.read() == ""
    assert (answer.status_code, answer.json()["error"]) == (422, "The server was stopped.")
    for pid in children:
        assert_gone(pid)


def data_url(path: str) -> str:
    import base64

    kind = "image/jpeg" if path.endswith(".jpg") else "audio/mpeg"
    return f"data:{kind};base64," + base64.b64encode((ROOT / path).read_bytes()).decode()


def test_another_executor_can_render(tmp_path, tiny_mp4):
    """The render is a function of plain values: it runs in a pool of processes, too."""
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    from starlette.testclient import TestClient

    command = copies(tmp_path, tiny_mp4)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        app = create_app(ServerConfig(render_command=command), executor=pool)
        with TestClient(app, base_url="http://localhost", headers={"x-api-key": "k"}) as http:
            assert http.post("/v1/infinite-talk", json=body_of(http)).content == tiny_mp4
