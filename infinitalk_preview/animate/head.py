"""Moves head, brows and shoulders: each frame is warped by a weighted sum of seven fields."""

import cv2
import numpy as np

from infinitalk_preview.animate import matte
from infinitalk_preview.animate.motion import Motion
from infinitalk_preview.detect.geometry import Canonical
from infinitalk_preview.frames.smoothstep import smoothstep
from infinitalk_preview.frames.warp import Warper, warp
from infinitalk_preview.frames.yuv import Bytes, Flags, Floats, Frame, Rectangle, half
from infinitalk_preview.sizes import Size

# Lengths in distances of the eyes, where no unit is named.
_NECK = 1.2  # v of the point a head rolls about
_FINEST_PX, _COARSEST_PX = 4, 12  # step of the fields; in a small face coarse ones would miss the brows
_STEPS = 16  # per distance of the eyes: several for the skin that brows stretch
_LIDS_OFF = 0.04  # accuracy of the lids: no part of an eye moves with the brows
_STRETCH = 0.22  # height of the skin that stretches between lids and brows
_EDGE = 0.6  # so near to the edge of the frame nothing moves across it: nothing lies beyond


class Head:
    """The head of one person, with its motion through a clip."""

    def __init__(self, rgb: Bytes, rest: Frame, frame: Canonical, motion: Motion, lids: float) -> None:
        """`rest` is the picture `rgb` as a frame; `lids` is v of the upper lids."""
        size = Size(rest.width, rest.height)
        step = float(np.clip(frame.iod / _STEPS, _FINEST_PX, _COARSEST_PX))
        across, down = round(size.width / step), round(size.height / step)
        coarse = frame.scaled(across / size.width, down / size.height)
        x, y = np.meshgrid(np.arange(across, dtype=np.float32), np.arange(down, dtype=np.float32))
        u, v = coarse.units(x, y)
        person = cv2.resize(matte.person(rgb, frame), (across, down), interpolation=cv2.INTER_AREA)
        held = _edges(size, (across, down), frame.iod)
        bases = _bases(u, v, lids) * person[..., None]
        self._fields = (bases @ frame.to_pixels[:, :2].T).astype(np.float32) * held
        self._amounts = np.stack(
            [motion.roll, motion.yaw, motion.pitch, motion.right, motion.down, motion.brows, motion.breath],
            axis=1,
        ).astype(np.float32)
        self._half_size = size.width // 2, size.height // 2
        self._luma = Warper(rest.y)
        self._person = _where(person > 0, size)

    def draw(self, source: Frame, index: int, changed: list[Rectangle]) -> Frame:
        """Return the source with the head posed for that frame.

        Since the last call the source has changed inside of the `changed` rectangles alone.
        """
        field = -np.tensordot(self._amounts[index], self._fields, 1)
        out = Frame(source.buffer.copy())
        for rectangle in changed:
            self._luma.update(source.y, *rectangle)
        out.y[self._person] = self._luma.warp(field, *self._person)
        chroma = half(self._person)
        halves = np.asarray(cv2.resize(field / 2, self._half_size), np.float32)
        out.uv[chroma] = warp(source.uv[chroma], halves[chroma])
        return out


def _where(person: Flags, size: Size) -> Rectangle:
    """Return the rectangle of the frame around a coarse matte, with a margin of one step."""
    ends = []
    for axis, side in ((1, size.height), (0, size.width)):
        steps = np.flatnonzero(person.any(axis=axis))
        scale = side / person.shape[1 - axis]
        start, stop = (steps[0] - 1) * scale, (steps[-1] + 2) * scale
        ends.append(slice(max(0, int(start) // 2 * 2), min(side, -int(-stop // 2) * 2)))
    return ends[0], ends[1]


def _edges(size: Size, steps: tuple[int, int], iod: float) -> Floats:
    """Return the factor on moves across the edges of the frame, (rows, columns, 2): 0 at them, 1 inside."""
    fades = []
    for side, count in zip(size, steps, strict=True):
        places = (np.arange(count) + 0.5) * side / count
        reach = min(_EDGE * iod, side / 3)
        fades.append(smoothstep(0, reach, np.minimum(places, side - places) - side / count / 2))
    across, down = np.meshgrid(*fades)
    return np.stack([across, down], axis=-1).astype(np.float32)


def _bases(u: Floats, v: Floats, lids: float) -> Floats:
    """Return the seven displacements for amounts of 1, (7, rows, columns, 2), in canonical units.

    They are in the order of Motion. The head is rigid down to the chin, and moves less and less down to the
    shoulders. Yaw and pitch shift what is nearer to the camera further: the nose most, the ears least.
    """
    none = np.zeros_like(u)
    head = smoothstep(3.2, 1.7, v)
    near = np.exp(-((u / 0.85) ** 2) - ((v - 0.5) / 1.15) ** 2)
    nose = np.exp(-((u / 0.24) ** 2) - ((v - 0.6) / 0.3) ** 2)
    depth = 0.2 * head + 0.95 * near + 0.2 * nose
    shoulders = smoothstep(1.5, 2.8, v)
    pairs = [
        (-(v - _NECK) * head, u * head),
        (depth, none),
        (none, depth),
        (head, none),
        (none, head),
        (none, -_brow(u, v, lids)),
        (none, -shoulders),
    ]
    return np.stack([np.stack(pair, axis=-1) for pair in pairs]).astype(np.float32)


def _brow(u: Floats, v: Floats, lids: float) -> Floats:
    """Return the share of each pixel in a move of the brows: none at the lids, little at the hair."""
    above = lids - _LIDS_OFF
    stretched = smoothstep(above, above - _STRETCH, v)
    return stretched * smoothstep(-1.25, -0.5, v) * smoothstep(1.1, 0.6, np.abs(u))
