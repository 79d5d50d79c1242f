"""Chained streams: several recordings in one file, one after the other, as `cat` makes them.

Some decoders read only the first one, others also the next ones if their format is the same.
"""

import re
from collections.abc import Iterator
from pathlib import Path

LINKS_MAX = 16
_SEARCHED = 128 * 1024**2  # bytes; more than the limit of uploads
_BLOCK, _OVERLAP = 1024**2, 64
# The beginnings of files: more than their four magic bytes, which occur by chance in long files.
_BEGINNINGS = [
    re.compile(pattern, re.DOTALL)
    for pattern in (
        rb"OggS\0\x02",
        rb"fLaC[\0\x80]\0\0\x22",
        rb"RIFF.{4}WAVE",
        rb"FORM.{4}AIF[FC]",
        rb"\x1a\x45\xdf\xa3.{1,8}?\x42\x86\x81\x01",
        rb"\0\0\0.ftyp",
    )
]
_HEADS = 300  # bytes; beginnings that are closer are those of the tracks of one recording, in Ogg


def split(source: Path, folder: Path) -> tuple[list[Path], bool]:
    """Return the recordings in a file, and whether these are all; several are copied into `folder`.

    At most sixteen are returned, from the first 128 MB.
    """
    begins = _begins(source)
    if len(begins) < 2:  # noqa: PLR2004
        return [source], True
    ends = [*begins[1:], source.stat().st_size]
    links = [folder / f"link-{number}" for number in range(min(len(begins), LINKS_MAX))]
    for link, begin, end in zip(links, begins, ends, strict=False):
        _copy(source, link, begin, end)
    return links, len(begins) <= LINKS_MAX


def _begins(source: Path) -> list[int]:
    """Return where recordings of the file's own type begin, at most one more than LINKS_MAX."""
    with source.open("rb") as file:
        head = file.read(_OVERLAP)
    pattern = next((pattern for pattern in _BEGINNINGS if pattern.match(head)), None)
    begins: list[int] = []
    last = -_HEADS
    for at in _found(source, pattern) if pattern else ():
        if at - last >= _HEADS:
            begins.append(at)
        last = at
        if len(begins) > LINKS_MAX:
            break
    return begins


def _found(source: Path, pattern: re.Pattern[bytes]) -> Iterator[int]:
    """Yield the position of each match, also across two blocks."""
    with source.open("rb") as file:
        for at in range(0, min(source.stat().st_size, _SEARCHED), _BLOCK):
            file.seek(at)
            for match in pattern.finditer(file.read(_BLOCK + _OVERLAP)):
                if match.start() < _BLOCK:
                    yield at + match.start()


def _copy(source: Path, target: Path, begin: int, end: int) -> None:
    with source.open("rb") as file, target.open("wb") as link:
        file.seek(begin)
        left = end - begin
        while left > 0 and (block := file.read(min(left, _BLOCK))):
            link.write(block)
            left -= len(block)
