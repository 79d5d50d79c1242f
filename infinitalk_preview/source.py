"""Reads the image that is animated: a picture, or the best frame of a video."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from PIL import Image

from infinitalk_media import picture, video
from infinitalk_preview.detect import faces
from infinitalk_preview.detect.geometry import Patch
from infinitalk_preview.frames.warp import downscaled
from infinitalk_preview.frames.yuv import Bytes

_FRAMES = 10  # of a video, among which the best is chosen
_LONG_SIDE = 640  # pixels in which a frame is scored; the frame itself keeps its size
_FACE = Patch(-0.9, -0.4, 0.9, 1.6, 48)
_NO_FACE = -1000.0


class SourceImage(NamedTuple):
    """The image that is animated, (height, width, 3) RGB; `source` is "picture" or "video".

    `shrunk` is its size in parts of the size of the upright picture in the file.
    """

    rgb: Bytes
    source: str
    shrunk: float = 1.0


def read(path: Path, folder: Path) -> SourceImage:
    """Return the image of a picture or video, with `folder` for temporary files.

    Raises:
        MediaError: the file cannot be used.
    """
    if path.is_file() and video.is_video(path):
        return SourceImage(best_frame(video.frames(path, _FRAMES)), "video")
    facts = picture.prepare(path, folder / "picture.jpg")
    with Image.open(facts.path) as image:
        return SourceImage(np.asarray(image.convert("RGB")), "picture", facts.shrunk)


def best_frame(frames: Iterable[Bytes]) -> Bytes:
    """Return the sharpest frame with a face that looks into the camera with open eyes, else the sharpest."""
    return max(frames, key=_score)


def _score(rgb: Bytes) -> float:
    """Return how well a frame suits, on the scale of the logarithm of its sharpness."""
    small = downscaled(rgb, _LONG_SIDE / max(rgb.shape[:2]))
    found = faces.find(small)
    if found is None:
        return _NO_FACE + _sharpness(small)
    turned = abs(found.mouth.left + found.mouth.right)
    opening = min(*(eye.opening for eye in found.eyes), 0.2) if found.eyes else 0.0
    return _sharpness(_FACE.sample(small, found.frame)) - 3 * turned + 8 * opening


def _sharpness(rgb: Bytes) -> float:
    edges = cv2.Laplacian(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), cv2.CV_32F)
    return float(np.log(edges.var() + 1e-3)) / 2
