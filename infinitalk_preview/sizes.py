"""The size of the video: the area of its resolution, in the aspect ratio of the picture."""

import math
from typing import NamedTuple

# A resolution is named after the 16:9 frame of the same area.
_AREAS = {"480p": 832 * 480, "576p": 1024 * 576, "720p": 1280 * 720}
RESOLUTIONS = tuple(_AREAS)

_WIDEST = 4.0


class Size(NamedTuple):
    """Sides in pixels, both even, as H.264 in 4:2:0 requires."""

    width: int
    height: int


def output_size(width: float, height: float, resolution: str) -> Size:
    """Return the size of the video for a picture: uncropped, in its aspect ratio within 1:4 and 4:1."""
    aspect = min(max(width / height, 1 / _WIDEST), _WIDEST)
    area = _AREAS[resolution]
    return Size(_even(math.sqrt(area * aspect)), _even(math.sqrt(area / aspect)))


def _even(side: float) -> int:
    return 2 * round(side / 2)
