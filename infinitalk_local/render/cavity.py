"""The inside of the mouth: dark, with a thin row of upper teeth, in colours taken from the face."""

import numpy as np

from infinitalk_local.render.gap import lens
from infinitalk_local.render.lips import Lips
from infinitalk_local.render.rise import rise
from infinitalk_local.render.yuv import Bytes, Flags, Floats

_TEETH = 0.085  # how far they show under the lip, in distances of the eyes
_TOOTH = 0.12  # width of one
_BLACK = 16.0


def paint(patch: Bytes, u: Floats, v: Floats, lips: Lips, gap: float) -> Floats:
    """Return the inside as YUV, (height, width, 3); it is seen only where the lips part.

    `patch` is the face in YUV with the canonical coordinates `u`, `v`. Where the picture shows the mouth open
    by `gap` already, its own inside goes on below: its teeth are not painted twice.
    """
    across = lens(u, lips.left, lips.right)
    below = v - lips.at(u) - gap * across
    lip = _usual(patch, (np.abs(below - 0.08) < 0.06) & (across > 0.4))  # noqa: PLR2004
    inside = np.empty((*u.shape, 3), np.float32)
    inside[:] = _dark(lip) if gap == 0 else _seen_dark(patch, (below < 0) & (below > -gap * across), lip)
    deeper = rise(below, 0.05, 0.35)[..., None]
    inside += deeper * (_tongue(lip) - inside) * 0.5
    if gap == 0:
        skin = _usual(patch, (np.abs(np.abs(u) - 0.5) < 0.15) & (np.abs(v - 0.7) < 0.2))  # noqa: PLR2004
        shown = _teeth_shape(u, below, lips)[..., None]
        inside += shown * (_enamel(skin) * _shading(u, below, lips)[..., None] + _OFFSET - inside)
    return inside


_OFFSET = np.array([0, 128, 128], np.float32)


def _usual(patch: Bytes, where: Flags) -> Floats:
    chosen = patch[where] if where.any() else patch.reshape(-1, 3)
    return np.asarray(np.median(chosen.astype(np.float32), axis=0), np.float32)


def _dark(lip: Floats) -> Floats:
    """Return the lip's hue with hardly any light."""
    return np.array(
        [_BLACK + 0.16 * (lip[0] - _BLACK), 128 + 0.25 * (lip[1] - 128), 128 + 0.45 * (lip[2] - 128)]
    )


def _seen_dark(patch: Bytes, opening: Flags, lip: Floats) -> Floats:
    """Return the dark that the picture's open mouth shows; a smile may be all teeth, and shows none."""
    pixels = patch[opening].astype(np.float32)
    if not len(pixels):
        return _dark(lip)
    seen = np.median(pixels[pixels[:, 0] <= np.percentile(pixels[:, 0], 25)], axis=0)
    return np.asarray(seen, np.float32) if seen[0] < 0.6 * lip[0] else _dark(lip)


def _tongue(lip: Floats) -> Floats:
    return np.array(
        [_BLACK + 0.5 * (lip[0] - _BLACK), 128 + 0.5 * (lip[1] - 128), 128 + 0.9 * (lip[2] - 128)]
    )


def _enamel(skin: Floats) -> Floats:
    """Return the teeth's brightness and colour offsets: lit as this face is, and never white."""
    light = np.clip(_BLACK + 0.5 * (skin[0] - _BLACK) + 95, 115, 210)
    return np.array([light, -6, 6], np.float32)


def _teeth_shape(u: Floats, below: Floats, lips: Lips) -> Floats:
    """Return the coverage of the row: an arc under the upper lip, gone before the corners."""
    across = lens(u, lips.left, lips.right)
    edge = _TEETH * (0.25 + 0.75 * across)
    return rise(across, 0.2, 0.65) * rise(below, edge + 0.015, edge - 0.015)


def _shading(u: Floats, below: Floats, lips: Lips) -> Floats:
    """Return the light on the teeth: little right under the lip, less towards the corners."""
    middle = (lips.left + lips.right) / 2
    between = 1 - 0.07 * np.cos(np.pi * (u - middle) / _TOOTH) ** 24
    light = (0.3 + 0.7 * rise(below, -0.02, 0.055)) * (0.5 + 0.5 * lens(u, lips.left, lips.right))
    return np.asarray(between * light, np.float32)
