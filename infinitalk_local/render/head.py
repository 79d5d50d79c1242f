"""Moves head and shoulders: six fixed fields, mixed anew for each frame, and one remap of the picture."""

import cv2
import numpy as np

from infinitalk_local.render import matte
from infinitalk_local.render.canonical import Canonical
from infinitalk_local.render.motion import Motion
from infinitalk_local.render.region import moved, rise
from infinitalk_local.render.sizes import Size
from infinitalk_local.render.yuv import Bytes, Floats, Frame

_NECK = 2.1  # v of the point a head turns about
_COARSE = 12  # pixels per step of the fields


class Head:
    """One person's head, ready to be moved through a clip."""

    def __init__(self, rgb: Bytes, frame: Canonical, size: Size, motion: Motion) -> None:
        across, down = -(-size.width // _COARSE), -(-size.height // _COARSE)
        self._size = size
        coarse = frame.scaled(across / size.width, down / size.height)
        u, v = np.meshgrid(np.arange(across, dtype=np.float32), np.arange(down, dtype=np.float32))
        units = coarse.to_units
        u, v = (
            units[0, 0] * u + units[0, 1] * v + units[0, 2],
            units[1, 0] * u + units[1, 1] * v + units[1, 2],
        )
        person = cv2.resize(matte.person(rgb, frame), (across, down), interpolation=cv2.INTER_AREA)
        self._fields = _in_pixels(_bases(u, v) * person[..., None], frame)
        self._amounts = np.stack(
            [motion.roll, motion.yaw, motion.pitch, motion.right, motion.down, motion.breath], axis=1
        ).astype(np.float32)

    def draw(self, source: Frame, index: int) -> Frame:
        """Return the source with the head where it is in that frame."""
        coarse = -np.tensordot(self._amounts[index], self._fields, 1)
        out = Frame.empty(*self._size)
        width, height = self._size
        field = cv2.resize(coarse, (width, height))
        out.y[:] = moved(source.y, field)
        half = cv2.resize(coarse / 2, (width // 2, height // 2))
        out.uv[:] = moved(source.uv, half, cv2.INTER_LINEAR)
        return out


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
