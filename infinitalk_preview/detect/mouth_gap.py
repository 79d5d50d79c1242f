"""How far the mouth is open in the picture: the likeliest of all openings of one shape.

An opening has two parameters, the height of its upper edge and its depth. Free shapes would follow shadows.
"""

from typing import NamedTuple

import cv2
import numpy as np

from infinitalk_preview.detect.geometry import Canonical, ColumnMeans, Patch, shrunk_to_iod, to_lab
from infinitalk_preview.frames.warp import remap
from infinitalk_preview.frames.yuv import Bytes, Floats

_ROWS_PER_UNIT = 100
_TOP, _BOTTOM = -0.45, 0.75  # v from the straight line between the corners
_ACROSS = np.linspace(-0.75, 0.75, 31, dtype=np.float32)  # from corner (-1) to corner (1)
_ARCH = 1 - _ACROSS**2
_LARGEST_IOD_PX = 150.0  # a larger face is shrunk
_FACE = Patch(-0.8, -0.35, 0.8, 1.6, 40)
_FAINTEST = 15.0  # L* between the dark and the light of a face

_HEIGHTS = np.arange(-0.2, 0.16, 0.02, dtype=np.float32)
_DEPTHS = np.array([0.05, 0.07, 0.09, 0.12, 0.15, 0.18, 0.22, 0.26, 0.31, 0.36, 0.42], np.float32)
_CLEAR = 0.01  # left out on both sides of an edge
_LIP, _EDGE = 0.05, 0.04  # height of the samples of a lip, and of the inside at its edge
_LEAST_ODDS = 2.4  # log-odds of an opening


class Opening(NamedTuple):
    """A lens between the corners: in the middle its upper edge is `height` below the line between them."""

    height: float
    depth: float


def lens(u: Floats, left: float, right: float) -> Floats:
    """Return the shape of an opening of depth 1: a parabola from corner to corner."""
    part = (2 * u - left - right) / (right - left)
    return np.asarray(np.maximum(1 - part * part, 0), np.float32)


def find(rgb: Bytes, frame: Canonical, corners: Floats) -> Opening | None:
    """Return the opening between two corners, (2, 2) as (u, v), or None for closed lips."""
    dark, light = np.percentile(_FACE.lab(rgb, frame)[..., 0], [5, 95])
    contrast = max(_FAINTEST, 1.3 * float(light - dark))  # dark skin and pale prints have less
    columns = ColumnMeans(_straightened(rgb, frame, corners) / contrast, _TOP, _ROWS_PER_UNIT)
    heights, depths = (grid.ravel() for grid in np.meshgrid(_HEIGHTS, _DEPTHS, indexing="ij"))
    odds = _log_odds(columns, heights, depths)
    best = int(odds.argmax())
    return Opening(float(heights[best]), float(depths[best])) if odds[best] > _LEAST_ODDS else None


def _straightened(rgb: Bytes, frame: Canonical, corners: Floats) -> Floats:
    """Return the mouth in L*a*b*, (rows, columns, 3), with both corners on one row."""
    rgb, frame = shrunk_to_iod(rgb, frame, _LARGEST_IOD_PX)
    (left, top), (right, bottom) = corners
    part = (_ACROSS + 1) / 2
    down = np.arange(_TOP, _BOTTOM, 1 / _ROWS_PER_UNIT, dtype=np.float32)[:, None]
    u = np.broadcast_to(left + part * (right - left), (len(down), len(part)))
    lab = to_lab(remap(rgb, frame.pixels(np.stack([u, top + part * (bottom - top) + down], axis=-1))))
    return np.asarray(cv2.GaussianBlur(lab, (0, 0), 1.2), np.float32)


def _log_odds(columns: ColumnMeans, heights: Floats, depths: Floats) -> Floats:
    """Return the log-odds of each opening: the inside is less red than the lips, which look alike.

    The weights are those of a logistic regression over photographs of open and closed mouths. In pictures
    without colour, bright teeth are the evidence.
    """
    upper, lower = heights[:, None] * _ARCH, (heights + depths)[:, None] * _ARCH
    edge = np.minimum(_EDGE, 0.45 * depths[:, None] * _ARCH)
    upper_lip = columns.mean(upper - _CLEAR - _LIP, upper - _CLEAR)
    lower_lip = columns.mean(lower + _CLEAR, lower + _CLEAR + _LIP)
    inside = columns.mean(upper, lower)
    against = inside - (upper_lip + lower_lip) / 2
    at_lower = columns.mean(lower - edge - 0.005, lower - 0.005) - lower_lip
    unlike = np.abs(np.median(upper_lip - lower_lip, axis=1))
    return np.asarray(
        -23.5 * np.median(against[..., 1], axis=1)
        + 2.75 * np.maximum(against[..., 0], 0).mean(axis=1)
        + 1.85 * np.percentile(np.abs(at_lower[..., 0]) - at_lower[..., 1], 25, axis=1)
        + 11 * inside[..., 0].std(axis=1)
        - 4.8 * unlike[:, 0]
        - 6.6 * unlike[:, 1]
        - 12.8 * heights
        - 101 * heights**2
        - 43 * np.maximum(0.1 - depths, 0)
        - 1.5,
        np.float32,
    )
