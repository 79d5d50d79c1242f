"""How far a mouth already stands open in the picture: teeth or darkness under the upper lip."""

import numpy as np

from infinitalk_local.render.canonical import Canonical, Patch
from infinitalk_local.render.lips import Lips
from infinitalk_local.render.yuv import Bytes, Flags, Floats

_PATCH = Patch(-0.7, 0.5, 0.7, 2.0, 64)
_LEAST = 0.06  # of the distance of the eyes; less is the shadow between closed lips


def lens(u: Floats, left: float, right: float) -> Floats:
    """Return the shape of an opening of depth 1: a parabola from corner to corner."""
    part = (2 * u - left - right) / (right - left)
    return np.asarray(np.maximum(1 - part * part, 0), np.float32)


def find(rgb: Bytes, frame: Canonical, lips: Lips) -> float:
    """Return the depth of the opening in its middle, 0 for closed lips.

    Only one number is fitted: free shapes of the lower lip follow every shadow. The columns must agree on it.
    """
    lab = _PATCH.lab(rgb, frame)
    inside = _inside(lab)
    half = (lips.right - lips.left) / 2
    columns = np.flatnonzero(np.abs(_PATCH.u - (lips.left + lips.right) / 2) < 0.55 * half)
    depths = np.array([_run(inside[:, k], float(lips.at(_PATCH.u[k : k + 1])[0])) for k in columns])
    depths = depths / lens(_PATCH.u[columns], lips.left, lips.right)
    depth = float(np.median(depths))
    agree = np.abs(depths - depth) < 0.3 * depth
    return depth if depth > _LEAST and agree.mean() > 0.6 else 0.0  # noqa: PLR2004


def _inside(lab: Floats) -> Flags:
    """Return the pixels that are teeth or the dark of a mouth, judged by this face's cheeks."""
    light, chroma = lab[..., 0], np.hypot(lab[..., 1], lab[..., 2])
    cheeks = (np.abs(np.abs(_PATCH.u) - 0.55) < 0.15)[None, :] & (np.abs(_PATCH.v - 0.75) < 0.2)[:, None]  # noqa: PLR2004
    usual = float(np.median(light[cheeks]))
    lighter, paler = light - usual, float(np.median(chroma[cheeks])) - chroma
    redder = lab[..., 1] - float(np.median(lab[..., 1][cheeks]))  # a wet lower lip shines as teeth do
    least = 9 + max(0.0, 0.5 * (35 - usual))  # on the darkest skin lips are lighter than it
    teeth = (lighter > -6) & (lighter + paler > least) & (redder < 5)  # noqa: PLR2004 - in L*, a*, b* units
    dark = light < 0.45 * usual
    return np.asarray(teeth | dark)


def _run(inside: Flags, start: float) -> float:
    """Return how far `inside` goes on below `start`, beginning within a lip's shadow of it."""
    row = round((start - _PATCH.top) * _PATCH.density)
    below = inside[row : row + round(0.8 * _PATCH.density)]
    first = int(below.argmax()) if below.any() else len(below)
    if first > 0.09 * _PATCH.density:
        return 0.0
    outside = ~below[first:]
    closed = np.convolve(outside, np.ones(3), "valid") > 2  # noqa: PLR2004 - three in a row; one may be noise
    length = int(closed.argmax()) if closed.any() else len(outside)
    return (first + length) / _PATCH.density
