"""Resampling: pictures warped by fractions of a pixel, in each frame anew, without a loss of sharpness.

A picture is kept upsampled to twice its size, where bilinear samples are sharp enough, and where H.264
predicts motion as well. Bicubic samples look the same, and take OpenCV six times as long.
"""

from functools import cache

import cv2
import numpy as np

from infinitalk_preview.frames.yuv import Bytes, Floats
from infinitalk_preview.sizes import Size

_HALFWAY = np.array([1, -5, 20, 20, -5, 1], np.float32) / 32  # H.264, 8.4.2.2.1
_IDENTITY = np.ones(1, np.float32)
_REACH = 3  # pixels on each side that the filter reads
_ALL = slice(None)


class Warper:
    """Warps one plane (height, width) or picture (height, width, channels)."""

    def __init__(self, picture: Bytes) -> None:
        self._height, self._width = picture.shape[:2]
        self._upsampled = upsampled(picture)

    def update(self, picture: Bytes, rows: slice, columns: slice) -> None:
        """Take over a rectangle of a picture that has changed inside of it, and not at its edges."""
        top, left = max(rows.start - _REACH, 0), max(columns.start - _REACH, 0)
        patch = upsampled(picture[top : rows.stop + _REACH, left : columns.stop + _REACH])
        self._upsampled[_twice(rows), _twice(columns)] = patch[_twice(rows, top), _twice(columns, left)]

    def warp(self, field: Floats, rows: slice = _ALL, columns: slice = _ALL) -> Bytes:
        """Return a rectangle of the picture, each pixel sampled from where `field` points.

        The field (any rows, any columns, 2) covers the whole picture evenly; its unit is the pixel, relative
        to the pixel's own position.
        """
        positions = np.asarray(cv2.resize(2 * field, (self._width, self._height)), np.float32)
        cv2.add(positions, _own_positions(self._width, self._height), dst=positions)
        return remap(self._upsampled, positions[rows, columns], cv2.INTER_LINEAR)


def _twice(places: slice, start: int = 0) -> slice:
    return slice(2 * (places.start - start), 2 * (places.stop - start))


def warp(picture: Bytes, field: Floats) -> Bytes:
    """Return the picture warped by a field of its own size; bilinear, so a little softer."""
    return remap(picture, field, cv2.INTER_LINEAR | cv2.WARP_RELATIVE_MAP)


def remap(picture: Bytes, positions: Floats, flags: int = cv2.INTER_LINEAR) -> Bytes:
    """Return the picture sampled at `positions`, (..., 2) in pixels; outside of it its edge is repeated."""
    # The stubs require a second map; OpenCV 5 reads an empty one as zeros.
    seen = cv2.remap(picture, positions, None, flags, borderMode=cv2.BORDER_REPLICATE)  # type: ignore[call-overload]
    return np.asarray(seen, np.uint8)


def upsampled(picture: Bytes) -> Bytes:
    """Return the picture at twice its size: pixel (x, y) at (2 x, 2 y), with filtered samples between."""
    height, width = picture.shape[:2]
    fine = np.empty((2 * height, 2 * width, *picture.shape[2:]), np.uint8)
    right = _filtered(picture, _HALFWAY, _IDENTITY)
    fine[::2, ::2], fine[::2, 1::2] = picture, right
    fine[1::2, ::2] = _filtered(picture, _IDENTITY, _HALFWAY)
    fine[1::2, 1::2] = _filtered(right, _IDENTITY, _HALFWAY)
    return fine


def _filtered(picture: Bytes, across: Floats, down: Floats) -> Bytes:
    anchor, border = ((len(across) - 1) // 2, (len(down) - 1) // 2), cv2.BORDER_REPLICATE
    return np.asarray(cv2.sepFilter2D(picture, -1, across, down, anchor=anchor, borderType=border), np.uint8)


@cache
def _own_positions(width: int, height: int) -> Floats:
    """Return where each pixel lies in the upsampled picture, (height, width, 2)."""
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    return np.stack([2 * x, 2 * y], axis=-1)


def resized(rgb: Bytes, size: Size) -> Bytes:
    """Return the picture at another size, without aliasing when it becomes smaller."""
    samples = cv2.INTER_AREA if size.width < rgb.shape[1] else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(rgb, size, interpolation=samples), np.uint8)


def downscaled(rgb: Bytes, scale: float) -> Bytes:
    """Return the picture with its sides times `scale`, and itself where that is 1 or more."""
    if scale >= 1:
        return rgb
    return np.asarray(cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
