"""Moves head and shoulders: six fixed fields, mixed anew for each frame, and one remap of the picture."""

import cv2
import numpy as np

from infinitalk_local.render import matte
from infinitalk_local.render.canonical import Canonical
from infinitalk_local.render.motion import Motion
from infinitalk_local.render.moving import Movable, moved
from infinitalk_local.render.rise import rise
from infinitalk_local.render.sizes import Size
from infinitalk_local.render.yuv import Bytes, Flags, Floats, Frame, Rectangle, half

_NECK = 2.1  # v of the point a head turns about
_COARSE = 12  # pixels per step of the fields


class Head:
    """One person's head, ready to be moved through a clip."""

    def __init__(self, rgb: Bytes, rest: Frame, face: Rectangle, frame: Canonical, motion: Motion) -> None:
        """Prepare the picture `rgb`, which is `rest` as a frame; sources differ from it in `face` only."""
        size = Size(rest.width, rest.height)
        across, down = -(-size.width // _COARSE), -(-size.height // _COARSE)
        coarse = frame.scaled(across / size.width, down / size.height)
        x, y = np.meshgrid(np.arange(across, dtype=np.float32), np.arange(down, dtype=np.float32))
        u, v = coarse.units(x, y)
        person = cv2.resize(matte.person(rgb, frame), (across, down), interpolation=cv2.INTER_AREA)
        self._fields = _in_pixels(_bases(u, v) * person[..., None], frame)
        self._amounts = np.stack(
            [motion.roll, motion.yaw, motion.pitch, motion.right, motion.down, motion.breath], axis=1
        ).astype(np.float32)
        self._half_size = size.width // 2, size.height // 2
        self._brightness, self._face = Movable(rest.y), face
        self._person = _where(person > 0, size)

    def draw(self, source: Frame, index: int) -> Frame:
        """Return the source with the head where it is in that frame."""
        field = -np.tensordot(self._amounts[index], self._fields, 1)
        out = Frame(source.buffer.copy())
        rows, columns = self._person
        self._brightness.take(source.y, *self._face)
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


def _bases(u: Floats, v: Floats) -> Floats:
    """Return the six displacements for amounts of 1, (6, rows, columns, 2), in canonical units.

    They are in the order of roll, yaw, pitch, right, down, breath. The head moves as one piece down to the
    chin, and ever less down to the shoulders. To turn it shifts the nose more than the ears: there is no
    other depth.
    """
    none = np.zeros_like(u)
    head = rise(v, 3.2, 1.7)
    near = np.exp(-((u / 0.85) ** 2) - ((v - 0.55) / 1.15) ** 2)
    shoulders = rise(v, 1.5, 2.8)
    pairs = [
        (-(v - _NECK) * head, u * head),
        ((0.25 * head + near), none),
        (none, (0.25 * head + near)),
        (head, none),
        (none, head),
        (none, -shoulders),
    ]
    return np.stack([np.stack(pair, axis=-1) for pair in pairs]).astype(np.float32)


def _in_pixels(fields: Floats, frame: Canonical) -> Floats:
    x, y = frame.along
    turn = np.array([[x, y], [-y, x]], np.float32)
    return (fields @ turn).astype(np.float32)
