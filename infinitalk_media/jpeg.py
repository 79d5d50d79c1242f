"""Takes a JPEG apart, so that what applications put in cannot spoil it, nor a missing end (T.81, B.1)."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from infinitalk_media import MediaError
from infinitalk_media.essence import PROFILE_MAX, Essence, bounded
from infinitalk_media.exif import orientation
from infinitalk_media.sentences import say

BEGIN, END = b"\xff\xd8", b"\xff\xd9"
# Codes that decode to something else than the silence after a file's end; 0xFF would be a marker.
NOISE = bytes(range(1, 255)) * 8
_SCAN = 0xDA
_APPLICATION, _COMMENT = range(0xE0, 0xF0), 0xFE
SCANS_MAX = 100  # encoders make ten; an empty one takes ten bytes, and goes through all pixels
_MARKER = re.compile(rb"\xff[\x02-\xcf\xda-\xfe]")  # those that a length follows
# The two that say how the colours are stored, and how long they are at least.
_COLOURS = {(0xE0, b"JFIF\x00"): 14, (0xEE, b"Adobe"): 12}
_PROFILE = b"ICC_PROFILE\x00"


class _Segment(NamedTuple):
    marker: int
    body: bytes
    whole: bytes


def essence(data: bytes) -> Essence:
    """Keep all that is needed to decode; the marks of applications go, but for how the colours are stored.

    Raises:
        MediaError: it has more than a hundred scans.
    """
    kept, exif = [BEGIN], b""
    profile: list[bytes] = []
    for segment in bounded(_segments(data)):
        if segment.marker not in (*_APPLICATION, _COMMENT) or _is_colours(segment):
            kept.append(segment.whole)
        elif segment.marker == 0xE1 and segment.body.startswith(b"Exif\x00\x00"):  # noqa: PLR2004  # APP1
            exif = exif or segment.body
        elif segment.marker == 0xE2 and segment.body.startswith(_PROFILE):  # noqa: PLR2004  # APP2
            profile.append(segment.body[len(_PROFILE) :])
    if kept[-1].count(b"\xff\xda") > SCANS_MAX:
        raise MediaError(say("picture_in_too_many_layers"))
    ended = END in kept[-1]
    whole = b"".join(kept)
    # Some programs make a file as long as it will be first: zeros at its end are no picture.
    return Essence(
        whole if ended else whole.rstrip(b"\xff\x00"), orientation(exif), _joined(profile), 1, ended
    )


def _segments(data: bytes) -> Iterator[_Segment]:
    """Yield the segments up to the first scan, which counts as one with all that follows.

    Between them decoders look for the next marker, whatever else lies there.
    """
    found = _MARKER.search(data, len(BEGIN))
    while found:
        at, marker = found.start(), data[found.start() + 1]
        if marker == _SCAN:
            yield _Segment(marker, b"", data[at:])
            return
        end = at + 2 + max(2, int.from_bytes(data[at + 2 : at + 4], "big"))
        yield _Segment(marker, data[at + 4 : end], data[at:end])
        found = _MARKER.search(data, end)


def _is_colours(segment: _Segment) -> bool:
    return any(
        segment.marker == marker and segment.body.startswith(name) and len(segment.body) >= least
        for (marker, name), least in _COLOURS.items()
    )


def _joined(parts: list[bytes]) -> bytes:
    """Put a profile together: each part begins with its number and the number of parts."""
    parts = sorted(part for part in parts if len(part) > 2)  # noqa: PLR2004  # more than the two
    if [part[0] for part in parts] != list(range(1, len(parts) + 1)) or any(
        part[1] != len(parts) for part in parts
    ):
        return b""
    profile = b"".join(part[2:] for part in parts)
    return profile if len(profile) <= PROFILE_MAX else b""
