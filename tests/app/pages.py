"""Run the page as its users do, in a process of its own, with no ffmpeg on PATH."""

import contextlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from gradio_client import Client, handle_file

from tests.app.forking import ROOT, ForkedPage
from tests.app.other_cloud import other_cloud
from tests.app.paid import ENGINE
from tests.ports import free_port

PICTURE = ROOT / "examples/portraits/mira.jpg"
COMMAND = (sys.executable, "app.py")
VOICE = ROOT / "tests/preview/hello.mp3"


@dataclass
class Page:
    """A running page; `state` is its folder, `log` what it printed."""

    url: str
    state: Path
    log: Path
    process: subprocess.Popen[bytes] | ForkedPage

    def client(self) -> Client:
        return client_of(self.url)

    def left_behind(self) -> list[Path]:
        """Return the inputs that are still on its disk."""
        return [path for name in ("outbox", "scratch") for path in (self.state / name).iterdir()]


def client_of(url: str, **more: Any) -> Client:
    """Return a program's way into a page; what it downloads lies in the temporary folder."""
    return Client(url, verbose=False, download_files=tempfile.gettempdir(), **more)


@contextlib.contextmanager
def page(
    state: Path,
    *,
    port: int = 0,
    kill: bool = False,
    program: str = "app.py",
    command: Sequence[str] = (),
    **settings: str,
) -> Iterator[Page]:
    """Start the page on a folder of its own, and stop it at the end: by SIGTERM, or by SIGKILL.

    It forks and runs `program`, a script or a module by its name; by a `command` it is a new process instead.
    """
    port = port or free_port()
    state.mkdir(exist_ok=True)
    temporary = state / "tmp"
    temporary.mkdir(exist_ok=True)
    environment = {
        "PATH": "/nowhere",
        "HOME": str(state),
        "TMPDIR": str(temporary),
        "GRADIO_SERVER_PORT": str(port),
        "INFINITALK_STATE_DIR": str(state),
        "NO_PROXY": "127.0.0.1",
        "HTTPS_PROXY": "http://127.0.0.1:9",  # Gradio asks dns.google for names that it cannot resolve
    }
    log = state / "page.log"
    url = f"http://127.0.0.1:{port}"
    with _elsewhere(settings) as more:
        process = _started(program, command, environment | settings | more, log)
        try:
            _wait_until_up(url, process, log)
            yield Page(url, state, log, process)
        finally:
            process.kill() if kill else process.terminate()
            process.wait(30)


@contextlib.contextmanager
def _elsewhere(settings: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Yield further settings: the made-up provider asks a service in front of the one that the tests have."""
    base = settings.get("INFINITALK_BASE_URL", "http://127.0.0.1:9")
    if ENGINE != "other":
        yield {}
        return
    with other_cloud(base) as url:
        yield {"OTHER_URL": url, "OTHER_KEY": settings.get("SEGMIND_API_KEY", "")}


def _started(
    program: str, command: Sequence[str], environment: dict[str, str], log: Path
) -> subprocess.Popen[bytes] | ForkedPage:
    if not command:
        return ForkedPage(program, environment, log)
    with log.open("ab") as output:
        return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)


def _wait_until_up(url: str, process: subprocess.Popen[bytes] | ForkedPage, log: Path) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        assert process.poll() is None, log.read_text()
        with contextlib.suppress(httpx.HTTPError):
            if httpx.get(f"{url}/healthz", trust_env=False).status_code == httpx.codes.OK:
                return
        time.sleep(0.05)
    raise AssertionError(f"the page did not come up: {log.read_text()}")


def inputs(**more: Any) -> dict[str, Any]:
    """Return the named arguments of /generate, short and small."""
    return {
        "image": handle_file(str(PICTURE)),
        "audio": handle_file(str(VOICE)),
        "seconds": 4,
        "fps": 16,
    } | more
