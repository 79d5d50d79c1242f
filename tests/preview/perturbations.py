"""Changes of a picture and its landmarks: turned, shrunk, bleached, squeezed and more."""

import io
import json
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

Picture = NDArray[np.uint8]
Marks = dict[str, tuple[float, float]]
FACES = Path(__file__).parent / "faces"
LANDMARKS: dict[str, Marks] = json.loads((FACES / "landmarks.json").read_text())
_OTHER_SIDE = {"left_eye": "right_eye", "left_corner": "right_corner"}


def load(name: str) -> tuple[Picture, Marks]:
    """Return a drawn face in RGB, and where its eyes and mouth corners are, in pixels."""
    with Image.open(FACES / f"{name}.jpg") as image:
        return np.asarray(image.convert("RGB")), LANDMARKS[name]


def _mapped(marks: Marks, matrix: NDArray[np.float64]) -> Marks:
    return {name: tuple(matrix[:, :2] @ np.array(point) + matrix[:, 2]) for name, point in marks.items()}


def flip(picture: Picture, marks: Marks) -> tuple[Picture, Marks]:
    moved = {name: (picture.shape[1] - 1 - x, y) for name, (x, y) in marks.items()}
    both = _OTHER_SIDE | {right: left for left, right in _OTHER_SIDE.items()}
    return np.ascontiguousarray(picture[:, ::-1]), {both[name]: point for name, point in moved.items()}


def roll(degrees: float) -> Callable[[Picture, Marks], tuple[Picture, Marks]]:
    def turned(picture: Picture, marks: Marks) -> tuple[Picture, Marks]:
        height, width = picture.shape[:2]
        matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
        rolled = cv2.warpAffine(picture, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)
        return rolled, _mapped(marks, matrix)

    return turned


def scale(factor: float) -> Callable[[Picture, Marks], tuple[Picture, Marks]]:
    def resized(picture: Picture, marks: Marks) -> tuple[Picture, Marks]:
        way = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
        other = cv2.resize(picture, None, fx=factor, fy=factor, interpolation=way)
        moved = {name: ((x + 0.5) * factor - 0.5, (y + 0.5) * factor - 0.5) for name, (x, y) in marks.items()}
        return other, moved

    return resized


def grey(picture: Picture, marks: Marks) -> tuple[Picture, Marks]:
    return cv2.cvtColor(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB), marks


def low_contrast(picture: Picture, marks: Marks) -> tuple[Picture, Marks]:
    return (110 + (picture.astype(np.float32) - 110) * 0.45).astype(np.uint8), marks


def jpeg(picture: Picture, marks: Marks) -> tuple[Picture, Marks]:
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "JPEG", quality=15)
    return np.asarray(Image.open(buffer).convert("RGB")), marks


def noise(picture: Picture, marks: Marks) -> tuple[Picture, Marks]:
    grain = np.random.default_rng(5).normal(0, 12, picture.shape)
    return np.clip(picture + grain, 0, 255).astype(np.uint8), marks


def untouched(picture: Picture, marks: Marks) -> tuple[Picture, Marks]:
    return picture, marks


PERTURBATIONS = {
    "untouched": untouched,
    "flip": flip,
    "roll +20": roll(20),
    "roll -20": roll(-20),
    "half": scale(0.5),
    "triple": scale(3),
    "grey": grey,
    "low contrast": low_contrast,
    "JPEG 15": jpeg,
    "noise": noise,
}
