"""Blinks: the skin between crease and lashes is stretched down over the eye, along its contour.

Folds are smoothed out of that skin. The lashes move with the edge of the upper lid, and the lower lid moves
up a little. A brow or a rim of glasses above the lid does not move.
"""

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from infinitalk_preview.detect.eye_contours import EyeContour, Eyes
from infinitalk_preview.detect.geometry import Canonical
from infinitalk_preview.frames.region import Region
from infinitalk_preview.frames.smoothstep import smoothstep
from infinitalk_preview.frames.warp import Warper, remap
from infinitalk_preview.frames.yuv import Bytes, Flags, Floats, Frame
from infinitalk_preview.sizes import Size

# Lengths in distances of the eyes.
_NARROWEST, _WIDEST = 0.05, 0.5  # openings of eyes that can blink
_OVER = 0.025  # overlap of a shut lid over the lower one: contours are off by as much
_LOW = 0.15  # share of the lower lid in closing the eye
_LASHES = 0.016  # half the thickness of the edge that moves without stretching
_CREASE, _SHALLOWEST = 0.17, 0.06  # most and least height of the skin that stretches
_FOLD = 0.08  # thickness of dark lines that are smoothed out of the lid
_BROW = 0.65  # what is darker, in parts of the lid's brightness, is no skin
_LIT = 0.6  # share of the skin around the eye in the colour of the shut lid
_SUNGLASSES = 0.22  # what is darker around an eye, in parts of the cheeks' brightness, is no skin
_UNEVEN = 1.5  # what varies more in brightness above an eye is no lid but a part of a larger eye
_CHEEK = 0.14  # how far below the eye the skin moves with the lower lid
_BLACK = 16.0


class Eyelids:
    """Both eyes of one face."""

    def __init__(self, planes: Bytes, eyes: Eyes, frame: Canonical, size: Size) -> None:
        drawn = [_Eye(planes, eye, frame, size) for eye in eyes if _NARROWEST < eye.opening < _WIDEST]
        least = _SUNGLASSES * _cheek_brightness(planes[..., 0], frame)
        both = len(drawn) == len(eyes) and all(eye.has_skin(least) for eye in drawn)
        self._eyes = drawn if both else []  # with one lid alone the face would wink
        self.regions = [eye.region for eye in self._eyes]

    def draw(self, frame: Frame, shut: float) -> None:
        """Draw the lids on a frame with open eyes; `shut` is 0..1."""
        if shut > 0:
            for eye in self._eyes:
                eye.region.put(frame, eye.at(shut))


class _Eye:
    """One eye: its rectangle of the frame, open, and the distance of each pixel from both lid edges."""

    def __init__(self, planes: Bytes, eye: EyeContour, frame: Canonical, size: Size) -> None:
        top, bottom = float(eye.upper[:, 1].min()), float(eye.lower[:, 1].max())
        box = (eye.left - 0.1, top - _CREASE - 0.08, eye.right + 0.1, bottom + _CHEEK + 0.04)
        self.region = Region.around(frame, size, box)
        self._rest = np.ascontiguousarray(planes[self.region.rectangle])
        u, v = self.region.fine()
        self._upper, self._lower = v - _smooth(eye.upper_at, u), v - _smooth(eye.lower_at, u)
        self._height = np.maximum(self._upper - self._lower, 0)
        self._soft = max(0.008, 0.6 / frame.iod)
        self._crease = _crease(self._rest[..., 0], self.region, eye)
        self._open = Warper(self._rest)
        self._unfolded = _unfolded(self._rest, self._upper, self._lower, self._crease, frame.iod)
        self._smooth_lid = Warper(self._unfolded)
        self._lashes = _lash_colour(self._rest, (self._height > 0) & (np.abs(self._upper) < 0.03))  # noqa: PLR2004

    def has_skin(self, least: float) -> bool:
        """Tell whether skin surrounds the eye: of one tone above it, and somewhere brighter than `least`."""
        middle = self._height > 0.6 * self._height.max()
        lid = self._unfolded[middle & (self._upper < -0.03) & (self._upper > -0.08)][:, 0]  # noqa: PLR2004
        cheek = self._rest[middle & (self._lower > 0.04) & (self._lower < 0.09)][:, 0]  # noqa: PLR2004
        if not len(lid) or not len(cheek):
            return False
        low, usual, high = np.percentile(lid, [10, 50, 90]) - _BLACK
        lit = max(usual, float(np.median(cheek)) - _BLACK) > least
        return bool(lit and high - low < _UNEVEN * usual)

    def at(self, shut: float) -> Bytes:
        """Return the eye with its lid closed by `shut`, 0..1."""
        down = shut * ((1 - _LOW) * self._height + _OVER * smoothstep(0, 0.04, self._height))
        up = shut * _LOW * self._height
        stretched = np.clip((self._upper + self._crease) / (self._crease - _LASHES + down), 0, 1)
        lid_from = np.asarray(-down * stretched, np.float32)
        lid = self._warped(self._open, lid_from).astype(np.float32)
        unfolded = shut * smoothstep(0, 0.9 * self._height.max(), self._height)[..., None]
        lid += unfolded * (self._warped(self._smooth_lid, lid_from) - lid)
        near_edge = smoothstep(_LASHES + self._soft, 0.4 * _LASHES, np.abs(self._upper - down))
        edge = 0.85 * smoothstep(0, 0.05, down) * near_edge
        lid += edge[..., None] * (np.minimum(self._lashes, lid) - lid)
        drawn = self._rest.astype(np.float32)
        under = smoothstep(-self._soft, self._soft, self._lower + up)[..., None]
        cheek = self._warped(self._open, up * smoothstep(_CHEEK, 0.0, self._lower))
        drawn += under * (cheek - drawn)
        over = smoothstep(self._soft, -self._soft, self._upper - down - _LASHES)[..., None]
        drawn += over * (lid - drawn)
        return np.asarray(np.rint(np.clip(drawn, 0, 255)), np.uint8)

    def _warped(self, picture: Warper, dv: Floats) -> Bytes:
        return picture.warp(self.region.in_pixels(np.zeros_like(dv), dv))


def _cheek_brightness(light: Bytes, frame: Canonical) -> float:
    points = np.array([[u, v] for u in (-0.5, -0.4, 0.4, 0.5) for v in (0.5, 0.6, 0.7)], np.float32)
    x, y = np.rint(frame.pixels(points)).astype(int).T
    seen = light[np.clip(y, 0, len(light) - 1), np.clip(x, 0, len(light[0]) - 1)]
    return float(np.median(seen)) - _BLACK


def _smooth(edge: Callable[[Floats], Floats], u: Floats) -> Floats:
    """Return the edge at `u`, smoothed between its points."""
    near = [edge(u + step) for step in (-0.02, -0.01, 0, 0.01, 0.02)]
    return np.asarray(np.mean(near, axis=0), np.float32)


def _crease(light: Bytes, region: Region, eye: EyeContour) -> float:
    """Return the height of the lid's skin above its edge: up to a darker brow or rim of glasses."""
    u = np.linspace(eye.left, eye.right, 11, dtype=np.float32)[2:-2]
    reach = np.arange(0.03, _CREASE + 0.02, 0.01, dtype=np.float32)
    points = np.stack(np.broadcast_arrays(u, eye.upper_at(u) - reach[:, None]), axis=-1)
    places = region.frame.pixels(points) - np.array([region.left, region.top], np.float32)
    soft = np.asarray(cv2.GaussianBlur(light, (0, 0), max(0.5, 0.01 * region.frame.iod)), np.uint8)
    seen = remap(soft, places).astype(np.float32) - _BLACK
    dark = (seen < _BROW * np.maximum.accumulate(seen, axis=0)) & (reach > _FOLD)[:, None]
    ends = np.where(dark.any(axis=0), reach[dark.argmax(axis=0)], reach[-1]) - 0.02
    return float(np.clip(np.percentile(ends, 30), _SHALLOWEST, _CREASE))


def _unfolded(patch: Bytes, above: Floats, under: Floats, crease: float, iod: float) -> Bytes:
    """Return the patch with the lid's skin of a shut eye: without folds and lashes, and with less shade."""
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
    within = smoothstep(-crease, -0.4 * crease, above)[..., None]
    return np.asarray(np.rint(patch + within * (shut - patch)), np.uint8)


def _spread(patch: NDArray[Any], where: Flags, sigma_px: float) -> Floats:
    """Return the patch blurred by the pixels of `where` alone."""
    weight = where.astype(np.float32) + 1e-4
    blurred = cv2.GaussianBlur(patch * weight[..., None], (0, 0), sigma_px).reshape(patch.shape)
    return np.asarray(blurred / cv2.GaussianBlur(weight, (0, 0), sigma_px)[..., None], np.float32)


def _lash_colour(patch: Bytes, edge: Flags) -> Floats:
    pixels = patch[edge].astype(np.float32)
    if not len(pixels):
        return np.array([16, 128, 128], np.float32)
    return np.asarray(pixels[pixels[:, 0] <= np.percentile(pixels[:, 0], 15)].mean(axis=0), np.float32)
