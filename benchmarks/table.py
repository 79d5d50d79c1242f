"""Rows as text: a plain table for the terminal, and one for a README, between two marks."""

from collections.abc import Sequence

from benchmarks.rows import HEADS, Row

BEGIN, END = "<!-- benchmarks -->", "<!-- /benchmarks -->"


def plain(rows: Sequence[Row]) -> str:
    """Return the table with aligned columns."""
    lines = [HEADS, *(row.cells() for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(_line(cells, widths) for cells in lines)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()


def markdown(rows: Sequence[Row]) -> str:
    """Return the table for a README."""
    lines = [HEADS, ("---",) * len(HEADS), *(row.cells() for row in rows)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def put(text: str, about: Sequence[str], rows: Sequence[Row]) -> str:
    """Return the text with the table between the two marks, and all else as it was; raises as `between`."""
    return between(text, f"{'. '.join(about)}.\n\n{markdown(rows)}")


def between(text: str, new: str) -> str:
    """Replace what lies between the two marks.

    Raises:
        ValueError: the marks are not there.
    """
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"The text needs two lines, {BEGIN} and {END}.")
    return f"{before}{BEGIN}\n{new}\n{END}{after}"
