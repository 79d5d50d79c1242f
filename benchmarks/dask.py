"""Previews per minute on workers of a Dask scheduler, all of them on this machine."""

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measuring import PICTURE, ROOT, VOICE
from benchmarks.rows import Effort, Row, Sample
from benchmarks.servers import free_port
from infinitalk_server.config import ServerConfig
from infinitalk_server.dask_executor import DaskExecutor
from infinitalk_server.render_process import render
from infinitalk_server.schemas import TalkRequest

MEANINGS = {
    "previews, 1 worker": "Previews that one worker renders per minute, beside rendering without Dask.",
    "previews, 2 workers": "What a second worker on the same machine adds.",
}
FPS = 16
ALONE = ("--nthreads", "1", "--no-nanny")  # one process that renders one preview at a time


def rows(effort: Effort) -> Iterator[Row]:
    runs, previews = {Effort.SHORT: (1, 1), Effort.USUAL: (2, 4), Effort.FULL: (3, 8)}[effort]
    here = Sample(tuple(_pace(None, previews) for _ in range(runs)), "/min")
    with contextlib.ExitStack() as cluster:
        name = tempfile.TemporaryDirectory(prefix="infinitalk-bench-", ignore_cleanup_errors=True)
        folder, address = Path(cluster.enter_context(name)), f"tcp://127.0.0.1:{free_port()}"
        cluster.enter_context(
            _dask(folder, "scheduler", "--host", "127.0.0.1", "--port", address.rpartition(":")[2])
        )
        cluster.enter_context(_dask(folder, "worker", address, *ALONE))
        one = Sample(tuple(_pace_of(address, 1, previews) for _ in range(runs)), "/min")
        cluster.enter_context(_dask(folder, "worker", address, *ALONE))
        two = Sample(tuple(_pace_of(address, 2, previews) for _ in range(runs)), "/min")
    yield Row("dask", "previews, 1 worker", one, "without Dask", here, floor=True)
    yield Row("dask", "previews, 2 workers", two, "1 worker", one, floor=True)


def _pace_of(address: str, workers: int, previews: int) -> float:
    with DaskExecutor(address, connect_s=60) as machines:
        machines.wait_for(workers)
        return _pace(machines, previews)


def _pace(machines: DaskExecutor | None, previews: int) -> float:
    """Submit all previews at once, and return how many are rendered per minute."""
    url, own = "http://a.test/a", ServerConfig()
    talk = TalkRequest(image=url, audio=url, prompt="Hello.", fps=FPS, seed=7)
    files = PICTURE.read_bytes(), VOICE.read_bytes()
    values = (*files, talk, own.render_command, 300.0, own.render_memory_mb)
    began = time.perf_counter()
    if machines is None:
        for _ in range(previews):
            render(*values)
    else:
        for future in [machines.submit(render, *values) for _ in range(previews)]:
            assert future.result().video
    return 60 * previews / (time.perf_counter() - began)


@contextlib.contextmanager
def _dask(folder: Path, *arguments: str) -> Iterator[None]:
    command = [sys.executable, "-m", "dask", *arguments, "--no-dashboard"]
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, env=os.environ | {"TMPDIR": str(folder)}, stdout=log, stderr=log
        )
    try:
        yield
    finally:
        process.terminate()
        process.wait(30)
