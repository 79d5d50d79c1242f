"""Strips a JPEG of the segments of applications, and tells whether it is cut off (T.81, B.1)."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from infinitalk_media import MediaError
from infinitalk_media.metadata.stripped import Stripped, bounded, orientation
from infinitalk_media.sentences import say

BEGIN, END = b"\xff\xd8", b"\xff\xd9"
# Appended to a file that is cut off, it decodes to other pixels than no data does; 0xFF would be a marker.
NOISE = bytes(range(1, 255)) * 8
_SCAN = 0xDA
_APPLICATION, _COMMENT = range(0xE0, 0xF0), 0xFE
SCANS_MAX = 100  # encoders write ten; even an empty one of ten bytes is decoded for all pixels
_MARKER = re.compile(rb"\xff[\x02-\xcf\xda-\xfe]")  # markers that a length follows
# Segments that tell the colour space, and their least lengths.
_COLOURS = {(0xE0, b"JFIF\x00"): 14, (0xEE, b"Adobe"): 12}
_PROFILE = b"ICC_PROFILE\x00"


class _Segment(NamedTuple):
    marker: int
    body: bytes
    whole: bytes


def strip(data: bytes) -> Stripped:
    """Keep what is needed to decode; of application segments, those that tell the colour space.

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
    whole, ended = b"".join(kept), END in kept[-1]
    if not ended:  # some programs first fill a file with zeros: those at its end are no pixels
        whole = whole.rstrip(b"\xff\x00")
    return Stripped(whole, orientation(exif), _joined(profile), frames=1, ended=ended)


def _segments(data: bytes) -> Iterator[_Segment]:
    """Yield the segments; the last is the first scan with all that follows.

    Like decoders, skip other bytes between two segments.
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
    """Join the parts of a profile, which begin with their number and the number of parts."""
    parts = sorted(part for part in parts if len(part) > 2)  # noqa: PLR2004
    complete = [(part[0], part[1]) for part in parts] == [(n + 1, len(parts)) for n in range(len(parts))]
    return b"".join(part[2:] for part in parts) if complete else b""
