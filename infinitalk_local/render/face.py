"""Finds the one face that will talk, or says that there is none."""

import dataclasses
from dataclasses import dataclass
from itertools import islice
from typing import Literal

import cv2
import numpy as np

from infinitalk_local.render import boxes, eyes, gap, lips
from infinitalk_local.render.canonical import Canonical
from infinitalk_local.render.yuv import Bytes

_TRIES = 10
_SURE_VOTES = 3
_LEAST_IOD_PX = 14.0
_PLAUSIBLE_EYES = -2.6
_PLAUSIBLE_LIPS = 0.12
_CLEAR_LIPS = 0.42


@dataclass(frozen=True)
class Face:
    """A face in pixels of the picture; `tier` "weak" means that the eyes are too unsure to blink."""

    frame: Canonical
    mouth: lips.Lips
    gap: float  # depth of the opening that the picture already shows, in distances of the eyes
    tier: Literal["full", "weak"]

    def scaled(self, x: float, y: float) -> "Face":
        """Return the same face in a picture that was resized by these factors."""
        return dataclasses.replace(self, frame=self.frame.scaled(x, y))


def find(rgb: Bytes) -> Face | None:
    """Return the best face of the picture, or None when nothing passes the gate against false ones."""
    gray = np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), np.uint8)
    for candidate in islice(boxes.candidates(gray), _TRIES):
        pair = eyes.find(candidate)
        frame = Canonical.of_eyes(pair.left, pair.right)
        if frame.iod < _LEAST_IOD_PX:
            continue
        mouth = lips.find(rgb, frame)
        if _passes(candidate, pair, mouth):
            tier: Literal["full", "weak"] = "full" if pair.score > 0 else "weak"
            return Face(frame, mouth, gap.find(rgb, frame, mouth), tier)
    return None


def _passes(candidate: boxes.Candidate, pair: eyes.Eyes, mouth: lips.Lips) -> bool:
    """Say whether this is a face: few votes or a tilt need plain eyes and a clear mouth besides."""
    if candidate.votes >= _SURE_VOTES and candidate.view.tilt_deg == 0:
        return pair.score > _PLAUSIBLE_EYES and mouth.score > _PLAUSIBLE_LIPS
    return pair.score > 0 and mouth.score > _CLEAR_LIPS
