"""Rows as text: a table for the terminal, and docs/benchmarks.md with a section for each part."""

import importlib
import itertools
from collections.abc import Iterable, Iterator, Sequence

from benchmarks.measuring import ROOT
from benchmarks.rows import HEADS, Row

PAGE = ROOT / "docs/benchmarks.md"
BEGIN, END = "<!-- benchmarks -->", "<!-- /benchmarks -->"


def plain(rows: Sequence[Row]) -> str:
    """Return one table with aligned columns."""
    lines = [("part", *HEADS), *((row.part, *row.cells()) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join("  ".join(map(str.ljust, cells, widths)).rstrip() for cells in lines)


def markdown(heads: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table."""
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (heads, ("---",) * len(heads), *lines))


def page(text: str, about: Sequence[str], rows: Sequence[Row]) -> str:
    """Return the page with new sections between its two marks; raises as `between`."""
    sections = (_section(part, list(its)) for part, its in itertools.groupby(rows, key=lambda row: row.part))
    return between(text, "\n\n".join(["\n".join(about), *sections]))


def between(text: str, new: str) -> str:
    """Replace the text between the two marks.

    Raises:
        ValueError: a mark is missing.
    """
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"The text needs two lines, {BEGIN} and {END}.")
    return f"{before}{BEGIN}\n{new}\n{END}{after}"


def _section(part: str, rows: Sequence[Row]) -> str:
    summary = str(importlib.import_module(f"benchmarks.{part}").__doc__).partition("\n")[0]
    table = markdown(HEADS, (row.cells() for row in rows))
    return "\n\n".join([f"## {part.capitalize()}", summary, table, "\n".join(_meanings(part, rows))])


def _meanings(part: str, rows: Sequence[Row]) -> Iterator[str]:
    for beginning, meaning in importlib.import_module(f"benchmarks.{part}").MEANINGS.items():
        if any(row.what.startswith(beginning) for row in rows):
            yield f"- *{beginning}*: {meaning}"
