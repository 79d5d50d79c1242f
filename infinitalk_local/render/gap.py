"""How far a mouth already stands open in the picture: what lies between two bands that look like its lips.

Every opening that a mouth can have is compared with what the picture shows: two numbers describe it, how high
its upper edge runs and how deep it is. Free shapes would follow every shadow.
"""

from typing import NamedTuple

import cv2
import numpy as np

from infinitalk_local.render.canonical import Canonical, Patch
from infinitalk_local.render.columns import Columns, no_larger
from infinitalk_local.render.moving import taken
from infinitalk_local.render.yuv import Bytes, Floats

_ROWS_PER_UNIT = 100
_TOP, _BOTTOM = -0.45, 0.75  # of what is looked at, from the straight line between the corners
_ACROSS = np.linspace(-0.75, 0.75, 31, dtype=np.float32)  # from corner (-1) to corner (1)
_ARCH = 1 - _ACROSS**2
_LARGEST_IOD_PX = 150.0  # a larger face shows no more of it
_FACE = Patch(-0.8, -0.35, 0.8, 1.6, 40)
_FAINTEST = 15.0  # L* between the dark and the light of a face

_HEIGHTS = np.arange(-0.2, 0.16, 0.02, dtype=np.float32)
_DEPTHS = np.array([0.05, 0.07, 0.09, 0.12, 0.15, 0.18, 0.22, 0.26, 0.31, 0.36, 0.42], np.float32)
_CLEAR = 0.01  # of an edge, on both sides, is left out
_LIP = 0.05  # height of the part of a lip that is looked at
_EDGE = 0.04  # the same inside of the mouth
_PLAIN = 2.4  # log-odds from which an opening is believed


class Opening(NamedTuple):
    """A lens between the corners: its upper edge rises by `-height` in the middle (down is positive)."""

    height: float
    depth: float


def lens(u: Floats, left: float, right: float) -> Floats:
    """Return the shape of an opening of depth 1: a parabola from corner to corner."""
    part = (2 * u - left - right) / (right - left)
    return np.asarray(np.maximum(1 - part * part, 0), np.float32)


def find(rgb: Bytes, frame: Canonical, corners: Floats) -> Opening | None:
    """Return the opening between two corners, (2, 2) as (u, v), or None for closed lips."""
    face = _FACE.lab(rgb, frame)
    columns = Columns(_straightened(rgb, frame, corners) / _contrast(face), _TOP, _ROWS_PER_UNIT)
    heights, depths = (grid.ravel() for grid in np.meshgrid(_HEIGHTS, _DEPTHS, indexing="ij"))
    odds = _log_odds(columns, heights, depths)
    best = int(odds.argmax())
    return Opening(float(heights[best]), float(depths[best])) if odds[best] > _PLAIN else None


def _straightened(rgb: Bytes, frame: Canonical, corners: Floats) -> Floats:
    """Return the mouth in L*, a*, b*, (rows, columns, 3): the corners lie on one row."""
    rgb, frame = no_larger(rgb, frame, _LARGEST_IOD_PX)
    (left, top), (right, bottom) = corners
    part = (_ACROSS + 1) / 2
    down = np.arange(_TOP, _BOTTOM, 1 / _ROWS_PER_UNIT, dtype=np.float32)[:, None]
    u = np.broadcast_to(left + part * (right - left), (len(down), len(part)))
    pixels = frame.pixels(np.stack([u, top + part * (bottom - top) + down], axis=-1))
    seen = taken(rgb, pixels)
    lab = cv2.cvtColor(seen.astype(np.float32) / 255, cv2.COLOR_RGB2Lab)
    return np.asarray(cv2.GaussianBlur(lab, (0, 0), 1.2), np.float32)


def _contrast(face: Floats) -> float:
    """Return the range of L* in this face: dark skin and a pale print have less contrast in all of it."""
    dark, light = np.percentile(face[..., 0], [5, 95])
    return max(_FAINTEST, 1.3 * float(light - dark))


def _log_odds(columns: Columns, heights: Floats, depths: Floats) -> Floats:
    """Return how much speaks for each opening: a mouth's inside is less red than its lips, which look alike.

    The weights come from a logistic regression over photographs of open and closed mouths. Where the picture
    has no colour, light teeth have to do.
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
