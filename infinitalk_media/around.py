"""Which part of a picture shows one person, and as little as possible of the others."""

from collections.abc import Sequence
from typing import NamedTuple

from infinitalk_media.picture import SHORT_SIDE_MIN

# What belongs to a person, in widths and heights of the head: shoulders, room above, and the body.
_ASIDE, _ABOVE, _BELOW = 1.5, 0.5, 2.0
_SLIMMEST = 2.0  # height of a part in widths of it, and the other way round


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


def around(head: Box, others: Sequence[Box], width: int, height: int) -> Box:
    """Return the part of a picture of this size that shows a head with its body, in whole pixels.

    It ends half-way to the heads of the others where there is room between; it is as large as a picture has
    to be, and neither side is longer than twice the other if the picture allows.
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
    """Return the part without another head, cut where there is most room between the two."""
    room = {
        "left": head.left - other.right,
        "right": other.left - head.right,
        "top": head.top - other.bottom,
        "bottom": other.top - head.bottom,
    }
    side = max(room, key=lambda name: room[name])
    if room[side] <= 0:
        return part  # the one hides the other
    half = room[side] / 2  # the other one has hair and shoulders, too
    edge = getattr(head, side) + (half if side in ("right", "bottom") else -half)
    return part._replace(**{side: edge})


def _at_least(start: float, end: float, least: float, most: int) -> tuple[int, int]:
    """Return whole edges at least so far apart, within 0 and `most`."""
    more = max(0.0, least - (end - start)) / 2
    start, end = start - more, end + more
    start, end = start - max(0.0, end - most), end - min(0.0, start)
    return max(0, int(start)), min(most, -int(-end // 1))
