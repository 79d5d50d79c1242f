"""Converts grey of 16 or 32 bits, integer or float, to eight: Pillow's own conversion clips it to white."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_DEEP = ("I", "I;16", "I;16B", "I;16L", "F")
_WHITES = (255.0, 65535.0, 2.0**31 - 1)
_SAMPLE_FORMAT, _SIGNED = 339, 2  # of TIFF
_SAMPLE = 1_000_000


def to_eight_bits(image: Image.Image) -> Image.Image:
    """Return the picture with black and white as viewers show them; other modes are returned unchanged.

    NaN is black, infinities are black and white.
    """
    if image.mode not in _DEEP:
        return image
    values = np.array(image, np.float32)
    black, white = _floating(values) if image.mode == "F" else _whole(image, values)
    np.nan_to_num(values, copy=False, nan=black, posinf=white, neginf=black)
    values -= black
    values *= 255 / (white - black)
    return Image.fromarray(np.rint(values.clip(0, 255, out=values), out=values).astype(np.uint8))


def _floating(values: NDArray[np.float32]) -> tuple[float, float]:
    """Return black and white: 1.0 is white, as in viewers, unless the values are those of integers.

    Highlights may be brighter than white: one pixel in a hundred by any factor, the others up to twice.
    """
    some = values.ravel()[:: max(1, values.size // _SAMPLE)]
    some = some[np.isfinite(some)]
    bright = np.percentile(some, 99) if some.size else 0.0
    return 0.0, next((white for white in (1.0, *_WHITES) if bright <= 2 * white), float(bright))


def _whole(image: Image.Image, values: NDArray[np.float32]) -> tuple[float, float]:
    """Return black and white: of the mode's depth, else of the smallest depth that holds the values."""
    if image.mode != "I":
        return 0.0, 65535.0
    low, high = float(values.min()), float(values.max())
    white = next((white for white in _WHITES if max(high, -low) <= white + 1), _WHITES[-1])
    signed = _SIGNED in getattr(image, "tag_v2", {}).get(_SAMPLE_FORMAT, ())
    if signed and white == _WHITES[1]:
        white = 32767.0 if high <= 32767 else white  # noqa: PLR2004  # signed 16 bits
    return (-white - 1 if low < 0 else 0.0), white
