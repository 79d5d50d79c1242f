"""Means over parts of the columns of a straightened part of a face, for many candidates at once."""

import cv2
import numpy as np

from infinitalk_local.render.canonical import Canonical
from infinitalk_local.render.yuv import Bytes, Floats


class Columns:
    """A picture (rows, columns, channels) whose first row lies at `top`, with so many rows per unit."""

    def __init__(self, seen: Floats, top: float, rows_per_unit: int) -> None:
        self._sums = np.concatenate([np.zeros_like(seen[:1]), np.cumsum(seen, axis=0)])
        self._top, self._rows_per_unit = top, rows_per_unit

    def mean(self, start: Floats, end: Floats) -> Floats:
        """Return the mean from `start` to `end`, each (candidates, columns), as (..., channels)."""
        first, last = (np.round((v - self._top) * self._rows_per_unit).astype(int) for v in (start, end))
        first = np.clip(first, 0, len(self._sums) - 2)
        last = np.clip(last, first + 1, len(self._sums) - 1)
        column = np.arange(self._sums.shape[1])
        sums = self._sums[last, column] - self._sums[first, column]
        return np.asarray(sums / (last - first)[..., None], np.float32)


def no_larger(rgb: Bytes, frame: Canonical, iod_px: float) -> tuple[Bytes, Canonical]:
    """Return the picture shrunk until the eyes are at most so far apart: a larger face shows no more."""
    if frame.iod <= iod_px:
        return rgb, frame
    shrink = iod_px / frame.iod
    size = (round(rgb.shape[1] * shrink), round(rgb.shape[0] * shrink))
    smaller = np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)
    return smaller, frame.scaled(size[0] / rgb.shape[1], size[1] / rgb.shape[0])
