"""python -m benchmarks.soak: half an hour of visitors, and whether anything grows meanwhile.

The page's hours last some seconds here, so that what is kept for hours comes and goes many times. The exit
code is 1 when memory, files, tasks, sockets, threads or processes are more at the end than after the warm-up.
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

from benchmarks.faulty import film
from infinitalk_local.settings import LocalSettings
from tests.app.pages import Page, inputs, page
from tests.local.serving import serving
from tests.processes import children_of

HOUR_S = 2.0
MINUTES = 30.0
VISITORS = 3
KEY = "SG_made_up"
HURRIED = (sys.executable, "-m", "tests.app.hurried")

# How much more is no growth: memory of a Python process wanders by some MB, the rest by what is under way.
ROOM = {
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
    parser.add_argument("--short", action="store_true", help="within a minute")
    parser.add_argument("--minutes", type=float, default=MINUTES)
    chosen = parser.parse_args(arguments)
    seconds = 40.0 if chosen.short else 60.0 * chosen.minutes
    with tempfile.TemporaryDirectory() as name, _running(Path(name)) as running:
        tempfile.tempdir = name  # what the visitors download
        rows, done = _soak(running, Path(name) / "tasks", seconds)
    print(_table(rows, done))
    sys.exit(bool(_grown(rows)) or not done["preview"] or not done["paid"])


@contextlib.contextmanager
def _running(folder: Path) -> Iterator[Page]:
    """Run a page, and a service that sells it copies of one video."""
    film.make(folder / "finished.mp4")
    command = ("/bin/sh", str(film.renderer(folder, 0.1)))
    settings = LocalSettings(render_command=command, renders_at_once=VISITORS, retention_s=HOUR_S)
    with serving(settings) as service:
        more = {"INFINITALK_BASE_URL": service, "HOSTING": "segmind", "HOUR_S": str(HOUR_S)}
        with page(folder / "state", command=HURRIED, TASKS=str(folder / "tasks"), **more) as running:
            yield running


def _soak(running: Page, tasks: Path, seconds: float) -> tuple[list[dict[str, float]], Counter[str]]:
    """Let visitors come in rounds with a look at the quiet page between them; the first round warms up."""
    rounds = max(2, round(seconds / 150))
    done: Counter[str] = Counter()
    rows = []
    for _ in range(rounds):
        until = time.monotonic() + seconds / rounds - 3 * HOUR_S
        with ThreadPoolExecutor(VISITORS) as pool:
            for visits in pool.map(partial(_visit, running, until), range(VISITORS)):
                done += visits
        time.sleep(3 * HOUR_S)  # what is kept for two hours is gone after three
        rows.append(_measure(running, tasks))
    return rows, done


def _visit(running: Page, until: float, seed: int) -> Counter[str]:
    """Be one visitor after another: most get a video, some bring rubbish, leave, or have no key."""
    chance, done = random.Random(seed), Counter[str]()  # noqa: S311  # a day's mixture
    paid = {"engine": "infinitetalk", "consent": True, "api_key": KEY}
    doings: dict[str, Callable[[Any], object]] = {
        "preview": lambda client: client.predict(**inputs(), api_name="/generate"),
        "paid": lambda client: client.predict(**inputs(**paid), api_name="/generate"),
        "refused": lambda client: client.predict(**inputs(prompt=""), api_name="/generate"),
        "without key": lambda client: client.predict(**inputs(engine="infinitetalk"), api_name="/generate"),
        "left": lambda client: client.submit(**inputs(**paid), api_name="/generate").cancel(),
        "unknown": lambda client: client.predict("f" * 32, KEY, api_name="/result"),
        "looked": lambda _: httpx.get(running.url, trust_env=False),
    }
    number = 0
    while number < 2 or time.monotonic() < until:
        what = list(doings)[number % 2] if number < 2 else chance.choice(list(doings))
        with contextlib.suppress(AppError):
            doings[what](running.client())
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
    held = [str(path.readlink()) for path in Path(f"/proc/{pid}/fd").iterdir() if path.is_symlink()]
    files = [path for path in running.state.rglob("*") if path.is_file() and path.parent.name != "journal"]
    return {
        "memory MB": int(re.findall(r"VmRSS:\s+(\d+)", status)[0]) / 1024,
        "files": len(files),
        "tasks": int(tasks.read_text()),
        "sockets": sum(name.startswith("socket:") for name in held),
        "open files": len(held),
        "threads": int(re.findall(r"Threads:\s+(\d+)", status)[0]),
        "processes": len(children_of(pid)),
    }


def _grown(rows: list[dict[str, float]]) -> list[str]:
    """Compare the end with the first round, which warmed up."""
    return [name for name, room in ROOM.items() if rows[-1][name] > rows[0][name] + room]


def _table(rows: list[dict[str, float]], done: Counter[str]) -> str:
    lines = [", ".join(f"{count} {what}" for what, count in sorted(done.items()))]
    lines.append(f"{'':<14}{'warm':>8}{'end':>8}{'most':>8}{'room':>8}")
    for name, room in ROOM.items():
        figures = (rows[0][name], rows[-1][name], max(row[name] for row in rows), room)
        grown = "   has grown" if name in _grown(rows) else ""
        lines.append(f"{name:<14}" + "".join(f"{figure:>8.0f}" for figure in figures) + grown)
    lines.append("memory MB by rounds: " + " ".join(f"{row['memory MB']:.0f}" for row in rows))
    return "\n".join(lines)


if __name__ == "__main__":
    main()
