"""The inside of the mouth: dark, with an arch of upper teeth, in colours of the face."""

import numpy as np

from infinitalk_preview.animate.speech import MouthShape
from infinitalk_preview.detect.lips import Lips
from infinitalk_preview.detect.mouth_gap import lens
from infinitalk_preview.frames.region import Region
from infinitalk_preview.frames.smoothstep import smoothstep
from infinitalk_preview.frames.warp import warp
from infinitalk_preview.frames.yuv import Bytes, Flags, Floats, Rectangle

# Lengths in distances of the eyes.
_TEETH = 0.035  # how far teeth reach below the lip line
_HIDDEN = 0.45  # share of the upper lip's lift that shows no more of the teeth
_TOOTH = 0.12  # width of one tooth
_SOONEST, _PLAIN = 0.06, 0.15  # openings at which teeth begin to show, and are fully seen
_BLACK = 16.0
_BLACK_YUV, _OFFSET = np.array([[_BLACK, 128, 128], [0, 128, 128]], np.float32)
# Luma and chroma in parts of the lip's.
_DARKNESS, _TONGUE = np.array([[0.16, 0.25, 0.45], [0.5, 0.5, 0.9]], np.float32)


class Cavity:
    """The inside of one mouth, which shows where the lips part, and does not move with them.

    For a mouth that is open in the picture it is the picture's own, continued behind the lips: teeth behind
    the upper lip, dark behind the lower one. For a closed mouth it is painted.
    """

    def __init__(self, patch: Bytes, region: Region, lips: Lips, gap: float) -> None:
        """`patch` is the region in YUV, `gap` the depth of the opening in the picture."""
        u, v = region.fine()
        across = lens(u, lips.left, lips.right)
        below = v - lips.at(u)
        lip = _median(patch, (np.abs(below - gap * across - 0.08) < 0.06) & (across > 0.4))  # noqa: PLR2004
        self._u = u - (lips.left + lips.right) / 2
        self._half = (lips.right - lips.left) / 2
        if gap:
            self._dark, self._teeth = _own_inside(patch, region, below, gap * across, lip), None
            return
        skin = _median(patch, (np.abs(np.abs(u) - 0.5) < 0.15) & (np.abs(below) < 0.3))  # noqa: PLR2004
        self._below = below
        deep = smoothstep(0.08, 0.3, self._below)[..., None]
        dark, tongue = _tinted(lip, _DARKNESS), _tinted(lip, _TONGUE)
        self._dark = np.asarray(dark + 0.45 * deep * (tongue - dark), np.float32)
        self._teeth = np.asarray(_enamel(skin), np.float32)
        self._light, self._edge = _arch(self._u, self._half)

    def seen(self, shape: MouthShape, where: Rectangle) -> Floats:
        """Return the inside in a rectangle behind lips of that shape, in YUV, (height, width, 3)."""
        dark = self._dark[where]
        if self._teeth is None:
            return dark
        u, below = self._u[where], self._below[where]
        across = np.maximum(1 - (u / (0.9 * (self._half + shape.wider))) ** 2, 0)
        shown = smoothstep(_SOONEST, _PLAIN, (shape.lift + shape.drop) * across)
        if not shown.any():
            return dark
        lip = below + shape.lift * across
        edge = self._edge[where] - _HIDDEN * shape.lift
        shown = (shown * smoothstep(edge + 0.012, edge - 0.012, below))[..., None]
        light = (self._light[where] * (0.45 + 0.55 * smoothstep(-0.01, 0.06, lip)))[..., None]
        return np.asarray(dark + shown * (self._teeth * light + _OFFSET - dark), np.float32)


def _median(patch: Bytes, where: Flags) -> Floats:
    chosen = patch[where] if where.any() else patch.reshape(-1, 3)
    return np.asarray(np.median(chosen.astype(np.float32), axis=0), np.float32)


def _tinted(lip: Floats, parts: Floats) -> Floats:
    """Return the colour of the lip with less light and less colour."""
    return np.asarray(_BLACK_YUV + parts * (lip - _BLACK_YUV), np.float32)


def _own_inside(patch: Bytes, region: Region, below: Floats, open_by: Floats, lip: Floats) -> Floats:
    """Return the inside in the picture, continued upwards from its upper edge, and dark below it."""
    kept = np.clip(below, 0.1 * open_by, 0.85 * open_by) - below
    continued = warp(patch, region.in_pixels(np.zeros_like(kept), kept)).astype(np.float32)
    continued[..., 0] -= 0.35 * smoothstep(0, -0.09, below) * (continued[..., 0] - _BLACK)
    dark = _own_dark(patch, (below > 0) & (below < open_by), lip)
    under = smoothstep(-0.02, 0.01, below - 0.9 * open_by)[..., None]
    return np.asarray(continued + under * (dark - continued), np.float32)


def _own_dark(patch: Bytes, opening: Flags, lip: Floats) -> Floats:
    """Return the dark inside the open mouth, which a smile full of teeth does not have."""
    pixels = patch[opening].astype(np.float32)
    if not len(pixels):
        return _tinted(lip, _DARKNESS)
    seen = np.median(pixels[pixels[:, 0] <= np.percentile(pixels[:, 0], 25)], axis=0)
    return np.asarray(seen, np.float32) if seen[0] < 0.6 * lip[0] else _tinted(lip, _DARKNESS)


def _enamel(skin: Floats) -> Floats:
    """Return luma and chroma offsets of the teeth: lit like the face, and grey in a grey picture."""
    light = np.clip(_BLACK + 0.55 * (skin[0] - _BLACK) + 62, 85, 190)
    coloured = min(1.0, float(np.hypot(*(skin[1:] - 128))) / 18)
    return np.array([light, -7 * coloured, 6 * coloured], np.float32)


def _arch(u: Floats, half: float) -> tuple[Floats, Floats]:
    """Return the light on the teeth, and how far they reach below the lip line.

    The sides of the arch are darker, and end higher.
    """
    aside, tooth = np.abs(u) / half, np.abs(np.cos(np.pi * u / _TOOTH))
    between = 1 - 0.12 * tooth**16
    light = between * (0.2 + 0.8 * np.exp(-((aside / 0.5) ** 2)))
    edge = _TEETH * (1 - 1.6 * aside**2) - 0.008 * tooth**4
    return np.asarray(light, np.float32), np.asarray(edge, np.float32)
