"""Small files of every kind that is read, whole and crafted: from them the fuzzing starts."""

import io
import json
from pathlib import Path

from PIL import Image

from tests.abuse import crafted
from tests.media.bad_pictures import photo
from tests.media.make_files import png_chunk, run_ffmpeg, speech, write_wav

SIDE = 240
_SOUNDS = ("mp3", "ogg", "opus", "flac", "m4a", "aiff")
_TWO = {"save_all": True, "append_images": [Image.new("RGB", (SIDE, SIDE), "green")]}


def pictures() -> list[bytes]:
    """One of each format, with frames, EXIF, a profile or layers, and small ones of those that cost much."""
    small, exif = photo(SIDE, SIDE), crafted.exif_of_tags(8, 200)
    png = _saved(small, "PNG")
    return [
        *(_saved(small, kind) for kind in ("JPEG", "BMP", "AVIF")),
        *(_saved(small, kind, **_TWO) for kind in ("GIF", "WEBP", "TIFF")),
        _saved(small, "JPEG", progressive=True, exif=exif, comment=b"x"),
        _saved(photo(SIDE, SIDE, "CMYK"), "JPEG"),
        _saved(small, "WEBP", exif=exif, xmp=b"<x/>"),
        _saved(photo(SIDE, SIDE, "RGBA"), "WEBP", lossless=True),
        _saved(photo(SIDE, SIDE, "P"), "PNG", transparency=0),
        _saved(Image.new("I;16", (SIDE, SIDE), 999), "PNG"),
        _saved(Image.new("F", (SIDE, SIDE), 0.5), "TIFF"),
        _saved(small, "TIFF", compression="jpeg"),
        png[:33] + png_chunk(b"eXIf", exif) + png_chunk(b"tEXt", b"a\0b") + png[33:],
        crafted.tiff_of_tags(8, 200),
        crafted.tiff_of_pixel_tags(200),
        crafted.big_tiff_of_tags(8, 200),
        crafted.tiff_of_pages(5),
        crafted.jpeg_of_scans(5, SIDE),
    ]


def sounds(folder: Path) -> list[bytes]:
    """A second of something like speech, and two of them in one file."""
    wav = write_wav(folder / "voice.wav", speech(1))
    found = [wav.read_bytes()]
    for kind in _SOUNDS:
        run_ffmpeg("-i", wav, folder / f"voice.{kind}")
        found.append((folder / f"voice.{kind}").read_bytes())
    return [*found, found[2] + found[3]]


def answers() -> list[bytes]:
    """What a service says of a job, of an account and of a file."""
    video = "https://example.org/a.mp4"
    bodies = [
        {"request_id": "a" * 20, "status": "QUEUED", "queue_position": 2},
        {"request_id": "a" * 20, "status": "PROCESSING", "progress": {"completed": 3, "total": 9}},
        {"status": "COMPLETED", "metrics": {"inference_time": 1.5, "cost": 0.4}, "output": {"url": video}},
        {"status": "FAILED", "error": {"detail": ["no"]}, "output": [video, {"video": video}]},
        {"credits": 12.5, "free-credits": 1},
        {"file_urls": [video]},
        {"model_status": "SUCCESS", "request_body": {"seed": 1}, "generation_url": video},
    ]
    return [json.dumps(body).encode() for body in bodies]


def _saved(image: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()
