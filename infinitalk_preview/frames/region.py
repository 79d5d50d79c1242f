"""A rectangle of the frame around a part of the face, with the canonical coordinates of its pixels."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from infinitalk_preview.detect.geometry import Canonical
from infinitalk_preview.frames.yuv import Bytes, Floats, Frame, Rectangle, half, halved
from infinitalk_preview.sizes import Size

_COARSE = 4  # pixels per step of the coarse grid: fields are smooth, and cost 16 times less there


@dataclass(frozen=True)
class Region:
    """All edges are even, so that they are also edges of pixels in the half-size colour planes."""

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
    def rectangle(self) -> Rectangle:
        return slice(self.top, self.top + self.height), slice(self.left, self.left + self.width)

    def fine(self) -> tuple[Floats, Floats]:
        """Return u and v of every pixel, each (height, width)."""
        return self._units(np.arange(self.width), np.arange(self.height))

    def coarse(self) -> tuple[Floats, Floats]:
        """Return u and v on a coarse grid that covers it evenly."""
        across, down = -(-self.width // _COARSE), -(-self.height // _COARSE)
        x = (np.arange(across) + 0.5) * self.width / across - 0.5
        y = (np.arange(down) + 0.5) * self.height / down - 0.5
        return self._units(x, y)

    def _units(self, x: NDArray[Any], y: NDArray[Any]) -> tuple[Floats, Floats]:
        columns, rows = np.meshgrid((x + self.left).astype(np.float32), (y + self.top).astype(np.float32))
        return self.frame.units(columns, rows)

    def in_pixels(self, du: Floats, dv: Floats) -> Floats:
        """Return a displacement in canonical units, each (rows, columns), as (rows, columns, 2) pixels."""
        x, y = self.frame.along
        return np.stack([x * du - y * dv, y * du + x * dv], axis=-1).astype(np.float32)

    def put(self, frame: Frame, patch: Bytes) -> None:
        """Draw a (height, width, 3) YUV patch into the frame."""
        frame.y[self.rectangle] = patch[..., 0]
        frame.uv[half(self.rectangle)] = halved(patch[..., 1:])
