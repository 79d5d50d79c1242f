"""Pictures of more than eight bits: black is black, and white is white."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from infinitalk_media import picture

RAMP = np.tile(np.linspace(0, 1, 401, dtype=np.float32), (300, 1))
SIGNED = {"tiffinfo": {339: 2}}  # the sample format


def _with(value: float, rows: int = 60) -> np.ndarray:
    ramp = RAMP.copy()
    ramp[:rows] = value
    return ramp


def _signed(values: np.ndarray) -> np.ndarray:
    """Return what Pillow writes as 16 bits, to be read with a sign."""
    return values.astype(np.int16).view(np.uint16)


def grey(folder: Path, values: np.ndarray, **options: object) -> list[int]:
    """Return what is sent at the left, in the middle, and at the right."""
    path = folder / "a.tif"
    Image.fromarray(values).save(path, **options)
    with Image.open(picture.prepare(path, folder / "clean.jpg").path) as image:
        return [image.getpixel((x, 150))[0] for x in (0, 200, 400)]


@pytest.mark.parametrize(
    "make",
    [
        lambda: RAMP,
        lambda: RAMP * 255,
        lambda: RAMP * 65535,
        lambda: _with(np.nan),
        lambda: _with(np.inf),
        lambda: _with(-np.inf),
        lambda: _with(-3.0),
        lambda: _with(90.0, rows=2),
        lambda: (RAMP * 65535).astype(np.uint16),
        lambda: (RAMP * 255).astype(np.int32),
        lambda: (RAMP * 65535).astype(np.int32),
        lambda: (RAMP.astype(np.float64) * (2**31 - 1)).astype(np.int32),
    ],
    ids=[
        "0 to 1",
        "0 to 255",
        "0 to 65535",
        "holes",
        "infinitely bright",
        "infinitely dark",
        "below black",
        "highlights",
        "16 bits",
        "8 in 32 bits",
        "16 in 32 bits",
        "32 bits",
    ],
)
def test_a_grey_ramp_stays_one(tmp_path, make):
    """From black to white in whichever numbers a program writes it, with half-way grey in the middle."""
    assert grey(tmp_path, make()) == pytest.approx([0, 128, 255], abs=3)


@pytest.mark.parametrize("values", [RAMP * 65535 - 32768, RAMP * 32767], ids=["below zero", "above zero"])
def test_signed_numbers_are_a_ramp_too(tmp_path, values):
    """With a sign, black is the lowest number, or zero where none is below it."""
    assert grey(tmp_path, _signed(values), **SIGNED) == pytest.approx([0, 128, 255], abs=3)


def test_a_picture_of_holes_is_black(tmp_path):
    """Where no value is a number, nothing else is raised."""
    assert grey(tmp_path, RAMP * np.nan) == [0, 0, 0]
