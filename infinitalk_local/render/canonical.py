"""The frame of all geometry: u along the eyes, v down the face, the distance of the eyes (IOD) as the unit.

The origin lies between the pupils. A mouth is then near (0, 1.05) in any picture, whatever its size or tilt.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from infinitalk_local.render.yuv import Bytes, Floats


@dataclass(frozen=True)
class Canonical:
    """A similarity: `origin` in pixels, `along` the vector from one pupil to the other."""

    origin: tuple[float, float]
    along: tuple[float, float]

    @classmethod
    def of_eyes(cls, left: Floats, right: Floats) -> "Canonical":
        middle, along = (left + right) / 2, right - left
        return cls((float(middle[0]), float(middle[1])), (float(along[0]), float(along[1])))

    @property
    def iod(self) -> float:
        """The distance of the eyes in pixels."""
        return float(np.hypot(*self.along))

    @property
    def to_pixels(self) -> Floats:
        """2 x 3 matrix from (u, v) to pixels."""
        (x, y), (ax, ay) = self.origin, self.along
        return np.array([[ax, -ay, x], [ay, ax, y]], np.float32)

    @property
    def to_units(self) -> Floats:
        """2 x 3 matrix from pixels to (u, v)."""
        return np.asarray(cv2.invertAffineTransform(self.to_pixels), np.float32)

    def pixels(self, points: Floats) -> Floats:
        """Return (u, v) points, (..., 2), in pixels."""
        matrix = self.to_pixels
        return np.asarray(points @ matrix[:, :2].T + matrix[:, 2], np.float32)

    def units(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Return u and v of pixels, each in the shape of x and y."""
        matrix = self.to_units
        u = matrix[0, 0] * x + matrix[0, 1] * y + matrix[0, 2]
        v = matrix[1, 0] * x + matrix[1, 1] * y + matrix[1, 2]
        return u.astype(np.float32), v.astype(np.float32)

    def scaled(self, x: float, y: float) -> "Canonical":
        """Return the same face in a picture that was resized; pixel centres lie at whole numbers."""
        (ox, oy), (ax, ay) = self.origin, self.along
        return Canonical(((ox + 0.5) * x - 0.5, (oy + 0.5) * y - 0.5), (ax * x, ay * y))


@dataclass(frozen=True)
class Patch:
    """A window onto the canonical frame, sampled at `density` pixels per unit."""

    left: float
    top: float
    right: float
    bottom: float
    density: int

    @property
    def u(self) -> Floats:
        """The u of each column."""
        return self._centres(self.left, self.right)

    @property
    def v(self) -> Floats:
        """The v of each row."""
        return self._centres(self.top, self.bottom)

    def _centres(self, start: float, end: float) -> Floats:
        count = round((end - start) * self.density)
        return (start + (np.arange(count) + 0.5) / self.density).astype(np.float32)

    def lab(self, rgb: Bytes, frame: Canonical) -> Floats:
        """Return the window in L*a*b*, where light and colour are apart and steps look alike to the eye."""
        seen = self.sample(rgb, frame).astype(np.float32) / 255
        return np.asarray(cv2.cvtColor(seen, cv2.COLOR_RGB2Lab), np.float32)

    def sample(self, rgb: Bytes, frame: Canonical) -> Bytes:
        """Return what the picture shows in this window; a large one is shrunk first, against aliasing."""
        shrink = min(1.0, 1.5 * self.density / frame.iod)
        if shrink < 1:
            size = (round(rgb.shape[1] * shrink), round(rgb.shape[0] * shrink))
            frame = frame.scaled(size[0] / rgb.shape[1], size[1] / rgb.shape[0])
            rgb = np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)
        corner = np.array([[1 / self.density, 0, self.u[0]], [0, 1 / self.density, self.v[0]], [0, 0, 1]])
        to_pixels = np.vstack([frame.to_pixels, [0, 0, 1]]) @ corner
        return np.asarray(
            cv2.warpAffine(
                rgb,
                to_pixels[:2],
                (len(self.u), len(self.v)),
                flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
                borderMode=cv2.BORDER_REPLICATE,
            ),
            np.uint8,
        )
