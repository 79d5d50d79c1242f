"""Time and memory of this process and of other processes; peers are measured alternately."""

import json
import os
import re
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
PICTURE, VOICE = ROOT / "examples/portraits/mira.jpg", ROOT / "tests/preview/hello.mp3"


def alternate(runs: int, *measures: Callable[[], float]) -> tuple[tuple[float, ...], ...]:
    """Call all measures in each round, and return the figures of each measure."""
    rounds = [tuple(measure() for measure in measures) for _ in range(runs)]
    return tuple(zip(*rounds, strict=True))


def time_of(work: Callable[[], object]) -> float:
    """Return the seconds that a call takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def run_python(*arguments: str) -> tuple[float, float]:
    """Run Python in the project's folder; return its seconds of wall and of CPU time."""
    began = time.perf_counter()
    with subprocess.Popen([sys.executable, *arguments], cwd=ROOT) as process:
        _, code, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(code)
    wall_s = time.perf_counter() - began
    assert process.returncode == 0, arguments
    return wall_s, used.ru_utime + used.ru_stime


def json_of_python(*arguments: str, stdin: str = "") -> Any:
    """Run Python in the project's folder, and return the JSON of the last line that it prints."""
    run = subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        check=True,
        input=stdin,
        stdout=subprocess.PIPE,
        text=True,
    )
    return json.loads(run.stdout.splitlines()[-1])


def memory_mb(pid: int | str = "self", *, peak: bool = False) -> float:
    """Return the resident memory of a process, now or at its peak, from /proc."""
    status = Path(f"/proc/{pid}/status").read_text()
    found = re.search(rf"{'VmHWM' if peak else 'VmRSS'}:\s+(\d+)", status)
    assert found
    return int(found[1]) / 1024


def cpu_s(pid: int) -> float:
    """Return the CPU time of a process without its children, from /proc."""
    user, system = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[11:13]
    return (int(user) + int(system)) / 100


def p95(values: Sequence[float]) -> float:
    return statistics.quantiles(values, n=20, method="inclusive")[-1]


def allow_open_files(count: int) -> None:
    """Raise the soft limit of open files to `count`, or as far as the hard limit allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < count:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(count, hard), hard))
