"""A visitor's picture becomes the one that is sent: upright, sRGB, no metadata, at most 2048 px, a JPEG."""

import io
import warnings as python_warnings
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageChops, ImageCms

from infinitalk_media import MediaError, TransientMediaError, exif, gif, jpeg, png, tiff, webp
from infinitalk_media.depth import to_eight_bits
from infinitalk_media.essence import Essence
from infinitalk_media.kinds import PICTURE, Kind, kind_of
from infinitalk_media.sentences import Sentence, say

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF")
SIZE_MAX = 20 * 1024**2
# What fits in the memory of one file (child.Limits): a JPEG is decoded smaller, a WebP in four copies.
PIXELS_MAX = {"JPEG": 50_000_000, "MPO": 50_000_000, "WEBP": 20_000_000, "AVIF": 25_000_000}
OTHER_PIXELS_MAX = 36_000_000
SHORT_SIDE_MIN = 200
ASPECT_MAX = 4.0
LONG_SIDE = 2048  # the model crops to fewer pixels than that
JPEG_QUALITY = 92
MISSING_MAX = 0.02  # of the rows, at the end
_UPRIGHT = {  # by EXIF's number for how the picture lies
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_TAKEN_APART = {
    "jpeg_picture": jpeg.essence,
    "png_picture": png.essence,
    "webp_picture": webp.essence,
    "gif_picture": gif.essence,
    "tiff_picture": tiff.essence,
}
_DAMAGED_IF_UNREAD = {*_TAKEN_APART, "bmp_picture", "avif_picture"} - {"tiff_picture"}


@dataclass(frozen=True)
class Facts:
    """The picture that will be sent; sides in pixels.

    `shrunk` is its size in parts of that of the upright picture that was brought.
    """

    path: Path
    width: int
    height: int
    source_format: str
    warnings: tuple[Sentence, ...] = ()
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
    kind = kind_of(source)
    essence = _essence(source, kind)
    with _open(essence, kind) as image:
        source_format, brought = image.format or "", sorted(image.size)
    clean, notes = _clean(essence)
    # A large JPEG is decoded smaller, and one that was cut off has fewer rows.
    decoded = max(now / before for now, before in zip(sorted(clean.size), brought, strict=True))
    if part:
        left, top, right, bottom = (round(decoded * edge) for edge in part)
        clean = clean.crop((left, top, right, bottom))
    _check_shape(*clean.size)
    whole = max(clean.size)
    clean.thumbnail((LONG_SIDE, LONG_SIDE), Image.Resampling.LANCZOS)
    clean.info.clear()  # Pillow would write a comment in it
    buffer = io.BytesIO()
    clean.save(buffer, "JPEG", quality=JPEG_QUALITY)
    target.write_bytes(buffer.getvalue())
    return Facts(target, *clean.size, source_format, notes, decoded * max(clean.size) / whole)


def _check_file(source: Path) -> None:
    if not source.is_file():
        raise TransientMediaError(say("picture_missing"))
    size = source.stat().st_size
    if size == 0:
        raise MediaError(say("picture_empty"))
    if size > SIZE_MAX:
        raise MediaError(say("picture_too_large", most_mb=SIZE_MAX // 1024**2))


def _essence(source: Path, kind: Kind | None) -> Essence:
    """Take the file apart where we know how; BMP and AVIF are opened as they are."""
    take_apart = _TAKEN_APART.get(kind.code if kind else "", Essence)
    return take_apart(source.read_bytes())


def _open(essence: Essence, kind: Kind | None) -> Image.Image:
    """Open by content; naming the formats keeps out EPS, which would start ghostscript."""
    try:
        with python_warnings.catch_warnings():
            # Pillow's own limit only warns; ours is checked right after.
            python_warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(essence.data), formats=FORMATS)
    except Image.DecompressionBombError as error:
        raise _too_many_pixels(kind) from error
    except MemoryError:
        raise
    except Exception as error:  # Pillow's readers raise whatever a broken header leads them to
        raise _unreadable(kind) from error
    if image.width * image.height > PIXELS_MAX.get(image.format or "", OTHER_PIXELS_MAX):
        image.close()
        raise _too_many_pixels(kind)
    return image


def _too_many_pixels(kind: Kind | None) -> MediaError:
    what = kind.name if kind else say("picture_of_some_kind")
    most = next((most for name, most in PIXELS_MAX.items() if name in what.upper()), OTHER_PIXELS_MAX)
    return MediaError(say("picture_too_many_pixels", most=most // 1_000_000, kind=what))


def _unreadable(kind: Kind | None) -> MediaError:
    if kind is None:
        return MediaError(say("not_a_picture"))
    if kind.sort != PICTURE:
        return MediaError(say("something_else_than_picture", kind=kind.name))
    if kind.code in _DAMAGED_IF_UNREAD:
        return _damaged()
    return MediaError(say("picture_kind_unreadable", kind=kind.name))


def _damaged() -> MediaError:
    return MediaError(say("picture_damaged"))


def _clean(essence: Essence) -> tuple[Image.Image, tuple[Sentence, ...]]:
    """Decode the first frame and bring it into upright 8-bit sRGB; return what is to be said of it, too.

    Each step's picture goes with the next one: a large one may be in memory twice, and not more often.
    """
    try:
        frames = _frames(essence)
        notes = [say("picture_first_frame", frames=frames)] if frames > 1 else []
        if essence.ended:
            image = _decoded(essence.data)
        else:
            image, missing = _without_end(essence)
            notes += [say("picture_rows_missing")] if missing else []
        orientation = essence.orientation or exif.orientation(image.info.get("exif", b""))
        image = to_eight_bits(image)
        image.info.update({"icc_profile": essence.profile} if essence.profile else {})
        image = _to_srgb(image)
        image = _on_white(image)
        return (image.transpose(_UPRIGHT[orientation]) if orientation in _UPRIGHT else image), tuple(notes)
    except (MediaError, MemoryError):
        raise
    except Exception as error:  # whatever broken pixels lead to: OSError, SyntaxError, struct.error ...
        raise _damaged() from error


def _decoded(data: bytes) -> Image.Image:
    """Decode the first frame; only `load` notices a file that is cut off."""
    with python_warnings.catch_warnings():
        python_warnings.simplefilter("ignore")  # `_open` has looked at its size; the rest is for nobody
        image = Image.open(io.BytesIO(data), formats=FORMATS)
    image.draft("RGB", (LONG_SIDE, LONG_SIDE))
    image.seek(0)
    image.load()
    return image


def _without_end(essence: Essence) -> tuple[Image.Image, int]:
    """Decode a JPEG that was cut off; return the rows that are there, and how many are not.

    The decoder makes up what is missing. The rows that stay the same, whether nothing or noise follows, are
    the picture's own.
    """
    first, second = (_decoded(essence.data + tail + jpeg.END) for tail in (b"", jpeg.NOISE))
    differing = ImageChops.difference(first, second).getbbox()
    rows = differing[1] if differing else first.height
    if rows < (1 - MISSING_MAX) * first.height:
        raise _damaged()
    return first.crop((0, 0, first.width, rows)), first.height - rows


def _frames(essence: Essence) -> int:
    """Count the frames; damage behind the first one does not matter."""
    if essence.frames:
        return essence.frames
    try:
        with Image.open(io.BytesIO(essence.data), formats=FORMATS) as image:
            return int(getattr(image, "n_frames", 1))
    except Exception:  # noqa: BLE001  # the same as in `_open`
        return 1


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
    if image.has_transparency_data:
        image = image if image.mode == "RGBA" else image.convert("RGBA")
        clear = ImageChops.invert(image.getchannel("A"))
        image = image.convert("RGB")
        image.paste("white", mask=clear)
    return image if image.mode == "RGB" else image.convert("RGB")


def _check_shape(width: int, height: int) -> None:
    if min(width, height) < SHORT_SIDE_MIN:
        raise MediaError(say("picture_too_small", width=width, height=height, least=SHORT_SIDE_MIN))
    if max(width, height) > ASPECT_MAX * min(width, height):
        raise MediaError(say("picture_too_narrow"))
