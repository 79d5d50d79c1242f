"""python -m benchmarks.scaling FIGURES.json: calculate what visitors and jobs need from measured figures.

`python -m benchmarks --json FIGURES.json` writes the figures. --write puts the table into docs/scaling.md.
"""

import argparse
import json
import math
import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks import report
from benchmarks.measuring import ROOT

PAGE = ROOT / "docs/scaling.md"
HEADS = ("visitors at once", "pages", "memory", "previews/h", "machines", "jobs/h", "requests/min")
# Visitors at once, previews and paid jobs per hour.
LOADS = ((10, 20, 10), (100, 200, 100), (1000, 2000, 1000), (5000, 10000, 5000))
BUSY = 0.6  # planned share of a core or a machine; above it, queues grow


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser("python -m benchmarks.scaling", description=__doc__)
    parser.add_argument("figures", type=Path)
    parser.add_argument("--write", action="store_true")
    chosen = parser.parse_args(arguments)
    figures = json.loads(chosen.figures.read_text())
    text = "\n".join([*figures["about"], "", report.markdown(HEADS, needs(figures["rows"]))])
    print(text)
    if chosen.write:
        PAGE.write_text(report.between(PAGE.read_text(), text))


def needs(rows: Sequence[dict[str, Any]]) -> list[tuple[str, ...]]:
    """Return the cells of a line for each load, in the order of HEADS."""
    return [_line(rows, *load) for load in LOADS]


def _line(rows: Sequence[dict[str, Any]], visitors: int, previews: int, jobs: int) -> tuple[str, ...]:
    per_page = math.floor(1000 * BUSY / (ours(rows, "CPU of the page") / 100))
    pages = math.ceil(visitors / per_page)
    memory = pages * ours(rows, "memory of the page") + visitors * ours(rows, "memory of a visitor") / 1000
    machines = math.ceil(previews / (60 * BUSY * ours(rows, "previews, 1 worker")))
    polls = jobs / 60 * ours(rows, "requests per job, median 283 s")
    figures = (visitors, pages, f"{memory:.0f} MB", previews, machines, jobs, f"{polls:.0f}")
    return tuple(map(str, figures))


def ours(rows: Sequence[dict[str, Any]], what: str) -> float:
    """Return the median of the first row whose name begins so."""
    row = next(row for row in rows if row["what"].startswith(what))
    return statistics.median(row["ours"]["values"])


if __name__ == "__main__":
    main()
