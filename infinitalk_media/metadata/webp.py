"""Strips a WebP of EXIF, XMP, profile and unknown chunks (RFC 9649, 2.7)."""

import struct
from collections.abc import Iterator

from infinitalk_media.metadata.stripped import Stripped, bounded, orientation

_HEAD = 12
_PIXELS = (b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF")
_ALPHA, _ANIMATION = 0x10, 0x02  # flags in VP8X


def strip(data: bytes) -> Stripped:
    """Keep the chunks with pixels, with corrected sizes."""
    kept = []
    metadata: dict[bytes, bytes] = {}
    for kind, body, intact in bounded(_chunks(data)):
        if kind == b"VP8X" and body:
            kept.append(_chunk(kind, bytes([body[0] & (_ALPHA | _ANIMATION)]) + body[1:]))
        elif kind in _PIXELS and (intact or kind != b"ANMF"):
            kept.append(_chunk(kind, body))
        elif intact:
            metadata.setdefault(kind, body)
    pixels = b"WEBP" + b"".join(kept)
    return Stripped(
        b"RIFF" + struct.pack("<I", len(pixels)) + pixels,
        orientation(metadata.get(b"EXIF", b"")),
        metadata.get(b"ICCP", b""),
        max(1, sum(chunk.startswith(b"ANMF") for chunk in kept)),
    )


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes, bool]]:
    """Yield type and body of each chunk, and whether it is complete."""
    at = _HEAD
    while at + 8 <= len(data):
        kind, length = struct.unpack_from("<4sI", data, at)
        if not kind.strip().isalnum():  # data after the picture
            return
        body = data[at + 8 : at + 8 + length]
        yield kind, body, len(body) == length
        at += 8 + length + length % 2


def _chunk(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("<I", len(body)) + body + b"\x00" * (len(body) % 2)
