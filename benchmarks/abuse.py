"""python -m benchmarks.abuse: attacks on a page of its own, on loopback alone, and what each one cost.

Each goes on three times: alone, while another visitor asks for a preview, and while the page is told to end.
The exit code is 1 when a bound is passed.
"""

import argparse
import contextlib
import io
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.attacks import ALL, Attack, Stage
from benchmarks.faulty import film
from benchmarks.measuring import held_mb
from infinitalk_local.settings import LocalSettings
from tests.app.gateway import gateway
from tests.app.pages import COMMAND, Page, inputs, page
from tests.local.serving import serving
from tests.processes import children_of

MEMORY_MB, PAGE_MB = 600, 50  # over idle: of the page and its children together, and of the page alone
WAIT_RATIO = 3.0  # how much longer another visitor's preview may take than in quiet
END_S = 3.0
BUDGET_S = 12
OWNER_KEY = "SG_owner"
_LEAST_S = 1.0  # a quiet preview counts for no less: at some tenths of a second noise decides
_SAMPLED_S = 0.02
_GOES_ON_S = 0.7  # how long an attack has gone on when the other visitor comes, or the page is told to end
_ATTACK_S = 60.0


@dataclass
class Cost:
    """What one attack cost: memory in MB over idle, times in seconds."""

    attack: str
    memory_mb: float = 0.0
    page_mb: float = 0.0
    quiet_s: float = 0.0
    other_s: float = 0.0
    end_s: float = 0.0
    bought_s: float = 0.0
    remark: str = ""
    passed: list[str] = field(default_factory=list)

    def judge(self) -> None:
        """Note which bounds are passed."""
        bounds = {
            "memory": self.memory_mb > MEMORY_MB,
            "page": self.page_mb > PAGE_MB,
            "wait": self.other_s > WAIT_RATIO * max(self.quiet_s, _LEAST_S),
            "end": self.end_s > END_S,
            "bought": self.bought_s > BUDGET_S,
        }
        self.passed += [name for name, over in bounds.items() if over]


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser("python -m benchmarks.abuse", description=__doc__)
    parser.add_argument("attack", nargs="*", help=", ".join(attack.name for attack in ALL))
    chosen = parser.parse_args(arguments)
    attacks = [attack for attack in ALL if attack.name in chosen.attack] or ALL
    print(_HEAD, flush=True)
    costs = []
    for attack in attacks:
        with (
            tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name,
            contextlib.redirect_stderr(io.StringIO()),  # Gradio's client tells of each line that is cut off
        ):
            costs.append(_measured(attack, Path(name)))
        print(_line(costs[-1]), flush=True)
    sys.exit(any(cost.passed for cost in costs))


def _measured(attack: Attack, folder: Path) -> Cost:
    cost = Cost(attack.name)
    with _running(attack, folder) as stage:
        _preview(stage)  # what is loaded once
        cost.quiet_s = min(_preview(stage) for _ in range(2))
        with _sampling(stage.page, _held(stage.page)) as most:
            cost.remark = attack.run(stage) or ""
        cost.memory_mb, cost.page_mb = most
        with _attacked(attack, stage):
            cost.other_s = _preview(stage)
        with _attacked(attack, stage):
            cost.end_s = _end(stage.page)
    cost.bought_s = stage.bought_s()
    cost.judge()
    return cost


@contextlib.contextmanager
def _running(attack: Attack, folder: Path) -> Iterator[Stage]:
    """Run a service that sells copies of one video, and a page whose owner pays for BUDGET_S a day."""
    film.make(folder / "finished.mp4")
    command = ("/bin/sh", str(film.renderer(folder, 0.2)))
    settings = LocalSettings(keys=(OWNER_KEY,), render_command=command, renders_at_once=2)
    own = {
        "SEGMIND_API_KEY": OWNER_KEY,
        "INFINITALK_DAILY_SECONDS": str(BUDGET_S),
        "INFINITALK_VISITOR_RUNS": "100",
        "HOSTING": "segmind",
        "TRUST_PROXY": "1",  # so that visitors differ
        **attack.settings,
    }
    with serving(settings) as service, gateway(service) as gate:
        own["INFINITALK_BASE_URL"] = gate.base
        with page(folder / "state", kill=True, command=COMMAND, **own) as running:
            yield Stage(running, gate, folder, own)


def _preview(stage: Stage) -> float:
    """Return how long another visitor waits for a preview."""
    began = time.monotonic()
    stage.client("198.51.100.77").predict(**inputs(), api_name="/generate")
    return time.monotonic() - began


@contextlib.contextmanager
def _attacked(attack: Attack, stage: Stage) -> Iterator[None]:
    """Let the attack go on meanwhile; what breaks it off, such as the page's end, is as it should be."""

    def go_on() -> None:
        with contextlib.suppress(Exception):
            attack.run(stage)

    thread = threading.Thread(target=go_on, daemon=True)
    thread.start()
    time.sleep(_GOES_ON_S)  # nothing tells from outside that it has begun
    yield
    thread.join(_ATTACK_S)


@contextlib.contextmanager
def _sampling(running: Page, idle: tuple[float, float]) -> Iterator[list[float]]:
    """Keep the most memory, over idle, of page and children together, and of the page alone."""
    most, over = [0.0, 0.0], threading.Event()

    def look() -> None:
        while not over.wait(_SAMPLED_S):
            for place, (now, before) in enumerate(zip(_held(running), idle, strict=True)):
                most[place] = max(most[place], now - before)

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    yield most
    over.set()
    thread.join()


def _held(running: Page) -> tuple[float, float]:
    """Return the memory in MB of the page with all its descendants, and of the page alone."""
    alone = held_mb(running.process.pid)
    return alone + sum(_held_or_gone(pid) for pid in _descendants(running.process.pid)), alone


def _descendants(pid: int) -> list[int]:
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        children = children_of(pid)
        return children + [further for child in children for further in _descendants(child)]
    return []


def _held_or_gone(pid: int) -> float:
    with contextlib.suppress(FileNotFoundError, ProcessLookupError, AssertionError):
        return held_mb(pid)
    return 0.0


def _end(running: Page) -> float:
    """Return how long the page takes to end after SIGTERM; one that does not is killed."""
    began = time.monotonic()
    running.process.terminate()
    try:
        running.process.wait(30)
    except subprocess.TimeoutExpired:
        running.process.kill()
    return time.monotonic() - began


_HEAD = f"{'attack':<22}{'all MB':>8}{'page MB':>9}{'quiet s':>9}{'other s':>9}{'end s':>7}{'bought s':>10}"


def _line(cost: Cost) -> str:
    memory = f"{cost.attack:<22}{cost.memory_mb:>8.0f}{cost.page_mb:>9.0f}"
    times = f"{cost.quiet_s:>9.2f}{cost.other_s:>9.2f}{cost.end_s:>7.2f}{cost.bought_s:>10.0f}"
    verdict = f"PASSED: {', '.join(cost.passed)}" if cost.passed else "ok"
    return f"{memory}{times}  {verdict}  {cost.remark}".rstrip()


if __name__ == "__main__":
    main()
