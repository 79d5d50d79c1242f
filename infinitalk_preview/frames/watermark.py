"""The word PREVIEW in a corner of each frame: nobody takes the video for the output of the hosted model."""

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from infinitalk_preview.frames.yuv import Floats, Frame, half
from infinitalk_preview.sizes import Size

TEXT = "PREVIEW"


class Watermark:
    """White letters on a dark, translucent box in the lower right corner; `box` is all that changes."""

    def __init__(self, size: Size) -> None:
        letters = _letters(max(11, round(min(size) * 0.024)))
        height, width = letters.shape
        margin = 2 * round(min(size) * 0.009)
        left, top = size.width - margin - width, size.height - margin - height
        self.box = (slice(top, top + height), slice(left, left + width))
        self._half = half(self.box)
        opacity = 0.38 + 0.55 * letters
        self._keep, self._add = 1 - opacity, 16 + letters * 212
        self._keep_uv = (1 - opacity[::2, ::2])[..., None]

    def draw(self, frame: Frame) -> None:
        y, uv = frame.y[self.box], frame.uv[self._half]
        y[:] = y * self._keep + self._add * (1 - self._keep)
        uv[:] = uv * self._keep_uv + 128 * (1 - self._keep_uv)


def _letters(points: int) -> Floats:
    """Return the coverage (0..1) of the text with a margin around it; both sides are even."""
    font = ImageFont.load_default(points)
    left, top, right, bottom = (round(edge) for edge in font.getbbox(TEXT))
    margin = points // 2
    width, height = _even(right - left + 2 * margin), _even(bottom - top + 2 * margin)
    image = Image.new("L", (width, height))
    ImageDraw.Draw(image).text((margin - left, margin - top), TEXT, fill=255, font=font)
    return np.asarray(image, np.float32) / 255


def _even(side: int) -> int:
    return side + side % 2
