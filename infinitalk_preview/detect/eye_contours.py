"""Finds the contours of open eyes: the edges of both lids."""

from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np

from infinitalk_preview.detect.geometry import Canonical, ColumnMeans, shrunk_to_iod, to_lab
from infinitalk_preview.frames.warp import remap
from infinitalk_preview.frames.yuv import Bytes, Floats

# The usual contour of a left eye, in distances of the eyes from its pupil: corners and arches.
_OUTER, _INNER = (-0.2, 0.01), (0.23, 0.05)
_UPPER_ARCH, _LOWER_ARCH = 0.093, 0.053
_POINTS = 11
_RIGHT = np.array([0.5, 0], np.float32)  # the pupil

# The grid of the search, in parts of the usual contour; drawn eyes are larger than those of people.
_SIZES = np.array([0.9, 1, 1.12, 1.25, 1.4], np.float32)
_DOWN = np.array([-0.04, -0.02, 0, 0.02], np.float32)  # of the eye below its pupil, in distances of the eyes
_RAISED = np.arange(0.4, 1.65, 0.1, dtype=np.float32)
_LOWERED = np.arange(0.4, 2.3, 0.12, dtype=np.float32)

_ROWS_PER_UNIT = 120
_TOP, _BOTTOM = -0.42, 0.42
_ACROSS = np.linspace(-0.36, 0.4, 39, dtype=np.float32)
_LARGEST_IOD_PX = 160.0  # a larger face is shrunk
_DARKEST = 15.0  # L* of skin
_WHITE = 0.6  # weight of an eye brighter than the skin under it, relative to a darker one
_LEAST_SCORE = 0.1
_UNLIKE_SKIN = 0.5  # colour above an eye that is no lid: a cap, a mask


@dataclass(frozen=True)
class EyeContour:
    """Both lid edges of one eye as (u, v), each (n, 2), from the left corner to the right one."""

    upper: Floats
    lower: Floats

    @property
    def left(self) -> float:
        """The u of the left corner."""
        return float(self.upper[0, 0])

    @property
    def right(self) -> float:
        """The u of the right corner."""
        return float(self.upper[-1, 0])

    def upper_at(self, u: Floats) -> Floats:
        """Return v of the upper lid; beyond a corner that of the corner."""
        return np.interp(u, self.upper[:, 0], self.upper[:, 1]).astype(np.float32)

    def lower_at(self, u: Floats) -> Floats:
        """Return v of the lower lid; beyond a corner that of the corner."""
        return np.interp(u, self.lower[:, 0], self.lower[:, 1]).astype(np.float32)

    @property
    def opening(self) -> float:
        """The largest distance of the lids, in distances of the eyes."""
        u = np.linspace(self.left, self.right, 21, dtype=np.float32)
        return float((self.lower_at(u) - self.upper_at(u)).max())


Eyes = tuple[EyeContour, EyeContour]  # left in the picture first


class _Fit(NamedTuple):
    """A contour in parts of the usual one; `over` is how unlike skin the picture is above it."""

    score: float
    over: float
    size: float
    down: float
    raised: float
    lowered: float


def find(rgb: Bytes, frame: Canonical) -> Eyes | None:
    """Return the contours of both eyes; None where they are too uncertain.

    The usual contour is fitted in size and opening. Skin may have any colour: the edge of an upper lid is
    darker than the skin above it, an eye darker than the skin below. Both eyes are one fit, so that a rim of
    glasses or a brow above one of them does not decide.
    """
    rgb, frame = shrunk_to_iod(rgb, frame, _LARGEST_IOD_PX)
    side_by_side = np.concatenate([_straightened(rgb, frame, at) for at in (-0.5, 0.5)], axis=1)
    eyes = ColumnMeans(side_by_side, _TOP, _ROWS_PER_UNIT)
    fit = max(_fit(eyes, float(size), float(down)) for size in _SIZES for down in _DOWN)
    if fit.score < _LEAST_SCORE or fit.over > _UNLIKE_SKIN:
        return None
    u = np.linspace(_OUTER[0], _INNER[0], _POINTS, dtype=np.float32) * np.float32(fit.size)
    lids = _upper_lid(u, fit.size, fit.raised), _lower_lid(u, fit.size, fit.lowered)
    left = [np.stack([u, fit.down + lid], axis=1) for lid in lids]  # from its pupil
    right = (lid[::-1] * np.array([-1, 1], np.float32) for lid in left)
    return EyeContour(*(lid - _RIGHT for lid in left)), EyeContour(*(lid + _RIGHT for lid in right))


def _straightened(rgb: Bytes, frame: Canonical, at: float) -> Floats:
    """Return lightness and colour around one eye, (rows, columns, 2), outer corner first.

    Both are in parts of the lightness of the skin under the eye; colour is the distance from that skin's.
    """
    outwards = -np.sign(at)
    down = np.arange(_TOP, _BOTTOM, 1 / _ROWS_PER_UNIT, dtype=np.float32)
    u, v = np.meshgrid((at + outwards * _ACROSS).astype(np.float32), down)
    lab = cv2.GaussianBlur(to_lab(remap(rgb, frame.pixels(np.stack([u, v], axis=-1)))), (0, 0), 1)
    under = lab[np.abs(down - 0.2) < 0.04][:, np.abs(_ACROSS) < 0.2]  # noqa: PLR2004
    skin = np.median(under, axis=(0, 1))
    colour = np.abs(lab[..., 1:] - skin[1:]).sum(axis=-1)
    return np.asarray(np.stack([lab[..., 0], colour], axis=-1) / max(float(skin[0]), _DARKEST), np.float32)


def _fit(eyes: ColumnMeans, size: float, down: float) -> _Fit:
    """Return the best lids for eyes of that size and position."""
    between = np.tile(np.abs(_ACROSS - 0.01 * size) < 0.18 * size, 2)
    upper = np.tile(down + _upper_lid(_ACROSS, size, _RAISED[:, None]), 2)
    lower = np.tile(down + _lower_lid(_ACROSS, size, _LOWERED[:, None]), 2)
    for_upper = _upper_evidence(eyes, upper)[:, between].mean(axis=1) - 0.02 * ((_RAISED - 1) / 0.35) ** 2
    for_lower = _lower_evidence(eyes, lower)[:, between].mean(axis=1) - 0.02 * np.abs(_LOWERED - 1) / 0.25
    raised, lowered = int(for_upper.argmax()), int(for_lower.argmax())
    unusual = 0.05 * abs(float(np.log(size))) / 0.2 + 0.05 * (down / 0.03) ** 2
    score = float(for_upper[raised] + for_lower[lowered]) - unusual
    edge = upper[raised : raised + 1]
    over = float(eyes.mean(edge - 0.08, edge - 0.03)[:, between, 1].mean())
    return _Fit(score, over, size, down, float(_RAISED[raised]), float(_LOWERED[lowered]))


def _upper_evidence(eyes: ColumnMeans, edges: Floats) -> Floats:
    """Return the evidence for each edge of an upper lid: lashes, with skin above."""
    over, edge = eyes.mean(edges - 0.05, edges - 0.02), eyes.mean(edges - 0.008, edges + 0.014)
    return np.asarray(np.clip(over[..., 0] - edge[..., 0], -0.2, 0.4) - 0.3 * np.minimum(over[..., 1], 0.5))


def _lower_evidence(eyes: ColumnMeans, edges: Floats) -> Floats:
    """Return the evidence for each edge of a lower lid: skin below it, an eye above.

    The eye is darker than the skin; its white may be brighter than dark skin.
    """
    under, inside = eyes.mean(edges + 0.015, edges + 0.05), eyes.mean(edges - 0.035, edges - 0.008)
    darker = np.clip(under[..., 0] - inside[..., 0], -0.4, 0.4)
    unlike = np.maximum(darker, -_WHITE * darker)
    return np.asarray(unlike - 0.3 * np.minimum(under[..., 1], 0.5) + 0.2 * np.minimum(inside[..., 1], 0.4))


def _upper_lid(u: Floats, size: float, scale: Floats | float) -> Floats:
    """Return v of an upper lid, which is highest on the nose's side of the pupil."""
    part, line = _between_corners(u, size)
    arch = scale * size * _UPPER_ARCH * (1 - part**2) ** 0.8 * (1 + 0.15 * part)
    return np.asarray(line - arch, np.float32)


def _lower_lid(u: Floats, size: float, scale: Floats | float) -> Floats:
    """Return v of a lower lid, which is lowest on the other side."""
    part, line = _between_corners(u, size)
    return np.asarray(line + scale * size * _LOWER_ARCH * (1 - part**2) * (1 - 0.35 * part), np.float32)


def _between_corners(u: Floats, size: float) -> tuple[Floats, Floats]:
    """Return where u lies between the corners (-1 outer .. 1 inner), and the v of the line through them."""
    (outer, high), (inner, low) = _OUTER, _INNER
    part = np.clip((2 * u / size - outer - inner) / (inner - outer), -1, 1)
    return part, (high + low) / 2 + part * (low - high) / 2
