"""Timings and prices of past runs, from which the page shows the usual range; nothing of any visitor."""

import json
from collections import deque
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median, quantiles
from threading import Lock

KEPT = 400
RECENT = 20
FEWEST = 3
_MAX_RATIO = 1.5  # of the clip lengths of comparable runs


@dataclass(frozen=True)
class Timing:
    """One finished run: clip length and time in seconds, price in USD."""

    engine: str
    resolution: str
    clip_s: float
    took_s: float
    cost: float | None = None

    def is_comparable(self, engine: str, resolution: str, clip_s: float) -> bool:
        """Tell whether a run of these values should take about as long."""
        similar = self.clip_s <= _MAX_RATIO * clip_s and clip_s <= _MAX_RATIO * self.clip_s
        return similar and (self.engine, self.resolution) == (engine, resolution)


@dataclass(frozen=True)
class UsualTime:
    """The range of most of the last comparable runs, in seconds; `runs` is their number."""

    low_s: float
    high_s: float
    runs: int


@dataclass(frozen=True)
class UsualCost:
    """The usual price of a run in USD; `runs` is the number of comparable ones whose price is known."""

    usd: float
    runs: int


class Timings:
    """The last runs, oldest first; the file has a line of JSON for each."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._runs = deque(_read(path), KEPT)
        self._adding = Lock()  # runs are added in threads

    def add(self, run: Timing) -> None:
        """Add a finished run; a file that has grown to twice what is kept is rewritten."""
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

    def usual(self, engine: str, resolution: str, clip_s: float) -> UsualTime | None:
        """Return the range of comparable runs; None until there are three."""
        runs = self._comparable(engine, resolution, clip_s)[-RECENT:]
        if len(runs) < FEWEST:
            return None
        low_s, high_s = _range([run.took_s for run in runs])
        return UsualTime(low_s, high_s, len(runs))

    def usual_cost(self, engine: str, resolution: str, clip_s: float) -> UsualCost | None:
        """Return the median price of comparable runs; None until three are known."""
        costs = [run.cost for run in self._comparable(engine, resolution, clip_s) if run.cost][-RECENT:]
        return UsualCost(median(costs), len(costs)) if len(costs) >= FEWEST else None

    def _comparable(self, engine: str, resolution: str, clip_s: float) -> list[Timing]:
        return [run for run in tuple(self._runs) if run.is_comparable(engine, resolution, clip_s)]


def _range(values: list[float]) -> tuple[float, float]:
    """Return the 5th and the 95th percentile."""
    cuts = quantiles(values, n=20, method="inclusive")
    return cuts[0], cuts[-1]


def _line(run: Timing) -> str:
    return json.dumps(asdict(run)) + "\n"


def _read(path: Path) -> Iterator[Timing]:
    """Read the valid lines: a crash may have left half of one."""
    if not path.exists():
        return
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            run = Timing(**json.loads(line))
            if run.clip_s > 0 and run.took_s >= 0:
                yield run
        except (ValueError, TypeError):
            continue
