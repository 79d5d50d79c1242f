"""Starts the servers that are measured, each in a process and a folder of its own."""

import contextlib
import http.client
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measuring import ROOT
from tests.ports import free_port

KEY = "SG_benchmark"


@dataclass(frozen=True)
class Server:
    """A server that answers; `started_in_s` is the time from its start to its first answer."""

    port: int
    pid: int
    started_in_s: float

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def page(*command: str, path: str = "/healthz", **settings: str) -> AbstractContextManager[Server]:
    """Run the page, or Python with another command, until the block ends."""
    return _running(command or ("app.py",), path, settings)


def service(*flags: str, module: str = "infinitalk_server") -> AbstractContextManager[Server]:
    """Run the embedded server, or another module that takes a port, until the block ends."""
    return _running(("-m", module, "--port", "PORT", *flags), "/healthz", {})


@contextlib.contextmanager
def _running(command: Sequence[str], path: str, settings: Mapping[str, str]) -> Iterator[Server]:
    """Run Python with a command that serves; its output is shown only when it does not start."""
    port, began = free_port(), time.perf_counter()
    words = [sys.executable, *(str(port) if word == "PORT" else word for word in command)]
    with tempfile.TemporaryDirectory(prefix="infinitalk-bench-", ignore_cleanup_errors=True) as folder:
        own = {
            "NO_PROXY": "127.0.0.1",
            "GRADIO_SERVER_PORT": str(port),
            "GRADIO_TEMP_DIR": folder,
            "INFINITALK_STATE_DIR": folder,
            "GRADIO_ANALYTICS_ENABLED": "0",
        }
        output = Path(folder, "log")
        with (
            output.open("wb") as log,
            subprocess.Popen(
                words, cwd=ROOT, env=os.environ | own | settings, stdout=log, stderr=log
            ) as process,
        ):
            try:
                while not _answers(port, path):
                    assert process.poll() is None, output.read_text()
                    time.sleep(0.01)
                yield Server(port, process.pid, time.perf_counter() - began)
            finally:
                process.terminate()


def _answers(port: int, path: str) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()
