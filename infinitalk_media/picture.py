"""A visitor's picture becomes the one that is sent: upright, sRGB, no metadata, at most 2048 px, a JPEG."""

import io
import warnings as python_warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms, ImageOps

from infinitalk_media import MediaError

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF")
SIZE_MAX = 20 * 1024**2
PIXELS_MAX = 50_000_000
SHORT_SIDE_MIN = 200
ASPECT_MAX = 4.0
LONG_SIDE = 2048  # the model crops to fewer pixels than that
JPEG_QUALITY = 92
HEIC = (b"heic", b"heix", b"hevc", b"mif1", b"msf1")
_SIXTEEN_BIT = ("I", "I;16", "I;16B", "I;16L", "F")


@dataclass(frozen=True)
class Facts:
    """The picture that will be sent; sides in pixels.

    `shrunk` is its size in parts of that of the upright picture that was brought.
    """

    path: Path
    width: int
    height: int
    source_format: str
    warnings: tuple[str, ...] = ()
    shrunk: float = 1.0


def prepare(source: Path, target: Path, part: tuple[float, float, float, float] | None = None) -> Facts:
    """Check the picture and write it to `target` as JPEG, quality 92, without EXIF or colour profile.

    Args:
        source: the picture as it was brought.
        target: where the clean one is written to.
        part: left, top, right and bottom of what is kept, in pixels of the upright picture; None keeps all.

    Raises:
        MediaError: it cannot be used; `target` is not written.
    """
    _check_file(source)
    with _open(source) as image:
        kind, frames, longest = image.format or "", _frames(image), max(image.size)
        clean = _clean(image)
    decoded = max(clean.size) / longest  # a large JPEG is decoded smaller
    if part:
        left, top, right, bottom = (round(decoded * edge) for edge in part)
        clean = clean.crop((left, top, right, bottom))
    _check_shape(*clean.size)
    whole = max(clean.size)
    clean.thumbnail((LONG_SIDE, LONG_SIDE), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    clean.save(buffer, "JPEG", quality=JPEG_QUALITY)
    target.write_bytes(buffer.getvalue())
    notes = (f"The picture has {frames} frames; the first frame is used.",) if frames > 1 else ()
    return Facts(target, *clean.size, kind, notes, decoded * max(clean.size) / whole)


def _check_file(source: Path) -> None:
    if not source.is_file():
        raise MediaError("The picture is missing; choose it again.")
    size = source.stat().st_size
    if size == 0:
        raise MediaError("The picture file is empty; choose another one.")
    if size > SIZE_MAX:
        raise MediaError(f"The picture is larger than {SIZE_MAX // 1024**2} MB; save it smaller.")


def _open(source: Path) -> Image.Image:
    """Open by content; naming the formats keeps out EPS, which would start ghostscript."""
    try:
        with python_warnings.catch_warnings():
            # Pillow's own limit only warns; ours is checked right after.
            python_warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(source, formats=FORMATS)
    except Image.DecompressionBombError as error:
        raise _too_many_pixels() from error
    except Exception as error:  # Pillow's readers raise whatever a broken header leads them to
        raise MediaError(_not_a_picture(source)) from error
    if image.width * image.height > PIXELS_MAX:
        image.close()
        raise _too_many_pixels()
    return image


def _too_many_pixels() -> MediaError:
    return MediaError(f"The picture has too many pixels; {PIXELS_MAX // 1_000_000} megapixels are the most.")


def _not_a_picture(source: Path) -> str:
    with source.open("rb") as file:
        head = file.read(16)
    if head[4:8] == b"ftyp" and head[8:12] in HEIC:
        return "HEIC pictures cannot be read here; please export it as JPEG."
    return "This is not a picture that can be read; choose a JPEG, PNG or WebP."


def _frames(image: Image.Image) -> int:
    """Count the frames; a phone's JPEG may carry further pictures (MPO), which are no frames of it."""
    try:
        return 1 if image.format == "MPO" else int(getattr(image, "n_frames", 1))
    except Exception as error:  # the same as in `_clean`
        raise _damaged() from error


def _clean(image: Image.Image) -> Image.Image:
    """Decode the first frame and bring it into upright 8-bit sRGB; only `load` notices a cut-off file."""
    try:
        image.draft("RGB", (LONG_SIDE, LONG_SIDE))
        image.seek(0)
        image.load()
        return _on_white(_to_srgb(_to_eight_bits(ImageOps.exif_transpose(image))))
    except MediaError:
        raise
    except Exception as error:  # the same: OSError, SyntaxError, ValueError, struct.error ...
        raise _damaged() from error


def _damaged() -> MediaError:
    return MediaError("The picture is damaged or was not fully uploaded; upload it again.")


def _to_eight_bits(image: Image.Image) -> Image.Image:
    """Scale 16-bit grey, which Pillow's own conversion would clip to white."""
    if image.mode not in _SIXTEEN_BIT:
        return image
    values = np.asarray(image, np.float32)
    deep = image.mode.startswith("I;16") or values.max() > 255  # noqa: PLR2004  # the two depths that there are
    top = 65535.0 if deep else 255.0
    return Image.fromarray((values.clip(0, top) * (255 / top)).astype(np.uint8))


def _to_srgb(image: Image.Image) -> Image.Image:
    """Apply the picture's own colour profile; a profile that cannot be read is as if it were not there."""
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
    if not image.has_transparency_data:
        return image.convert("RGB")
    white = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(white, image.convert("RGBA")).convert("RGB")


def _check_shape(width: int, height: int) -> None:
    if min(width, height) < SHORT_SIDE_MIN:
        raise MediaError(
            f"The picture is too small: {width}x{height} pixels, at least {SHORT_SIDE_MIN} are needed."
        )
    if max(width, height) > ASPECT_MAX * min(width, height):
        raise MediaError("The picture is too narrow: one side may be at most four times the other.")
