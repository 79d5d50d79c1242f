"""Crops of a picture: the one that the model makes, and one around a face without other people."""

from collections.abc import Sequence
from typing import NamedTuple

from infinitalk_media.picture import SHORT_SIDE_MIN

# Buckets are the sizes of the open model's videos. Of each resolution: the square root of their pixels, their
# least and greatest height; sides are multiples of 64. Those of 576p, which it lacks, are made from 1024x576.
_BUCKETS = {"480p": (627, 320, 1280), "576p": (768, 384, 1536), "720p": (960, 448, 1920)}
_STEP = 64
_NEGLIGIBLE = 0.01  # of a side
# Shoulders, margin above, and body of a person, in widths and heights of the head.
_ASIDE, _ABOVE, _BELOW = 1.5, 0.5, 2.0
_SLIMMEST = 2.0  # longer side of a crop around a face, in parts of the shorter one


class Crop(NamedTuple):
    """A part of the picture in its pixels, and the bucket that it is scaled to."""

    left: int
    top: int
    width: int
    height: int
    bucket_width: int
    bucket_height: int


def model_crop(width: int, height: int, resolution: str) -> Crop:
    """Return the centre crop that the open model makes of a picture; the hosted model may differ."""
    side, lowest, highest = _BUCKETS[resolution]
    heights = range(lowest, highest + 1, _STEP)
    buckets = [(max(lowest, round(side**2 / each / _STEP) * _STEP), each) for each in heights]
    bucket_width, bucket_height = min(buckets, key=lambda size: abs(size[1] / size[0] - height / width))
    scale = min(width / bucket_width, height / bucket_height)
    kept_width, kept_height = round(bucket_width * scale), round(bucket_height * scale)
    left, top = (width - kept_width) // 2, (height - kept_height) // 2
    return Crop(left, top, kept_width, kept_height, bucket_width, bucket_height)


def lost_sides(width: int, height: int, resolution: str) -> dict[str, float]:
    """Return the share of its height or width that the model crops at each side of a picture of this size.

    The names are "top", "bottom", "left", "right"; shares of less than one in a hundred are left out. Of a
    resolution that the open model does not have, nothing is known.
    """
    if resolution not in _BUCKETS:
        return {}
    crop = model_crop(width, height, resolution)
    lost = {
        "top": crop.top / height,
        "bottom": (height - crop.top - crop.height) / height,
        "left": crop.left / width,
        "right": (width - crop.left - crop.width) / width,
    }
    return {side: share for side, share in lost.items() if share >= _NEGLIGIBLE}


class Box(NamedTuple):
    """Edges in pixels of the picture."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top

    def meets(self, other: "Box") -> bool:
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom


def crop_around(head: Box, others: Sequence[Box], width: int, height: int) -> Box:
    """Return the crop of a picture of this size around a head with its body, in whole pixels.

    It ends half-way to the heads of others where there is a gap. It is as large as a picture must be, and no
    side is longer than twice the other, if the picture allows that.
    """
    part = Box(
        max(0, head.left - _ASIDE * head.width),
        max(0, head.top - _ABOVE * head.height),
        min(width, head.right + _ASIDE * head.width),
        min(height, head.bottom + _BELOW * head.height),
    )
    for other in others:
        if part.meets(other):
            part = _before(part, head, other)
    slim = part._replace(bottom=min(part.bottom, part.top + _SLIMMEST * part.width))
    slim = slim._replace(bottom=max(slim.bottom, min(part.bottom, head.bottom)))
    left, right = _at_least(slim.left, slim.right, max(SHORT_SIDE_MIN, slim.height / _SLIMMEST), width)
    top, bottom = _at_least(slim.top, slim.bottom, max(SHORT_SIDE_MIN, slim.width / _SLIMMEST), height)
    return Box(left, top, right, bottom)


def _before(part: Box, head: Box, other: Box) -> Box:
    """Return the part without another head, cut in the widest gap between the two heads."""
    gaps = {
        "left": head.left - other.right,
        "right": other.left - head.right,
        "top": head.top - other.bottom,
        "bottom": other.top - head.bottom,
    }
    side = max(gaps, key=lambda name: gaps[name])
    if gaps[side] <= 0:
        return part  # the heads overlap
    half = gaps[side] / 2  # hair and shoulders of the other one lie in the gap, too
    edge = getattr(head, side) + (half if side in ("right", "bottom") else -half)
    return part._replace(**{side: edge})


def _at_least(start: float, end: float, least: float, most: int) -> tuple[int, int]:
    """Return whole edges at least `least` apart, within 0 and `most`."""
    more = max(0.0, least - (end - start)) / 2
    start, end = start - more, end + more
    start, end = start - max(0.0, end - most), end - min(0.0, start)
    return max(0, int(start)), min(most, -int(-end // 1))
