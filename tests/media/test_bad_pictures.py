"""The rows of the table that are pictures: what each gets, with no path shown and nothing left behind."""

import contextlib
import io
import random
import subprocess
import sys

import pytest
from PIL import Image, ImageCms

from infinitalk_media import MediaError, picture, sound
from tests.media.bad_pictures import (
    ACCEPTED_PICTURES,
    BLUE,
    EPS,
    MANY,
    NOT_A_PICTURE,
    RED,
    REFUSED_PICTURES,
    is_blue,
    is_red,
    photo,
    save,
)
from tests.media.checks import measured, refused
from tests.media.make_files import write


@pytest.mark.parametrize("row", REFUSED_PICTURES)
def test_a_bad_picture_gets_a_sentence(tmp_path, row):
    """Each bad picture is refused in one sentence that fits it; no path is in it, and nothing is left."""
    make, sense = REFUSED_PICTURES[row]
    refused(picture.prepare, make(tmp_path), tmp_path / "clean.jpg", sense)


@pytest.mark.parametrize("row", ACCEPTED_PICTURES)
def test_an_odd_picture_is_taken(tmp_path, row):
    """Each odd but usable picture becomes an upright JPEG in RGB that shows the same."""
    make, check = ACCEPTED_PICTURES[row]
    facts = picture.prepare(make(tmp_path), tmp_path / "clean.jpg")
    with Image.open(facts.path) as image:
        assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (facts.width, facts.height))
        check(facts, image)


CLEAN = """
from infinitalk_media import MediaError, picture
def warm_up(source, target):
    pass
def work(source, target):
    try:
        picture.prepare(Path(source), Path(target))
    except MediaError as error:
        return error
"""


@pytest.mark.parametrize("row", ["27 20000x20000 JPEG", "28 144 Mpx PNG", "29 PNG header 60000x60000"])
def test_a_picture_bomb_costs_no_memory(tmp_path, row):
    """Millions of pixels in a small file are refused before they are unpacked: under 100 MB in all."""
    cost = measured(CLEAN, REFUSED_PICTURES[row][0](tmp_path), tmp_path / "clean.jpg")
    assert cost.peak_mb < 100
    assert cost.seconds < 5
    assert MANY in cost.result


def test_row_28_the_bomb_is_small(tmp_path):
    """The 144 megapixels come in less than 420 KB."""
    assert REFUSED_PICTURES["28 144 Mpx PNG"][0](tmp_path).stat().st_size < 420_000


def test_row_33_an_eps_never_starts_ghostscript(tmp_path):
    """With a ghostscript on PATH that would leave a trace, an EPS is refused and leaves none."""
    trace, script = tmp_path / "trace", tmp_path / "gs"
    script.write_text(f"#!/bin/sh\n: > {trace}\n")
    script.chmod(0o755)
    eps = write(tmp_path / "a.jpg", EPS)
    code = f"""
import os
os.environ["PATH"] = {str(tmp_path)!r}
from pathlib import Path
from infinitalk_media import MediaError, picture
try:
    picture.prepare(Path({str(eps)!r}), Path({str(tmp_path / "clean.jpg")!r}))
except MediaError as error:
    print(error)
"""
    stdout = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert NOT_A_PICTURE in stdout
    assert not trace.exists()


def _profile(swap: bool) -> bytes:
    """Return a profile of sRGB; swapped, it says that red is blue and blue is red."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return (
        profile.replace(b"rXYZ", b"tmp_").replace(b"bXYZ", b"rXYZ").replace(b"tmp_", b"bXYZ")
        if swap
        else profile
    )


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P"])
def test_a_colour_profile_is_applied(tmp_path, mode):
    """A picture whose profile names other colours comes out in those, and without the profile."""
    for swap, first, second in ((False, is_red, is_blue), (True, is_blue, is_red)):
        path = save(tmp_path / "a.png", photo(mode=mode), icc_profile=_profile(swap))
        facts = picture.prepare(path, tmp_path / "clean.jpg")
        with Image.open(facts.path) as image:
            assert first(image.getpixel((100, 300)))
            assert second(image.getpixel((700, 300)))
            assert "icc_profile" not in image.info


@pytest.mark.parametrize(
    "profile",
    [b"not a profile", ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()],
    ids=["broken", "of another kind"],
)
def test_a_profile_that_cannot_be_used_is_passed_over(tmp_path, profile):
    """The picture is taken as it is."""
    path = save(tmp_path / "a.jpg", photo(), icc_profile=profile)
    with Image.open(picture.prepare(path, tmp_path / "clean.jpg").path) as image:
        assert is_red(image.getpixel((100, 300)))


def test_a_large_picture_is_made_smaller(tmp_path):
    """More than 2048 px is wasted on the model."""
    facts = picture.prepare(save(tmp_path / "a.jpg", photo(4000, 3000)), tmp_path / "clean.jpg")
    assert (facts.width, facts.height) == (2048, 1536)


def test_a_file_of_more_than_twenty_megabytes_is_refused(tmp_path):
    """By its size alone, before it is opened."""
    path = save(tmp_path / "a.jpg", photo())
    with path.open("r+b") as file:
        file.truncate(20 * 1024**2 + 1)
    refused(picture.prepare, path, tmp_path / "clean.jpg", "larger than 20 MB")


def test_a_phones_second_picture_is_no_frame(tmp_path):
    """A JPEG that carries another picture, for depth or as a thumbnail, does not move."""
    second = Image.new("RGB", (300, 300), BLUE)
    path = save(
        tmp_path / "a.jpg",
        Image.new("RGB", (300, 300), RED),
        format="MPO",
        save_all=True,
        append_images=[second],
    )
    facts = picture.prepare(path, tmp_path / "clean.jpg")
    assert facts.warnings == ()
    with Image.open(facts.path) as image:
        assert is_red(image.getpixel((100, 100)))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP", "AVIF"])
def test_damage_anywhere_gets_a_sentence(tmp_path, kind):
    """Whatever bytes are changed, the picture is taken or refused; nothing else is raised."""
    buffer, chance = io.BytesIO(), random.Random(4)  # noqa: S311  # the same each time
    frames = (
        {"save_all": True, "append_images": [photo(240, 240).rotate(20)]}
        if kind in ("GIF", "TIFF", "WEBP")
        else {}
    )
    photo(240, 240).save(buffer, kind, **frames)
    whole = buffer.getvalue()
    for _ in range(60):
        data = bytearray(whole)
        for _ in range(chance.randint(1, 8)):
            data[chance.randrange(min(len(data), chance.choice((64, 400, len(data)))))] = chance.randrange(
                256
            )
        with contextlib.suppress(MediaError):
            picture.prepare(write(tmp_path / "a", bytes(data)), tmp_path / "clean.jpg")


def test_a_missing_file_is_told_without_its_path(tmp_path):
    """A file that is not there, or is a folder, gets a sentence like any other."""
    for prepare in (sound.prepare, picture.prepare):
        for path in (tmp_path / "gone.bin", tmp_path):
            refused(prepare, path, tmp_path / "out.bin", "missing")
