"""The outline of an open eye: the edges of both lids, as blinks need them."""

from dataclasses import dataclass

import numpy as np

from infinitalk_local.render.yuv import Floats


@dataclass(frozen=True)
class EyeContour:
    """Both lid edges of one eye as (u, v) points, each (n, 2), from the left corner in the picture on.

    Both begin and end at the same two corners.
    """

    upper: Floats
    lower: Floats

    @property
    def left(self) -> float:
        """The u of the left corner."""
        return float(self.upper[0, 0])

    @property
    def right(self) -> float:
        """The u of the right corner."""
        return float(self.upper[-1, 0])

    def upper_at(self, u: Floats) -> Floats:
        """Return the v of the upper lid's edge; beyond the corners that of the corner."""
        return np.interp(u, self.upper[:, 0], self.upper[:, 1]).astype(np.float32)

    def lower_at(self, u: Floats) -> Floats:
        """Return the v of the lower lid's edge; beyond the corners that of the corner."""
        return np.interp(u, self.lower[:, 0], self.lower[:, 1]).astype(np.float32)

    @property
    def opening(self) -> float:
        """How far the lids stand apart at the widest, in distances of the eyes."""
        u = np.linspace(self.left, self.right, 21, dtype=np.float32)
        return float((self.lower_at(u) - self.upper_at(u)).max())
