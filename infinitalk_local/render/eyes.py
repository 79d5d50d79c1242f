"""Finds the two pupils inside a box that may be a face; everything later is measured from them."""

from typing import NamedTuple

import cv2
import numpy as np

from infinitalk_local.render.boxes import Candidate, cascade
from infinitalk_local.render.yuv import Bytes, Floats

_CASCADES = ("eye", "eye_tree_eyeglasses", "lefteye_2splits", "righteye_2splits")
_APART = 0.07  # of the box's side: two finds closer than this are one eye
_SIDE = 200  # the face box is looked at in this many pixels

# Where eyes are in a frontal box of Haar's, in parts of its side, and how much people (and drawings) differ.
_SPACING, _SPACING_SPREAD = 0.38, 0.055
_HEIGHT, _HEIGHT_SPREAD = 0.385, 0.05
_MIDDLE, _MIDDLE_SPREAD = 0.5, 0.05


class Eyes(NamedTuple):
    """The pupils in pixels of the picture, the left one in it first."""

    left: Floats
    right: Floats
    score: float  # above 0 for a good pair
    contrast: float  # levels of 255 by which the fainter pupil is darker than both its sides


class _Seen(NamedTuple):
    """A place where an eye cascade fired, in parts of the box's side."""

    x: float
    y: float
    votes: int


def find(candidate: Candidate) -> Eyes:
    """Return the most likely pupils; where no cascade saw any, the usual places with a bad score."""
    box, view = candidate.box, candidate.view
    to_box = np.array([[box.side / _SIDE, 0, box.x], [0, box.side / _SIDE, box.y]], np.float32)
    face = np.asarray(
        cv2.warpAffine(
            view.gray,
            to_box,
            (_SIDE, _SIDE),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        ),
        np.uint8,
    )
    face = _lit(face)
    left, right, score = _pair(_seen(face))
    (left, contrast), (right, other) = _pupil(face, left), _pupil(face, right)
    on_view = [to_box[:, :2] @ (pupil * _SIDE) + to_box[:, 2] for pupil in (left, right)]
    on_picture = [
        (view.to_picture[:, :2] @ eye + view.to_picture[:, 2]).astype(np.float32) for eye in on_view
    ]
    return Eyes(on_picture[0], on_picture[1], score, min(contrast, other))


def _lit(face: Bytes) -> Bytes:
    """Return the face with dark skin lifted to middle gray: the cascades have learnt from lighter ones."""
    skin = float(np.median(face[_SIDE // 4 : 3 * _SIDE // 4, _SIDE // 4 : 3 * _SIDE // 4])) / 255
    gamma = np.log(0.45) / np.log(np.clip(skin, 0.05, 0.45))
    return np.asarray(255 * (np.arange(256) / 255) ** gamma, np.uint8)[face]


def _seen(face: Bytes) -> list[_Seen]:
    """Return the distinct places in the upper part of the face where eye cascades fired."""
    upper = face[round(0.12 * _SIDE) : round(0.62 * _SIDE)]
    places: list[_Seen] = []
    for name in _CASCADES:
        for x, y, w, h in cascade(name).detectMultiScale(upper, 1.08, 2, minSize=(24, 24), maxSize=(90, 90)):
            spot = np.array([x + w / 2, y + h / 2 + 0.12 * _SIDE]) / _SIDE
            near = next(
                (k for k, p in enumerate(places) if np.hypot(p.x - spot[0], p.y - spot[1]) < _APART), None
            )
            if near is None:
                places.append(_Seen(float(spot[0]), float(spot[1]), 1))
            else:
                old = places[near]
                mean = (np.array([old.x, old.y]) * old.votes + spot) / (old.votes + 1)
                places[near] = _Seen(float(mean[0]), float(mean[1]), old.votes + 1)
    return places


def _pair(places: list[_Seen]) -> tuple[Floats, Floats, float]:
    """Return the left and the right place that go together best, by how eyes lie in a face and by votes."""
    usual = [_Seen(_MIDDLE - _SPACING / 2, _HEIGHT, -1), _Seen(_MIDDLE + _SPACING / 2, _HEIGHT, -1)]
    lefts = [place for place in places if place.x < _MIDDLE] + usual[:1]
    rights = [place for place in places if place.x >= _MIDDLE] + usual[1:]
    score, one, two = max((_likely(a, b), a, b) for a in lefts for b in rights)
    return np.array([one.x, one.y], np.float32), np.array([two.x, two.y], np.float32), score


def _likely(left: _Seen, right: _Seen) -> float:
    spacing = (right.x - left.x - _SPACING) / _SPACING_SPREAD
    height = ((left.y + right.y) / 2 - _HEIGHT) / _HEIGHT_SPREAD
    middle = ((left.x + right.x) / 2 - _MIDDLE) / _MIDDLE_SPREAD
    level = (left.y - right.y) / 0.05
    return (
        -0.5 * (spacing**2 + height**2 + middle**2 + level**2)
        + 0.7 * (min(left.votes, 3) + min(right.votes, 3))
        - 2
    )


def _pupil(face: Bytes, eye: Floats) -> tuple[Floats, float]:
    """Return the pupil near `eye`: darker than what lies beside it on both sides, which no eyebrow is."""
    light = cv2.GaussianBlur(face, (0, 0), 0.012 * _SIDE).astype(np.float32)
    aside = round(0.075 * _SIDE)
    left, right = np.roll(light, aside, axis=1), np.roll(light, -aside, axis=1)
    dark = np.maximum(np.minimum(left, right) - light, 0)
    rows, columns = np.mgrid[:_SIDE, :_SIDE].astype(np.float32) / _SIDE
    near = np.exp(-0.5 * ((columns - eye[0]) ** 2 + (rows - eye[1]) ** 2) / 0.035**2)
    found = cv2.GaussianBlur(dark, (0, 0), 0.015 * _SIDE) * near
    contrast = float(found.max())
    if contrast < 2:  # noqa: PLR2004 - of 255: nothing there is darker than its sides
        return eye, contrast
    weight = np.where(found > 0.6 * found.max(), found, 0)
    spot = np.array([(weight * columns).sum(), (weight * rows).sum()]) / weight.sum()
    return np.asarray(spot, np.float32), contrast
