"""Previews per minute on the workers of a Dask scheduler, two beside one, all of them on this machine."""

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measuring import ROOT
from benchmarks.rows import Effort, Row, Sample
from benchmarks.serving import free_port
from infinitalk_local.machines import Machines
from infinitalk_local.renderer import RenderOptions, render
from infinitalk_local.settings import LocalSettings

FPS = 16
ALONE = ("--nthreads", "1", "--no-nanny")  # one process that draws one preview at a time
PICTURE, VOICE = ROOT / "examples/portraits/mira.jpg", ROOT / "examples/voices/hello.mp3"


def rows(effort: Effort) -> Iterator[Row]:
    runs, previews = {Effort.SHORT: (1, 1), Effort.USUAL: (2, 4), Effort.FULL: (3, 8)}[effort]
    here = Sample(tuple(_pace(None, previews) for _ in range(runs)), "/min")
    with contextlib.ExitStack() as cluster:
        name = tempfile.TemporaryDirectory(prefix="infinitalk-bench-", ignore_cleanup_errors=True)
        folder, address = Path(cluster.enter_context(name)), f"tcp://127.0.0.1:{free_port()}"
        where = ("--host", "127.0.0.1", "--port", address.rpartition(":")[2])
        cluster.enter_context(_dask(folder, "scheduler", *where))
        cluster.enter_context(_dask(folder, "worker", address, *ALONE))
        one = Sample(tuple(_pace_of(address, 1, previews) for _ in range(runs)), "/min")
        cluster.enter_context(_dask(folder, "worker", address, *ALONE))
        two = Sample(tuple(_pace_of(address, 2, previews) for _ in range(runs)), "/min")
    yield Row("machines", "previews, 1 worker", one, "without Dask", here, floor=True)
    yield Row("machines", "previews, 2 workers", two, "1 worker", one, floor=True)


def _pace_of(address: str, workers: int, previews: int) -> float:
    with Machines(address, connect_s=60) as machines:
        machines.wait_for(workers)
        return _pace(machines, previews)


def _pace(machines: Machines | None, previews: int) -> float:
    """Return how many previews per minute come back when all are asked for at once."""
    options, own = RenderOptions("480p", FPS, 7, ""), LocalSettings()
    files = PICTURE.read_bytes(), VOICE.read_bytes()
    values = (*files, options, own.render_command, 300.0, own.render_memory_mb)
    began = time.perf_counter()
    if machines is None:
        for _ in range(previews):
            render(*values)
    else:
        for under_way in [machines.submit(render, *values) for _ in range(previews)]:
            assert under_way.result().video
    return 60 * previews / (time.perf_counter() - began)


@contextlib.contextmanager
def _dask(folder: Path, *words: str) -> Iterator[None]:
    command = [sys.executable, "-m", "dask", *words, "--no-dashboard"]
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, env=os.environ | {"TMPDIR": str(folder)}, stdout=log, stderr=log
        )
    try:
        yield
    finally:
        process.terminate()
        process.wait(30)
