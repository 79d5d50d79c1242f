"""Recordings that were put behind each other in one file, as `cat` and some recorders do.

Decoders read the first one, and of the others what has the same form, or nothing.
"""

import re
from collections.abc import Iterator
from pathlib import Path

LINKS_MAX = 16
_SEARCHED = 128 * 1024**2  # bytes; more than may be uploaded
_BLOCK, _OVERLAP = 1024**2, 64
# How a file of each kind begins. The four bytes that it may be known by are found by chance in long ones.
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
_HEADS = 300  # bytes: in Ogg the tracks of one recording announce themselves one right behind the other


def taken_apart(source: Path, folder: Path) -> tuple[list[Path], bool]:
    """Return the recordings in a file, and whether these are all; several are copied into `folder`.

    No more than sixteen are looked at, in the first 128 MB.
    """
    begins = _begins(source)
    if len(begins) < 2:  # noqa: PLR2004  # a chain has two links
        return [source], True
    links = []
    for number, (begin, end) in enumerate(zip(begins, [*begins[1:], source.stat().st_size], strict=True)):
        if number < LINKS_MAX:
            links.append(folder / f"link-{number}")
            _copy(source, links[-1], begin, end)
    return links, len(begins) <= LINKS_MAX


def _begins(source: Path) -> list[int]:
    """Return where recordings of the file's own kind begin, one more than are used at most."""
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
    """Yield each place, also where it lies across two blocks."""
    with source.open("rb") as file:
        at, block = 0, file.read(_BLOCK)
        while block and at < _SEARCHED:
            following = file.read(_BLOCK)
            for match in pattern.finditer(block + following[:_OVERLAP]):
                if match.start() < len(block):
                    yield at + match.start()
            at, block = at + len(block), following


def _copy(source: Path, target: Path, begin: int, end: int) -> None:
    with source.open("rb") as file, target.open("wb") as link:
        file.seek(begin)
        left = end - begin
        while left > 0 and (block := file.read(min(left, _BLOCK))):
            link.write(block)
            left -= len(block)
