"""Moves head, brows and shoulders: seven fixed fields, mixed anew for each frame, and one remap."""

import cv2
import numpy as np

from infinitalk_local.render import matte
from infinitalk_local.render.canonical import Canonical
from infinitalk_local.render.motion import Motion
from infinitalk_local.render.moving import Movable, moved
from infinitalk_local.render.rise import rise
from infinitalk_local.render.sizes import Size
from infinitalk_local.render.yuv import Bytes, Flags, Floats, Frame, Rectangle, half

_NECK = 1.2  # v of the point a head tilts about
_COARSEST_PX = 12  # per step of the fields; a small face takes finer ones, or its brows fall between two
_FINEST_PX = 4
_STEPS = 16  # per distance of the eyes: the skin that brows stretch must have several
_LIDS_OFF = 0.04  # lids are measured to that: nothing of an eye goes up with the brows
_STRETCH = 0.22  # the skin that stretches between lids and brows
_EDGE = 0.6  # of the eye distance: so near the frame's edge nothing moves across it, as nothing lies beyond


class Head:
    """One person's head, ready to be moved through a clip."""

    def __init__(self, rgb: Bytes, rest: Frame, frame: Canonical, motion: Motion, lids: float) -> None:
        """Prepare the picture `rgb`, which is `rest` as a frame; `lids` is v of the upper lids."""
        size = Size(rest.width, rest.height)
        step = float(np.clip(frame.iod / _STEPS, _FINEST_PX, _COARSEST_PX))
        across, down = round(size.width / step), round(size.height / step)
        coarse = frame.scaled(across / size.width, down / size.height)
        x, y = np.meshgrid(np.arange(across, dtype=np.float32), np.arange(down, dtype=np.float32))
        u, v = coarse.units(x, y)
        person = cv2.resize(matte.person(rgb, frame), (across, down), interpolation=cv2.INTER_AREA)
        held = _edges(size, (across, down), frame.iod)
        self._fields = _in_pixels(_bases(u, v, lids) * person[..., None], frame) * held
        self._amounts = np.stack(
            [motion.roll, motion.yaw, motion.pitch, motion.right, motion.down, motion.brows, motion.breath],
            axis=1,
        ).astype(np.float32)
        self._half_size = size.width // 2, size.height // 2
        self._brightness = Movable(rest.y)
        self._person = _where(person > 0, size)

    def draw(self, source: Frame, index: int, changed: list[Rectangle]) -> Frame:
        """Return the source with the head where it is in that frame.

        Since the last call the source has changed inside the `changed` rectangles, and not at their edges.
        """
        field = -np.tensordot(self._amounts[index], self._fields, 1)
        out = Frame(source.buffer.copy())
        rows, columns = self._person
        for rectangle in changed:
            self._brightness.take(source.y, *rectangle)
        out.y[rows, columns] = self._brightness.moved(field, rows, columns)
        colour = half(rows), half(columns)
        halves = np.asarray(cv2.resize(field / 2, self._half_size), np.float32)
        out.uv[colour] = moved(source.uv[colour], halves[colour])
        return out


def _where(person: Flags, size: Size) -> Rectangle:
    """Return the rectangle of the frame around a coarse matte, with a step of room: there nothing moves."""
    ends = []
    for axis, side in ((1, size.height), (0, size.width)):
        steps = np.flatnonzero(person.any(axis=axis))
        scale = side / person.shape[1 - axis]
        start, stop = (steps[0] - 1) * scale, (steps[-1] + 2) * scale
        ends.append(slice(max(0, int(start) // 2 * 2), min(side, -int(-stop // 2) * 2)))
    return ends[0], ends[1]


def _edges(size: Size, steps: tuple[int, int], iod: float) -> Floats:
    """Return 0 at the frame's edges .. 1 inside for moves across them, (rows, columns, 2)."""
    fades = []
    for side, count in zip(size, steps, strict=True):
        places = (np.arange(count) + 0.5) * side / count
        reach = min(_EDGE * iod, side / 3)
        fades.append(rise(np.minimum(places, side - places) - side / count / 2, 0, reach))
    across, down = np.meshgrid(*fades)
    return np.stack([across, down], axis=-1).astype(np.float32)


def _bases(u: Floats, v: Floats, lids: float) -> Floats:
    """Return the seven displacements for amounts of 1, (7, rows, columns, 2), in canonical units.

    They are in the order of Motion. The head moves as one piece down to the chin, and ever less down to the
    shoulders. To turn it shifts what is nearer to the camera further: the nose most, the ears least.
    """
    none = np.zeros_like(u)
    head = rise(v, 3.2, 1.7)
    near = np.exp(-((u / 0.85) ** 2) - ((v - 0.5) / 1.15) ** 2)
    nose = np.exp(-((u / 0.24) ** 2) - ((v - 0.6) / 0.3) ** 2)
    depth = 0.2 * head + 0.95 * near + 0.2 * nose
    shoulders = rise(v, 1.5, 2.8)
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
    """Return how much of a brow's rise each place takes part in: none at the lids, little at the hair."""
    above = lids - _LIDS_OFF
    return rise(v, above, above - _STRETCH) * rise(v, -1.25, -0.5) * rise(np.abs(u), 1.1, 0.6)


def _in_pixels(fields: Floats, frame: Canonical) -> Floats:
    x, y = frame.along
    turn = np.array([[x, y], [-y, x]], np.float32)
    return (fields @ turn).astype(np.float32)
