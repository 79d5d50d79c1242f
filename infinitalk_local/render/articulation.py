"""From what is heard to what the lips do: how far each moves, and how wide the mouth is, in each frame."""

from dataclasses import dataclass

import numpy as np

from infinitalk_local.render.motion import blurred
from infinitalk_local.render.rise import rise
from infinitalk_local.render.speech import Tracks
from infinitalk_local.render.yuv import Floats

_OPENING = 0.25  # how far the lips part at openness 1
_UPPER = 0.34  # the upper lip's part of that; the mesh of a face sees some .27 of it, as with people
_PRESSED = 0.02  # how far the lower lip goes up when lips are pressed
_NARROWER, _WIDER = 0.100, 0.065  # how far each corner goes in for "oo", out for "ee"
_USUAL_WIDTH = 0.6  # a narrower mouth moves less
_SMILE_KEPT = 0.3  # of a mouth that the picture shows open: it talks in a smile
_CLOSES = 0.24  # how far an open mouth is closed at most: more would crush the chin


@dataclass(frozen=True)
class Shape:
    """The mouth at one moment, as moves away from the picture's own, in distances of the eyes."""

    lift: float = 0.0  # the upper lip's middle goes up
    drop: float = 0.0  # the lower lip's middle goes down
    wider: float = 0.0  # each corner goes out
    round: float = 0.0  # 0..1, lips put forward


@dataclass(frozen=True)
class Shapes:
    """One value per frame, see Shape."""

    lift: Floats
    drop: Floats
    wider: Floats
    round: Floats

    def at(self, index: int) -> Shape:
        return Shape(*(float(track[index]) for track in (self.lift, self.drop, self.wider, self.round)))


def shapes(tracks: Tracks, fps: int, *, gap: float, width: float, energy: float) -> Shapes:
    """Return the mouth for every frame; `gap` and `width` are the picture's own, `energy` scales it.

    A mouth that the picture shows open talks around a part of that opening, and comes back to it in pauses.
    """
    size = energy * min(1.0, width / _USUAL_WIDTH)  # a doll's mouth opens no further than it is wide
    rounded = np.clip(-tracks.wide, 0, 1)
    wanted = _OPENING * size * np.minimum(tracks.open, 1.1) * (1 - 0.15 * rounded)
    talking = rise(blurred(tracks.level, 0.08 * fps), 0.05, 0.4)
    smile = _SMILE_KEPT * gap * (1 - tracks.press)
    parted = max(0.6, 1 - gap) * wanted + talking * np.maximum(smile - gap, -min(0.9 * gap, _CLOSES))
    spread = np.where(tracks.wide > 0, _WIDER, _NARROWER) * tracks.wide * size
    return Shapes(
        lift=(_UPPER * parted).astype(np.float32),
        drop=((1 - _UPPER) * parted - _PRESSED * tracks.press).astype(np.float32),
        wider=(spread - 0.03 * wanted).astype(np.float32),
        round=(rounded * min(energy, 1.2)).astype(np.float32),
    )
