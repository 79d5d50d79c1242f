"""Finds the pupils near those of the detector, more accurately: all landmarks are measured from them."""

from typing import NamedTuple

import cv2
import numpy as np

from infinitalk_preview.detect.geometry import Canonical, Patch
from infinitalk_preview.frames.yuv import Bytes, Floats

_PATCH = Patch(-0.85, -0.3, 0.85, 0.3, 64)
_EYES = (-0.5, 0.5)
# In distances of the eyes.
_RADIUS = 0.06  # of the dark middle of an iris
_ASIDE = 0.125  # from there to the white on both sides
_WHITE = 0.08  # side of the square sampled in the white
_NEAR = 0.05  # usual error of the detector


class Pupils(NamedTuple):
    """The frame of both pupils, and the contrast of the fainter one with its sides, 0..1."""

    frame: Canonical
    contrast: float


def find(rgb: Bytes, frame: Canonical) -> Pupils:
    """Return the pupils near those of `frame`: a pupil is darker than both its sides, an eyebrow is not."""
    light = _PATCH.lab(rgb, frame)[..., 0]
    dark = _darker_than_sides(light)
    spots = [_centre(dark, at) for at in _EYES]
    pixels = frame.pixels(np.array([spot for spot, _ in spots], np.float32))
    contrast = min(most for _, most in spots) / max(float(np.median(light)), 1.0)
    return Pupils(Canonical.of_eyes(pixels[0], pixels[1]), contrast)


def _darker_than_sides(light: Floats) -> Floats:
    reach = round(_RADIUS * _PATCH.density + 0.5)
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    disc = np.clip(_RADIUS * _PATCH.density + 0.5 - np.hypot(x, y), 0, 1).astype(np.float32)
    middle = cv2.filter2D(light, -1, disc / disc.sum(), borderType=cv2.BORDER_REPLICATE)
    side = round(_WHITE * _PATCH.density)
    mean = cv2.blur(light, (side, side), borderType=cv2.BORDER_REPLICATE)
    step = round(_ASIDE * _PATCH.density)
    left, right = np.roll(mean, step, axis=1), np.roll(mean, -step, axis=1)
    both, either = np.minimum(left, right) - middle, (left + right) / 2 - middle
    return np.asarray(np.maximum(both, 0) + 0.35 * np.maximum(either, 0), np.float32)


def _centre(dark: Floats, at: float) -> tuple[tuple[float, float], float]:
    """Return the middle of the darkest spot near (`at`, 0), and its darkness."""
    u, v = _PATCH.u[None, :], _PATCH.v[:, None]
    likely = dark * np.exp(-0.5 * (((u - at) / _NEAR) ** 2 + (v / _NEAR) ** 2))
    most = float(likely.max())
    if most <= 0:
        return (at, 0.0), 0.0
    weight = np.maximum(likely - 0.6 * most, 0)
    return (float((weight * u).sum() / weight.sum()), float((weight * v).sum() / weight.sum())), most
