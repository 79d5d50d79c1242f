"""Smoothstep, the soft step behind every mask, fade and motion of the preview."""

import numpy as np

from infinitalk_preview.frames.yuv import Floats


def smoothstep(edge0: Floats | float, edge1: Floats | float, x: Floats | float) -> Floats:
    """Return 0 at `edge0`, 1 at `edge1`, 3 t² - 2 t³ between them; `edge0` may be the higher one."""
    t = np.clip((np.asarray(x) - edge0) / (edge1 - edge0), 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)
