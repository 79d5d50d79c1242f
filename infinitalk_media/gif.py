"""Takes a GIF apart, so that extension blocks cannot spoil it (GIF89a, 12 and 15 to 26)."""

import re
from collections.abc import Iterator

from infinitalk_media.essence import Essence, bounded

_HEAD = 13  # signature and screen
_IMAGE, _EXTENSION, _TRAILER, _UNKNOWN = 0x2C, 0x21, 0x3B, 0
_CONTROL, _CONTROL_BYTES = 0xF9, 8  # how the next image is shown; with its head and its end
_DESCRIPTOR = 10
_BEGIN = re.compile(rb"[,!;]")


def essence(data: bytes) -> Essence:
    """Keep the screen, the first frame and its transparency, and count the frames."""
    screen = _HEAD + _colours(data, 10)
    kept, frames = [data[:screen]], 0
    for kind, whole in bounded(_parts(data, screen)):
        if not frames and kind != _UNKNOWN:
            kept.append(whole)
        frames += kind == _IMAGE
    return Essence(b"".join(kept) + bytes([_TRAILER]), orientation=1, frames=max(1, frames))


def _parts(data: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """Yield kind and bytes of each part; readers pass over bytes that begin none."""
    while at + 1 < len(data) and data[at] != _TRAILER:
        kind, end = _UNKNOWN, _next_part(data, at + 1)
        if data[at] == _IMAGE:
            kind = _IMAGE
            end = _after_blocks(data, at + _DESCRIPTOR + _colours(data, at + 9) + 1)  # 1: the codes' length
        elif data[at] == _EXTENSION:
            end = _after_blocks(data, at + 2)
            if data[at + 1] == _CONTROL and end - at == _CONTROL_BYTES:
                kind = _EXTENSION
        yield kind, _whole(data, at, end)
        at = end


def _next_part(data: bytes, at: int) -> int:
    found = _BEGIN.search(data, at)
    return found.start() if found else len(data)


def _whole(data: bytes, at: int, end: int) -> bytes:
    """Return a part; zeros stand for what is cut off, after which there may be nothing to see."""
    missing = end - len(data)
    return data[at:end] if missing <= 0 else data[at:] + bytes(missing)


def _colours(data: bytes, at: int) -> int:
    """Return how many bytes of colours the flags in this place announce."""
    flags = data[at] if at < len(data) else 0
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _after_blocks(data: bytes, at: int) -> int:
    """Return where a row of blocks ends, each with its length before it, the last one empty."""
    while at < len(data) and data[at]:
        at += 1 + data[at]
    return at + 1
