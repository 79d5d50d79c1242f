"""Strips a GIF of extension blocks and all frames but the first (GIF89a, 12 and 15 to 26)."""

import re
from collections.abc import Iterator

from infinitalk_media.metadata.stripped import Stripped, bounded

_HEAD = 13  # signature and screen
_IMAGE, _EXTENSION, _TRAILER, _UNKNOWN = 0x2C, 0x21, 0x3B, 0
_CONTROL, _CONTROL_BYTES = 0xF9, 8  # of a graphic control extension, with introducer and terminator
_DESCRIPTOR, _CODE_SIZE = 10, 1  # bytes before the sub-blocks of an image: its descriptor, size of LZW codes
_BEGIN = re.compile(rb"[,!;]")


def strip(data: bytes) -> Stripped:
    """Keep the screen, the first frame and its transparency, and count the frames."""
    screen = _HEAD + _colours(data, 10)
    kept, frames = [data[:screen]], 0
    for kind, whole in bounded(_parts(data, screen)):
        if not frames and kind != _UNKNOWN:
            kept.append(whole)
        frames += kind == _IMAGE
    return Stripped(b"".join(kept) + bytes([_TRAILER]), orientation=1, frames=max(1, frames))


def _parts(data: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """Yield type and bytes of each part; readers skip bytes that begin none."""
    while at + 1 < len(data) and data[at] != _TRAILER:
        kind, end = _UNKNOWN, _next_part(data, at + 1)
        if data[at] == _IMAGE:
            kind = _IMAGE
            end = _after_blocks(data, at + _DESCRIPTOR + _colours(data, at + 9) + _CODE_SIZE)
        elif data[at] == _EXTENSION:
            end = _after_blocks(data, at + 2)
            if data[at + 1] == _CONTROL and end - at == _CONTROL_BYTES:
                kind = _EXTENSION
        yield kind, data[at:end] + bytes(max(0, end - len(data)))  # zeros for what is cut off
        at = end


def _next_part(data: bytes, at: int) -> int:
    found = _BEGIN.search(data, at)
    return found.start() if found else len(data)


def _colours(data: bytes, at: int) -> int:
    """Return the size of the colour table in bytes, by the flags at a position."""
    flags = data[at] if at < len(data) else 0
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _after_blocks(data: bytes, at: int) -> int:
    """Return the end of a sequence of sub-blocks, of which the last is empty."""
    while at < len(data) and data[at]:
        at += 1 + data[at]
    return at + 1
