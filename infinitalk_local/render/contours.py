"""The outline of an open eye: the edges of both lids, as blinks need them."""

from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np

from infinitalk_local.render.canonical import Canonical
from infinitalk_local.render.yuv import Bytes, Floats

# The usual outline of a left eye in distances of the eyes from its pupil: corners, and how far each lid arches.
_OUTER, _INNER = (-0.2, 0.01), (0.23, 0.05)
_UPPER_ARCH, _LOWER_ARCH = 0.093, 0.053
_POINTS = 11
_RAISED = np.arange(
    0.3, 2.0, 0.1, dtype=np.float32
)  # how far an upper lid is from the corners' line, in usual ones
_LOWERED = np.arange(0.4, 1.7, 0.1, dtype=np.float32)
_RAISED_SPREAD, _LOWERED_SPREAD = 0.35, 0.25
_USUAL = 0.02  # weight of what is usual against what is seen

_ROWS_PER_UNIT = 120
_TOP, _BOTTOM = -0.3, 0.32
_ACROSS = np.linspace(-0.17, 0.19, 19, dtype=np.float32)
_LARGEST_IOD_PX = 160.0  # a larger face shows no more of it
_DARKEST = 15.0  # L* of skin
_LEAST_LASHES = 0.02  # contrast of an upper lid's edge that is one


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


class _Lid(NamedTuple):
    """How far a lid arches, in usual arches, and what speaks for it."""

    scale: float
    evidence: float


def find(rgb: Bytes, frame: Canonical) -> tuple[EyeContour, EyeContour] | None:
    """Return the outlines of both eyes, left in the picture first; None unless both are plain.

    An outline is the usual one, with each lid as high as the picture shows it. Skin may have any colour: the
    edge of an upper lid is darker than the skin over it, that of a lower one than the skin under it.
    """
    seen = [_straightened(rgb, frame, at) for at in (-0.5, 0.5)]
    lids = [(_upper_lid(light), _lower_lid(light)) for light in seen]
    if any(upper.evidence < _LEAST_LASHES or upper.scale >= _RAISED[-1] for upper, _ in lids):
        return None
    left, right = (_outline(upper.scale, lower.scale) for upper, lower in lids)
    return _placed(left, -0.5), _placed(_mirrored(right), 0.5)


def _straightened(rgb: Bytes, frame: Canonical, at: float) -> Floats:
    """Return the light around one eye, (rows, columns), outer corner first, in parts of the skin under it."""
    if frame.iod > _LARGEST_IOD_PX:
        shrink = _LARGEST_IOD_PX / frame.iod
        size = (round(rgb.shape[1] * shrink), round(rgb.shape[0] * shrink))
        frame = frame.scaled(size[0] / rgb.shape[1], size[1] / rgb.shape[0])
        rgb = np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)
    outwards = -np.sign(at)
    v = np.arange(_TOP, _BOTTOM, 1 / _ROWS_PER_UNIT, dtype=np.float32)
    u, v = np.meshgrid((at + outwards * _ACROSS).astype(np.float32), v)
    pixels = frame.pixels(np.stack([u, v], axis=-1))
    seen = np.asarray(
        cv2.remap(
            rgb, pixels, np.empty((0, 0), np.float32), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
    )
    light = cv2.GaussianBlur(cv2.cvtColor(seen.astype(np.float32) / 255, cv2.COLOR_RGB2Lab), (0, 0), 1)[
        ..., 0
    ]
    skin = float(np.median(light[np.abs(v[:, 0] - 0.2) < 0.04]))  # noqa: PLR2004 - right under the eye
    return np.asarray(light / max(skin, _DARKEST), np.float32)


def _upper_lid(light: Floats) -> _Lid:
    edges = _upper(_ACROSS, _RAISED[:, None])
    darker = _means(light, edges - 0.05, edges - 0.02) - _means(light, edges - 0.008, edges + 0.014)
    return _likeliest(_RAISED, darker, _RAISED_SPREAD)


def _lower_lid(light: Floats) -> _Lid:
    edges = _lower(_ACROSS, _LOWERED[:, None])
    darker = _means(light, edges + 0.015, edges + 0.05) - _means(light, edges - 0.035, edges - 0.008)
    return _likeliest(_LOWERED, darker, _LOWERED_SPREAD)


def _likeliest(scales: Floats, darker: Floats, spread: float) -> _Lid:
    evidence = np.clip(darker, -0.2, 0.4).mean(axis=1)
    best = int((evidence - _USUAL * ((scales - 1) / spread) ** 2).argmax())
    return _Lid(float(scales[best]), float(evidence[best]))


def _upper(u: Floats, scale: Floats | float) -> Floats:
    """Return the v of an upper lid's edge, which is highest on the nose's side of the pupil."""
    part, line = _between_corners(u)
    return np.asarray(line - scale * _UPPER_ARCH * (1 - part**2) ** 0.8 * (1 + 0.15 * part), np.float32)


def _lower(u: Floats, scale: Floats | float) -> Floats:
    """Return the v of a lower lid's edge, which is lowest on the other side."""
    part, line = _between_corners(u)
    return np.asarray(line + scale * _LOWER_ARCH * (1 - part**2) * (1 - 0.35 * part), np.float32)


def _between_corners(u: Floats) -> tuple[Floats, Floats]:
    """Return where u lies between the corners (-1 outer .. 1 inner), and the v of the line through them."""
    (outer, high), (inner, low) = _OUTER, _INNER
    part = np.clip((2 * u - outer - inner) / (inner - outer), -1, 1)
    return part, (high + low) / 2 + part * (low - high) / 2


def _means(light: Floats, start: Floats, end: Floats) -> Floats:
    """Return the mean lightness between two v in each column, (scales, columns)."""
    sums = np.concatenate([np.zeros_like(light[:1]), np.cumsum(light, axis=0)])
    first = np.clip(np.round((start - _TOP) * _ROWS_PER_UNIT).astype(int), 0, len(light) - 1)
    last = np.clip(np.round((end - _TOP) * _ROWS_PER_UNIT).astype(int), first + 1, len(light))
    column = np.arange(light.shape[1])
    return np.asarray((sums[last, column] - sums[first, column]) / (last - first), np.float32)


def _outline(raised: float, lowered: float) -> EyeContour:
    u = np.linspace(_OUTER[0], _INNER[0], _POINTS, dtype=np.float32)
    return EyeContour(np.stack([u, _upper(u, raised)], axis=1), np.stack([u, _lower(u, lowered)], axis=1))


def _mirrored(eye: EyeContour) -> EyeContour:
    across = np.array([-1, 1], np.float32)
    return EyeContour((eye.upper * across)[::-1], (eye.lower * across)[::-1])


def _placed(eye: EyeContour, at: float) -> EyeContour:
    pupil = np.array([at, 0], np.float32)
    return EyeContour(eye.upper + pupil, eye.lower + pupil)
