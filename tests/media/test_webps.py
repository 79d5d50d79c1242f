"""WebP files with chunks beside the pixels."""

import struct

import pytest

from tests.media.test_metadata import JUNK, ON_ITS_SIDE, shows_the_same, webp


@pytest.mark.parametrize("body", [b"", b"\0", b"abc", JUNK, ON_ITS_SIDE[:14]])
@pytest.mark.parametrize("kind", [b"EXIF", b"ICCP", b"XMP "])
def test_a_chunk_beside_the_pixels_cannot_spoil_a_webp(tmp_path, kind, body):
    """Broken EXIF, profile and XMP are passed over."""
    shows_the_same(webp(change=kind, to=body), tmp_path)


@pytest.mark.parametrize(
    "data",
    [
        webp(change=b"XMP ", claims=2**31),
        webp()[:-3],
        webp() + b"behind it",
        webp()[:4] + struct.pack("<I", 100) + webp()[8:],
        webp()[:4] + struct.pack("<I", 2**31) + webp()[8:],
    ],
    ids=["a chunk claims too much", "cut off", "garbage behind it", "claims little", "claims much"],
)
def test_a_webp_whose_pixels_are_all_there_is_used(tmp_path, data):
    """Wrong lengths, and an end that is cut off behind the pixels, do not matter."""
    shows_the_same(data, tmp_path)
