"""Reads what the preview is made of: one still picture (perhaps out of a video) and one voice."""

from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from PIL import Image

from infinitalk_local.render import best
from infinitalk_local.render.sizes import Size
from infinitalk_local.render.yuv import Bytes
from infinitalk_media import picture, video

_LOOKS = 10  # frames of a video among which the best is chosen


class Still(NamedTuple):
    """The picture that is animated, (height, width, 3) RGB; `source` is "picture" or "video".

    `shrunk` is its size in parts of that of the upright picture that was brought.
    """

    rgb: Bytes
    source: str
    shrunk: float = 1.0


def still(path: Path, scratch: Path) -> Still:
    """Return the picture in `path`, made upright and safe; raises MediaError with a sentence for a person."""
    if path.is_file() and video.is_video(path):
        return Still(best.frame_of(video.frames(path, _LOOKS)), "video")
    facts = picture.prepare(path, scratch / "picture.jpg")
    with Image.open(facts.path) as image:
        return Still(np.asarray(image.convert("RGB")), "picture", facts.shrunk)


def resized(rgb: Bytes, size: Size) -> Bytes:
    """Return the picture at another size, without aliasing when it becomes smaller."""
    smaller = size.width < rgb.shape[1]
    return np.asarray(
        cv2.resize(rgb, size, interpolation=cv2.INTER_AREA if smaller else cv2.INTER_CUBIC), np.uint8
    )
