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
from infinitalk_local import LocalSettings, Machines
from infinitalk_local.renderer import RenderOptions, render

PICTURE, VOICE = ROOT / "examples/portraits/mira.jpg", ROOT / "examples/voices/hello.mp3"


def rows(effort: Effort) -> Iterator[Row]:
    runs, previews = (1, 2) if effort is Effort.SHORT else (3, 6)
    with tempfile.TemporaryDirectory(prefix="infinitalk-bench-", ignore_cleanup_errors=True) as name:
        here = Sample(tuple(_pace(None, previews) for _ in range(runs)), "/min")
        with contextlib.ExitStack() as running:
            address = f"tcp://127.0.0.1:{free_port()}"
            where = ("--host", "127.0.0.1", "--port", address.rpartition(":")[2])
            running.enter_context(_dask(Path(name), "scheduler", *where))
            one = _with_another_worker(running, Path(name), address, 1, runs, previews)
            yield Row("machines", "previews, 1 worker", one, "without Dask", here, floor=True)
            two = _with_another_worker(running, Path(name), address, 2, runs, previews)
            yield Row("machines", "previews, 2 workers", two, "1 worker", one, floor=True)


def _with_another_worker(
    running: contextlib.ExitStack, folder: Path, address: str, count: int, runs: int, previews: int
) -> Sample:
    running.enter_context(_dask(folder, "worker", address, "--nthreads", "1", "--no-nanny"))
    machines = Machines(address, connect_s=60)
    try:
        while machines.workers < count:
            time.sleep(0.05)
        return Sample(tuple(_pace(machines, previews) for _ in range(runs)), "/min")
    finally:
        machines.shutdown()


def _pace(machines: Machines | None, previews: int) -> float:
    """Return how many previews per minute come back when all are asked for at once."""
    options = RenderOptions("480p", 25, 7, "")
    command = LocalSettings().render_command
    values = (PICTURE.read_bytes(), VOICE.read_bytes(), options, command, 300.0)
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
