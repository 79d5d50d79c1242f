"""A rectangle of the video frame around a part of the face, with the canonical coordinates of its pixels."""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from infinitalk_local.render.canonical import Canonical
from infinitalk_local.render.sizes import Size
from infinitalk_local.render.yuv import Bytes, Floats, Frame, halved

_NO_SECOND_MAP = np.empty((0, 0), np.float32)
_COARSE = 4  # pixels per step of the coarse grid: fields are smooth, and 16 times cheaper there


@dataclass(frozen=True)
class Region:
    """Even edges, so that it covers whole pixels of the half-size colour planes too."""

    frame: Canonical
    left: int
    top: int
    width: int
    height: int

    @classmethod
    def around(cls, frame: Canonical, size: Size, box: tuple[float, float, float, float]) -> "Region":
        """Return the rectangle around (left, top, right, bottom), in canonical units, within the frame."""
        left, top, right, bottom = box
        corners = frame.pixels(np.array([[left, top], [right, top], [left, bottom], [right, bottom]]))
        low = np.clip(np.floor(corners.min(axis=0) / 2) * 2, 0, size).astype(int)
        high = np.clip(np.ceil(corners.max(axis=0) / 2) * 2, 0, size).astype(int)
        return cls(frame, int(low[0]), int(low[1]), int(high[0] - low[0]), int(high[1] - low[1]))

    @property
    def rows(self) -> slice:
        return slice(self.top, self.top + self.height)

    @property
    def columns(self) -> slice:
        return slice(self.left, self.left + self.width)

    def fine(self) -> tuple[Floats, Floats]:
        """Return u and v of every pixel, each (height, width)."""
        return self._units(np.arange(self.width), np.arange(self.height))

    def coarse(self) -> tuple[Floats, Floats]:
        """Return u and v on a grid that `spread` enlarges to every pixel."""
        across, down = -(-self.width // _COARSE), -(-self.height // _COARSE)
        x = (np.arange(across) + 0.5) * self.width / across - 0.5
        y = (np.arange(down) + 0.5) * self.height / down - 0.5
        return self._units(x, y)

    def _units(self, x: NDArray[Any], y: NDArray[Any]) -> tuple[Floats, Floats]:
        matrix = self.frame.to_units
        columns, rows = np.meshgrid((x + self.left).astype(np.float32), (y + self.top).astype(np.float32))
        u = matrix[0, 0] * columns + matrix[0, 1] * rows + matrix[0, 2]
        v = matrix[1, 0] * columns + matrix[1, 1] * rows + matrix[1, 2]
        return u.astype(np.float32), v.astype(np.float32)

    def spread(self, du: Floats, dv: Floats) -> Floats:
        """Return a coarse displacement in canonical units as (height, width, 2) pixels, for remap."""
        x, y = self.frame.along
        coarse = np.empty((*du.shape, 2), np.float32)
        coarse[..., 0] = x * du - y * dv
        coarse[..., 1] = y * du + x * dv
        return np.asarray(cv2.resize(coarse, (self.width, self.height)), np.float32)

    def put(self, frame: Frame, patch: Bytes) -> None:
        """Draw a (height, width, 3) YUV patch into the frame."""
        frame.y[self.rows, self.columns] = patch[..., 0]
        rows = slice(self.top // 2, (self.top + self.height) // 2)
        columns = slice(self.left // 2, (self.left + self.width) // 2)
        frame.uv[rows, columns] = halved(patch[..., 1:])


def moved(picture: Bytes, field: NDArray[Any], interpolation: int = cv2.INTER_CUBIC) -> Bytes:
    """Return the picture with each pixel taken from where `field`, in pixels from its own place, points."""
    flags = interpolation | cv2.WARP_RELATIVE_MAP
    border = cv2.BORDER_REPLICATE
    return np.asarray(cv2.remap(picture, field, _NO_SECOND_MAP, flags, borderMode=border), np.uint8)


def rise(value: Floats, low: Floats | float, high: Floats | float) -> Floats:
    """Return 0 below `low`, 1 above `high`, and a soft S between (falling when `high` is the lower)."""
    part = np.clip((value - low) / (high - low), 0, 1)
    return np.asarray(part * part * (3 - 2 * part), np.float32)
