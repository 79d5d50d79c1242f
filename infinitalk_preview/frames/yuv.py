"""The planes of a video frame: full-size luma (Y) and half-size chroma (UV), as H.264 stores them.

Everything is drawn in these planes: converting each finished RGB frame costs more than drawing it.
"""

from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Flags = NDArray[np.bool_]
Floats = NDArray[np.floating[Any]]  # float32 in large arrays
Rectangle = tuple[slice, slice]  # rows and columns; all edges are even


class Matrix(NamedTuple):
    """A colour standard: the weights of red and blue in luma, and ffmpeg's name for it."""

    red: float
    blue: float
    tag: str


BT601 = Matrix(0.299, 0.114, "smpte170m")
BT709 = Matrix(0.2126, 0.0722, "bt709")


def matrix_for(resolution: str) -> Matrix:
    """Return the standard players expect: BT.709 from 720 lines on, BT.601 below."""
    return BT709 if resolution == "720p" else BT601


class Frame:
    """One frame: `buffer` is NV12, (3/2 height, width); `y` and `uv` are views into it.

    `y` is (height, width), `uv` is (height / 2, width / 2, 2).
    """

    def __init__(self, buffer: Bytes) -> None:
        self.buffer = buffer
        self.height, self.width = len(buffer) * 2 // 3, len(buffer[0])
        self.y = buffer[: self.height]
        self.uv = buffer[self.height :].reshape(self.height // 2, self.width // 2, 2)

    @classmethod
    def empty(cls, width: int, height: int) -> "Frame":
        return cls(np.empty((height * 3 // 2, width), np.uint8))


def full_planes(rgb: Bytes, matrix: Matrix) -> Bytes:
    """Return Y, U, V at full size, (height, width, 3), in the 16-235 / 16-240 range of video."""
    green = 1 - matrix.red - matrix.blue
    to_y = np.array([matrix.red, green, matrix.blue])
    to_u = (np.array([0, 0, 1]) - to_y) / (2 * (1 - matrix.blue))
    to_v = (np.array([1, 0, 0]) - to_y) / (2 * (1 - matrix.red))
    rows = np.stack([to_y * 219, to_u * 224, to_v * 224]) / 255
    table = np.column_stack([rows, [16.0, 128.0, 128.0]])
    return np.asarray(np.rint(cv2.transform(rgb.astype(np.float32), table.astype(np.float32))), np.uint8)


def frame_of(planes: Bytes) -> Frame:
    """Return full-size planes as a frame; chroma is the mean of 2 x 2 pixels."""
    height, width = planes.shape[:2]
    frame = Frame.empty(width, height)
    frame.y[:] = planes[..., 0]
    frame.uv[:] = halved(planes[..., 1:])
    return frame


def halved(plane: Bytes) -> Bytes:
    """Return a plane at half its size, each value the mean of 2 x 2."""
    height, width = plane.shape[:2]
    half = cv2.resize(np.ascontiguousarray(plane), (width // 2, height // 2), interpolation=cv2.INTER_AREA)
    return np.asarray(half, np.uint8)


def half(rectangle: Rectangle) -> Rectangle:
    """Return the same rectangle of a plane of half the size."""
    rows, columns = rectangle
    return slice(rows.start // 2, rows.stop // 2), slice(columns.start // 2, columns.stop // 2)
