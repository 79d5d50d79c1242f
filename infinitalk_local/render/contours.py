"""The outline of an open eye: the edges of both lids, as blinks need them."""

from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np

from infinitalk_local.render.canonical import Canonical
from infinitalk_local.render.columns import Columns, no_larger
from infinitalk_local.render.moving import taken
from infinitalk_local.render.yuv import Bytes, Floats

# The usual outline of a left eye, in distances of the eyes from its pupil: corners and arches.
_OUTER, _INNER = (-0.2, 0.01), (0.23, 0.05)
_UPPER_ARCH, _LOWER_ARCH = 0.093, 0.053
_POINTS = 11

# What is tried, in usual sizes, and by how much people's eyes differ in it. Drawn eyes are larger.
_SIZES = np.array([0.9, 1, 1.12, 1.25, 1.4], np.float32)
_DOWN = np.array(
    [-0.04, -0.02, 0, 0.02], np.float32
)  # of the eye against its pupil, in distances of the eyes
_RAISED = np.arange(0.4, 1.65, 0.1, dtype=np.float32)
_LOWERED = np.arange(0.4, 2.3, 0.12, dtype=np.float32)

_ROWS_PER_UNIT = 120
_TOP, _BOTTOM = -0.42, 0.42
_ACROSS = np.linspace(-0.36, 0.4, 39, dtype=np.float32)
_LARGEST_IOD_PX = 160.0  # a larger face shows no more of it
_DARKEST = 15.0  # L* of skin
_WHITE = 0.6  # what an eye lighter than the skin under it says, beside a darker one
_PLAIN = 0.1  # what must speak for an outline, less what speaks against an unusual one
_UNLIKE_SKIN = 0.5  # colour over an eye that cannot come down as its lid: a cap, a mask


@dataclass(frozen=True)
class EyeContour:
    """Both lid edges of one eye as (u, v) points, each (n, 2), left corner first; they share the corners."""

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
        """Return the v of the upper lid's edge; beyond the corners that of the corner."""
        return np.interp(u, self.upper[:, 0], self.upper[:, 1]).astype(np.float32)

    def lower_at(self, u: Floats) -> Floats:
        """Return the v of the lower lid's edge; beyond the corners that of the corner."""
        return np.interp(u, self.lower[:, 0], self.lower[:, 1]).astype(np.float32)

    @property
    def opening(self) -> float:
        """How far the lids stand apart at the widest, in distances of the eyes."""
        u = np.linspace(self.left, self.right, 21, dtype=np.float32)
        return float((self.lower_at(u) - self.upper_at(u)).max())


class _Fit(NamedTuple):
    """An outline in usual sizes, and what speaks for it; `over` tells how unlike skin its upper side is."""

    worth: float
    over: float
    size: float
    down: float
    raised: float
    lowered: float


def find(rgb: Bytes, frame: Canonical) -> tuple[EyeContour, EyeContour] | None:
    """Return the outlines of both eyes, left in the picture first; None unless both are plain.

    An outline is the usual one, as large and as open as the picture shows it. Skin may have any colour: the
    edge of an upper lid is darker than the skin over it, an eye darker than the skin under it. Both eyes are
    one fit, so that the rim of glasses or a brow over one of them does not decide.
    """
    rgb, frame = no_larger(rgb, frame, _LARGEST_IOD_PX)
    side_by_side = np.concatenate([_straightened(rgb, frame, at) for at in (-0.5, 0.5)], axis=1)
    eyes = Columns(side_by_side, _TOP, _ROWS_PER_UNIT)
    fit = max(_fit(eyes, float(size), float(down)) for size in _SIZES for down in _DOWN)
    if fit.worth < _PLAIN or fit.over > _UNLIKE_SKIN:
        return None
    outline = _outline(fit)
    return _placed(outline, -0.5), _placed(_mirrored(outline), 0.5)


def _straightened(rgb: Bytes, frame: Canonical, at: float) -> Floats:
    """Return the light and the colour around one eye, (rows, columns, 2), outer corner first.

    Both are in parts of the lightness of the skin under it; the colour is how far it is from that skin's.
    """
    outwards = -np.sign(at)
    down = np.arange(_TOP, _BOTTOM, 1 / _ROWS_PER_UNIT, dtype=np.float32)
    u, v = np.meshgrid((at + outwards * _ACROSS).astype(np.float32), down)
    pixels = frame.pixels(np.stack([u, v], axis=-1))
    seen = taken(rgb, pixels)
    lab = cv2.GaussianBlur(cv2.cvtColor(seen.astype(np.float32) / 255, cv2.COLOR_RGB2Lab), (0, 0), 1)
    under = lab[np.abs(down - 0.2) < 0.04][:, np.abs(_ACROSS) < 0.2]  # noqa: PLR2004
    skin = np.median(under, axis=(0, 1))
    colour = np.abs(lab[..., 1:] - skin[1:]).sum(axis=-1)
    return np.asarray(np.stack([lab[..., 0], colour], axis=-1) / max(float(skin[0]), _DARKEST), np.float32)


def _fit(eyes: Columns, size: float, down: float) -> _Fit:
    """Return the best lids for eyes of that size and place."""
    between = np.tile(np.abs(_ACROSS - 0.01 * size) < 0.18 * size, 2)
    upper = np.tile(down + _upper(_ACROSS, size, _RAISED[:, None]), 2)
    lower = np.tile(down + _lower(_ACROSS, size, _LOWERED[:, None]), 2)
    lashes = _lashes(eyes, upper)[:, between].mean(axis=1) - 0.02 * ((_RAISED - 1) / 0.35) ** 2
    rims = _rims(eyes, lower)[:, between].mean(axis=1) - 0.02 * np.abs(_LOWERED - 1) / 0.25
    raised, lowered = int(lashes.argmax()), int(rims.argmax())
    usual = 0.05 * abs(float(np.log(size))) / 0.2 + 0.05 * (down / 0.03) ** 2
    worth = float(lashes[raised] + rims[lowered]) - usual
    edge = upper[raised : raised + 1]
    over = float(eyes.mean(edge - 0.08, edge - 0.03)[:, between, 1].mean())
    return _Fit(worth, over, size, down, float(_RAISED[raised]), float(_LOWERED[lowered]))


def _lashes(eyes: Columns, edges: Floats) -> Floats:
    """Return what speaks for each edge of an upper lid: lashes, and skin over them."""
    over, edge = eyes.mean(edges - 0.05, edges - 0.02), eyes.mean(edges - 0.008, edges + 0.014)
    return np.asarray(np.clip(over[..., 0] - edge[..., 0], -0.2, 0.4) - 0.3 * np.minimum(over[..., 1], 0.5))


def _rims(eyes: Columns, edges: Floats) -> Floats:
    """Return what speaks for each edge of a lower lid: skin under it, and over it what is not.

    That is darker than the skin, or the white of an eye on dark skin.
    """
    under, inside = eyes.mean(edges + 0.015, edges + 0.05), eyes.mean(edges - 0.035, edges - 0.008)
    darker = np.clip(under[..., 0] - inside[..., 0], -0.4, 0.4)
    unlike = np.maximum(darker, -_WHITE * darker)
    return np.asarray(unlike - 0.3 * np.minimum(under[..., 1], 0.5) + 0.2 * np.minimum(inside[..., 1], 0.4))


def _upper(u: Floats, size: float, scale: Floats | float) -> Floats:
    """Return the v of an upper lid's edge, which is highest on the nose's side of the pupil."""
    part, line = _between_corners(u, size)
    return np.asarray(
        line - scale * size * _UPPER_ARCH * (1 - part**2) ** 0.8 * (1 + 0.15 * part), np.float32
    )


def _lower(u: Floats, size: float, scale: Floats | float) -> Floats:
    """Return the v of a lower lid's edge, which is lowest on the other side."""
    part, line = _between_corners(u, size)
    return np.asarray(line + scale * size * _LOWER_ARCH * (1 - part**2) * (1 - 0.35 * part), np.float32)


def _between_corners(u: Floats, size: float) -> tuple[Floats, Floats]:
    """Return where u lies between the corners (-1 outer .. 1 inner), and the v of the line through them."""
    (outer, high), (inner, low) = _OUTER, _INNER
    part = np.clip((2 * u / size - outer - inner) / (inner - outer), -1, 1)
    return part, (high + low) / 2 + part * (low - high) / 2


def _outline(fit: _Fit) -> EyeContour:
    u = np.linspace(_OUTER[0], _INNER[0], _POINTS, dtype=np.float32) * np.float32(fit.size)
    upper, lower = _upper(u, fit.size, fit.raised), _lower(u, fit.size, fit.lowered)
    return EyeContour(np.stack([u, fit.down + upper], axis=1), np.stack([u, fit.down + lower], axis=1))


def _mirrored(eye: EyeContour) -> EyeContour:
    across = np.array([-1, 1], np.float32)
    return EyeContour((eye.upper * across)[::-1], (eye.lower * across)[::-1])


def _placed(eye: EyeContour, at: float) -> EyeContour:
    pupil = np.array([at, 0], np.float32)
    return EyeContour(eye.upper + pupil, eye.lower + pupil)
