"""Strips a TIFF of tags that only describe it (TIFF 6.0, section 2)."""

import struct
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from infinitalk_media import MediaError
from infinitalk_media.metadata.stripped import BYTE_ORDER, Stripped, orientation
from infinitalk_media.sentences import say

# Tags for sides, depth, compression, colours, strips, tiles and tables of JPEG.
_PIXELS = {
    *(256, 257, 258, 259, 262, 266, 273, 277, 278, 279, 284, 292, 293, 317, 318, 319, 320, 322, 323, 324),
    *(325, 332, 338, 339, 347, *range(512, 522), 529, 530, 531, 532),
}
_PROFILE = 34675
_BIG = (b"II+\x00", b"MM\x00+")
_BYTES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
# Bytes of the values of one tag, and of all; enough for the offsets of 50 megapixels in tiles of 16 pixels.
_VALUES_MAX, _ALL_VALUES_MAX = 1024**2, 2 * 1024**2
PAGES_MAX = 1000
_TAG, _INLINE = 12, 4  # bytes of a tag, and of values inside of it


class _Tag(NamedTuple):
    number: int
    size: int
    at: int
    whole: bytes


def strip(data: bytes) -> Stripped:
    """Append a directory of the first page with only the tags for its pixels, and point to it.

    Raises:
        MediaError: it has too many pages or values, or is a BigTIFF.
    """
    if data[:4] in _BIG:
        raise MediaError(say("picture_bigtiff"))
    order = BYTE_ORDER.get(data[:4])
    if order is None:
        return Stripped(data)
    pages = list(islice(_pages(data, order), PAGES_MAX + 1))
    if len(pages) > PAGES_MAX:
        raise MediaError(say("picture_too_many_pages", most=PAGES_MAX))
    tags = {tag.number: tag for tag in reversed(list(_tags(data, order, pages[0])))} if pages else {}
    needed = [tags[number] for number in sorted(_PIXELS & tags.keys()) if tags[number].size <= _VALUES_MAX]
    if sum(tag.size for tag in needed) > _ALL_VALUES_MAX:
        raise MediaError(say("picture_too_many_tags"))
    kept = [tag.whole for tag in needed]
    profile = tags.get(_PROFILE)
    directory = struct.pack(f"{order}H", len(kept)) + b"".join(kept) + bytes(4)
    at = len(data) + len(data) % 2
    whole = data[:4] + struct.pack(f"{order}I", at) + data[8:].ljust(at - 8, b"\x00") + directory
    return Stripped(
        whole,
        orientation(data),
        data[profile.at : profile.at + profile.size] if profile else b"",
        max(1, len(pages)),
    )


def _pages(data: bytes, order: str) -> Iterator[int]:
    """Yield the offset of each directory; the chain may be cut off or circular."""
    seen = set()
    link = 4
    while link + 4 <= len(data):
        (at,) = struct.unpack_from(f"{order}I", data, link)
        if at < 8 or at + 2 > len(data) or at in seen:  # noqa: PLR2004  # in the header
            return
        seen.add(at)
        yield at
        link = at + 2 + struct.unpack_from(f"{order}H", data, at)[0] * _TAG


def _tags(data: bytes, order: str, at: int) -> Iterator[_Tag]:
    """Yield the tags of a directory whose values are complete."""
    (count,) = struct.unpack_from(f"{order}H", data, at)
    for entry in range(at + 2, min(at + 2 + count * _TAG, len(data) - _TAG + 1), _TAG):
        number, kind, many, place = struct.unpack_from(f"{order}HHII", data, entry)
        size = _BYTES.get(kind, 0) * many
        values = entry + 8 if size <= _INLINE else place
        if size and values + size <= len(data):
            yield _Tag(number, size, values, data[entry : entry + _TAG])
