"""Which part of a picture the model will keep: it crops the centre to the nearest of its own shapes."""

import math
from dataclasses import dataclass

# The open model's shapes have about this many pixels, with sides that are multiples of 64.
# It has none for 576p; that one is taken from 1024x576.
_AREAS = {"480p": 627**2, "576p": 768**2, "720p": 960**2}
_STEP = 64
_SIDE_MIN = 256


@dataclass(frozen=True)
class Crop:
    """A box in the picture's pixels, and the shape that it will be scaled to."""

    left: int
    top: int
    width: int
    height: int
    bucket_width: int
    bucket_height: int

    def lost(self, width: int, height: int) -> float:
        """Return the share of a picture of this size that is cut away, 0 to 1."""
        return 1 - self.width * self.height / (width * height)


def model_crop(width: int, height: int, resolution: str) -> Crop:
    """Return the centre crop that the model will make of a picture; the hosted model may differ."""
    bucket_width, bucket_height = min(
        _buckets(_AREAS[resolution]),
        key=lambda bucket: abs(math.log(bucket[0] * height / (bucket[1] * width))),
    )
    scale = min(width / bucket_width, height / bucket_height)
    kept_width, kept_height = round(bucket_width * scale), round(bucket_height * scale)
    left, top = (width - kept_width) // 2, (height - kept_height) // 2
    return Crop(left, top, kept_width, kept_height, bucket_width, bucket_height)


def _buckets(area: int) -> list[tuple[int, int]]:
    longest = area // _SIDE_MIN
    widths = range(_SIDE_MIN, longest + 1, _STEP)
    return [(width, max(_SIDE_MIN, round(area / width / _STEP) * _STEP)) for width in widths]
