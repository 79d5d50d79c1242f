"""python -m benchmarks.abuse: attack a page of its own, on loopback alone, and print what each attack cost.

Each attack runs three times: alone, while another visitor requests a preview, and while the page is stopped.
The exit code is 1 when a bound is exceeded.
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
from pathlib import Path

from benchmarks.attacks import ALL, Attack, Target
from benchmarks.copying_service import copying_service
from benchmarks.measuring import memory_mb
from tests.app.gateway import gateway
from tests.app.pages import COMMAND, Page, inputs, page
from tests.processes import children_of

# Memory above idle of the page with its children, and of the page alone; the ratio of another visitor's
# preview under attack to one without; the page's end after SIGTERM; seconds of video that the owner pays for.
BOUNDS = {"memory MB": 600, "page MB": 50, "preview x": 3, "end s": 3, "bought s": 12}
OWNER_KEY = "SG_owner"
_LEAST_S = 1.0  # the least time of a preview without attack, since shorter ones are mostly noise
_SAMPLED_S = 0.02
_HEAD_START_S = 0.7  # of an attack before the other visitor comes, or the page is stopped
_ATTACK_S = 60.0


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser("python -m benchmarks.abuse", description=__doc__)
    parser.add_argument("attack", nargs="*", help=", ".join(attack.name for attack in ALL))
    chosen = parser.parse_args(arguments)
    attacks = [attack for attack in ALL if attack.name in chosen.attack] or ALL
    print("".join([f"{'attack':<22}", *(f"{name:>11}" for name in BOUNDS)]), flush=True)
    failed = False
    for attack in attacks:
        with (
            tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name,
            contextlib.redirect_stderr(io.StringIO()),  # Gradio's client prints each broken connection
        ):
            cost, remark = _measure(attack, Path(name))
        exceeded = [name for name, bound in BOUNDS.items() if cost[name] > bound]
        failed |= bool(exceeded)
        figures = "".join(f"{cost[name]:>11.1f}" for name in BOUNDS)
        verdict = f"EXCEEDED: {', '.join(exceeded)}" if exceeded else "ok"
        print(f"{attack.name:<22}{figures}  {verdict}  {remark}".rstrip(), flush=True)
    sys.exit(failed)


def _measure(attack: Attack, folder: Path) -> tuple[dict[str, float], str]:
    """Return what the attack cost, by the names of BOUNDS, and its remark."""
    with _running(attack, folder) as target:
        _preview(target)  # loads what is loaded once
        quiet_s = min(_preview(target) for _ in range(2))
        with _sampling(target.page, _memory(target.page)) as peaks:
            remark = attack.run(target) or ""
        with _attacked(attack, target):
            other_s = _preview(target)
        with _attacked(attack, target):
            end_s = _end(target.page)
    cost = (*peaks, other_s / max(quiet_s, _LEAST_S), end_s, target.bought_s())
    return dict(zip(BOUNDS, cost, strict=True)), remark


@contextlib.contextmanager
def _running(attack: Attack, folder: Path) -> Iterator[Target]:
    """Run a page whose owner pays for some seconds a day, and a service that returns copies of one video."""
    own = {
        "SEGMIND_API_KEY": OWNER_KEY,
        "INFINITALK_DAILY_SECONDS": str(BOUNDS["bought s"]),
        "INFINITALK_VISITOR_RUNS": "100",
        "HOSTING": "segmind",
        "TRUST_PROXY": "1",  # so that visitors have different addresses
        **attack.settings,
    }
    with (
        copying_service(folder, 0.2, keys=(OWNER_KEY,), renders_at_once=2) as (service, _),
        gateway(service) as gate,
    ):
        own["INFINITALK_BASE_URL"] = gate.base
        with page(folder / "state", kill=True, command=COMMAND, **own) as running:
            yield Target(running, gate, folder, own)


def _preview(target: Target) -> float:
    """Return how long another visitor waits for a preview."""
    began = time.monotonic()
    target.client("198.51.100.77").predict(**inputs(), api_name="/generate")
    return time.monotonic() - began


@contextlib.contextmanager
def _attacked(attack: Attack, target: Target) -> Iterator[None]:
    """Attack while the block runs; the attack may fail, for example because the page stops."""

    def attack_target() -> None:
        with contextlib.suppress(Exception):
            attack.run(target)

    thread = threading.Thread(target=attack_target, daemon=True)
    thread.start()
    time.sleep(_HEAD_START_S)  # its start cannot be observed from outside
    yield
    thread.join(_ATTACK_S)


@contextlib.contextmanager
def _sampling(running: Page, idle: tuple[float, float]) -> Iterator[list[float]]:
    """Yield the peak memory above idle: of the page with its children, and of the page alone."""
    peaks, over = [0.0, 0.0], threading.Event()

    def sample() -> None:
        while not over.wait(_SAMPLED_S):
            for index, (now, before) in enumerate(zip(_memory(running), idle, strict=True)):
                peaks[index] = max(peaks[index], now - before)

    thread = threading.Thread(target=sample, daemon=True)
    thread.start()
    yield peaks
    over.set()
    thread.join()


def _memory(running: Page) -> tuple[float, float]:
    """Return the memory in MB of the page with all its descendants, and of the page alone."""
    alone = memory_mb(running.process.pid)
    return alone + sum(_memory_or_0(pid) for pid in _descendants(running.process.pid)), alone


def _descendants(pid: int) -> list[int]:
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        children = children_of(pid)
        return children + [pid for child in children for pid in _descendants(child)]
    return []


def _memory_or_0(pid: int) -> float:
    with contextlib.suppress(FileNotFoundError, ProcessLookupError, AssertionError):
        return memory_mb(pid)
    return 0.0


def _end(running: Page) -> float:
    """Return how long the page takes to stop after SIGTERM; kill it after 30 s."""
    began = time.monotonic()
    running.process.terminate()
    try:
        running.process.wait(30)
    except subprocess.TimeoutExpired:
        running.process.kill()
    return time.monotonic() - began


if __name__ == "__main__":
    main()
