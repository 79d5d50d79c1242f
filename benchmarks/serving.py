"""Starts the servers that are measured, each in a process of its own and on a folder of its own."""

import contextlib
import http.client
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measuring import ROOT

KEY = "SG_benchmark"


@dataclass(frozen=True)
class Server:
    """A server that answers; `took_s` is the time from its start to its first answer."""

    port: int
    pid: int
    took_s: float

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextlib.contextmanager
def page(*words: str, path: str = "/healthz", **settings: str) -> Iterator[Server]:
    """Run the page, or another one by the words for Python, until the block ends."""
    with tempfile.TemporaryDirectory(prefix="infinitalk-bench-", ignore_cleanup_errors=True) as folder:
        port = free_port()
        own = {
            "GRADIO_SERVER_PORT": str(port),
            "GRADIO_TEMP_DIR": folder,
            "INFINITALK_STATE_DIR": folder,
            "GRADIO_ANALYTICS_ENABLED": "0",
        }
        with running(
            [sys.executable, *(words or ("app.py",))], port, path, Path(folder), own | settings
        ) as server:
            yield server


@contextlib.contextmanager
def service(*flags: str) -> Iterator[Server]:
    """Run the embedded server on a port until the block ends."""
    port = free_port()
    command = [sys.executable, "-m", "infinitalk_local", "--port", str(port), *flags]
    with (
        tempfile.TemporaryDirectory(prefix="infinitalk-bench-") as folder,
        running(command, port, "/healthz", Path(folder)) as server,
    ):
        yield server


@contextlib.contextmanager
def running(
    command: list[str], port: int, path: str, folder: Path, settings: dict[str, str] | None = None
) -> Iterator[Server]:
    """Run a command that serves on a port; what it prints is shown only when it does not come up."""
    environment = os.environ | {"NO_PROXY": "127.0.0.1"} | (settings or {})
    began = time.perf_counter()
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log) as process,
    ):
        try:
            while not _answers(port, path):
                assert process.poll() is None, (folder / "log").read_text()
                time.sleep(0.01)
            yield Server(port, process.pid, time.perf_counter() - began)
        finally:
            process.terminate()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _answers(port: int, path: str) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()
