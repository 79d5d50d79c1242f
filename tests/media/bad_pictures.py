"""The table of bad and odd pictures, by its rows: how each file is made, and what it gets."""

import functools
import io
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, ImageCms

from infinitalk_media import picture
from tests.media.make_files import cut, png_of, write

Make = Callable[[Path], Path]
Check = Callable[[picture.Facts, Image.Image], None]

MANY, NOT_A_PICTURE, DAMAGED = "too many pixels", "not a picture", "damaged or was not fully uploaded"
RED, BLUE = (200, 30, 30), (30, 30, 200)
EPS = "%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 300 300\n%%EndComments\n%%EOF\n"
SCRIPT = b"<script>alert(1)</script>"


def save(path: Path, image: Image.Image, **options: object) -> Path:
    image.save(path, **options)
    return path


def photo(width: int = 800, height: int = 600, mode: str = "RGB") -> Image.Image:
    """Left half red, right half blue."""
    image = Image.new("RGB", (width, height), RED)
    image.paste(BLUE, (width // 2, 0, width, height))
    return image.convert(mode)


@functools.cache
def _huge_jpeg() -> bytes:
    buffer = io.BytesIO()
    Image.new("L", (20000, 20000)).save(buffer, "JPEG", quality=1)
    return buffer.getvalue()


def _of_a_phone(folder: Path) -> Path:
    """A picture on its side, with the place where it was taken."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif.get_ifd(0x8825)[2] = (48.0, 12.0, 30.0)
    exif[0x010F] = "PhoneMaker"
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return save(folder / "a.jpg", photo(), exif=exif, icc_profile=srgb)


def _clear(mode: str = "RGBA") -> Image.Image:
    image = photo(mode="RGBA")
    image.putalpha(0)
    return image.convert(mode)


def _palette(folder: Path) -> Path:
    image = Image.new("P", (400, 400), 0)
    image.putpalette([0, 0, 0, *RED])
    return save(folder / "a.png", image, transparency=0)


def _moving(path: Path) -> Path:
    red, blue = Image.new("RGB", (300, 300), RED), Image.new("RGB", (300, 300), BLUE)
    return save(path, red, save_all=True, append_images=[blue], duration=100)


def _jpeg_with_tail(folder: Path) -> Path:
    path = save(folder / "a.jpg", photo())
    return write(path, path.read_bytes() + SCRIPT)


def _jpeg_named_png(folder: Path) -> Path:
    return save(folder / "a.jpg", photo()).rename(folder / "a.png")


def is_red(pixel: tuple[int, ...]) -> bool:
    return pixel[0] > 130 and pixel[2] < 110


def is_blue(pixel: tuple[int, ...]) -> bool:
    return pixel[2] > 130 and pixel[0] < 110


def _same(_: picture.Facts, image: Image.Image) -> None:
    assert is_red(image.getpixel((100, 300)))
    assert is_blue(image.getpixel((700, 300)))


def _upright_and_silent(facts: picture.Facts, image: Image.Image) -> None:
    assert image.size == (600, 800)
    assert is_red(image.getpixel((300, 100)))
    assert is_blue(image.getpixel((300, 700)))
    assert not image.getexif()
    assert "icc_profile" not in image.info
    assert b"PhoneMaker" not in facts.path.read_bytes()


def _grey(_: picture.Facts, image: Image.Image) -> None:
    assert image.getpixel((200, 200))[0] == pytest.approx(128, abs=3)


def _dark(_: picture.Facts, image: Image.Image) -> None:
    assert image.getpixel((200, 200))[0] < 3


def _white(_: picture.Facts, image: Image.Image) -> None:
    assert min(image.getpixel((100, 100))) > 250


def _first_frame(facts: picture.Facts, image: Image.Image) -> None:
    assert facts.warnings == ("The picture has 2 frames; the first frame is used.",)
    assert is_red(image.getpixel((150, 150)))


def _no_tail(facts: picture.Facts, image: Image.Image) -> None:
    _same(facts, image)
    assert b"script" not in facts.path.read_bytes()


def _by_content(facts: picture.Facts, image: Image.Image) -> None:
    _same(facts, image)
    assert facts.source_format == "JPEG"


REFUSED_PICTURES: dict[str, tuple[Make, str]] = {
    "27 20000x20000 JPEG": (lambda f: write(f / "a.jpg", _huge_jpeg()), MANY),
    "28 144 Mpx PNG": (lambda f: png_of(f / "a.png", 12000, 12000), MANY),
    "29 PNG header 60000x60000": (lambda f: png_of(f / "a.png", 60000, 60000, rows=1), MANY),
    "30 truncated JPEG": (lambda f: cut(save(f / "a.jpg", photo()), f / "b.jpg", 0.5), DAMAGED),
    "30 truncated PNG": (lambda f: cut(save(f / "a.png", photo()), f / "b.png", 0.5), DAMAGED),
    "31 text as .jpg": (lambda f: write(f / "a.jpg", "hello"), NOT_A_PICTURE),
    "31 HTML as .jpg": (lambda f: write(f / "a.jpg", "<html><body>hi</body></html>"), NOT_A_PICTURE),
    "31 zero bytes": (lambda f: write(f / "a.jpg", ""), "picture file is empty"),
    "32 SVG": (lambda f: write(f / "a.svg", '<svg xmlns="http://www.w3.org/2000/svg"/>'), "JPEG, PNG"),
    "33 EPS": (lambda f: write(f / "a.jpg", EPS), NOT_A_PICTURE),
    "34 HEIC": (
        lambda f: write(f / "a.heic", struct.pack(">I", 24) + b"ftypheic" + b"\x00" * 200),
        "export it as JPEG",
    ),
    "41 1x1": (lambda f: save(f / "a.png", Image.new("RGB", (1, 1))), "too small: 1x1"),
    "41 40x40": (lambda f: save(f / "a.png", Image.new("RGB", (40, 40))), "too small: 40x40"),
    "41 4000x100": (lambda f: save(f / "a.png", Image.new("RGB", (4000, 100))), "too small: 4000x100"),
    "41 4000x900": (lambda f: save(f / "a.png", Image.new("RGB", (4000, 900))), "too narrow"),
}

ACCEPTED_PICTURES: dict[str, tuple[Make, Check]] = {
    "35 AVIF": (lambda f: save(f / "a.avif", photo()), _same),
    "36 CMYK JPEG": (lambda f: save(f / "a.jpg", photo(mode="CMYK")), _same),
    "37 phone's photo": (_of_a_phone, _upright_and_silent),
    "38 16-bit grey PNG": (lambda f: save(f / "a.png", Image.new("I;16", (400, 400), 32768)), _grey),
    "38 16-bit night": (lambda f: save(f / "a.png", Image.new("I;16", (400, 400), 200)), _dark),
    "39 alpha PNG": (lambda f: save(f / "a.png", _clear()), _white),
    "39 alpha WebP": (lambda f: save(f / "a.webp", _clear()), _white),
    "39 grey with alpha": (lambda f: save(f / "a.png", _clear("LA")), _white),
    "39 palette with alpha": (_palette, _white),
    "40 animated GIF": (lambda f: _moving(f / "a.gif"), _first_frame),
    "40 animated WebP": (lambda f: _moving(f / "a.webp"), _first_frame),
    "40 animated PNG": (lambda f: _moving(f / "a.png"), _first_frame),
    "42 JPEG with a script behind it": (_jpeg_with_tail, _no_tail),
    "43 JPEG named .png": (_jpeg_named_png, _by_content),
}
