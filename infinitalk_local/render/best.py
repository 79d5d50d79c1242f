"""Which frame of a video to animate: a sharp one, of a face that looks into the camera with its eyes open."""

from collections.abc import Iterable

import cv2
import numpy as np

from infinitalk_local.render import face
from infinitalk_local.render.canonical import Patch
from infinitalk_local.render.yuv import Bytes

_LONG_SIDE = 640  # pixels that are looked at; the frame itself is kept whole
_PATCH = Patch(-0.9, -0.4, 0.9, 1.6, 48)
_NO_FACE = -1000.0


def frame_of(frames: Iterable[Bytes]) -> Bytes:
    """Return the best of the frames, each (height, width, 3) RGB; without any face, the sharpest."""
    return max(frames, key=_worth)


def _worth(rgb: Bytes) -> float:
    """Return how well a frame suits, in steps of about e times the sharpness."""
    shrink = min(1.0, _LONG_SIDE / max(rgb.shape[:2]))
    small = np.asarray(cv2.resize(rgb, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA), np.uint8)
    found = face.find(small)
    if found is None:
        return _NO_FACE + _sharpness(small)
    turned = abs(found.mouth.left + found.mouth.right)
    awake = min(*(eye.opening for eye in found.eyes), 0.2) if found.eyes else 0.0
    return _sharpness(_PATCH.sample(small, found.frame)) - 3 * turned + 8 * awake


def _sharpness(rgb: Bytes) -> float:
    edges = cv2.Laplacian(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), cv2.CV_32F)
    return float(np.log(edges.var() + 1e-3)) / 2
