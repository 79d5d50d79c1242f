"""How large the video is: the area of the tier asked for, in the shape of the picture."""

import math
from typing import NamedTuple

# The tiers are named after the 16:9 frame whose area they have.
_AREAS = {"480p": 832 * 480, "576p": 1024 * 576, "720p": 1280 * 720}
RESOLUTIONS = tuple(_AREAS)

_WIDEST = 4.0


class Size(NamedTuple):
    """Sides in pixels, both even: H.264 in 4:2:0 has no odd ones."""

    width: int
    height: int


def output_size(width: float, height: float, resolution: str) -> Size:
    """Return the frame for a picture of this size: the same shape (within 1:4 and 4:1), nothing cropped."""
    aspect = min(max(width / height, 1 / _WIDEST), _WIDEST)
    area = _AREAS[resolution]
    return Size(_even(math.sqrt(area * aspect)), _even(math.sqrt(area / aspect)))


def _even(side: float) -> int:
    return 2 * round(side / 2)
