"""Strips a PNG of ancillary chunks (PNG, third edition, 5.4 and 13.2)."""

import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from infinitalk_media.metadata.stripped import PROFILE_MAX, Stripped, bounded, orientation

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_CRITICAL = (b"IHDR", b"PLTE", b"IDAT")
_AROUND = 12  # length, kind and checksum of a chunk
# Lengths of tRNS by colour type: grey, RGB, palette.
_TRANSPARENT = {0: range(2, 3), 2: range(6, 7), 3: range(1, 257)}


class _Chunk(NamedTuple):
    kind: bytes
    body: bytes
    checksum: bytes

    @property
    def whole(self) -> bytes:
        return struct.pack(">I", len(self.body)) + self.kind + self.body + self.checksum

    @property
    def intact(self) -> bool:
        return self.checksum == _checksum(self.kind, self.body)


def strip(data: bytes) -> Stripped:
    """Keep the critical chunks unchanged; of the others, transparency and what goes into `Stripped`."""
    kept = [SIGNATURE]
    metadata: dict[bytes, bytes] = {}
    for chunk in bounded(_chunks(data)):
        if chunk.kind in _CRITICAL or (chunk.intact and _is_transparency(chunk, data)):
            kept.append(chunk.whole)
        elif chunk.intact:
            metadata.setdefault(chunk.kind, chunk.body)
    kept.append(_Chunk(b"IEND", b"", _checksum(b"IEND", b"")).whole)
    return Stripped(
        b"".join(kept),
        orientation(metadata.get(b"eXIf", b"")),
        _profile(metadata.get(b"iCCP", b"")),
        _frames(metadata.get(b"acTL", b"")),
    )


def _chunks(data: bytes) -> Iterator[_Chunk]:
    at = len(SIGNATURE)
    while at + 8 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        if kind == b"IEND" or not kind.isalpha():  # data after the picture
            return
        body, checksum = data[at + 8 : at + 8 + length], data[at + 8 + length : at + _AROUND + length]
        if kind in _CRITICAL and len(checksum) < 4:  # noqa: PLR2004  # cut off, perhaps after the last row
            checksum = _checksum(kind, body)
        yield _Chunk(kind, body, checksum)
        end = at + _AROUND + length
        if end > len(data) and kind not in _CRITICAL:  # a wrong length: pixels may follow
            end = data.find(b"IDAT", at + _AROUND) - 4
            if end < at:
                return
        at = end


def _checksum(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", zlib.crc32(kind + body))


def _is_transparency(chunk: _Chunk, data: bytes) -> bool:
    colour_type = data[25] if len(data) > 25 else -1  # noqa: PLR2004  # in IHDR, always the first
    return chunk.kind == b"tRNS" and len(chunk.body) in _TRANSPARENT.get(colour_type, ())


def _profile(body: bytes) -> bytes:
    """Decompress a profile, after its name, a zero, and the method."""
    packed = body.partition(b"\x00")[2][1:]
    try:
        return zlib.decompressobj().decompress(packed, PROFILE_MAX + 1)
    except zlib.error:
        return b""


def _frames(body: bytes) -> int:
    """Return the number of frames of an animation."""
    return max(1, int.from_bytes(body[:4], "big")) if len(body) == 8 else 1  # noqa: PLR2004
