"""From nothing to all without a corner: the soft step by which every mask, fade and motion here begins."""

import numpy as np

from infinitalk_local.render.yuv import Floats


def rise(value: Floats | float, low: Floats | float, high: Floats | float) -> Floats:
    """Return 0 below `low`, 1 above `high`, and a soft S between (falling when `high` is the lower)."""
    part = np.clip((np.asarray(value) - low) / (high - low), 0, 1)
    return np.asarray(part * part * (3 - 2 * part), np.float32)
