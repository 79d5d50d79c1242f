"""Pictures drawn moved by parts of a pixel, anew for each frame, and as sharp as they are.

Each is kept at twice its size, where the mean of the nearest four pixels is sharp enough: so H.264 predicts
moved pictures, too. Bicubic interpolation looks the same, and takes OpenCV six times as long for each frame.
"""

from functools import cache

import cv2
import numpy as np

from infinitalk_local.render.yuv import Bytes, Floats

_HALFWAY = np.array([1, -5, 20, 20, -5, 1], np.float32) / 32  # H.264, 8.4.2.2.1
_ALONE = np.ones(1, np.float32)
_REACH = 3  # pixels on each side have a say in what lies half-way


class Movable:
    """One plane (height, width) or picture (height, width, channels)."""

    def __init__(self, picture: Bytes) -> None:
        self._height, self._width = picture.shape[:2]
        self._fine = doubled(picture)

    def take(self, picture: Bytes, rows: slice, columns: slice) -> None:
        """Take over a rectangle of a picture that has changed inside it, and not at its edges."""
        top, left = max(rows.start - _REACH, 0), max(columns.start - _REACH, 0)
        patch = doubled(picture[top : rows.stop + _REACH, left : columns.stop + _REACH])
        self._fine[_twice(rows), _twice(columns)] = patch[_twice(rows, top), _twice(columns, left)]

    def moved(self, field: Floats, rows: slice, columns: slice) -> Bytes:
        """Return a rectangle of it in which each pixel is taken from where `field` points.

        The field (any rows, any columns, 2) covers the whole picture evenly, and holds pixels from the
        pixel's own place.
        """
        places = np.asarray(cv2.resize(2 * field, (self._width, self._height)), np.float32)
        cv2.add(places, _own_places(self._width, self._height), dst=places)
        return taken(self._fine, places[rows, columns], cv2.INTER_LINEAR)


def _twice(places: slice, start: int = 0) -> slice:
    return slice(2 * (places.start - start), 2 * (places.stop - start))


def moved(picture: Bytes, field: Floats) -> Bytes:
    """Return the picture moved by a field of its own size, a little softened."""
    return taken(picture, field, cv2.INTER_LINEAR | cv2.WARP_RELATIVE_MAP)


def taken(picture: Bytes, places: Floats, flags: int = cv2.INTER_LINEAR) -> Bytes:
    """Return what the picture shows at `places`, (..., 2) in pixels; its edge goes on beyond it."""
    # The stubs want a second map; OpenCV 5 reads an empty one as zeros.
    return np.asarray(
        cv2.remap(picture, places, None, flags, borderMode=cv2.BORDER_REPLICATE),  # type: ignore[call-overload]
        np.uint8,
    )


def doubled(picture: Bytes) -> Bytes:
    """Return the picture at twice its size: every pixel itself, at (2 x, 2 y), and what lies half-way."""
    height, width = picture.shape[:2]
    fine = np.empty((2 * height, 2 * width, *picture.shape[2:]), np.uint8)
    right = _filtered(picture, _HALFWAY, _ALONE)
    fine[::2, ::2], fine[::2, 1::2] = picture, right
    fine[1::2, ::2] = _filtered(picture, _ALONE, _HALFWAY)
    fine[1::2, 1::2] = _filtered(right, _ALONE, _HALFWAY)
    return fine


def _filtered(picture: Bytes, across: Floats, down: Floats) -> Bytes:
    anchor = ((len(across) - 1) // 2, (len(down) - 1) // 2)
    return np.asarray(
        cv2.sepFilter2D(picture, -1, across, down, anchor=anchor, borderType=cv2.BORDER_REPLICATE), np.uint8
    )


@cache
def _own_places(width: int, height: int) -> Floats:
    """Return where each pixel lies in the picture of twice the size, (height, width, 2)."""
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    return np.stack([2 * x, 2 * y], axis=-1)
