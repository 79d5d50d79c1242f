"""python -m benchmarks.soak: keep visitors coming for half an hour, and see whether anything grows.

The page's hours last two seconds here, so files that are kept for hours come and go many times. The exit code
is 1 when memory, files, tasks, sockets, threads or processes have grown since the first round.
"""

import argparse
import contextlib
import os
import random
import re
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import httpx
from gradio_client.exceptions import AppError

from benchmarks.copying_service import copying_service
from benchmarks.measuring import memory_mb
from tests.app.pages import Page, inputs, page
from tests.processes import children_of

HOUR_S = 2.0
MINUTES = 30.0
VISITORS = 3
KEY = "SG_made_up"
HURRIED = (sys.executable, "-m", "tests.app.short_times")

# A Python process's memory varies by some MB; the other figures vary with the requests in progress.
TOLERANCE = {
    "memory MB": 25.0,
    "files": 0,
    "tasks": 3,
    "sockets": 4,
    "open files": 6,
    "threads": 6,
    "processes": 0,
}


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser("python -m benchmarks.soak", description=__doc__)
    parser.add_argument("--short", action="store_true", help="in a minute")
    parser.add_argument("--minutes", type=float, default=MINUTES)
    chosen = parser.parse_args(arguments)
    seconds = 40.0 if chosen.short else 60.0 * chosen.minutes
    with tempfile.TemporaryDirectory() as name, _running(Path(name)) as running:
        tempfile.tempdir = name  # for the visitors' downloads
        rows, done = _soak(running, Path(name) / "tasks", seconds)
    print(_table(rows, done))
    sys.exit(bool(_grown(rows)) or not done["preview"] or not done["paid"])


@contextlib.contextmanager
def _running(folder: Path) -> Iterator[Page]:
    """Run a page whose paid service returns copies of one video."""
    with copying_service(folder, 0.1, renders_at_once=VISITORS, retention_s=HOUR_S) as (service, _):
        more = {"INFINITALK_BASE_URL": service, "HOSTING": "segmind", "HOUR_S": str(HOUR_S)}
        with page(folder / "state", command=HURRIED, TASKS=str(folder / "tasks"), **more) as running:
            yield running


def _soak(running: Page, tasks: Path, seconds: float) -> tuple[list[dict[str, float]], Counter[str]]:
    """Let visitors come in rounds, and measure the idle page after each; the first round warms it up."""
    rounds = max(2, round(seconds / 150))
    done: Counter[str] = Counter()
    rows = []
    for _ in range(rounds):
        until = time.monotonic() + seconds / rounds - 3 * HOUR_S
        with ThreadPoolExecutor(VISITORS) as pool:
            for visits in pool.map(partial(_visit, running, until), range(VISITORS)):
                done += visits
        time.sleep(3 * HOUR_S)  # what is kept for two hours is deleted after three
        rows.append(_measure(running, tasks))
    return rows, done


def _visit(running: Page, until: float, seed: int) -> Counter[str]:
    """Be one visitor after another: some get a video, others make mistakes, leave or have no key."""
    rng, done = random.Random(seed), Counter[str]()  # noqa: S311  # not for secrets
    paid = {"engine": "infinitetalk", "consent": True, "api_key": KEY}
    actions: dict[str, Callable[[Any], object]] = {
        "preview": lambda client: client.predict(**inputs(), api_name="/generate"),
        "paid": lambda client: client.predict(**inputs(**paid), api_name="/generate"),
        "refused": lambda client: client.predict(**inputs(prompt=""), api_name="/generate"),
        "without key": lambda client: client.predict(**inputs(engine="infinitetalk"), api_name="/generate"),
        "left": lambda client: client.submit(**inputs(**paid), api_name="/generate").cancel(),
        "unknown": lambda client: client.predict("f" * 32, KEY, api_name="/result"),
        "opened": lambda _: httpx.get(running.url, trust_env=False),
    }
    number = 0
    while number < 2 or time.monotonic() < until:
        what = list(actions)[number % 2] if number < 2 else rng.choice(list(actions))
        with contextlib.suppress(AppError):
            actions[what](running.client())
        done[what] += 1
        number += 1
    return done


def _measure(running: Page, tasks: Path) -> dict[str, float]:
    pid = running.process.pid
    tasks.unlink(missing_ok=True)
    os.kill(pid, signal.SIGUSR1)
    while not (tasks.exists() and tasks.read_text()):
        time.sleep(0.05)
    status = Path(f"/proc/{pid}/status").read_text()
    opened = [str(path.readlink()) for path in Path(f"/proc/{pid}/fd").iterdir() if path.is_symlink()]
    files = [path for path in running.state.rglob("*") if path.is_file() and path.parent.name != "journal"]
    return {
        "memory MB": memory_mb(pid),
        "files": len(files),
        "tasks": int(tasks.read_text()),
        "sockets": sum(name.startswith("socket:") for name in opened),
        "open files": len(opened),
        "threads": int(re.findall(r"Threads:\s+(\d+)", status)[0]),
        "processes": len(children_of(pid)),
    }


def _grown(rows: list[dict[str, float]]) -> list[str]:
    """Return what is more after the last round than after the first."""
    return [name for name, more in TOLERANCE.items() if rows[-1][name] > rows[0][name] + more]


def _table(rows: list[dict[str, float]], done: Counter[str]) -> str:
    lines = [", ".join(f"{count} {what}" for what, count in sorted(done.items()))]
    lines.append(f"{'':<14}{'warm':>8}{'end':>8}{'most':>8}{'may grow':>10}")
    for name, more in TOLERANCE.items():
        figures = (rows[0][name], rows[-1][name], max(row[name] for row in rows))
        grown = "   has grown" if name in _grown(rows) else ""
        lines.append(
            f"{name:<14}" + "".join(f"{figure:>8.0f}" for figure in figures) + f"{more:>10.0f}{grown}"
        )
    lines.append("memory MB by rounds: " + " ".join(f"{row['memory MB']:.0f}" for row in rows))
    return "\n".join(lines)


if __name__ == "__main__":
    main()
