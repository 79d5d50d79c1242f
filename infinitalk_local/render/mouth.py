"""Moves the mouth of a still face: the face is cut along the lips into two sheets that move apart.

The lower sheet carries lip and chin, the upper one the upper lip; where neither covers a pixel any more one
looks into the mouth, which stays where it is. At rest they add up to exactly the picture. A mouth that the
picture shows open can be closed, or nearly so, as the sheets slide over its inside.
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import ArrayLike

from infinitalk_local.render.articulation import Shape
from infinitalk_local.render.cavity import Cavity
from infinitalk_local.render.face import Face
from infinitalk_local.render.gap import lens
from infinitalk_local.render.lips import Lips
from infinitalk_local.render.moving import Movable
from infinitalk_local.render.region import Region
from infinitalk_local.render.rise import rise
from infinitalk_local.render.sizes import Size
from infinitalk_local.render.yuv import Bytes, Floats, Frame, Rectangle

_CHIN = 0.6  # the chin's part of the lower lip's way: flesh stretches between the two
_JAW = 1.0  # half the width of what moves with it
_SOFT = 0.012  # half width of the cut
_ROOM_PX = 3  # beyond what moves: the soft edge is sampled from it
_WIDEST = 0.15  # how far a corner ever goes out, and some
_THICKER = 0.030  # how much a lip gains in height as it is put forward
_LIP = 0.13  # the height of a lip, where that shows most


class Mouth:
    """One face's mouth, cut out once and drawn in any shape."""

    def __init__(self, planes: Bytes, face: Face, size: Size) -> None:
        lips, frame, row = face.mouth, face.frame, float(face.mouth.at(np.zeros(1))[0])
        self.region = Region.around(frame, size, (-_JAW, row - 0.5, _JAW, row + 1.35))
        patch = planes[self.region.rows, self.region.columns]
        u, v = self.region.fine()
        open_by = face.gap * lens(u, lips.left, lips.right)
        below, soft = v - lips.at(u), max(_SOFT, 0.75 / frame.iod)
        # A hair above the lower lip: its edge must not stay behind, and dark goes unseen in the dark.
        low = np.rint(255 * rise(below - 0.94 * open_by, -soft, soft)).astype(np.uint8)
        up = np.rint(255 * rise(below - 0.06 * open_by, soft, -soft)).astype(np.uint8)
        self._low, self._up = Movable(np.dstack([patch, low])), Movable(np.dstack([patch, up]))
        self._fields = _Fields.of(self.region, face)
        self._parting = _parting(u, low, up, lips)
        self._cavity = Cavity(patch, self.region, lips, face.gap)

    def draw(self, frame: Frame, shape: Shape) -> None:
        low_field, up_field = self._fields.at(shape, self.region)
        rows, columns = _reached(self._parting, low_field[..., 1], up_field[..., 1], self.region.height)
        # Beside the mouth both sheets are one.
        drawn = self._low.moved(low_field, slice(0, self.region.height), slice(0, self.region.width))
        up = self._up.moved(up_field, slice(0, rows.stop), columns)
        inside, shown = self._cavity.seen(shape, (rows, columns)), _moving(shape)
        drawn[rows, columns, :3] = _joined(drawn[rows, columns], up[rows], inside, shown)
        drawn[: rows.start, columns] = up[: rows.start]
        self.region.put(frame, drawn[..., :3])


def _parting(u: Floats, low: Bytes, up: Bytes, lips: Lips) -> Rectangle:
    """Return the rectangle of the region, as wide as the mouth may get, in which the two sheets part."""
    aside = np.abs(u - (lips.left + lips.right) / 2)
    columns = _extent((aside < (lips.right - lips.left) / 2 + _WIDEST).any(axis=0))
    cut = ((low > 0) & (up > 0)) | (low + up < 255)  # noqa: PLR2004
    return _extent(cut[:, columns].any(axis=1)), columns


def _extent(hit: ArrayLike) -> slice:
    places = np.flatnonzero(hit)
    return slice(int(places[0]), int(places[-1]) + 1)


def _reached(parting: Rectangle, low_y: Floats, up_y: Floats, height: int) -> Rectangle:
    """Return the rectangle in which the cut may show, as far as either field moves it."""
    rows, columns = parting
    furthest_up, furthest_down = max(0, low_y.max(), up_y.max()), min(0, low_y.min(), up_y.min())
    top = max(0, math.floor(rows.start - furthest_up) - _ROOM_PX)
    return slice(top, min(height, math.ceil(rows.stop - furthest_down) + _ROOM_PX)), columns


def _moving(shape: Shape) -> float:
    """Return 0 for lips at rest, where even the soft edges of the cut must show the very picture, else 1."""
    return float(rise(abs(shape.lift) + abs(shape.drop), 0, 0.02))


def _joined(low: Bytes, up: Bytes, inside: Floats, shown: float) -> Bytes:
    """Return the lower sheet laid over the upper one, and the inside where neither is, as far as `shown`."""
    covered = cv2.add(low[..., 3], up[..., 3])  # saturates at 255
    part_low = low[..., 3:].astype(np.float32) / 255
    part_in = (255 - covered[..., None]).astype(np.float32) * (shown / 255)
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
    side: Floats  # how far a place goes out with its corner
    thick: Floats  # how far a place goes away from the lip line as lips are put forward

    @classmethod
    def of(cls, region: Region, face: Face) -> "_Fields":
        lips = face.mouth
        u, v = region.coarse()
        below = v - lips.at(u)
        aside = u - (lips.left + lips.right) / 2
        half = (lips.right - lips.left) / 2
        under = np.where(below > 0, np.maximum(below - face.gap * lens(u, lips.left, lips.right), 0), below)
        near = np.exp(-((below / 0.36) ** 2)) * rise(np.abs(aside), 0.98, 0.65)
        return cls(
            u=aside,
            half=half,
            bell=_CHIN * rise(np.abs(aside), _JAW - 0.05, 0.25),
            into_chin=rise(below - face.gap, 0.10, 0.5),
            down=rise(below - 0.7 * face.gap, 1.15, 0.62) * rise(np.abs(aside), _JAW - 0.05, 0.7),
            lip=rise(below, -0.34, -0.06),
            side=_peak(aside / half) * near,
            thick=_peak(under / _LIP) * np.exp(-((aside / half) ** 2) * 1.5),
        )

    def at(self, shape: Shape, region: Region) -> tuple[Floats, Floats]:
        """Return the fields of the lower and the upper sheet in pixels: where each pixel comes from."""
        corner = (self.half + shape.wider) * (1 - 0.15 * shape.round)
        opening = np.maximum(1 - (self.u / corner) ** 2, 0)
        forward = -_THICKER * shape.round * self.thick
        low = -shape.drop * (opening + self.into_chin * (self.bell - opening)) * self.down + forward
        up = shape.lift * opening * self.lip + forward
        side = -shape.wider * self.side
        return region.in_pixels(side, low), region.in_pixels(side, up)


def _peak(part: Floats) -> Floats:
    """Return -1 at -1 and 1 at 1, straight between and gone beyond."""
    return np.asarray(part * np.exp(0.5 * (1 - part**2)), np.float32)
