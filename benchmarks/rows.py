"""The rows that a benchmark yields: a figure of ours beside a peer's figure or a limit."""

import statistics
from dataclasses import asdict, dataclass
from enum import IntEnum
from typing import Any


class Effort(IntEnum):
    """How much is measured: just enough to see that it runs, a usual run, or everything."""

    SHORT = 0
    USUAL = 1
    FULL = 2


@dataclass(frozen=True)
class Sample:
    """The figures of several runs, shown as the median with least and greatest."""

    values: tuple[float, ...]
    unit: str

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    def __str__(self) -> str:
        text = f"{_short(self.median)} {self.unit}"
        if len(self.values) > 1:
            text += f" ({_short(min(self.values))}–{_short(max(self.values))})"  # noqa: RUF001  # a range
        return text


def _short(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Attributes:
        part: the module that yields the row; its MEANINGS explain rows by the beginning of `what`.
        beside: whose figure `peer` is.
        reach: the most that the ratio may be, or the least with `floor`; None for a row that only informs.
    """

    part: str
    what: str
    ours: Sample
    beside: str
    peer: Sample
    reach: float | None = None
    floor: bool = False

    @property
    def ratio(self) -> float:
        """Return ours / peer; for alternating runs, the median of the ratios of each round."""
        ours, peer = self.ours.values, self.peer.values
        if len(ours) == len(peer):
            return statistics.median(mine / its for mine, its in zip(ours, peer, strict=True))
        return self.ours.median / self.peer.median

    @property
    def reached(self) -> bool | None:
        if self.reach is None:
            return None
        return self.ratio >= self.reach if self.floor else self.ratio <= self.reach

    def plain(self) -> dict[str, Any]:
        """Return the row for JSON."""
        return asdict(self) | {"ratio": self.ratio, "reached": self.reached}

    def cells(self) -> tuple[str, ...]:
        """Return the printed cells, in the order of HEADS."""
        reach = "" if self.reach is None else f"{'≥' if self.floor else '≤'} {self.reach:g}x"
        verdict = {True: "yes", False: "NO", None: ""}[self.reached]
        ratio = f"{self.ratio:.2f}x"
        return self.what, str(self.ours), f"{self.peer} {self.beside}", ratio, reach, verdict


HEADS = ("what", "ours", "peer or limit", "ratio", "to reach", "reached")


def within(part: str, what: str, ours: Sample, limit: float) -> Row:
    """Return a row for a figure that must not exceed a limit in its own unit."""
    return Row(part, what, ours, "at most", Sample((limit,), ours.unit), reach=1.0)
