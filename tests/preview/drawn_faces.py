"""The exact landmarks of the drawn faces, with which the animation is tested without the detector."""

import dataclasses
from typing import NamedTuple

import cv2
import numpy as np

from infinitalk_preview.animate import speech
from infinitalk_preview.animate.talking import Talking
from infinitalk_preview.detect.eye_contours import EyeContour
from infinitalk_preview.detect.faces import Face
from infinitalk_preview.detect.geometry import Canonical
from infinitalk_preview.detect.lips import Lips
from infinitalk_preview.detect.mouth_gap import lens
from infinitalk_preview.frames import warp
from infinitalk_preview.frames.yuv import matrix_for
from infinitalk_preview.sizes import output_size
from tests.preview.faces.draw import CAST, EYE_Y, HALF_EYES, MOUTH_Y, SIDE, _mouth_size, landmarks
from tests.preview.perturbations import load

FPS = 25
_T = np.linspace(0, 1, 25)


class Scene(NamedTuple):
    talking: Talking
    rgb: np.ndarray
    face: Face


def scene(
    name: str,
    mouth: speech.Tracks,
    *,
    prompt: str = "",
    seed: int = 3,
    alter=lambda picture: picture,
    zoom: float = 1.0,
) -> Scene:
    """Set up a drawn face at 480p with a mouth that moves by tracks; `zoom` goes nearer to the middle."""
    picture = alter(zoomed(load(name)[0], zoom))
    size = output_size(*picture.shape[1::-1], "480p")
    rgb = warp.resized(picture, size)
    face = exact(name)
    x, y = (SIDE / 2 + zoom * (at - SIDE / 2) for at in face.frame.origin)
    near = Canonical((x, y), (zoom * face.frame.along[0], zoom * face.frame.along[1]))
    face = dataclasses.replace(face, frame=near).scaled(size.width / SIDE, size.height / SIDE)
    talking = Talking(rgb, face, matrix_for("480p"), mouth, fps=FPS, seed=seed, prompt=prompt)
    return Scene(talking, rgb, face)


def zoomed(picture: np.ndarray, zoom: float) -> np.ndarray:
    """Return the middle of the picture enlarged to the picture's own size."""
    matrix = cv2.getRotationMatrix2D((SIDE / 2, SIDE / 2), 0, zoom)
    return cv2.warpAffine(picture, matrix, (SIDE, SIDE))


def held(opening: float = 0.0, wide: float = 0.0, press: float = 0.0, level: float = 0.0, count: int = 5):
    """Return the tracks of a mouth that does not move."""
    values = (np.full(count, value, np.float32) for value in (opening, wide, press, level))
    return speech.Tracks(*values)


def exact(name: str) -> Face:
    """Return where a drawn person's eyes, lids and lips are, in pixels of the drawing."""
    person, marks = CAST[name], {key: np.array(at, np.float32) for key, at in landmarks(CAST[name]).items()}
    frame = Canonical.of_eyes(marks["left_eye"], marks["right_eye"])
    assert person.turn == 0, "only faces that look straight ahead"
    half, lift = _mouth_size(person)
    drop = {"teeth": 26, "laugh": 52}.get(person.mouth, 0)
    corner, inner = MOUTH_Y - lift, MOUTH_Y - 2 if drop else MOUTH_Y + lift * 0.34
    line = np.polyfit(_x(half), _units(corner + 3 * _T * (1 - _T) * (inner - corner)), 4)
    lips = Lips(-half / 104, half / 104, tuple(float(part) for part in line), 1.0)
    gap = 0.75 * (drop * 1.25 + 6) / 104 if drop else 0.0
    return Face(frame, lips, gap, "full", (_eye(name, -0.5), _eye(name, 0.5)))


def _eye(name: str, at: float) -> EyeContour:
    wide, high = (34, 40) if CAST[name].big_eyes else (21, 11)
    arch = 3 * _T * (1 - _T) * high / (2 * HALF_EYES)
    u = at + _x(wide)
    return EyeContour(
        *(np.stack([u, v], axis=1).astype(np.float32) for v in (-1.25 * arch, 0.9 * arch)),
    )


def _x(half: float) -> np.ndarray:
    """Return the u of points on the drawn curves, whose inner handles are half as far out as their ends."""
    ends = (1 - _T) ** 3 - _T**3
    return -(ends + 1.5 * _T * (1 - _T) * (1 - 2 * _T)) * half / (2 * HALF_EYES)


def _units(y: np.ndarray) -> np.ndarray:
    return (y - EYE_Y) / (2 * HALF_EYES)


def column(plane: np.ndarray, face: Face, u: float, v: np.ndarray) -> np.ndarray:
    """Return the pixels of a plane at (u, v) for each v."""
    x, y = np.rint(face.frame.pixels(np.stack([np.full_like(v, u), v], axis=1))).astype(int).T
    return plane[y, x].astype(int)


ABOVE, BETWEEN, BELOW = 180, 235, 90


def painted(name: str):
    """Return what paints a face in three greys: above the lips' opening, between and below, to measure it."""
    face = exact(name)
    x, y = np.meshgrid(np.arange(SIDE, dtype=np.float32), np.arange(SIDE, dtype=np.float32))
    u, v = face.frame.units(x, y)
    below, depth = v - face.mouth.at(u), face.gap * lens(u, face.mouth.left, face.mouth.right)
    grey = np.where(below < 0, ABOVE, np.where(below < depth, BETWEEN, BELOW)).astype(np.uint8)
    grey[(below > 0.4 * depth) & (below < 0.5 * depth)] = 0  # a line across the teeth
    return lambda picture: np.dstack([grey] * 3)


def opening(drawn: Scene, u: float, index: int = 0) -> tuple[float, float]:
    """Return how far the upper and the lower lip of a painted face stand from the lip line (up, down)."""
    v = np.arange(0.6, 1.8, 0.004, dtype=np.float32)
    rows = column(drawn.talking.draw(index).y, drawn.face, u, v)
    line = float(drawn.face.mouth.at(np.array([u], np.float32))[0])
    upper, lower = (np.abs(rows - 16 - level * 219 / 255) < 12 for level in (ABOVE, BELOW))
    top, bottom = v[upper.argmin() - 1], v[len(v) - lower[::-1].argmin()]
    return float(line - top), float(bottom - line)
