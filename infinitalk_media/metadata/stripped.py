"""What all formats have in common: the result, the limit of parts, and the orientation in EXIF."""

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from infinitalk_media import MediaError
from infinitalk_media.sentences import say

PROFILE_MAX = 8 * 1024**2  # bytes; the largest profiles in use, for printing, have some 4 MB
PARTS_MAX = 100_000  # more than a picture of 20 MB has

_ORIENTATION, _SHORT = 0x0112, 3
_TAG_BYTES = 12
BYTE_ORDER = {b"II*\x00": "<", b"MM\x00*": ">"}

T = TypeVar("T")


@dataclass(frozen=True)
class Stripped:
    """A file with the pixels of the first frame, and what its metadata said.

    `orientation` is 1 to 8 as in EXIF, `profile` an ICC profile of any size or empty, `frames` the number of
    frames; orientation and frames of a format that is not stripped are 0, unknown. `ended`: the file is not
    cut off.
    """

    data: bytes
    orientation: int = 0
    profile: bytes = b""
    frames: int = 0
    ended: bool = True


def bounded(parts: Iterable[T]) -> Iterator[T]:
    """Yield the parts of a file.

    Raises:
        MediaError: there are more than a hundred thousand.
    """
    parts = iter(parts)
    yield from islice(parts, PARTS_MAX)
    for _ in parts:
        raise MediaError(say("picture_in_too_many_pieces"))


def orientation(exif: bytes) -> int:
    """Return the orientation in EXIF or TIFF data, 1 to 8; 1, upright, where there is none.

    Only the tags of the first directory are read: the values they point to may be long and overlap.
    """
    data = exif.removeprefix(b"Exif\x00\x00")
    order = BYTE_ORDER.get(data[:4])
    if order is None:
        return 1
    try:
        (at,) = struct.unpack_from(f"{order}I", data, 4)
        (count,) = struct.unpack_from(f"{order}H", data, at)
        for number in range(count):
            tag, kind, _, value = struct.unpack_from(f"{order}HHIH", data, at + 2 + number * _TAG_BYTES)
            if (tag, kind) == (_ORIENTATION, _SHORT):
                return value if 1 <= value <= 8 else 1  # noqa: PLR2004
    except struct.error:  # the data is cut off
        pass
    return 1
