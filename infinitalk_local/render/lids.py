"""Blinks: skin from above the lashes is laid over the eye, down to a moving lash line.

The skin is mirrored at the lash line and not stretched (that smears); where glasses or a brow would be
mirrored too, the usual colour of the lid takes their place. Eyes as large as a cartoon's are left open.
"""

from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np

from infinitalk_local.render.canonical import Canonical, Patch
from infinitalk_local.render.moving import moved
from infinitalk_local.render.region import Region
from infinitalk_local.render.rise import rise
from infinitalk_local.render.sizes import Size
from infinitalk_local.render.yuv import Bytes, Flags, Floats, Frame

_EYES = (-0.5, 0.5)
_DENSITY = 100
_HIGHEST, _LOWEST, _DEEPEST = -0.22, -0.03, 0.19  # within which an opening is a person's
_UNLIKE_SKIN = 60.0  # in levels of 255: the white of a cartoon's eye above its pupil
_USUAL_HALF = 0.23
_MIDDLE = 0.7  # part of the width in which lid skin is looked at
_ROOM = 0.02  # of the eye distance, around the measured opening: lashes stick out of it


class Opening(NamedTuple):
    """How far an eye is open: the edges, from its pupil, of what is not skin, in distances of the eyes."""

    top: float
    bottom: float
    half: float


class Lids:
    """Both eyes of one face; without any effect when the picture shows none that can be shut."""

    def __init__(self, planes: Bytes, frame: Canonical, size: Size) -> None:
        both = opening(planes, frame)
        self.eyes = [_Eye.prepared(planes, frame, size, at, both) for at in _EYES] if both else []

    def draw(self, frame: Frame, shut: float) -> None:
        """Lay the lids over the eyes; `shut` is 0..1."""
        if shut > 0:
            for eye in self.eyes:
                eye.region.put(frame, eye.at(shut))


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


@dataclass(frozen=True)
class _Eye:
    """One eye, prepared: the frame's rectangle, its rest, and what it is when shut."""

    region: Region
    rest: Bytes
    skin: Floats  # the lid, YUV per pixel
    lashes: Floats  # YUV of the lash line
    part: Floats  # per pixel 0 at the upper lashes .. 1 where the lids meet
    inside: Floats  # coverage of the eye's opening
    thick: float  # half the thickness of the lash line, in `part`

    @classmethod
    def prepared(cls, planes: Bytes, frame: Canonical, size: Size, at: float, opening: Opening) -> "_Eye":
        top, bottom, half = opening.top - _ROOM, opening.bottom + 0.5 * _ROOM, opening.half + 2 * _ROOM
        region = Region.around(frame, size, (at - half - 0.08, top - 0.08, at + half + 0.08, bottom + 0.08))
        rest = np.ascontiguousarray(planes[region.rows, region.columns])
        u, v = region.fine()
        aside = np.abs(u - at) / half
        arch = np.clip(1 - aside**2, 0, 1)
        corner = 0.25 * top + 0.75 * bottom - 0.02
        upper, lower = corner + (top - corner) * arch**0.8, corner + (bottom - corner) * arch
        part = (v - upper) / np.maximum(lower - upper, 0.02)
        sides = rise(aside, 1, 0.85)
        return cls(
            region=region,
            rest=rest,
            skin=_lid(rest, region, v - upper, v - lower, aside < _MIDDLE),
            lashes=_lash_colour(rest, aside < 1, part),
            part=part,
            inside=sides * rise(part, -0.12, 0.02) * rise(part, 1.2, 1.0),
            thick=(0.014 + 0.6 / frame.iod) / (bottom - top),
        )

    def at(self, shut: float) -> Bytes:
        """Return the eye with its lid at `shut` of the way, and the lashes along the lid's edge."""
        past = 0.97 * shut - self.part
        lid = (self.inside * rise(past, -0.05, 0.05) * min(1.0, 3 * shut))[..., None]
        lash = (self.inside * rise(np.abs(past), self.thick, 0.3 * self.thick) * min(1.0, 3 * shut))[
            ..., None
        ]
        drawn = self.rest + lid * (self.skin - self.rest)
        drawn += 0.85 * lash * (self.lashes - drawn)
        return np.asarray(cv2.convertScaleAbs(drawn), np.uint8)


def _lid(patch: Bytes, region: Region, below: Floats, under: Floats, central: Flags) -> Floats:
    """Return the skin above the lashes turned down over the eye; its usual colour where that is not skin.

    `below` and `under` are v from the upper and the lower edge of the eye. A lid comes out of the shade of
    its socket as it shuts: downwards it takes on the colour of the skin under the eye.
    """
    skin = patch[central & (below < -0.01) & (below > -0.07)].astype(np.float32)  # noqa: PLR2004
    usual = np.median(skin, axis=0)
    turned = np.maximum(below, 0)
    x, y = region.frame.along
    shift = np.stack([2 * turned * y, -2 * turned * x], axis=-1).astype(np.float32)
    turned_down = moved(patch, shift).astype(np.float32)
    mirror = np.asarray(cv2.GaussianBlur(turned_down, (0, 0), max(0.6, 0.03 * region.frame.iod)))
    unlike = np.abs(mirror - usual).max(axis=-1, keepdims=True)
    lid = usual + (mirror - usual) * rise(unlike, 30, 10)
    lit = np.median(patch[central & (under > 0.02) & (under < 0.07)], axis=0)  # noqa: PLR2004
    return np.asarray(lid + 0.6 * rise(below, 0, 0.12)[..., None] * (lit - usual), np.float32)


def _lash_colour(patch: Bytes, central: Flags, part: Floats) -> Floats:
    """Return the dark of the upper lashes as they are in the picture."""
    pixels = patch[central & (part > 0) & (part < 0.4)].astype(np.float32)  # noqa: PLR2004
    dark = pixels[:, 0] <= np.percentile(pixels[:, 0], 12)
    return np.asarray(pixels[dark].mean(axis=0), np.float32)
