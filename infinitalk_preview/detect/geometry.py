"""Canonical coordinates of a face: u along the eyes, v down the face, in distances of the pupils (IOD).

The origin lies between the pupils, so that a mouth is near (0, 1.05) at any size and tilt of the face.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from infinitalk_preview.frames.yuv import Bytes, Floats


@dataclass(frozen=True)
class Canonical:
    """The similarity from canonical coordinates to pixels: `origin`, and the vector `along` both pupils."""

    origin: tuple[float, float]
    along: tuple[float, float]

    @classmethod
    def of_eyes(cls, left: Floats, right: Floats) -> "Canonical":
        middle, along = (left + right) / 2, right - left
        return cls((float(middle[0]), float(middle[1])), (float(along[0]), float(along[1])))

    @property
    def iod(self) -> float:
        """The distance of the pupils in pixels."""
        return float(np.hypot(*self.along))

    @property
    def to_pixels(self) -> Floats:
        """2 x 3 matrix from (u, v) to pixels."""
        (x, y), (ax, ay) = self.origin, self.along
        return np.array([[ax, -ay, x], [ay, ax, y]], np.float32)

    def pixels(self, points: Floats) -> Floats:
        """Return (u, v) points, (..., 2), in pixels."""
        matrix = self.to_pixels
        return np.asarray(points @ matrix[:, :2].T + matrix[:, 2], np.float32)

    def units(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Return u and v of pixels, each in the shape of x and y."""
        matrix = np.asarray(cv2.invertAffineTransform(self.to_pixels), np.float32)
        u = matrix[0, 0] * x + matrix[0, 1] * y + matrix[0, 2]
        v = matrix[1, 0] * x + matrix[1, 1] * y + matrix[1, 2]
        return u.astype(np.float32), v.astype(np.float32)

    def scaled(self, x: float, y: float) -> "Canonical":
        """Return the same face in a picture that was resized; pixel centres have whole coordinates."""
        (ox, oy), (ax, ay) = self.origin, self.along
        return Canonical(((ox + 0.5) * x - 0.5, (oy + 0.5) * y - 0.5), (ax * x, ay * y))


@dataclass(frozen=True)
class Patch:
    """A rectangle in canonical coordinates, sampled at `density` pixels per unit."""

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
        """Return the picture inside of the rectangle in L*a*b*."""
        return to_lab(self.sample(rgb, frame))

    def sample(self, rgb: Bytes, frame: Canonical) -> Bytes:
        """Return the picture inside of the rectangle, without aliasing."""
        rgb, frame = shrunk_to_iod(rgb, frame, 1.5 * self.density)
        corner = np.array([[1 / self.density, 0, self.u[0]], [0, 1 / self.density, self.v[0]], [0, 0, 1]])
        to_pixels = np.vstack([frame.to_pixels, [0, 0, 1]]) @ corner
        flags, border = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, cv2.BORDER_REPLICATE
        size = len(self.u), len(self.v)
        return np.asarray(cv2.warpAffine(rgb, to_pixels[:2], size, flags=flags, borderMode=border), np.uint8)


def to_lab(rgb: Bytes) -> Floats:
    return np.asarray(cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2Lab), np.float32)


def shrunk_to_iod(rgb: Bytes, frame: Canonical, iod_px: float) -> tuple[Bytes, Canonical]:
    """Return the picture shrunk until the pupils are at most `iod_px` apart, and the frame in it."""
    if frame.iod <= iod_px:
        return rgb, frame
    shrink = iod_px / frame.iod
    size = (round(rgb.shape[1] * shrink), round(rgb.shape[0] * shrink))
    smaller = np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)
    return smaller, frame.scaled(size[0] / rgb.shape[1], size[1] / rgb.shape[0])


class ColumnMeans:
    """Means over parts of the columns of a picture, for many candidates at once, by cumulative sums.

    The picture (rows, columns, channels) has its first row at `top`, and `rows_per_unit`.
    """

    def __init__(self, picture: Floats, top: float, rows_per_unit: int) -> None:
        self._sums = np.concatenate([np.zeros_like(picture[:1]), np.cumsum(picture, axis=0)])
        self._top, self._rows_per_unit = top, rows_per_unit

    def mean(self, start: Floats, end: Floats) -> Floats:
        """Return the mean from `start` to `end`, each (candidates, columns), as (..., channels)."""
        first, last = (np.round((v - self._top) * self._rows_per_unit).astype(int) for v in (start, end))
        first = np.clip(first, 0, len(self._sums) - 2)
        last = np.clip(last, first + 1, len(self._sums) - 1)
        column = np.arange(self._sums.shape[1])
        sums = self._sums[last, column] - self._sums[first, column]
        return np.asarray(sums / (last - first)[..., None], np.float32)
