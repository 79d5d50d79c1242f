"""The face that talks: the largest, the one with a number, or one that was marked by hand."""

import dataclasses

import numpy as np

from infinitalk_media import MediaError
from infinitalk_preview import face_choice
from infinitalk_preview.detect import eye_contours, faces, lips, mouth_gap, pupils
from infinitalk_preview.detect.geometry import Canonical
from infinitalk_preview.face_choice import BadFace, Choice, Marks
from infinitalk_preview.frames.yuv import Bytes, Floats

_MIDDLE_OF_PIXEL = 0.5
# Lengths in distances of the eyes.
_HALF_MOUTHS = (0.37, 0.28, 0.2)  # from the mark to a corner; the first is usual
_CLEARER = 1.35  # how much more evidence a smaller mouth needs
_HIGHEST, _LOWEST, _FURTHEST_ASIDE = 0.75, 1.45, 0.4  # where the animation needs the mouth
_LEAST_LIP_SCORE, _LEAST_CONTRAST = 0.1, 0.05  # evidence from which lips and pupils are used
_EYES_NEAR, _MOUTH_NEAR = 0.3, 0.4  # so near to a detected face, marks mean that face


def select(rgb: Bytes, choice: Choice | None = None, shrunk: float = 1.0) -> faces.Face | None:
    """Return the chosen face of a picture (height, width, 3); None when there is neither a face nor a choice.

    Marks are in pixels of the picture before it was scaled by `shrunk`.

    Raises:
        MediaError: the choice names no face of this picture.
    """
    found = faces.find_all(rgb)
    try:
        if isinstance(choice, Marks):
            height, width = rgb.shape[:2]
            face_choice.check_inside(choice, round(width / shrunk), round(height / shrunk))
            return _at(rgb, found, choice.scaled(shrunk))
        if choice is not None:
            face_choice.check_number(choice, len(found))
    except BadFace as error:
        raise MediaError(error.sentence) from error
    return found[(choice or 1) - 1] if found else None


def _at(rgb: Bytes, found: list[faces.Face], marked: Marks) -> faces.Face:
    """Return the detected face where the marks are, else a face made from the marks."""
    points = np.array(marked, np.float32) - _MIDDLE_OF_PIXEL
    near = (face for face in found if face.tier != "none" and _is_near(face, points))
    return next(near, None) or _from_marks(rgb, points)


def _is_near(face: faces.Face, points: Floats) -> bool:
    middle = face.mouth.corners.mean(axis=0)
    places = face.frame.pixels(np.array([[-0.5, 0], [0.5, 0], middle], np.float32))
    off = np.hypot(*(places - points).T) / face.frame.iod
    return bool(off[:2].max() < _EYES_NEAR and off[2] < _MOUTH_NEAR)


def _from_marks(rgb: Bytes, points: Floats) -> faces.Face:
    """Return the face at marks (3, 2): it talks in any case, and blinks where lids are found."""
    as_marked = Canonical.of_eyes(points[0], points[1])
    frame = _fitting(as_marked, points[2])
    line, depth = _mouth(rgb, frame, np.stack(frame.units(*points[2])))
    eyes = None
    if frame == as_marked and pupils.find(rgb, frame).contrast > _LEAST_CONTRAST:
        eyes = eye_contours.find(rgb, frame)
    return faces.Face(frame, line, depth, "full" if eyes else "weak", eyes)


def _mouth(rgb: Bytes, frame: Canonical, middle: Floats) -> tuple[lips.Lips, float]:
    """Return the lips around a mark, (u, v), and their opening; a straight line where none are found."""
    found = []
    for half in _HALF_MOUTHS:
        corners = middle + np.array([[-half, 0], [half, 0]], np.float32)
        opening = mouth_gap.find(rgb, frame, corners)
        found.append((lips.find(rgb, frame, corners, opening), opening.depth if opening else 0.0))
    usual, clearest = found[0], max(found, key=lambda mouth: mouth[0].score)
    if clearest[0].score < _LEAST_LIP_SCORE:  # a line found without lips would tear the face
        height = float(usual[0].corners[:, 1].mean())
        return dataclasses.replace(usual[0], line=(0.0, 0.0, 0.0, 0.0, height)), 0.0
    return usual if clearest[0].score < _CLEARER * usual[0].score else clearest


def _fitting(frame: Canonical, mouth: Floats) -> Canonical:
    """Return the frame, or one with the mouth where people have it: the muzzle of an animal is lower."""
    aside, below = (float(part) for part in frame.units(*mouth))
    size = below / float(np.clip(below, _HIGHEST, _LOWEST))
    shift = aside - float(np.clip(aside, -_FURTHEST_ASIDE * size, _FURTHEST_ASIDE * size))
    if size == 1 and shift == 0:
        return frame
    x, y = frame.pixels(np.array([shift, 0], np.float32))
    return Canonical((float(x), float(y)), (size * frame.along[0], size * frame.along[1]))
