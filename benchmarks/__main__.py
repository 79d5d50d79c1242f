"""python -m benchmarks [PART ...]: measure what the project promises, and print one table.

Without a PART it runs all parts, without their longest measurements, and writes docs/benchmarks.md, in six to
eight minutes. A PART that is named runs completely and writes nothing.
"""

import argparse
import importlib
import json
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks import environment, report
from benchmarks.rows import Effort, Row

PARTS = (
    *("polling", "client", "download", "trim", "picture"),
    *("preview", "click", "typed_voices", "watchers", "start", "dask"),
)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = _parser()
    chosen = parser.parse_args(arguments)
    if unknown := set(chosen.part) - set(PARTS):
        parser.error(f"no such part: {', '.join(unknown)}")
    effort = Effort.SHORT if chosen.short else Effort.FULL if chosen.part else Effort.USUAL
    about = environment.about()
    print("\n".join(about), flush=True)
    rows = list(_run(chosen.part or PARTS, effort))
    print(report.plain(rows))
    if chosen.json:
        chosen.json.write_text(json.dumps({"about": about, "rows": [row.plain() for row in rows]}, indent=1))
    if effort is Effort.USUAL:
        report.PAGE.write_text(report.page(report.PAGE.read_text(), about, rows))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m benchmarks", description=__doc__)
    parser.add_argument("part", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--short", action="store_true", help="only check that each part runs; write nothing")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the rows to FILE too")
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
