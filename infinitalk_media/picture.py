"""Prepares a picture: an upright JPEG in sRGB, without metadata, with sides of at most 2048 pixels."""

import io
import warnings as python_warnings
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageChops, ImageCms

from infinitalk_media import MediaError
from infinitalk_media.bit_depth import to_eight_bits
from infinitalk_media.file_type import PICTURE, FileType, check_size, sniff
from infinitalk_media.metadata import gif, jpeg, png, tiff, webp
from infinitalk_media.metadata.stripped import PROFILE_MAX, Stripped
from infinitalk_media.metadata.stripped import orientation as exif_orientation
from infinitalk_media.sentences import Sentence, say

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF")
SIZE_MAX = 20 * 1024**2
# What fits into child_process.Limits.memory_mb: a JPEG is decoded smaller, a WebP needs four copies.
PIXELS_MAX = {"JPEG": 50_000_000, "MPO": 50_000_000, "WEBP": 20_000_000, "AVIF": 25_000_000}
OTHER_PIXELS_MAX = 36_000_000
SHORT_SIDE_MIN = 200
ASPECT_MAX = 4.0
LONG_SIDE = 2048  # more than the model uses
JPEG_QUALITY = 92
MISSING_MAX = 0.02  # share of rows that may be cut off
_UPRIGHT = {  # by EXIF orientation
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_STRIP = {
    "jpeg_picture": jpeg.strip,
    "png_picture": png.strip,
    "webp_picture": webp.strip,
    "gif_picture": gif.strip,
    "tiff_picture": tiff.strip,
}
_DAMAGED_IF_UNREAD = {*_STRIP, "bmp_picture", "avif_picture"} - {"tiff_picture"}


@dataclass(frozen=True)
class Facts:
    """The prepared picture: sides in pixels, and `shrunk`, the scale from the upright original to it."""

    path: Path
    width: int
    height: int
    source_format: str
    warnings: tuple[Sentence, ...] = ()
    shrunk: float = 1.0


def prepare(source: Path, target: Path, part: tuple[float, float, float, float] | None = None) -> Facts:
    """Check the picture and write it to `target` as JPEG, quality 92, without EXIF or colour profile.

    Args:
        source: the original.
        target: path of the prepared picture.
        part: left, top, right and bottom of a crop, in pixels of the upright original; None keeps all.

    Raises:
        MediaError: it cannot be used; `target` is not written.
    """
    check_size(source, "picture", SIZE_MAX)
    kind = sniff(source)
    stripped = _STRIP.get(kind.code if kind else "", Stripped)(source.read_bytes())
    with _open(stripped, kind) as image:
        source_format, original = image.format or "", sorted(image.size)
        frames = stripped.frames or _frames(image)
    clean, notes = _clean(stripped, frames)
    # A large JPEG is decoded at a smaller size, and one that is cut off has fewer rows.
    decoded = max(now / before for now, before in zip(sorted(clean.size), original, strict=True))
    if part:
        left, top, right, bottom = (round(decoded * edge) for edge in part)
        clean = clean.crop((left, top, right, bottom))
    width, height = clean.size
    if min(width, height) < SHORT_SIDE_MIN:
        raise MediaError(say("picture_too_small", width=width, height=height, least=SHORT_SIDE_MIN))
    if max(width, height) > ASPECT_MAX * min(width, height):
        raise MediaError(say("picture_too_narrow"))
    clean.thumbnail((LONG_SIDE, LONG_SIDE), Image.Resampling.LANCZOS)
    clean.info.clear()  # Pillow would write a comment from it
    buffer = io.BytesIO()
    clean.save(buffer, "JPEG", quality=JPEG_QUALITY)
    target.write_bytes(buffer.getvalue())
    return Facts(target, *clean.size, source_format, notes, decoded * max(clean.size) / max(width, height))


def _open(stripped: Stripped, kind: FileType | None) -> Image.Image:
    """Open by content, in FORMATS alone: EPS would start Ghostscript."""
    try:
        with python_warnings.catch_warnings():
            # Pillow only warns at its own limit; ours is checked below.
            python_warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(stripped.data), formats=FORMATS)
    except Image.DecompressionBombError as error:
        raise _too_many_pixels(kind) from error
    except MemoryError:
        raise
    except Exception as error:  # Pillow raises anything for a broken header
        raise _unreadable(kind) from error
    if image.width * image.height > PIXELS_MAX.get(image.format or "", OTHER_PIXELS_MAX):
        image.close()
        raise _too_many_pixels(kind)
    return image


def _frames(image: Image.Image) -> int:
    """Return the number of frames; 1 where they cannot be counted."""
    try:
        return int(getattr(image, "n_frames", 1))
    except Exception:  # noqa: BLE001  # the same as in `_open`
        return 1


def _too_many_pixels(kind: FileType | None) -> MediaError:
    what = kind.name if kind else say("picture_of_some_kind")
    most = next((most for name, most in PIXELS_MAX.items() if name in what.upper()), OTHER_PIXELS_MAX)
    return MediaError(say("picture_too_many_pixels", most=most // 1_000_000, kind=what))


def _unreadable(kind: FileType | None) -> MediaError:
    if kind is None:
        return MediaError(say("not_a_picture"))
    if kind.category != PICTURE:
        return MediaError(say("something_else_than_picture", kind=kind.name))
    if kind.code in _DAMAGED_IF_UNREAD:
        return MediaError(say("picture_damaged"))
    return MediaError(say("picture_kind_unreadable", kind=kind.name))


def _clean(stripped: Stripped, frames: int) -> tuple[Image.Image, tuple[Sentence, ...]]:
    """Return the first frame in upright 8-bit sRGB, and warnings.

    Each step replaces the picture of the one before: a large one is in memory twice at most.
    """
    try:
        notes = [say("picture_first_frame", frames=frames)] if frames > 1 else []
        if stripped.ended:
            image = _decoded(stripped.data)
        else:
            image, missing = _without_end(stripped)
            notes += [say("picture_rows_missing")] if missing else []
        orientation = stripped.orientation or exif_orientation(image.info.get("exif", b""))
        image = to_eight_bits(image)
        if 0 < len(stripped.profile) <= PROFILE_MAX:
            image.info["icc_profile"] = stripped.profile
        image = _to_srgb(image)
        image = _on_white(image)
        return (image.transpose(_UPRIGHT[orientation]) if orientation in _UPRIGHT else image), tuple(notes)
    except (MediaError, MemoryError):
        raise
    except Exception as error:  # Pillow raises anything for broken pixels: OSError, struct.error ...
        raise MediaError(say("picture_damaged")) from error


def _decoded(data: bytes) -> Image.Image:
    """Return the first frame; `load` raises for a file that is cut off."""
    with python_warnings.catch_warnings():
        python_warnings.simplefilter("ignore")  # `_open` has checked the size
        image = Image.open(io.BytesIO(data), formats=FORMATS)
    image.draft("RGB", (LONG_SIDE, LONG_SIDE))
    image.seek(0)
    image.load()
    return image


def _without_end(stripped: Stripped) -> tuple[Image.Image, int]:
    """Return the rows of a JPEG that is cut off, and how many are missing.

    The decoder invents missing rows. Those that are the same with nothing and with noise appended are real.
    """
    first, second = (_decoded(stripped.data + tail + jpeg.END) for tail in (b"", jpeg.NOISE))
    differing = ImageChops.difference(first, second).getbbox()
    rows = differing[1] if differing else first.height
    if rows < (1 - MISSING_MAX) * first.height:
        raise MediaError(say("picture_damaged"))
    return first.crop((0, 0, first.width, rows)), first.height - rows


def _to_srgb(image: Image.Image) -> Image.Image:
    """Convert by the colour profile of the picture; an unreadable profile is ignored."""
    profile = image.info.get("icc_profile")
    if profile and image.mode == "P":
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    if not profile or image.mode not in ("RGB", "RGBA", "CMYK", "L"):
        return image
    wanted = "RGBA" if image.mode == "RGBA" else "RGB"
    try:
        given = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        srgb = ImageCms.createProfile("sRGB")
        return ImageCms.profileToProfile(image, given, srgb, outputMode=wanted) or image
    except (ImageCms.PyCMSError, OSError):
        return image


def _on_white(image: Image.Image) -> Image.Image:
    if image.has_transparency_data:
        image = image if image.mode == "RGBA" else image.convert("RGBA")
        clear = ImageChops.invert(image.getchannel("A"))
        image = image.convert("RGB")
        image.paste("white", mask=clear)
    return image if image.mode == "RGB" else image.convert("RGB")
