"""Moves the mouth of a still face: the face is cut along the lip line into two sheets that move apart.

The lower sheet carries lip and chin, the upper one the upper lip; where neither covers a pixel any more one
looks into the mouth. At rest the two add up to exactly the picture. A mouth that the picture shows open can
be closed, or nearly so, as the lower sheet slides over the upper.
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np

from infinitalk_local.render import cavity
from infinitalk_local.render.face import Face
from infinitalk_local.render.gap import lens
from infinitalk_local.render.moving import Movable
from infinitalk_local.render.region import Region
from infinitalk_local.render.rise import rise
from infinitalk_local.render.sizes import Size
from infinitalk_local.render.yuv import Bytes, Floats, Frame

_DROP = 0.26  # of the eye distance: how far the lower lip goes down at openness 1
_CHIN = 0.6  # the chin's part of that: flesh stretches between the two
_CLOSING = 0.2  # how far a mouth that the picture shows open is closed: more would crush the chin
_LIFT = 0.16  # the upper lip's part of that
_PRESSED = 0.02  # how far the lower lip goes up when lips are pressed
_SPREAD = 0.16  # how much wider or narrower a mouth becomes
_JAW = 1.0  # half the width of what moves with it
_SOFT = 0.012  # half width of the cut
_FURTHEST = 0.35  # how far any edge of the cut is ever moved


@dataclass(frozen=True)
class Shape:
    """The mouth at one moment; see speech.Tracks."""

    open: float
    wide: float
    press: float


class Mouth:
    """One face's mouth, cut out once and drawn in any shape."""

    def __init__(self, planes: Bytes, face: Face, size: Size) -> None:
        lips, frame, row = face.mouth, face.frame, float(face.mouth.at(np.zeros(1))[0])
        # Who laughs already has less far to open, and never shuts the mouth altogether.
        self._opens = _DROP * max(0.4, 1 - 1.5 * face.gap)
        self._closes = min(0.85 * face.gap, _CLOSING) + _PRESSED
        self.region = Region.around(frame, size, (-_JAW, row - 0.5, _JAW, row + 1.35))
        patch = planes[self.region.rows, self.region.columns]
        u, v = self.region.fine()
        # A hair above the lower lip: its edge must not stay behind, and dark goes unseen in the dark.
        cut = lips.at(u) + 0.94 * face.gap * lens(u, lips.left, lips.right)
        soft = max(_SOFT, 0.75 / frame.iod)
        low = np.rint(255 * rise(v - cut, -soft, soft)).astype(np.uint8)
        self._low, self._up = Movable(np.dstack([patch, low])), Movable(np.dstack([patch, 255 - low]))
        self._inside = cavity.paint(patch, u, v, lips, face.gap)
        self._fields = _Fields.of(self.region, face)
        cut_rows = np.flatnonzero(((low > 0) & (low < 255)).any(axis=1))  # noqa: PLR2004
        room = math.ceil(_FURTHEST * frame.iod)
        self._above = max(0, int(cut_rows[0]) - room)  # rows over this one show the upper sheet alone
        self._below = min(self.region.height, int(cut_rows[-1]) + room)

    def draw(self, frame: Frame, shape: Shape) -> None:
        drop = self._opens * shape.open - self._closes * shape.press
        low_field, up_field = self._fields.at(drop, _SPREAD * shape.wide, self.region)
        above, below, every = self._above, self._below, slice(0, self.region.width)
        low = self._low.moved(low_field, slice(above, self.region.height), every)
        up = self._up.moved(up_field, slice(0, below), every)
        between = _joined(low[: below - above], up[above:], self._inside[above:below])
        self.region.put(frame, np.vstack([up[:above, :, :3], between, low[below - above :, :, :3]]))


def _joined(low: Bytes, up: Bytes, inside: Floats) -> Bytes:
    """Return the lower sheet laid over the upper one, and the inside of the mouth where neither is."""
    covered = cv2.add(low[..., 3], up[..., 3])  # saturates at 255
    part_low = low[..., 3:].astype(np.float32) / 255
    part_in = (255 - covered[..., None]).astype(np.float32) / 255
    above = up[..., :3].astype(np.float32)
    joined = above + part_low * (low[..., :3] - above) + part_in * (inside - above)
    return np.asarray(cv2.convertScaleAbs(joined), np.uint8)


@dataclass(frozen=True)
class _Fields:
    """What does not change from frame to frame, on the coarse grid of the mouth's region."""

    u: Floats  # from the mouth's middle
    half: float  # the mouth's half width
    bell: Floats  # the chin's share: as wide as the jaw
    into_chin: Floats  # 0 at the lip .. 1 at the chin
    down: Floats  # fades the lower field out, into the neck and to the sides
    lip: Floats  # fades the upper field out, towards the nose
    round: Floats  # where the lips' width changes

    @classmethod
    def of(cls, region: Region, face: Face) -> "_Fields":
        lips = face.mouth
        u, v = region.coarse()
        below = v - lips.at(u)
        middle = (lips.left + lips.right) / 2
        aside = u - middle
        return cls(
            u=aside,
            half=(lips.right - lips.left) / 2,
            bell=_CHIN * rise(np.abs(aside), _JAW - 0.05, 0.25),
            into_chin=rise(below - face.gap, 0.10, 0.5),
            down=rise(below - 0.7 * face.gap, 1.15, 0.62) * rise(np.abs(aside), _JAW - 0.05, 0.7),
            lip=rise(below, -0.34, -0.06),
            round=np.exp(-((aside / 0.5) ** 2) - (below / 0.34) ** 2) * rise(np.abs(aside), 0.95, 0.7),
        )

    def at(self, drop: float, wider: float, region: Region) -> tuple[Floats, Floats]:
        """Return the fields of the lower and the upper sheet in pixels: where each pixel comes from."""
        corner = self.half * (1 + wider * np.exp(-((self.half / 0.5) ** 2)))
        opening = np.maximum(1 - (self.u / corner) ** 2, 0)
        low = -drop * (opening + self.into_chin * (self.bell - opening)) * self.down
        up = max(drop, 0.0) * _LIFT * opening * self.lip
        side = -wider * self.u * self.round
        return region.in_pixels(side, low), region.in_pixels(side, up)
