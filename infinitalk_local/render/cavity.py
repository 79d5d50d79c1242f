"""The inside of the mouth: dark, with an arch of upper teeth, in colours taken from the face."""

import numpy as np

from infinitalk_local.render.articulation import Shape
from infinitalk_local.render.gap import lens
from infinitalk_local.render.lips import Lips
from infinitalk_local.render.moving import moved
from infinitalk_local.render.region import Region
from infinitalk_local.render.rise import rise
from infinitalk_local.render.yuv import Bytes, Flags, Floats, Rectangle

_TEETH = 0.035  # how far they reach below the lip line, in distances of the eyes
_HIDDEN = 0.45  # the part of the upper lip's rise that shows no more of them
_TOOTH = 0.12  # width of one
_SOONEST, _PLAIN = 0.06, 0.15  # teeth begin to show at the first opening, and are plain at the second
_BLACK = 16.0
_OFFSET = np.array([0, 128, 128], np.float32)


class Cavity:
    """The inside of one mouth, seen only where the lips part; it belongs to the skull and stays in place.

    Where the picture shows the mouth open, its own inside is kept, and goes on behind the lips: the upper
    teeth behind the upper lip, the dark behind the lower one. Otherwise teeth are painted.
    """

    def __init__(self, patch: Bytes, region: Region, lips: Lips, gap: float) -> None:
        """Take the `region` of the face as YUV, `patch`."""
        u, v = region.fine()
        across = lens(u, lips.left, lips.right)
        below = v - lips.at(u)
        lip = _usual(patch, (np.abs(below - gap * across - 0.08) < 0.06) & (across > 0.4))  # noqa: PLR2004
        self._u = u - (lips.left + lips.right) / 2
        self._half = (lips.right - lips.left) / 2
        if gap:
            self._dark, self._teeth = _own_inside(patch, region, below, gap * across, lip), None
            return
        skin = _usual(patch, (np.abs(np.abs(u) - 0.5) < 0.15) & (np.abs(below) < 0.3))  # noqa: PLR2004
        self._below = below
        deep = rise(self._below, 0.08, 0.3)[..., None]
        self._dark = np.asarray(_darkness(lip) + 0.45 * deep * (_tongue(lip) - _darkness(lip)), np.float32)
        self._teeth = np.asarray(_enamel(skin), np.float32)
        self._light, self._edge = _arch(self._u, self._half)

    def seen(self, shape: Shape, where: Rectangle) -> Floats:
        """Return the inside as YUV, (height, width, 3), in that rectangle, behind lips of that shape."""
        dark = self._dark[where]
        if self._teeth is None:
            return dark
        u, below = self._u[where], self._below[where]
        across = np.maximum(1 - (u / (0.9 * (self._half + shape.wider))) ** 2, 0)
        shown = rise((shape.lift + shape.drop) * across, _SOONEST, _PLAIN)
        if not shown.any():
            return dark
        lip = below + shape.lift * across
        edge = self._edge[where] - _HIDDEN * shape.lift
        shown = (shown * rise(below, edge + 0.012, edge - 0.012))[..., None]
        light = (self._light[where] * (0.45 + 0.55 * rise(lip, -0.01, 0.06)))[..., None]
        return np.asarray(dark + shown * (self._teeth * light + _OFFSET - dark), np.float32)


def _usual(patch: Bytes, where: Flags) -> Floats:
    chosen = patch[where] if where.any() else patch.reshape(-1, 3)
    return np.asarray(np.median(chosen.astype(np.float32), axis=0), np.float32)


def _darkness(lip: Floats) -> Floats:
    """Return the lip's hue with hardly any light."""
    return np.array(
        [_BLACK + 0.16 * (lip[0] - _BLACK), 128 + 0.25 * (lip[1] - 128), 128 + 0.45 * (lip[2] - 128)]
    )


def _own_inside(patch: Bytes, region: Region, below: Floats, open_by: Floats, lip: Floats) -> Floats:
    """Return the inside that the picture shows, drawn on upwards from its upper edge, and dark below it."""
    kept = np.clip(below, 0.1 * open_by, 0.85 * open_by) - below
    drawn_on = moved(patch, region.in_pixels(np.zeros_like(kept), kept)).astype(np.float32)
    drawn_on[..., 0] -= 0.35 * rise(below, 0, -0.09) * (drawn_on[..., 0] - _BLACK)
    dark = _seen_dark(patch, (below > 0) & (below < open_by), lip)
    under = rise(below - 0.9 * open_by, -0.02, 0.01)[..., None]
    return np.asarray(drawn_on + under * (dark - drawn_on), np.float32)


def _seen_dark(patch: Bytes, opening: Flags, lip: Floats) -> Floats:
    """Return the dark that the picture's open mouth shows; a smile may be all teeth, and shows none."""
    pixels = patch[opening].astype(np.float32)
    if not len(pixels):
        return _darkness(lip)
    seen = np.median(pixels[pixels[:, 0] <= np.percentile(pixels[:, 0], 25)], axis=0)
    return np.asarray(seen, np.float32) if seen[0] < 0.6 * lip[0] else _darkness(lip)


def _tongue(lip: Floats) -> Floats:
    return np.array(
        [_BLACK + 0.5 * (lip[0] - _BLACK), 128 + 0.5 * (lip[1] - 128), 128 + 0.9 * (lip[2] - 128)]
    )


def _enamel(skin: Floats) -> Floats:
    """Return the teeth's brightness and colour offsets: lit as this face is, and never white.

    They are as much paler as the face has colour: in a black-and-white picture teeth are grey.
    """
    light = np.clip(_BLACK + 0.55 * (skin[0] - _BLACK) + 62, 85, 190)
    coloured = min(1.0, float(np.hypot(*(skin[1:] - 128))) / 18)
    return np.array([light, -7 * coloured, 6 * coloured], np.float32)


def _arch(u: Floats, half: float) -> tuple[Floats, Floats]:
    """Return the light on the teeth and how far each reaches below the lip line.

    They stand in an arch: its sides turn away, get less light, and end higher.
    """
    aside, tooth = np.abs(u) / half, np.abs(np.cos(np.pi * u / _TOOTH))
    between = 1 - 0.12 * tooth**16
    light = between * (0.2 + 0.8 * np.exp(-((aside / 0.5) ** 2)))
    edge = _TEETH * (1 - 1.6 * aside**2) - 0.008 * tooth**4
    return np.asarray(light, np.float32), np.asarray(edge, np.float32)
