"""The face that talks: the largest, the one with a number, or one that was marked where none is seen."""

import numpy as np

from infinitalk_local import marks
from infinitalk_local.marks import BadFace, Choice, Marks
from infinitalk_local.render import contours, eyes, face, gap, lips
from infinitalk_local.render.canonical import Canonical
from infinitalk_local.render.yuv import Bytes, Floats
from infinitalk_media import MediaError

_MIDDLE_OF_PIXEL = 0.5
# From the mark to a corner, in distances of the eyes: as people have it, unless a smaller mouth is plainer.
_HALF_MOUTHS, _PLAINER = (0.37, 0.28, 0.2), 1.35
# Where the mouth must be in the frame for all that is drawn from it, in distances of the eyes.
_HIGHEST, _LOWEST, _FURTHEST_ASIDE = 0.75, 1.45, 0.4
_PLAIN_MOUTH, _PLAIN_EYES = 0.1, 0.05  # from which evidence for lips and pupils is followed
_EYES_NEAR, _MOUTH_NEAR = 0.3, 0.4  # how far marks are from a face that they mean


def of(rgb: Bytes, choice: Choice | None = None, shrunk: float = 1.0) -> face.Face | None:
    """Return the chosen face of a picture (height, width, 3), or None where there is no face to be chosen.

    Marks are in pixels of the picture before it was shrunk by `shrunk`.

    Raises:
        MediaError: the choice names no face of this picture.
    """
    found = face.find_all(rgb)
    try:
        if isinstance(choice, Marks):
            height, width = rgb.shape[:2]
            marks.check_inside(choice, round(width / shrunk), round(height / shrunk))
            return _at(rgb, found, choice.scaled(shrunk))
        if choice is not None:
            marks.check_number(choice, len(found))
    except BadFace as error:
        raise MediaError(error.said) from error
    return found[(choice or 1) - 1] if found else None


def _at(rgb: Bytes, found: list[face.Face], marked: Marks) -> face.Face:
    """Return the face that was seen where the marks are, else the one that they make."""
    points = np.array(marked, np.float32) - _MIDDLE_OF_PIXEL
    meant = (seen for seen in found if seen.tier != "none" and _is_near(seen, points))
    return next(meant, None) or _measured(rgb, points)


def _is_near(seen: face.Face, points: Floats) -> bool:
    middle = seen.mouth.corners.mean(axis=0)
    places = seen.frame.pixels(np.array([[-0.5, 0], [0.5, 0], middle], np.float32))
    off = np.hypot(*(places - points).T) / seen.frame.iod
    return bool(off[:2].max() < _EYES_NEAR and off[2] < _MOUTH_NEAR)


def _measured(rgb: Bytes, points: Floats) -> face.Face:
    """Return the face that marks (3, 2) make: what is not plain in it is left alone, but it talks."""
    as_marked = Canonical.of_eyes(points[0], points[1])
    frame = _fitting(as_marked, points[2])
    line, depth = _mouth(rgb, frame, np.stack(frame.units(*points[2])))
    outlines = _outlines(rgb, frame) if frame == as_marked else None
    return face.Face(frame, line, depth, "full" if outlines else "weak", outlines)


def _mouth(rgb: Bytes, frame: Canonical, middle: Floats) -> tuple[lips.Lips, float]:
    """Return the lips around a mark, (u, v), and how far they stand apart; a straight line for none."""
    found = []
    for half in _HALF_MOUTHS:
        corners = middle + np.array([[-half, 0], [half, 0]], np.float32)
        opening = gap.find(rgb, frame, corners)
        found.append((lips.find(rgb, frame, corners, opening), opening.depth if opening else 0.0))
    usual, plainest = found[0], max(found, key=lambda mouth: mouth[0].score)
    if plainest[0].score < _PLAIN_MOUTH:
        return _straight(usual[0]), 0.0
    return usual if plainest[0].score < _PLAINER * usual[0].score else plainest


def _fitting(frame: Canonical, mouth: Floats) -> Canonical:
    """Return the frame, or one in which the mouth lies where people have it: a muzzle lies further down."""
    aside, below = (float(part) for part in frame.units(*mouth))
    size = below / float(np.clip(below, _HIGHEST, _LOWEST))
    shift = aside - float(np.clip(aside, -_FURTHEST_ASIDE * size, _FURTHEST_ASIDE * size))
    if size == 1 and shift == 0:
        return frame
    x, y = frame.pixels(np.array([shift, 0], np.float32))
    return Canonical((float(x), float(y)), (size * frame.along[0], size * frame.along[1]))


def _straight(line: lips.Lips) -> lips.Lips:
    """Return a straight line between its corners: what is searched where there are no lips would tear."""
    height = float(line.corners[:, 1].mean())
    return lips.Lips(line.left, line.right, (0.0, 0.0, 0.0, 0.0, height), line.score)


def _outlines(rgb: Bytes, frame: Canonical) -> tuple[contours.EyeContour, contours.EyeContour] | None:
    contrast = eyes.find(rgb, frame).contrast
    return contours.find(rgb, frame) if contrast > _PLAIN_EYES else None
