"""Blinks: lids drawn from the skin around the eye."""

import numpy as np
import pytest

from infinitalk_preview.animate.eyelids import Eyelids
from infinitalk_preview.detect.faces import Face
from infinitalk_preview.frames import warp
from infinitalk_preview.frames.yuv import BT601, frame_of, full_planes
from infinitalk_preview.sizes import output_size
from tests.preview.drawn_faces import exact
from tests.preview.faces.draw import SIDE
from tests.preview.perturbations import load

TONES = ["tone01", "tone03", "tone05", "tone07", "tone08", "tone09", "tone10"]


def eyes(name: str, shut: float, alter=lambda picture: picture) -> tuple[np.ndarray, Face]:
    """Return YUV at full size with the lids drawn at `shut`, and the face in it."""
    picture = alter(load(name)[0])
    size = output_size(*picture.shape[1::-1], "480p")
    planes = full_planes(warp.resized(picture, size), BT601)
    face = exact(name).scaled(size.width / SIDE, size.height / SIDE)
    frame = frame_of(planes)
    Eyelids(planes, face.eyes, face.frame, size).draw(frame, shut)
    colour = np.repeat(np.repeat(frame.uv, 2, axis=0), 2, axis=1)
    return np.dstack([frame.y, colour]).astype(int), face


def places(face: Face, low: float, high: float) -> tuple[np.ndarray, np.ndarray]:
    """Return rows and columns of both eyes' middles, from `low` to `high` of the way down the opening."""
    rows, columns = [], []
    for eye in face.eyes:
        u = np.linspace(eye.left, eye.right, 40, dtype=np.float32)[10:-10]
        for part in np.linspace(low, high, 12):
            v = eye.upper_at(u) + np.float32(part) * (eye.lower_at(u) - eye.upper_at(u))
            x, y = np.rint(face.frame.pixels(np.stack([u, v], axis=1))).astype(int).T
            rows.append(y)
            columns.append(x)
    return np.concatenate(rows), np.concatenate(columns)


@pytest.mark.parametrize("name", TONES)
def test_a_shut_eye_shows_skin_and_no_patch(name):
    """A shut eye is covered with skin of the tone around it down to the lashes: no white, iris or spot."""
    planes, face = eyes(name, 1.0)
    lid = planes[places(face, 0.05, 0.65)]
    around = np.vstack([planes[places(face, -0.5, -0.3)], planes[places(face, 1.5, 1.8)]])
    low = np.subtract(around.min(axis=0), [22, 6, 6])
    high = np.add(around.max(axis=0), [12, 6, 6])
    assert ((lid >= low) & (lid <= high)).all(axis=1).mean() > 0.97


@pytest.mark.parametrize("name", TONES)
def test_a_lash_line_lies_where_the_lids_meet(name):
    """The edge of a shut lid is darker than the lid, near the lower edge of the eye."""
    planes, face = eyes(name, 1.0)
    assert planes[places(face, 0.7, 1.0)][:, 0].min() < 0.8 * np.median(planes[places(face, 0.1, 0.5)][:, 0])


@pytest.mark.parametrize("name", TONES)
def test_a_lid_comes_down_from_above(name):
    """Half-way the upper part of the eye is covered, and the lower part is unchanged."""
    open_, face = eyes(name, 0.0)
    half, _ = eyes(name, 0.5)
    upper, lower = places(face, 0.1, 0.3), places(face, 0.7, 0.8)
    assert np.abs(half[upper] - open_[upper]).mean() > 4 * np.abs(half[lower] - open_[lower]).mean()


@pytest.mark.parametrize("name", TONES)
def test_nothing_but_the_eye_and_the_skin_beside_it_changes(name):
    """A blink does not change brows, nose and temples, and with open lids the frame is the picture."""
    open_, face = eyes(name, 0.0)
    shut, _ = eyes(name, 1.0)
    change = np.abs(shut - open_)[..., 0]
    u, v = face.frame.units(*np.meshgrid(*map(np.arange, change.shape[::-1])))
    beside = (np.abs(np.abs(u) - 0.5) < 0.3) & (v > -0.28) & (v < 0.25)
    assert change[~beside].max() == 0
    rest = frame_of(full_planes(warp.resized(load(name)[0], output_size(SIDE, SIDE, "480p")), BT601))
    assert np.array_equal(open_[..., 0], rest.y)


def test_the_rim_of_glasses_stays():
    """Glasses do not move with the lids."""
    open_, face = eyes("beard_glasses", 0.0)
    shut, _ = eyes("beard_glasses", 1.0)
    rim = np.array([[side * 52 / 104, -26 / 104] for side in (-1, 1)], np.float32)
    x, y = np.rint(face.frame.pixels(rim)).astype(int).T
    for row, column in zip(y, x, strict=True):
        window = (slice(row - 3, row + 4), slice(column - 12, column + 13), 0)
        assert np.abs(shut[window] - open_[window]).max() <= 8


def test_nobody_blinks_behind_dark_glasses():
    """Eyes with black surroundings, as behind sunglasses, do not blink."""

    def dark_glasses(picture: np.ndarray) -> np.ndarray:
        picture = picture.copy()
        picture[255:330, 220:420] = 12
        return picture

    open_, _ = eyes("tone03", 0.0, dark_glasses)
    shut, _ = eyes("tone03", 1.0, dark_glasses)
    assert np.array_equal(open_, shut)
