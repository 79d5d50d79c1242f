"""Makes pictures without a face, some of them with shapes that a poor detector takes for one."""

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
_SIZE = (420, 480)


def pictures(kind: str) -> Iterator[tuple[str, Picture]]:
    """Yield five (name, RGB picture) of one of KINDS, always the same."""
    for seed in range(5):
        yield f"{kind}{seed}", _MAKERS[kind](np.random.default_rng(seed))


def _blank(rng: np.random.Generator) -> Picture:
    picture = np.empty((*_SIZE, 3), np.uint8)
    picture[:] = rng.integers(60, 230, 3)
    return picture


def _noise(rng: np.random.Generator) -> Picture:
    return rng.integers(0, 256, (*_SIZE, 3), dtype=np.uint8)


def _clouds(rng: np.random.Generator) -> Picture:
    """Return smooth noise in the colours of skin, which has dark places by chance."""
    layers = [cv2.GaussianBlur(rng.normal(0, 1, _SIZE), (0, 0), scale) * scale for scale in (4, 12, 36)]
    shade = 0.5 + 0.5 * np.tanh(sum(layers))[..., None]
    return (np.array([150, 100, 70]) + shade * np.array([90, 90, 90])).astype(np.uint8)


def _stripes(rng: np.random.Generator) -> Picture:
    y, x = np.mgrid[: _SIZE[0], : _SIZE[1]]
    angle, width = rng.uniform(0, np.pi), rng.uniform(6, 50)
    wave = np.sin((x * np.cos(angle) + y * np.sin(angle)) / width)
    return np.repeat((127 + 110 * wave)[..., None], 3, axis=2).astype(np.uint8)


def _bricks(rng: np.random.Generator) -> Picture:
    picture = _blank(rng)
    height, width = int(rng.integers(18, 50)), int(rng.integers(50, 120))
    for row in range(0, _SIZE[0], height):
        for column in range(-(row // height % 2) * width // 2, _SIZE[1], width):
            tone = rng.integers(90, 190)
            corner = (column + width - 4, row + height - 4)
            cv2.rectangle(picture, (column, row), corner, (int(tone), int(tone * 0.6), int(tone * 0.45)), -1)
    return picture


def _text(rng: np.random.Generator) -> Picture:
    picture = np.full((*_SIZE, 3), 245, np.uint8)
    for line in range(24, _SIZE[0], int(rng.integers(20, 44))):
        letters = "".join(rng.choice(list("abcdeo OQ08  "), 40))
        cv2.putText(
            picture, letters, (8, line), int(rng.integers(0, 4)), rng.uniform(0.5, 1.0), (20, 20, 30), 2
        )
    return picture


def _hills(rng: np.random.Generator) -> Picture:
    picture = _blank(rng)
    x = np.arange(_SIZE[1])
    for layer in range(4):
        top = 120 + 70 * layer + 40 * np.sin(x / rng.uniform(30, 110) + rng.uniform(0, 6))
        outline = np.vstack([np.column_stack([x, top]), [[_SIZE[1], _SIZE[0]], [0, _SIZE[0]]]]).astype(
            np.int32
        )
        cv2.fillPoly(picture, [outline], tuple(int(tone) for tone in rng.integers(40, 200, 3)))
    return picture


def _dots(rng: np.random.Generator) -> Picture:
    picture = _blank(rng)
    for _ in range(40):
        centre = tuple(int(place) for place in rng.integers(0, 480, 2))
        cv2.circle(
            picture, centre, int(rng.integers(5, 40)), tuple(int(c) for c in rng.integers(0, 256, 3)), -1
        )
    return picture


def _leaves(rng: np.random.Generator) -> Picture:
    picture = _blank(rng)
    for _ in range(160):
        centre = tuple(int(place) for place in rng.integers(0, 480, 2))
        axes = (int(rng.integers(15, 45)), int(rng.integers(5, 15)))
        green = (int(rng.integers(20, 90)), int(rng.integers(70, 180)), int(rng.integers(20, 80)))
        cv2.ellipse(picture, centre, axes, float(rng.uniform(0, 180)), 0, 360, green, -1)
    return picture


def _sockets(rng: np.random.Generator) -> Picture:
    """Return a wall with sockets: two dark holes in a light round, in a square."""
    picture = _blank(rng)
    for _ in range(3):
        x, y, side = int(rng.integers(90, 390)), int(rng.integers(90, 330)), int(rng.integers(40, 80))
        cv2.rectangle(picture, (x - side, y - side), (x + side, y + side), (238, 236, 230), -1)
        cv2.circle(picture, (x, y), int(side * 0.75), (205, 203, 198), -1)
        for hole in (-1, 1):
            cv2.circle(picture, (x + int(hole * side * 0.32), y), max(3, side // 9), (30, 30, 30), -1)
    return picture


def _windows(rng: np.random.Generator) -> Picture:
    """Return a house front: two windows over a door."""
    picture = _blank(rng)
    left, top, wide = int(rng.integers(60, 160)), int(rng.integers(60, 120)), int(rng.integers(180, 260))
    cv2.rectangle(
        picture, (left, top), (left + wide, 420), tuple(int(c) for c in rng.integers(120, 240, 3)), -1
    )
    for part in (0.28, 0.72):
        x = left + int(part * wide)
        cv2.rectangle(picture, (x - 24, top + 60), (x + 24, top + 110), (40, 50, 70), -1)
    middle = left + wide // 2
    cv2.rectangle(picture, (middle - 40, top + 170), (middle + 40, top + 190), (70, 40, 30), -1)
    return picture


_MAKERS = {
    maker.__name__.strip("_"): maker
    for maker in (_noise, _clouds, _stripes, _bricks, _text, _hills, _dots, _leaves, _sockets, _windows)
}
KINDS = tuple(_MAKERS)
