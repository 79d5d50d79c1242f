"""JPEG files that applications have added to, or that lack their end."""

import struct

import numpy as np
import pytest
from PIL import Image

from infinitalk_media import picture
from tests.media.bad_pictures import DAMAGED, photo, save
from tests.media.checks import refused
from tests.media.make_files import write
from tests.media.test_metadata import JPEG, JPEG_SEGMENTS, encoded, shows_the_same


@pytest.mark.parametrize("name", JPEG_SEGMENTS)
def test_what_applications_put_into_a_jpeg_cannot_spoil_it(tmp_path, name):
    """Broken segments of applications, and comments, are passed over."""
    marker, body = JPEG_SEGMENTS[name]
    segment = b"\xff" + bytes([marker]) + struct.pack(">H", len(body) + 2) + body
    shows_the_same(JPEG[:2] + segment + JPEG[2:], tmp_path)


@pytest.mark.parametrize("progressive", [False, True], ids=["baseline", "progressive"])
@pytest.mark.parametrize(
    "change",
    [
        lambda data: data[:-2],
        lambda data: data[:-1],
        lambda data: data[:-2] + bytes(5000),
        lambda data: data + b"\xff\xd8\xff and so on" * 100,
        lambda data: data + bytes(5000),
    ],
    ids=["without its end", "half an end", "zeros for the end", "garbage behind it", "zeros behind it"],
)
def test_a_jpeg_whose_rows_are_all_there_is_used(tmp_path, change, progressive):
    """Neither a missing end nor what follows the end matters."""
    shows_the_same(change(encoded("JPEG", progressive=progressive)), tmp_path)


def grain() -> Image.Image:
    noise = np.random.default_rng(1).integers(0, 255, (600, 800, 3))
    return Image.fromarray(noise.astype(np.uint8))


@pytest.mark.parametrize(
    "options", [{}, {"optimize": True}, {"progressive": True}, {"restart_marker_rows": 1}]
)
@pytest.mark.parametrize("tail", [b"", bytes(5000), b"\xff"], ids=["cut", "zeros", "half a mark"])
@pytest.mark.parametrize("make", [photo, grain])
def test_a_jpeg_without_its_lower_half_is_refused(tmp_path, make, tail, options):
    """What the decoder would make up is not taken for the picture."""
    path = save(tmp_path / "a.jpg", make(), **options)
    data = path.read_bytes()
    refused(picture.prepare, write(path, data[: len(data) * 6 // 10] + tail), tmp_path / "clean.jpg", DAMAGED)


def test_a_jpeg_without_its_last_rows_is_used_without_them(tmp_path):
    """Fewer than one row in fifty are left out, with a warning."""
    path = save(tmp_path / "a.jpg", grain(), quality=90)
    data = path.read_bytes()
    facts = picture.prepare(write(path, data[: len(data) * 995 // 1000]), tmp_path / "clean.jpg")
    assert facts.warnings == ("The last rows of the picture are missing, and were left out.",)
    assert 588 <= facts.height < 600
    with Image.open(facts.path) as image:
        assert np.asarray(image)[-8:].std() > 30  # no even grey
