"""A file in the wrong place is named as what it is."""

from collections.abc import Callable
from pathlib import Path

import pytest

from infinitalk_media import picture, sound
from tests.media.bad_pictures import photo, save
from tests.media.bad_sounds import a_wav, an_mp3
from tests.media.checks import refused
from tests.media.make_files import convert, write

Make = Callable[[Path], Path]

SOUNDS: dict[str, Make] = {
    "a WAV sound": a_wav,
    "an MP3 or AAC sound": an_mp3,
    "an Ogg sound": lambda f: convert(a_wav(f), f / "s.opus", "-c:a", "libopus"),
    "a FLAC sound": lambda f: convert(a_wav(f), f / "s.flac"),
    "an AIFF sound": lambda f: convert(a_wav(f), f / "s.aiff"),
}
PICTURES: dict[str, Make] = {
    f"a {kind} picture": lambda f, kind=kind: save(f / "s.bin", photo(), format=kind.upper())
    for kind in ("JPEG", "PNG", "GIF", "BMP", "TIFF", "WebP")
} | {"an AVIF picture": lambda f: save(f / "s.avif", photo())}
OTHERS: dict[str, Make] = {
    "a PDF document": lambda f: write(f / "s.bin", "%PDF-1.7\n"),
    "a ZIP archive or an office document": lambda f: write(f / "s.bin", b"PK\3\4" + bytes(40)),
    "an SVG drawing": lambda f: write(
        f / "s.bin", '<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>'
    ),
    "a web page": lambda f: write(f / "s.bin", "<!DOCTYPE html><html></html>"),
    "a PostScript document": lambda f: write(f / "s.bin", "%!PS-Adobe-3.0\n"),
}


@pytest.mark.parametrize("name", SOUNDS | OTHERS)
def test_what_is_no_picture_is_named(tmp_path, name):
    """A sound or a document in the picture's place is called by its name."""
    source = (SOUNDS | OTHERS)[name](tmp_path)
    refused(picture.prepare, source, tmp_path / "clean.jpg", f"This is {name}, not a picture; choose")


@pytest.mark.parametrize("name", PICTURES | OTHERS)
def test_what_is_no_sound_is_named(tmp_path, name):
    """A picture or a document in the voice's place is called by its name."""
    source = (PICTURES | OTHERS)[name](tmp_path)
    refused(sound.prepare, source, tmp_path / "clip.mp3", f"This is {name}, not a sound file; choose")


@pytest.mark.parametrize(
    ("name", "head"),
    [
        ("a JPEG XL picture", b"\0\0\0\x0cJXL \r\n\x87\n"),
        ("a JPEG 2000 picture", b"\0\0\0\x0cjP  \r\n\x87\n"),
        ("a Photoshop picture", b"8BPS\0\1"),
        ("a HEIC picture", b"\0\0\0\x18ftypheic"),
    ],
)
def test_a_picture_that_cannot_be_read_here_is_named(tmp_path, name, head):
    """Whoever brings it learns into what to turn it."""
    source = write(tmp_path / "s.bin", head + bytes(100))
    refused(
        picture.prepare, source, tmp_path / "clean.jpg", f"This is {name} that cannot be .*export it as JPEG"
    )
