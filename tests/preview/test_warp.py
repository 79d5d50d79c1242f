"""Pictures moved by fractions of a pixel."""

import numpy as np
import pytest

from infinitalk_preview.frames.warp import Warper

SIZE = 64
ALL = slice(0, SIZE)


def waves(shift: float = 0.0, period: float = 6.0) -> np.ndarray:
    """Return a pattern of known shape, (SIZE, SIZE), moved to the right by `shift` pixels."""
    x, y = np.meshgrid(np.arange(SIZE) - shift, np.arange(SIZE))
    pattern = np.sin(2 * np.pi * x / period) * np.cos(2 * np.pi * y / 9)
    return np.rint(128 + 90 * pattern).astype(np.uint8)


def field(right: float) -> np.ndarray:
    """Return the field for a move to the right: each pixel comes from further left."""
    return np.stack([np.full((4, 4), -right), np.zeros((4, 4))], axis=-1).astype(np.float32)


def inner(picture: np.ndarray) -> np.ndarray:
    return picture[6:-6, 6:-6].astype(int)


def test_a_picture_that_does_not_move_is_itself_bit_by_bit():
    """A field of zeros changes nothing, with any number of channels."""
    grain = np.random.default_rng(1).integers(0, 256, (SIZE, SIZE, 4), np.uint8)
    assert np.array_equal(Warper(grain).warp(field(0), ALL, ALL), grain)


@pytest.mark.parametrize("right", [1.0, 0.5, 0.25, -0.7, 2.4])
def test_fine_detail_stays_as_sharp_as_it_is(right):
    """Lines six pixels apart arrive where they belong, with their contrast, at any part of a pixel."""
    moved = inner(Warper(waves()).warp(field(right), ALL, ALL))
    assert np.abs(moved - inner(waves(right))).max() <= 12
    assert moved.std() > 0.94 * inner(waves(right)).std()


def test_a_rectangle_is_taken_over_whole():
    """An update of a rectangle gives the same result as a new Warper."""
    before, after = waves(), waves()
    after[20:40, 30:50] = np.clip(after[20:40, 30:50] + np.hanning(20)[:, None] * np.hanning(20) * 60, 0, 255)
    warper = Warper(before)
    warper.update(after, slice(20, 40), slice(30, 50))
    seen, wanted = (one.warp(field(0.5), ALL, ALL).astype(int) for one in (warper, Warper(after)))
    assert np.abs(seen - wanted).max() <= 1


def test_only_the_rectangle_asked_for_is_returned():
    """A rectangle of the warped picture equals that part of the whole."""
    warper = Warper(waves())
    rows, columns = slice(10, 30), slice(4, 60)
    assert np.array_equal(
        warper.warp(field(0.3), rows, columns), warper.warp(field(0.3), ALL, ALL)[rows, columns]
    )
