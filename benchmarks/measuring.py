"""Time and memory, of this process and of children; what is compared is measured in turn."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent


def in_turn(
    runs: int, ours: Callable[[], float], *peers: Callable[[], float]
) -> tuple[tuple[float, ...], ...]:
    """Run each of them so many times, one after the other in every round, and return their figures."""
    rounds = [tuple(measure() for measure in (ours, *peers)) for _ in range(runs)]
    return tuple(zip(*rounds, strict=True))


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


@dataclass(frozen=True)
class Used:
    """What a child took: seconds on the wall and of CPU."""

    wall_s: float
    cpu_s: float


def child(*arguments: str) -> Used:
    """Run Python with these arguments from the project's folder."""
    began = time.perf_counter()
    with subprocess.Popen([sys.executable, *arguments], cwd=ROOT) as process:
        _, code, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(code)
    wall_s = time.perf_counter() - began
    assert process.returncode == 0, arguments
    return Used(wall_s, used.ru_utime + used.ru_stime)


def told(*arguments: str, stdin: str = "", path: str | None = None) -> Any:
    """Run Python as `child` does, and return the JSON that it prints."""
    environment = os.environ | ({"PATH": path} if path else {})
    run = subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        check=True,
        input=stdin,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )
    return json.loads(run.stdout.splitlines()[-1])


def held_mb(pid: int | str = "self", *, peak: bool = False) -> float:
    """Return the resident memory of a process, now or at its highest, from /proc."""
    status = Path(f"/proc/{pid}/status").read_text()
    found = re.search(rf"{'VmHWM' if peak else 'VmRSS'}:\s+(\d+)", status)
    assert found
    return int(found[1]) / 1024
