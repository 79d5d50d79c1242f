"""Moves a mouth: the face is cut along the lips into two layers that move apart.

The lower layer has the lower lip and the chin, the upper layer the upper lip. Pixels that neither covers
show the inside of the mouth, which does not move. At rest the layers add up to exactly the picture. A mouth
that is open in the picture closes, or nearly so, as the layers slide over its inside.
"""

import math

import cv2
import numpy as np
from numpy.typing import ArrayLike

from infinitalk_preview.animate.mouth_interior import Cavity
from infinitalk_preview.animate.speech import MouthShape
from infinitalk_preview.detect.faces import Face
from infinitalk_preview.detect.lips import Lips
from infinitalk_preview.detect.mouth_gap import lens
from infinitalk_preview.frames.region import Region
from infinitalk_preview.frames.smoothstep import smoothstep
from infinitalk_preview.frames.warp import Warper
from infinitalk_preview.frames.yuv import Bytes, Floats, Frame, Rectangle
from infinitalk_preview.sizes import Size

# Lengths in distances of the eyes.
_CHIN = 0.6  # move of the chin in parts of the lower lip's: the skin between them stretches
_JAW = 1.0  # half the width of what moves with the jaw
_SOFT = 0.012  # half the width of the soft edge at the cut
_MARGIN_PX = 3  # around what moves, for the soft edge
_WIDEST = 0.15  # more than a corner ever moves outwards
_THICKER = 0.030  # height that a protruding lip gains
_LIP = 0.13  # height of a lip


class Mouth:
    """The mouth of one face, cut out once and drawn in any shape."""

    def __init__(self, planes: Bytes, face: Face, size: Size) -> None:
        lips, frame, row = face.mouth, face.frame, float(face.mouth.at(np.zeros(1))[0])
        self.region = Region.around(frame, size, (-_JAW, row - 0.5, _JAW, row + 1.35))
        patch = planes[self.region.rectangle]
        u, v = self.region.fine()
        open_by = face.gap * lens(u, lips.left, lips.right)
        below, soft = v - lips.at(u), max(_SOFT, 0.75 / frame.iod)
        # The cut lies just above the lower lip, so that no part of the lip's edge stays behind.
        low = np.rint(255 * smoothstep(-soft, soft, below - 0.94 * open_by)).astype(np.uint8)
        up = np.rint(255 * smoothstep(soft, -soft, below - 0.06 * open_by)).astype(np.uint8)
        self._low, self._up = Warper(np.dstack([patch, low])), Warper(np.dstack([patch, up]))
        self._fields = _Fields(self.region, face)
        self._seam = _seam(u, low, up, lips)
        self._cavity = Cavity(patch, self.region, lips, face.gap)

    def draw(self, frame: Frame, shape: MouthShape) -> None:
        low_field, up_field = self._fields.at(shape)
        rows, columns = _reached(self._seam, low_field[..., 1], up_field[..., 1], self.region.height)
        # Beside the mouth both layers move alike.
        drawn = self._low.warp(low_field)
        up = self._up.warp(up_field, slice(0, rows.stop), columns)
        inside = self._cavity.seen(shape, (rows, columns))
        # Not shown by lips at rest, where the soft edge of the cut must show the picture.
        shown = float(smoothstep(0, 0.02, abs(shape.lift) + abs(shape.drop)))
        drawn[rows, columns, :3] = _joined(drawn[rows, columns], up[rows], inside, shown)
        drawn[: rows.start, columns] = up[: rows.start]
        self.region.put(frame, drawn[..., :3])


def _seam(u: Floats, low: Bytes, up: Bytes, lips: Lips) -> Rectangle:
    """Return the rectangle of the region, as wide as the mouth may get, in which the layers part."""
    aside = np.abs(u - (lips.left + lips.right) / 2)
    columns = _extent((aside < (lips.right - lips.left) / 2 + _WIDEST).any(axis=0))
    cut = ((low > 0) & (up > 0)) | (low + up < 255)  # noqa: PLR2004
    return _extent(cut[:, columns].any(axis=1)), columns


def _extent(hit: ArrayLike) -> slice:
    places = np.flatnonzero(hit)
    return slice(int(places[0]), int(places[-1]) + 1)


def _reached(seam: Rectangle, low_y: Floats, up_y: Floats, height: int) -> Rectangle:
    """Return the rectangle in which the cut may show after the fields have moved it."""
    rows, columns = seam
    furthest_up, furthest_down = max(0, low_y.max(), up_y.max()), min(0, low_y.min(), up_y.min())
    top = max(0, math.floor(rows.start - furthest_up) - _MARGIN_PX)
    return slice(top, min(height, math.ceil(rows.stop - furthest_down) + _MARGIN_PX)), columns


def _joined(low: Bytes, up: Bytes, inside: Floats, shown: float) -> Bytes:
    """Return the lower layer over the upper one, and the inside where neither is, with opacity `shown`."""
    covered = cv2.add(low[..., 3], up[..., 3])  # saturates at 255
    part_low = low[..., 3:].astype(np.float32) / 255
    part_in = (255 - covered[..., None]).astype(np.float32) * (shown / 255)
    above = up[..., :3].astype(np.float32)
    joined = above + part_low * (low[..., :3] - above) + part_in * (inside - above)
    return np.asarray(cv2.convertScaleAbs(joined), np.uint8)


class _Fields:
    """The warp fields of both layers, on the coarse grid of the region."""

    def __init__(self, region: Region, face: Face) -> None:
        lips, gap = face.mouth, face.gap
        u, v = region.coarse()
        below = v - lips.at(u)
        under = np.where(below > 0, np.maximum(below - gap * lens(u, lips.left, lips.right), 0), below)
        self._region = region
        self._u = u - (lips.left + lips.right) / 2  # from the middle of the mouth
        self._half = half = (lips.right - lips.left) / 2
        aside = np.abs(self._u)
        self._bell = _CHIN * smoothstep(_JAW - 0.05, 0.25, aside)  # move of the chin, as wide as the jaw
        self._into_chin = smoothstep(0.10, 0.5, below - gap)  # 0 at the lip .. 1 at the chin
        # These fade the lower field out to the neck and the sides, the upper one to the nose.
        self._down = smoothstep(1.15, 0.62, below - 0.7 * gap) * smoothstep(_JAW - 0.05, 0.7, aside)
        self._lip = smoothstep(-0.34, -0.06, below)
        # Moves outwards with the corner, and away from the lip line when lips protrude.
        self._side = _peak(self._u / half) * np.exp(-((below / 0.36) ** 2)) * smoothstep(0.98, 0.65, aside)
        self._thick = _peak(under / _LIP) * np.exp(-((self._u / half) ** 2) * 1.5)

    def at(self, shape: MouthShape) -> tuple[Floats, Floats]:
        """Return the fields of the lower and the upper layer for lips of that shape, in pixels."""
        corner = (self._half + shape.wider) * (1 - 0.15 * shape.round)
        opening = np.maximum(1 - (self._u / corner) ** 2, 0)
        forward = -_THICKER * shape.round * self._thick
        low = -shape.drop * (opening + self._into_chin * (self._bell - opening)) * self._down + forward
        up = shape.lift * opening * self._lip + forward
        side = -shape.wider * self._side
        return self._region.in_pixels(side, low), self._region.in_pixels(side, up)


def _peak(part: Floats) -> Floats:
    """Return -1 at -1, 1 at 1, about linear between, and 0 far outside."""
    return np.asarray(part * np.exp(0.5 * (1 - part**2)), np.float32)
