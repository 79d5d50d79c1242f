"""Makes files that cost whoever decodes them far more than their senders; each time the same."""

import io
import struct
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from tests.media.make_files import png_chunk, png_of, write

TAGS, TAGGED_BYTES = 250, 18_000_000
EXIF_BYTES = 2_000_000
PAGES, SCANS = 40_000, 6_000
_BYTE, _SHORT, _LONG, _BYTES_OF_ANY = 1, 3, 4, 7
_PRIVATE = 40_000  # from which number on applications have tags of their own


def _tag(number: int, kind: int, many: int, value: int) -> bytes:
    return struct.pack("<HHII", number, kind, many, value)


def _square(strip_at: int, side: int = 300) -> list[bytes]:
    """Return the tags of a grey square whose pixels lie in one strip."""
    values = {256: side, 257: side, 258: 8, 259: 1, 262: 1, 277: 1, 278: side, 279: side * side}
    tags = [_tag(number, _LONG, 1, value) for number, value in values.items()]
    return sorted([*tags, _tag(273, _LONG, 1, strip_at)])


def _by_number(tags: list[bytes]) -> bytes:
    ordered = sorted(tags, key=lambda tag: struct.unpack_from("<H", tag)[0])
    return struct.pack("<H", len(ordered)) + b"".join(ordered)


def tiff_of_tags(many: int = TAGS, size: int = TAGGED_BYTES) -> bytes:
    """A TIFF whose private tags all have the same bytes for their value."""
    strip, shared = 8, 8 + 300 * 300
    tags = [_tag(_PRIVATE + number, _BYTES_OF_ANY, size, shared) for number in range(many)]
    directory = _by_number([*_square(strip), *tags]) + bytes(4)
    at = shared + size
    return b"II*\0" + struct.pack("<I", at) + bytes(300 * 300 + size) + directory


def tiff_of_pixel_tags(size: int = 1024**2) -> bytes:
    """A TIFF in which tags that decoders need have a megabyte of values each, all the same one."""
    strip, shared = 8, 8 + 300 * 300
    own = {struct.unpack_from("<H", tag)[0] for tag in _square(strip)}
    numbers = {*range(280, 300), *range(317, 326), *range(512, 522), 338, 339, 347, *range(529, 533)} - own
    tags = [_tag(number, _SHORT, size // 2, shared) for number in numbers]
    directory = _by_number([*_square(strip), *tags]) + bytes(4)
    return (
        b"II*\0" + struct.pack("<I", shared + size) + bytes(300 * 300) + b"\xff\x7f" * (size // 2) + directory
    )


def big_tiff_of_tags(many: int = TAGS, size: int = TAGGED_BYTES) -> bytes:
    """The first one as a BigTIFF, whose counts and places have 64 bits."""
    values = {256: 300, 257: 300, 258: 8, 259: 1, 262: 1, 273: 16, 277: 1, 278: 300, 279: 300 * 300}
    tags = [struct.pack("<HHQQ", number, _LONG, 1, value) for number, value in values.items()]
    shared = 16 + 300 * 300
    tags += [struct.pack("<HHQQ", _PRIVATE + number, _BYTES_OF_ANY, size, shared) for number in range(many)]
    head = b"II+\0" + struct.pack("<HHQ", 8, 0, shared + size)
    return head + bytes(300 * 300 + size) + struct.pack("<Q", len(tags)) + b"".join(tags) + bytes(8)


def tiff_of_pages(pages: int = PAGES) -> bytes:
    """A TIFF of so many pages, each the same square."""
    directory = _by_number(_square(8))
    begin, step = 8 + 300 * 300, len(directory) + 4
    places = [begin + number * step for number in range(pages)]
    chain = b"".join(directory + struct.pack("<I", following) for following in (*places[1:], 0))
    return b"II*\0" + struct.pack("<I", begin) + bytes(300 * 300) + chain


def exif_of_tags(many: int = TAGS, size: int = EXIF_BYTES) -> bytes:
    """An EXIF block whose tags all have the same bytes for their value."""
    at = 8 + 2 + 12 * many + 4
    tags = [_tag(_PRIVATE + number, _BYTES_OF_ANY, size, at) for number in range(many)]
    return b"II*\0" + struct.pack("<I", 8) + _by_number(tags) + bytes(4 + size)


def png_of_exif() -> bytes:
    """A PNG with such a block."""
    whole = _saved(Image.new("RGB", (300, 300)), "PNG")
    return whole[:33] + png_chunk(b"eXIf", exif_of_tags()) + whole[33:]


def webp_of_exif() -> bytes:
    """A WebP with such a block."""
    return _saved(Image.new("RGB", (300, 300)), "WEBP", exif=exif_of_tags())


def avif_of_exif() -> bytes:
    """An AVIF with such a block."""
    return _saved(Image.new("RGB", (300, 300)), "AVIF", exif=exif_of_tags(), speed=10)


def jpeg_of_scans(scans: int = SCANS, side: int = 7000) -> bytes:
    """A progressive JPEG with so many scans that add nothing, ten bytes each."""
    whole = _saved(Image.new("L", (side, side)), "JPEG", quality=1, progressive=True)
    empty = b"\xff\xda" + struct.pack(">HBBBBBB", 8, 1, 1, 0, 1, 63, 0)
    return whole[:-2] + scans * empty + whole[-2:]


def bomb(folder: Path) -> bytes:
    """A PNG of 144 megapixels in 18 kB."""
    return png_of(folder / "bomb.png", 12_000, 12_000).read_bytes()


def _saved(image: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


CRAFTED: dict[str, Callable[[], bytes]] = {
    "TIFF of tags": tiff_of_tags,
    "TIFF of pixel tags": tiff_of_pixel_tags,
    "BigTIFF of tags": big_tiff_of_tags,
    "TIFF of pages": tiff_of_pages,
    "PNG of EXIF": png_of_exif,
    "WebP of EXIF": webp_of_exif,
    "AVIF of EXIF": avif_of_exif,
    "JPEG of scans": jpeg_of_scans,
}


def written(name: str, folder: Path) -> Path:
    """Write one of them into a folder."""
    return write(folder / f"{name.replace(' ', '-')}.bin", CRAFTED[name]())
