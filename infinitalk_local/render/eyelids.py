"""Blinks: the skin between the crease and the lashes is drawn down over the eye, along the eye's own contour.

Folds are smoothed out of it, as they are when an eye shuts. The lashes go down with the lid's edge, and the
lower lid rises a little. What lies above the lid's own skin, a brow or the rim of glasses, stays where it is.
"""

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from infinitalk_local.render.canonical import Canonical
from infinitalk_local.render.contours import EyeContour
from infinitalk_local.render.moving import Movable, taken
from infinitalk_local.render.region import Region
from infinitalk_local.render.rise import rise
from infinitalk_local.render.sizes import Size
from infinitalk_local.render.yuv import Bytes, Flags, Floats, Frame

_NARROWEST, _WIDEST = 0.05, 0.5  # openings that are drawn shut, in distances of the eyes
_OVER = 0.025  # how far a shut lid reaches over the lower one: contours are off by as much
_LOW = 0.15  # the lower lid's part of the way
_LASHES = 0.016  # half the thickness of the edge that goes down as it is
_CREASE = 0.17  # how far above the edge the skin is that comes down, at most
_SHALLOWEST = 0.06
_FOLD = 0.08  # dark lines up to this thick are smoothed out of the lid
_BROW = 0.65  # of the lid's brightness: what is darker is no skin
_LIT = 0.6  # the part of the skin around an eye in the colour of its shut lid
_SUNGLASSES = 0.22  # of the cheeks' brightness: what is darker around an eye is no skin
_MOTLEY = 1.5  # of its brightness: what varies so much above an eye is a part of a larger one
_CHEEK = 0.14  # how far below the eye the lower lid's rise is gone
_BLACK = 16.0


class Eyelids:
    """Both eyes of one face."""

    def __init__(
        self, planes: Bytes, eyes: tuple[EyeContour, EyeContour], frame: Canonical, size: Size
    ) -> None:
        drawn = [_Eye(planes, eye, frame, size) for eye in eyes if _NARROWEST < eye.opening < _WIDEST]
        least = _SUNGLASSES * _cheeks(planes[..., 0], frame)
        both = len(drawn) == len(eyes) and all(eye.has_skin(least) for eye in drawn)
        self._eyes = drawn if both else []  # one lid alone would wink
        self.regions = [eye.region for eye in self._eyes]

    def draw(self, frame: Frame, shut: float) -> None:
        """Draw the lids on a frame whose eyes are at rest; `shut` is 0..1."""
        if shut > 0:
            for eye in self._eyes:
                eye.region.put(frame, eye.at(shut))


class _Eye:
    """One eye, prepared: the frame's rectangle, its rest, and the contour at each of its pixels."""

    def __init__(self, planes: Bytes, eye: EyeContour, frame: Canonical, size: Size) -> None:
        top, bottom = float(eye.upper[:, 1].min()), float(eye.lower[:, 1].max())
        box = (eye.left - 0.1, top - _CREASE - 0.08, eye.right + 0.1, bottom + _CHEEK + 0.04)
        self.region = Region.around(frame, size, box)
        self._rest = np.ascontiguousarray(planes[self.region.rows, self.region.columns])
        u, v = self.region.fine()
        self._upper, self._lower = v - _smooth(eye.upper_at, u), v - _smooth(eye.lower_at, u)
        self._height = np.maximum(self._upper - self._lower, 0)
        self._soft = max(0.008, 0.6 / frame.iod)
        self._crease = _crease(self._rest[..., 0], self.region, eye)
        self._movable = Movable(self._rest)
        self._unfolded = _unfolded(self._rest, self._upper, self._lower, self._crease, frame.iod)
        self._lid = Movable(self._unfolded)
        self._lashes = _darkest(self._rest, (self._height > 0) & (np.abs(self._upper) < 0.03))  # noqa: PLR2004

    def has_skin(self, least: float) -> bool:
        """Say whether skin is around the eye: of one tone above, and somewhere as light as `least`."""
        middle = self._height > 0.6 * self._height.max()
        lid = self._unfolded[middle & (self._upper < -0.03) & (self._upper > -0.08)][:, 0]  # noqa: PLR2004
        cheek = self._rest[middle & (self._lower > 0.04) & (self._lower < 0.09)][:, 0]  # noqa: PLR2004
        if not len(lid) or not len(cheek):
            return False
        low, usual, high = np.percentile(lid, [10, 50, 90]) - _BLACK
        lit = max(usual, float(np.median(cheek)) - _BLACK) > least
        return bool(lit and high - low < _MOTLEY * usual)

    def at(self, shut: float) -> Bytes:
        """Return the eye with its lid at `shut` of the way."""
        down = shut * ((1 - _LOW) * self._height + _OVER * rise(self._height, 0, 0.04))
        up = shut * _LOW * self._height
        lid_from = -self._lid_from(down)
        lid = self._moved(self._movable, lid_from).astype(np.float32)
        unfolded = shut * rise(self._height, 0, 0.9 * self._height.max())[..., None]
        lid += unfolded * (self._moved(self._lid, lid_from) - lid)
        edge = (
            0.85 * rise(down, 0, 0.05) * rise(np.abs(self._upper - down), _LASHES + self._soft, 0.4 * _LASHES)
        )
        lid += edge[..., None] * (np.minimum(self._lashes, lid) - lid)
        drawn = self._rest.astype(np.float32)
        under = rise(self._lower + up, -self._soft, self._soft)[..., None]
        cheek = self._moved(self._movable, up * rise(self._lower, _CHEEK, 0.0))
        drawn += under * (cheek - drawn)
        over = rise(self._upper - down - _LASHES, self._soft, -self._soft)[..., None]
        drawn += over * (lid - drawn)
        return np.asarray(np.rint(np.clip(drawn, 0, 255)), np.uint8)

    def _lid_from(self, down: Floats) -> Floats:
        """Return how far above each place the skin is that comes to lie there."""
        part = (self._upper + self._crease) / (self._crease - _LASHES + down)
        return np.asarray(down * np.clip(part, 0, 1), np.float32)

    def _moved(self, picture: Movable, dv: Floats) -> Bytes:
        field = self.region.in_pixels(np.zeros_like(dv), dv)
        return picture.moved(field, slice(0, self.region.height), slice(0, self.region.width))


def _cheeks(light: Bytes, frame: Canonical) -> float:
    """Return how bright the cheeks are."""
    points = np.array([[u, v] for u in (-0.5, -0.4, 0.4, 0.5) for v in (0.5, 0.6, 0.7)], np.float32)
    x, y = np.rint(frame.pixels(points)).astype(int).T
    seen = light[np.clip(y, 0, len(light) - 1), np.clip(x, 0, len(light[0]) - 1)]
    return float(np.median(seen)) - _BLACK


def _smooth(edge: Callable[[Floats], Floats], u: Floats) -> Floats:
    """Return the edge at `u` without corners between its points."""
    near = [edge(u + step) for step in (-0.02, -0.01, 0, 0.01, 0.02)]
    return np.asarray(np.mean(near, axis=0), np.float32)


def _crease(light: Bytes, region: Region, eye: EyeContour) -> float:
    """Return how far above its edge the lid's skin reaches: up to what is darker again, a brow or a rim."""
    u = np.linspace(eye.left, eye.right, 11, dtype=np.float32)[2:-2]
    reach = np.arange(0.03, _CREASE + 0.02, 0.01, dtype=np.float32)
    points = np.stack(np.broadcast_arrays(u, eye.upper_at(u) - reach[:, None]), axis=-1)
    places = region.frame.pixels(points) - np.array([region.left, region.top], np.float32)
    soft = np.asarray(cv2.GaussianBlur(light, (0, 0), max(0.5, 0.01 * region.frame.iod)), np.uint8)
    seen = taken(soft, places).astype(np.float32) - _BLACK
    dark = (seen < _BROW * np.maximum.accumulate(seen, axis=0)) & (reach > _FOLD)[:, None]
    ends = np.where(dark.any(axis=0), reach[dark.argmax(axis=0)], reach[-1]) - 0.02
    return float(np.clip(np.percentile(ends, 30), _SHALLOWEST, _CREASE))


def _unfolded(patch: Bytes, above: Floats, under: Floats, crease: float, iod: float) -> Bytes:
    """Return the patch with the skin of its lid as it is when the eye is shut.

    The dark lines are gone (folds, lashes), and half of the shade, as it comes out of its socket.
    """
    across = max(3, round(_FOLD * iod) | 1)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (across, across))
    lid = np.where(above < 0, patch[..., 0], 0).astype(np.uint8)
    lines_gone = cv2.morphologyEx(lid, cv2.MORPH_CLOSE, kernel)[..., None]
    own = _spread(lines_gone, above < -0.01, 0.02 * iod)  # noqa: PLR2004
    around = (above < -0.05) | (under > 0.03)  # noqa: PLR2004
    lit = around & (patch[..., 0] >= np.percentile(patch[around][:, 0], 15))
    skin = _spread(patch, lit, 0.1 * iod)
    light = own + _LIT * (skin[..., :1] - own)
    shut = np.dstack([light, skin[..., 1:]])
    within = rise(above, -crease, -0.4 * crease)[..., None]
    return np.asarray(np.rint(patch + within * (shut - patch)), np.uint8)


def _spread(patch: NDArray[Any], where: Flags, sigma_px: float) -> Floats:
    """Return the patch blurred, with no part for what is elsewhere."""
    weight = where.astype(np.float32) + 1e-4
    blurred = cv2.GaussianBlur(patch * weight[..., None], (0, 0), sigma_px).reshape(patch.shape)
    return np.asarray(blurred / cv2.GaussianBlur(weight, (0, 0), sigma_px)[..., None], np.float32)


def _darkest(patch: Bytes, edge: Flags) -> Floats:
    """Return the dark of the upper lashes as they are in the picture."""
    pixels = patch[edge].astype(np.float32)
    if not len(pixels):
        return np.array([16, 128, 128], np.float32)
    return np.asarray(pixels[pixels[:, 0] <= np.percentile(pixels[:, 0], 15)].mean(axis=0), np.float32)
