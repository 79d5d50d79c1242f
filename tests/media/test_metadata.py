"""What stands in a picture's file beside its pixels cannot spoil it: browsers show it all the same."""

import io
import random
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image, ImageCms

from infinitalk_media import picture
from tests.media.bad_pictures import is_blue, is_red, photo, save
from tests.media.checks import refused
from tests.media.make_files import png_chunk, write

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
ON_ITS_SIDE = struct.pack(">4sIHHHIHHI", b"MM\0*", 8, 1, 0x0112, 3, 1, 6, 0, 0)
JUNK = b"\xff" * 50


def encoded(kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    photo().save(buffer, kind, **options)
    return buffer.getvalue()


def shows_the_same(data: bytes, folder: Path, *notes: str) -> None:
    """Expect the photo, upright, with these notes and no others."""
    facts = picture.prepare(write(folder / "a", data), folder / "clean.jpg")
    assert (facts.width, facts.height, facts.warnings) == (800, 600, notes)
    with Image.open(facts.path) as image:
        assert is_red(image.getpixel((100, 300)))
        assert is_blue(image.getpixel((700, 300)))


PNG, HEAD = encoded("PNG"), 33  # bytes of signature and IHDR
PNG_CHUNKS = {
    b"iCCP": b"name\0\0" + zlib.compress(SRGB),
    b"pHYs": struct.pack(">IIB", 2835, 2835, 1),
    b"tEXt": b"Title\0hello",
    b"zTXt": b"Title\0\0" + zlib.compress(b"hello"),
    b"iTXt": b"Title\0\1\0\0\0" + zlib.compress(b"hello"),
    b"eXIf": b"MM\0*\0\0\0\x08\0\0",
    b"gAMA": struct.pack(">I", 45455),
    b"cHRM": struct.pack(">8I", 31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000),
    b"sRGB": b"\0",
    b"cICP": b"\1\x0d\0\1",
    b"tIME": struct.pack(">HBBBBB", 2026, 1, 1, 0, 0, 0),
    b"sBIT": b"\x08\x08\x08",
    b"bKGD": bytes(6),
    b"tRNS": bytes(6),
    b"hIST": bytes(4),
    b"sPLT": b"name\0\x08",
    b"acTL": struct.pack(">II", 1, 0),
    b"prVt": b"anything",
}
PNG_DAMAGE = {
    "wrong checksum": lambda kind, body: png_chunk(kind, body)[:-4] + b"abcd",
    "empty": lambda kind, _: png_chunk(kind, b""),
    "junk": lambda kind, _: png_chunk(kind, JUNK) if kind != b"acTL" else png_chunk(kind, JUNK[:7]),
    "too short": lambda kind, body: png_chunk(kind, body[:-1]),
    "twice": lambda kind, body: 2 * png_chunk(kind, body),
    "claims too much": lambda kind, body: struct.pack(">I", 2**31 - 1) + png_chunk(kind, body)[4:],
}


@pytest.mark.parametrize("damage", PNG_DAMAGE)
@pytest.mark.parametrize("kind", PNG_CHUNKS, ids=bytes.decode)
def test_a_chunk_beside_the_pixels_cannot_spoil_a_png(tmp_path, kind, damage):
    """Whatever is wrong with an ancillary chunk, before the pixels or after them, the picture is used."""
    chunk = PNG_DAMAGE[damage](kind, PNG_CHUNKS[kind])
    shows_the_same(PNG[:HEAD] + chunk + PNG[HEAD:], tmp_path)
    shows_the_same(PNG[:-12] + chunk + PNG[-12:], tmp_path)


@pytest.mark.parametrize(
    "chunks",
    [
        png_chunk(b"zTXt", b"Title\0\0" + zlib.compress(bytes(1_600_000))),
        png_chunk(b"iTXt", b"Title\0\1\0\0\0" + zlib.compress(bytes(1_600_000))),
        80 * png_chunk(b"zTXt", b"Title\0\0" + zlib.compress(bytes(900_000))),
        png_chunk(b"iCCP", b"name\0\0" + zlib.compress(bytes(400_000_000), 1)),
    ],
    ids=["long text", "long international text", "many texts", "endless profile"],
)
def test_what_is_packed_beside_a_png_is_not_unpacked(tmp_path, chunks):
    """Long texts and profiles, packed to little, neither spoil the picture nor cost their length."""
    shows_the_same(PNG[:HEAD] + chunks + PNG[HEAD:], tmp_path)


def test_a_large_profile_of_a_png_is_applied(tmp_path):
    """A profile of 1.4 MB that swaps red and blue swaps them."""
    swapped = SRGB.replace(b"rXYZ", b"tmp_").replace(b"bXYZ", b"rXYZ").replace(b"tmp_", b"bXYZ")
    chunk = png_chunk(b"iCCP", b"name\0\0" + zlib.compress(swapped + bytes(1_400_000)))
    facts = picture.prepare(write(tmp_path / "a", PNG[:HEAD] + chunk + PNG[HEAD:]), tmp_path / "clean.jpg")
    with Image.open(facts.path) as image:
        assert is_blue(image.getpixel((100, 300)))


@pytest.mark.parametrize("lost", [4, 6, 12, 14])
def test_a_png_whose_rows_are_all_there_is_used(tmp_path, lost):
    """Its end mark, and the last checksum, may be missing."""
    shows_the_same(PNG[:-lost], tmp_path)


JPEG = encoded("JPEG")
JPEG_SEGMENTS = {
    f"APP{number} {name}": (0xE0 + number, body)
    for number in (0, 1, 2, 5, 13, 14)
    for name, body in {
        "empty": b"",
        "junk": JUNK,
        "JFIF, short": b"JFIF\0",
        "Exif, empty": b"Exif\0\0",
        "Exif, junk": b"Exif\0\0" + JUNK,
        "Exif, cut off": b"Exif\0\0" + ON_ITS_SIDE[:16],
        "ICC, empty": b"ICC_PROFILE\0",
        "ICC, short": b"ICC_PROFILE\0\1",
        "ICC, a part of two": b"ICC_PROFILE\0\1\2" + SRGB,
        "ICC, cut off": b"ICC_PROFILE\0\1\1" + SRGB[:200],
        "Adobe, short": b"Adobe",
        "Photoshop, cut off": b"Photoshop 3.0\x008BIM\3\xed\0\0\0\0",
        "second pictures, junk": b"MPF\0" + JUNK,
    }.items()
} | {"comment": (0xFE, JUNK)}


def webp(*, change: bytes = b"", to: bytes = b"", claims: int | None = None) -> bytes:
    """Return a WebP in which one chunk beside the pixels has another content, and perhaps a false length."""
    data, at, chunks = encoded("WEBP", exif=b"Exif\0\0", icc_profile=SRGB, xmp=b"<x/>"), 12, b""
    while at < len(data):
        kind, length = struct.unpack_from("<4sI", data, at)
        body = to if kind == change else data[at + 8 : at + 8 + length]
        claimed = claims if claims and kind == change else len(body)
        chunks += kind + struct.pack("<I", claimed) + body + b"\0" * (len(body) % 2)
        at += 8 + length + length % 2
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WEBP" + chunks


def gif(frames: int = 1) -> bytes:
    more = [photo().rotate(180 * number).convert("P") for number in range(1, frames)]
    buffer = io.BytesIO()
    photo().convert("P").save(buffer, "GIF", save_all=frames > 1, append_images=more, duration=100)
    return buffer.getvalue()


@pytest.mark.parametrize("frames", [1, 2])
@pytest.mark.parametrize(
    "block",
    [
        b"!\x01\x0c" + bytes(12) + b"\2hi\0",
        b"!\xff\0",
        b"!\xff\x03abc\0",
        b"!\xff\x0bNETSCAPE2.0\0",
        b"!\xff\x0bNETSCAPE2.0\1\1\0",
        b"!\xf9\0",
        b"!\xf9\1\0\0",
        b"!\xf9\6abcdef\0",
        b"!\xfe" + 300 * (b"\xff" + 255 * b"a") + b"\0",
        b"!\x77\2ab\0",
        b"abc",
    ],
)
def test_an_extension_block_cannot_spoil_a_gif(tmp_path, block, frames):
    """Broken, unknown and long blocks are passed over, before the first frame and behind it."""
    data = gif(frames)
    screen = 13 + 3 * 2 ** ((data[10] & 7) + 1)
    notes = ("The picture has 2 frames; the first frame is used.",) if frames == 2 else ()
    shows_the_same(data[:screen] + block + data[screen:], tmp_path, *notes)
    shows_the_same(data[:-1] + block, tmp_path, *notes)


def test_a_gif_without_its_end_is_used(tmp_path):
    """The mark at its end, and the end of its last frame, may be missing."""
    shows_the_same(gif()[:-1], tmp_path)
    shows_the_same(gif()[:-3], tmp_path)
    shows_the_same(gif(2)[:-200], tmp_path, "The picture has 2 frames; the first frame is used.")


TIFF_DAMAGE = {
    "a place far behind the end": (8, b"\xff\xff\xff\x7f"),
    "too many values": (4, b"\xff\xff\xff\x7f"),
    "no value": (4, bytes(4)),
    "an unknown type": (2, b"\x63\0"),
    "type float": (2, b"\x0b\0"),
    "type ASCII": (2, b"\2\0"),
    "is a directory": (0, b"\x69\x87"),
}


@pytest.mark.parametrize("compression", [None, "tiff_lzw"])
@pytest.mark.parametrize("damage", TIFF_DAMAGE)
@pytest.mark.parametrize("tag", [270, 271, 274, 282, 296, 306, 34675])
def test_a_tag_that_only_describes_cannot_spoil_a_tiff(tmp_path, tag, damage, compression):
    """Whatever is wrong with a title, a resolution, an orientation or a profile, the picture is used."""
    about = {270: "A title", 271: "A maker", 274: 1, 282: 72.0, 296: 2, 306: "2026:01:01 00:00:00"}
    path = save(tmp_path / "a.tif", photo(), tiffinfo=about, icc_profile=SRGB, compression=compression)
    data = bytearray(path.read_bytes())
    (at,) = struct.unpack_from("<I", data, 4)
    (count,) = struct.unpack_from("<H", data, at)
    entry = next(
        place
        for place in range(at + 2, at + 2 + 12 * count, 12)
        if struct.unpack_from("<H", data, place)[0] == tag
    )
    offset, value = TIFF_DAMAGE[damage]
    data[entry + offset : entry + offset + len(value)] = value
    shows_the_same(bytes(data), tmp_path)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
def test_every_format_says_which_way_is_up(tmp_path, kind):
    """The orientation is read from EXIF, wherever a format keeps it."""
    exif = Image.Exif()
    exif[0x0112] = 6
    path = save(tmp_path / "a", photo(), format=kind, exif=exif)
    facts = picture.prepare(path, tmp_path / "clean.jpg")
    with Image.open(facts.path) as image:
        assert image.size == (600, 800)
        assert is_red(image.getpixel((300, 100)))


@pytest.mark.parametrize("kind", ["JPEG", "GIF", "PNG", "WEBP", "TIFF"])
def test_a_comment_does_not_travel(tmp_path, kind):
    """What somebody wrote into the file stays with them."""
    about = {"TIFF": {"tiffinfo": {270: "Secret"}}, "WEBP": {"xmp": b"Secret"}}
    path = save(
        tmp_path / "a",
        photo(mode="P" if kind == "GIF" else "RGB"),
        format=kind,
        **about.get(kind, {"comment": b"Secret"}),
    )
    if kind == "PNG":
        data = path.read_bytes()
        write(path, data[:HEAD] + png_chunk(b"tEXt", b"comment\0Secret") + data[HEAD:])
    assert b"Secret" in path.read_bytes()
    assert b"Secret" not in picture.prepare(path, tmp_path / "clean.jpg").path.read_bytes()


@pytest.mark.parametrize(
    "data",
    [PNG, PNG[:-12], JPEG, webp(), gif(), gif()[:-1]],
    ids=["PNG", "PNG without an end", "JPEG", "WebP", "GIF", "GIF without an end"],
)
def test_zeros_behind_a_picture_do_not_matter(tmp_path, data):
    """A file may be longer than its picture, by a megabyte."""
    shows_the_same(data + bytes(2**20), tmp_path)


@pytest.mark.parametrize(
    "data",
    [
        PNG[:HEAD] + 200_000 * png_chunk(b"tEXt", b"") + PNG[HEAD:],
        JPEG[:2] + 200_000 * b"\xff\xe5\0\2" + JPEG[2:],
        webp() + 200_000 * b"abcd\0\0\0\0",
        gif()[:-1] + 200_000 * b"!\xfe\0",
    ],
    ids=["PNG", "JPEG", "WebP", "GIF"],
)
def test_a_picture_in_too_many_pieces_is_refused(tmp_path, data):
    """Taking a file apart has a bound of its own: a hundred thousand pieces."""
    refused(picture.prepare, write(tmp_path / "a.bin", data), tmp_path / "clean.jpg", "too many pieces")


def test_random_damage_beside_the_pixels_is_survived(tmp_path):
    """EXIF with three wrong bytes, in JPEG, PNG and WebP: the photo upright, or as its orientation says."""
    whole, chance = ON_ITS_SIDE, random.Random(7)  # noqa: S311  # the same each time
    for _ in range(15):
        exif = bytearray(whole)
        for _ in range(3):
            exif[chance.randrange(len(exif))] = chance.randrange(256)
        block = b"Exif\0\0" + bytes(exif)
        for data in (
            PNG[:HEAD] + png_chunk(b"eXIf", bytes(exif)) + PNG[HEAD:],
            JPEG[:2] + b"\xff\xe1" + struct.pack(">H", len(block) + 2) + block + JPEG[2:],
            webp(change=b"EXIF", to=bytes(exif)),
        ):
            facts = picture.prepare(write(tmp_path / "a", data), tmp_path / "clean.jpg")
            assert {facts.width, facts.height} == {600, 800}
