"""What of a picture's file is needed to see it; everything else is left out before it is opened.

Browsers pass over a broken comment, profile or resolution; Pillow refuses the whole picture for it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from infinitalk_media import MediaError
from infinitalk_media.sentences import say

PROFILE_MAX = 8 * 1024**2  # the largest in use, for printing, have some 4 MB
PARTS_MAX = 100_000  # a picture of 20 MB in the smallest usual blocks

T = TypeVar("T")


@dataclass(frozen=True)
class Essence:
    """A file with the pixels of the first frame, and what else was said in it.

    `orientation` is 1 to 8 as in EXIF, `profile` an ICC profile or empty. Of a file that was not taken apart
    neither orientation nor frames are known: 0. `ended`: the file goes on to the end of its picture.
    """

    data: bytes
    orientation: int = 0
    profile: bytes = b""
    frames: int = 0
    ended: bool = True


def bounded(parts: Iterable[T]) -> Iterator[T]:
    """Yield the parts of a file; a picture in a million of them would be a long task.

    Raises:
        MediaError: there are more than a hundred thousand.
    """
    parts = iter(parts)
    yield from islice(parts, PARTS_MAX)
    for _ in parts:
        raise MediaError(say("picture_in_too_many_pieces"))
