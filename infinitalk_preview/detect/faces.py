"""Faces with their landmarks: pupils, lids, mouth corners, lip line, and the opening of the mouth."""

import dataclasses
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from infinitalk_preview.detect import detector, eye_contours, lips, mouth_gap, pupils
from infinitalk_preview.detect.eye_contours import Eyes
from infinitalk_preview.detect.geometry import Canonical
from infinitalk_preview.frames.yuv import Bytes, Floats

Tier = Literal["full", "weak", "none"]
_LEAST_CONTRAST = 0.05  # of a pupil with its sides, in parts of the face's lightness: a shut eye has less
_HALF_PROFILE, _PROFILE = 0.5, 0.9  # turns that hide the farther eye, and the farther half of the mouth
_LEAST_LIP_SCORE = -0.1  # evidence for lips between the corners


@dataclass(frozen=True)
class Face:
    """One face; `frame` is in pixels of the picture, all landmarks in canonical coordinates.

    `tier` is "full", "weak" when the lids are too uncertain to blink, "none" when the mouth is to talk.
    """

    frame: Canonical
    mouth: lips.Lips
    gap: float  # depth of the opening of the mouth in the picture
    tier: Tier
    eyes: Eyes | None = None
    score: float = 1.0  # confidence of the detector, 0..1

    def scaled(self, x: float, y: float) -> "Face":
        """Return the same face in a picture that was resized by these factors."""
        return dataclasses.replace(self, frame=self.frame.scaled(x, y))


def find_all(rgb: Bytes) -> list[Face]:
    """Return the faces of the picture (height, width, 3), the largest first: it talks by default."""
    return [measured(rgb, detection) for detection in detector.detect(rgb)]


def find(rgb: Bytes) -> Face | None:
    """Return the largest face, or None where there is none."""
    return next(iter(find_all(rgb)), None)


def measured(rgb: Bytes, detection: detector.Detection) -> Face:
    """Return the detected face with all landmarks."""
    rough = Canonical.of_eyes(detection.points[0], detection.points[1])
    frame, contrast = pupils.find(rgb, rough)
    corners = np.stack(frame.units(*detection.points[3:].T), axis=1)
    opening = mouth_gap.find(rgb, frame, corners)
    mouth = lips.find(rgb, frame, corners, opening)
    eyes_seen = contrast > _LEAST_CONTRAST and abs(detection.turn) < _HALF_PROFILE
    outlines = eye_contours.find(rgb, frame) if eyes_seen else None
    mouth_seen = (opening is not None or mouth.score > _LEAST_LIP_SCORE) and abs(detection.turn) < _PROFILE
    tier: Tier = "none" if not mouth_seen else "full" if outlines else "weak"
    return Face(frame, mouth, opening.depth if opening else 0.0, tier, outlines, detection.confidence)


def landmarks(face: Face) -> dict[str, Any]:
    """Return a face as values for JSON; points are in pixels of the picture."""
    across = np.linspace(face.mouth.left, face.mouth.right, 21, dtype=np.float32)
    line = np.stack([across, face.mouth.at(across)], axis=1)
    lids = [{"upper": points(face, eye.upper), "lower": points(face, eye.lower)} for eye in face.eyes or ()]
    return {
        "eyes": points(face, np.array([[-0.5, 0], [0.5, 0]], np.float32)),
        "corners": points(face, face.mouth.corners),
        "lip_line": points(face, line),
        "gap": round(face.gap, 3),
        "score": round(face.score, 3),
        "tier": face.tier,
        "lids": dict(zip(("left", "right"), lids, strict=True)) if lids else None,
    }


def points(face: Face, units: Floats) -> list[list[float]]:
    """Return (u, v) points as [x, y] in pixels for JSON, with (0, 0) at the corner of the picture."""
    middle_of_pixel = 0.5
    points: list[list[float]] = np.round(face.frame.pixels(units).astype(float) + middle_of_pixel, 1).tolist()
    return points
