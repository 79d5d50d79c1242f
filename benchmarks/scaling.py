"""python -m benchmarks.scaling FIGURES.json: what visitors and jobs need, calculated from a measured table.

FIGURES.json is what `python -m benchmarks --json FIGURES.json` wrote. With --write, the table goes into
docs/scaling.md, between the two marks there.
"""

import argparse
import json
import math
import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks import table

PAGE = Path(__file__).parent.parent / "docs/scaling.md"
HEADS = (
    "visitors at once",
    "pages",
    "their memory",
    "previews/h",
    "machines like this",
    "jobs/h",
    "requests/min",
)
# Visitors at once, previews and paid jobs per hour.
LOADS = ((10, 20, 10), (100, 200, 100), (1000, 2000, 1000), (5000, 10000, 5000))
BUSY = 0.6  # of a core, or of a machine: above it, queues grow


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser("python -m benchmarks.scaling", description=__doc__)
    parser.add_argument("figures", type=Path)
    parser.add_argument("--write", action="store_true")
    chosen = parser.parse_args(arguments)
    figures = json.loads(chosen.figures.read_text())
    lines = list(map(" | ".join, needs(figures["rows"])))
    text = "\n".join([*figures["about"], "", *(f"| {line} |" for line in lines)])
    print(text)
    if chosen.write:
        PAGE.write_text(table.between(PAGE.read_text(), text))


def needs(rows: Sequence[dict[str, Any]]) -> list[tuple[str, ...]]:
    """Return the table: heads, rule, and a line for each load."""
    return [HEADS, ("---",) * len(HEADS), *(_line(rows, *load) for load in LOADS)]


def _line(rows: Sequence[dict[str, Any]], visitors: int, previews: int, jobs: int) -> tuple[str, ...]:
    per_page = math.floor(1000 * BUSY / (ours(rows, "CPU of the page") / 100))
    pages = math.ceil(visitors / per_page)
    memory = pages * ours(rows, "memory of the page") + visitors * ours(rows, "memory of a visitor") / 1000
    machines = math.ceil(previews / (60 * BUSY * ours(rows, "previews, 1 worker")))
    polls = jobs / 60 * ours(rows, "requests per job, median 283 s")
    return (
        f"{visitors}",
        f"{pages}",
        f"{memory:.0f} MB",
        f"{previews}",
        f"{machines}",
        f"{jobs}",
        f"{polls:.0f}",
    )


def ours(rows: Sequence[dict[str, Any]], what: str) -> float:
    """Return the median of the first row whose name begins like this."""
    return statistics.median(_row(rows, what)["ours"]["values"])


def _row(rows: Sequence[dict[str, Any]], what: str) -> dict[str, Any]:
    return next(row for row in rows if row["what"].startswith(what))


if __name__ == "__main__":
    main()
