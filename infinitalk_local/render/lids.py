"""How far the eyes of a face are open: what is not skin above and below the pupil."""

from typing import NamedTuple

import numpy as np

from infinitalk_local.render.canonical import Canonical, Patch
from infinitalk_local.render.yuv import Bytes, Floats

_EYES = (-0.5, 0.5)
_DENSITY = 100
_HIGHEST, _LOWEST, _DEEPEST = -0.22, -0.03, 0.19  # within which an opening is a person's
_UNLIKE_SKIN = 60.0  # in levels of 255: the white of a cartoon's eye above its pupil
_USUAL_HALF = 0.23


class Opening(NamedTuple):
    """How far an eye is open: the edges, from its pupil, of what is not skin, in distances of the eyes."""

    top: float
    bottom: float
    half: float


def opening(planes: Bytes, frame: Canonical) -> Opening | None:
    """Return how far the eyes are open, or None unless both can be measured: one lid alone would wink."""
    seen = [found for at in _EYES if (found := _opening(planes, frame, at)) is not None]
    if len(seen) < len(_EYES):
        return None
    return Opening(*np.mean(seen, axis=0))  # the mean forgives one bad measure


def _opening(planes: Bytes, frame: Canonical, at: float) -> Opening | None:
    """Return the opening of the eye whose pupil is at (`at`, 0), or None when it does not look like one.

    The skin right below the eye is the measure, so that it may have any colour.
    """
    patch = Patch(at - 0.45, -0.34, at + 0.45, 0.34, _DENSITY)
    seen = patch.sample(planes, frame).astype(np.float32)
    u, v = patch.u - at, patch.v
    below = (v > 0.17)[:, None] & (v < 0.27)[:, None] & (np.abs(u) < 0.2)[None, :]  # noqa: PLR2004
    skin = np.median(seen[below], axis=0)
    unlike = np.abs(seen - skin) @ np.array([1, 1.5, 1.5], np.float32)
    height = _height(np.percentile(unlike[:, np.abs(u) < 0.14], 70, axis=1), v)  # noqa: PLR2004
    if height is None:
        return None
    top, bottom = height
    half = _half_width(np.percentile(unlike[(v > top) & (v < 0.05)], 85, axis=0), u)  # noqa: PLR2004
    lid = seen[np.abs(v - top + 0.04) < 0.03][:, np.abs(u) < 0.1]  # noqa: PLR2004
    painted = np.abs(np.median(lid, axis=(0, 1)) - skin).max()
    return Opening(top, bottom, half) if painted < _UNLIKE_SKIN else None


def _height(unlike: Floats, v: Floats) -> tuple[float, float] | None:
    """Return the top and the bottom of the opening; shaded or painted lids need a higher bar."""
    bottom = _edges(unlike, v, 0.33)[1]
    tops = [_edges(unlike, v, bar)[0] for bar in (0.33, 0.45, 0.58)]
    top = next((top for top in tops if _HIGHEST < top < _LOWEST), None)
    return (top, bottom) if top is not None and bottom < _DEEPEST else None


def _half_width(unlike: Floats, u: Floats) -> float:
    """Return half the width; where the white of the eye is as light as the skin, that of most people."""
    sides = [abs(edge) for edge in _edges(unlike, u, 0.33)]
    seen = [side for side in sides if 0.17 < side < 0.34]  # noqa: PLR2004
    return max(seen, default=_USUAL_HALF)


def _edges(unlike: Floats, places: Floats, bar: float) -> tuple[float, float]:
    """Return where the profile falls to skin on both sides of the pupil."""
    skin = unlike < bar * unlike[np.abs(places) < 0.06].max()  # noqa: PLR2004
    before, after = places[skin & (places < -0.02)], places[skin & (places > 0.02)]  # noqa: PLR2004
    return (float(before.max(initial=places[0])), float(after.min(initial=places[-1])))
