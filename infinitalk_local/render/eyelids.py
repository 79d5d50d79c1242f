"""Blinks: the skin between the crease and the lashes is drawn down over the eye, along the eye's own contour.

The lashes go down with the lid's edge, and the lower lid rises a little. What lies above the lid's own skin,
a brow or the rim of glasses, stays where it is.
"""

from collections.abc import Callable

import numpy as np

from infinitalk_local.render.canonical import Canonical
from infinitalk_local.render.contours import EyeContour
from infinitalk_local.render.moving import Movable
from infinitalk_local.render.region import Region
from infinitalk_local.render.rise import rise
from infinitalk_local.render.sizes import Size
from infinitalk_local.render.yuv import Bytes, Floats, Frame

_NARROWEST, _WIDEST = 0.05, 0.5  # openings that are drawn shut, in distances of the eyes
_LOW = 0.13  # the lower lid's part of the way
_LASHES = 0.016  # half the thickness of the edge that goes down as it is
_CREASE = 0.17  # how far above the edge the skin is that comes down, at most
_SHALLOWEST = 0.06
_CHEEK = 0.14  # how far below the eye the lower lid's rise is gone


class Eyelids:
    """Both eyes of one face."""

    def __init__(
        self, planes: Bytes, eyes: tuple[EyeContour, EyeContour], frame: Canonical, size: Size
    ) -> None:
        shut = all(_NARROWEST < eye.opening < _WIDEST for eye in eyes)
        self._eyes = [_Eye(planes, eye, frame, size) for eye in eyes] if shut else []
        self.regions = [eye.region for eye in self._eyes]

    def draw(self, frame: Frame, shut: float) -> None:
        """Draw the lids; `shut` is 0..1."""
        for eye in self._eyes:
            eye.region.put(frame, eye.at(shut))


class _Eye:
    """One eye, prepared: the frame's rectangle, its rest, and the contour at each of its pixels."""

    def __init__(self, planes: Bytes, eye: EyeContour, frame: Canonical, size: Size) -> None:
        top, bottom = float(eye.upper[:, 1].min()), float(eye.lower[:, 1].max())
        box = (eye.left - 0.1, top - _CREASE - 0.08, eye.right + 0.1, bottom + _CHEEK + 0.04)
        self.region = Region.around(frame, size, box)
        self._rest = np.ascontiguousarray(planes[self.region.rows, self.region.columns])
        self._movable = Movable(self._rest)
        u, v = self.region.fine()
        self._upper, self._lower = v - _smooth(eye.upper_at, u), v - _smooth(eye.lower_at, u)
        self._height = np.maximum(self._upper - self._lower, 0)
        self._crease = _CREASE
        self._soft = max(0.008, 0.6 / frame.iod)

    def at(self, shut: float) -> Bytes:
        """Return the eye with its lid at `shut` of the way."""
        if shut <= 0:
            return self._rest
        down = shut * ((1 - _LOW) * self._height + 0.01 * rise(self._height, 0, 0.04))
        up = shut * _LOW * self._height
        lid = self._moved(-self._lid_from(down))
        cheek = self._moved(up * rise(self._lower, _CHEEK, 0.0))
        drawn = self._rest.astype(np.float32)
        under = rise(self._lower + up, -self._soft, self._soft)[..., None]
        drawn += under * (cheek - drawn)
        over = rise(self._upper - down - _LASHES, self._soft, -self._soft)[..., None]
        drawn += over * (lid - drawn)
        return np.asarray(np.rint(drawn), np.uint8)

    def _lid_from(self, down: Floats) -> Floats:
        """Return how far above each place the skin is that comes to lie there."""
        crease = self._crease
        part = (self._upper + crease) / (crease - _LASHES + down)
        return np.asarray(down * np.clip(part, 0, 1), np.float32)

    def _moved(self, dv: Floats) -> Bytes:
        field = self.region.in_pixels(np.zeros_like(dv), dv)
        return self._movable.moved(field, slice(0, self.region.height), slice(0, self.region.width))


def _smooth(edge: Callable[[Floats], Floats], u: Floats) -> Floats:
    """Return the edge at `u` without corners between its points."""
    near = [edge(u + step) for step in (-0.02, -0.01, 0, 0.01, 0.02)]
    return np.asarray(np.mean(near, axis=0), np.float32)
