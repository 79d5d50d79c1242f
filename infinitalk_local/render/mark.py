"""The small PREVIEW in a corner: nobody shall take the video for the model's own work."""

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from infinitalk_local.render.sizes import Size
from infinitalk_local.render.yuv import Floats, Frame, half

TEXT = "PREVIEW"


class Mark:
    """The word in white on a dark veil, in the lower right corner; it covers `box` and nothing else."""

    def __init__(self, size: Size) -> None:
        words = _words(max(11, round(min(size) * 0.024)))
        height, width = words.shape
        margin = 2 * round(min(size) * 0.009)
        left, top = size.width - margin - width, size.height - margin - height
        self.box = (slice(top, top + height), slice(left, left + width))
        self._half = tuple(map(half, self.box))
        veil = 0.38 + 0.55 * words
        self._keep, self._add = 1 - veil, 16 + words * 212
        self._keep_uv = (1 - veil[::2, ::2])[..., None]

    def draw(self, frame: Frame) -> None:
        y, uv = frame.y[self.box], frame.uv[self._half]
        y[:] = y * self._keep + self._add * (1 - self._keep)
        uv[:] = uv * self._keep_uv + 128 * (1 - self._keep_uv)


def _words(points: int) -> Floats:
    """Return the coverage (0..1) of the written word with some room around it; sides are even."""
    font = ImageFont.load_default(points)
    left, top, right, bottom = (round(edge) for edge in font.getbbox(TEXT))
    room = points // 2
    width, height = _even(right - left + 2 * room), _even(bottom - top + 2 * room)
    image = Image.new("L", (width, height))
    ImageDraw.Draw(image).text((room - left, room - top), TEXT, fill=255, font=font)
    return np.asarray(image, np.float32) / 255


def _even(side: int) -> int:
    return side + side % 2
