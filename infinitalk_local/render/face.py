"""Finds the one face that will talk, or says that there is none."""

import dataclasses
from dataclasses import dataclass
from itertools import islice
from typing import Literal

import cv2
import numpy as np

from infinitalk_local.render import boxes, eyes, gap, lips
from infinitalk_local.render.canonical import Canonical
from infinitalk_local.render.contours import EyeContour
from infinitalk_local.render.yuv import Bytes

_TRIES = 10
_LEAST_IOD_PX = 14.0
_ENOUGH = 1.75  # evidence, see _evidence: the least of drawn faces with the darkest skin reach 1.8
_BEYOND_DOUBT = 4.0
_GRAINY = 3.0  # standard deviation in levels of 255
_CURVATURE = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)


@dataclass(frozen=True)
class Face:
    """A face in pixels of the picture; `tier` "weak" means that the eyes are too unsure to blink."""

    frame: Canonical
    mouth: lips.Lips
    gap: float  # depth of the opening that the picture already shows, in distances of the eyes
    tier: Literal["full", "weak"]
    eyes: tuple[EyeContour, EyeContour] | None = None  # left in the picture first; None: too unsure to blink

    def scaled(self, x: float, y: float) -> "Face":
        """Return the same face in a picture that was resized by these factors."""
        return dataclasses.replace(self, frame=self.frame.scaled(x, y))


def find(rgb: Bytes) -> Face | None:
    """Return the face of the picture with the most evidence, or None when nothing passes the gate.

    One that is beyond doubt ends the search, which goes on to tilted views otherwise.
    """
    calm = _calm(rgb)
    gray = np.asarray(cv2.cvtColor(calm, cv2.COLOR_RGB2GRAY), np.uint8)
    best, most = None, _ENOUGH
    for candidate in islice(boxes.candidates(gray), _TRIES):
        pair = eyes.find(candidate)
        frame = Canonical.of_eyes(pair.left, pair.right)
        if frame.iod < _LEAST_IOD_PX:
            continue
        mouth = lips.find(calm, frame)
        evidence = _evidence(candidate, pair, mouth)
        if evidence > most and _plain(candidate, pair, mouth):
            best, most = (frame, mouth, pair.score), evidence
        if most > _BEYOND_DOUBT:
            break
    return _face(rgb, *best) if best else None


def _calm(rgb: Bytes) -> Bytes:
    """Return the picture without its grain, in which the faint features of dark skin would be lost.

    The strength of the grain is what a plane and straight edges leave over (Immerkaer 1996).
    """
    left_over = cv2.filter2D(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), cv2.CV_32F, _CURVATURE)
    grain = float(np.median(np.abs(left_over))) / (6 * 0.6745)  # the kernel's gain; the median of a bell
    if grain < _GRAINY:
        return rgb
    return np.asarray(cv2.bilateralFilter(rgb, 9, 4 * grain, 3), np.uint8)


def _face(rgb: Bytes, frame: Canonical, mouth: lips.Lips, eyes_score: float) -> Face:
    return Face(frame, mouth, gap.find(rgb, frame, mouth), "full" if eyes_score > 0 else "weak")


def _plain(candidate: boxes.Candidate, pair: eyes.Eyes, mouth: lips.Lips) -> bool:
    """Say whether eyes or mouth are plain; the eyes must be where the frontal cascades hardly saw a face."""
    if candidate.votes <= 2:  # noqa: PLR2004
        return pair.score > 1
    return pair.score > 0 or mouth.score > 0.5  # noqa: PLR2004


def _evidence(candidate: boxes.Candidate, pair: eyes.Eyes, mouth: lips.Lips) -> float:
    """Return how much speaks for a face: no sign is in every face, and none is missing in everything else."""
    tilted = candidate.view.tilt_deg != 0
    seen = candidate.votes / (3 if tilted else 6)  # a tilted view is searched at one size only
    gaze = min(pair.contrast, 25.0) / 25
    return 1.8 * seen + pair.score + 2 * mouth.score + 1.25 * gaze - 0.6 * tilted
