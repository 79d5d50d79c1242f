"""What runs of this page have taken and cost so far: from it come the honest ranges that the page shows.

It holds an engine, a resolution, a clip length, a time and a price for each run, and nothing of any visitor.
"""

import json
import math
from collections import deque
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import quantiles
from threading import Lock

KEPT = 400
LOOKED_AT = 20
FEWEST = 3
_ALIKE = math.log(1.5)  # clip lengths within this ratio are compared with each other


@dataclass(frozen=True)
class Past:
    """One finished run: clip length and time in seconds, price in USD."""

    engine: str
    resolution: str
    clip_s: float
    took_s: float
    cost: float | None = None

    def like(self, engine: str, resolution: str, clip_s: float) -> bool:
        """Tell whether a run of these values would take about as long."""
        near = 0 < clip_s < math.inf and abs(math.log(self.clip_s / clip_s)) <= _ALIKE
        return near and (self.engine, self.resolution) == (engine, resolution)


@dataclass(frozen=True)
class Usual:
    """Between what and what most of the last runs lay; `runs` is how many were looked at."""

    low_s: float
    high_s: float
    runs: int
    costs: tuple[float, float] | None = None


class Record:
    """The last runs, oldest first, in a file of one line each."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._runs = deque(_read(path), KEPT)
        self._adding = Lock()  # runs end in threads of their own

    def add(self, run: Past) -> None:
        """Keep a finished run; the file is written anew when it has grown to twice what is kept."""
        if run.clip_s <= 0:
            return
        with self._adding:
            self._runs.append(run)
            with self._path.open("a", encoding="utf-8") as file:
                file.write(_line(run))
            if self._path.stat().st_size > 2 * KEPT * len(_line(run)):
                part = self._path.with_suffix(".part")
                part.write_text("".join(map(_line, self._runs)), encoding="utf-8")
                part.replace(self._path)

    def usual(self, engine: str, resolution: str, clip_s: float) -> Usual | None:
        """Return what the last runs of this kind took; None until there are three."""
        alike = [run for run in tuple(self._runs) if run.like(engine, resolution, clip_s)][-LOOKED_AT:]
        if len(alike) < FEWEST:
            return None
        costs = [run.cost for run in alike if run.cost]
        return Usual(*_most([run.took_s for run in alike]), len(alike), _most(costs) if costs else None)


def _most(values: list[float]) -> tuple[float, float]:
    """Return the bounds between which nine of ten values lie, never outside of what was seen."""
    if len(values) == 1:
        return values[0], values[0]
    cuts = quantiles(values, n=20, method="inclusive")
    return cuts[0], cuts[-1]


def _line(run: Past) -> str:
    return json.dumps(asdict(run)) + "\n"


def _read(path: Path) -> Iterator[Past]:
    """Read what can be read: a crash may have left half a line."""
    if not path.exists():
        return
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            run = Past(**json.loads(line))
            if run.clip_s > 0 and run.took_s >= 0:
                yield run
        except (ValueError, TypeError):
            continue
