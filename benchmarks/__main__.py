"""python -m benchmarks [PART ...]: measures what this project promises, and prints one table.

All parts together take about five minutes, and leave out what takes longest; a part by its name runs whole.
Nothing is written without --json or --readme.
"""

import argparse
import importlib
import json
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks import machine, table
from benchmarks.rows import Effort, Row

PARTS = (
    "polling",
    "client",
    "download",
    "trim",
    "picture",
    "preview",
    "click",
    "watchers",
    "start",
    "machines",
)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = _parser()
    chosen = parser.parse_args(arguments)
    if unknown := set(chosen.part) - set(PARTS):
        parser.error(f"no such part: {', '.join(unknown)}")
    parts = tuple(chosen.part) or PARTS
    effort = Effort.SHORT if chosen.short else Effort.FULL if chosen.part else Effort.USUAL
    about = machine.about()
    print("\n".join(about), flush=True)
    found = list(_run(parts, effort))
    print(table.plain(found))
    if chosen.json:
        chosen.json.write_text(json.dumps({"about": about, "rows": [row.plain() for row in found]}, indent=1))
    if chosen.readme:
        chosen.readme.write_text(table.put(chosen.readme.read_text(), about, found))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m benchmarks", description=__doc__)
    parser.add_argument("part", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--short", action="store_true", help="only to see that every part runs")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the rows there too")
    parser.add_argument(
        "--readme",
        type=Path,
        nargs="?",
        const=Path("README.md"),
        metavar="FILE",
        help=f"put the table between the lines {table.BEGIN} and {table.END} of a text (README.md)",
    )
    return parser


def _run(parts: Sequence[str], effort: Effort) -> Iterator[Row]:
    for part in parts:
        began = time.perf_counter()
        for row in importlib.import_module(f"benchmarks.{part}").rows(effort):
            print(".", end="", file=sys.stderr, flush=True)
            yield row
        print(f" {part} {time.perf_counter() - began:.0f} s", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
