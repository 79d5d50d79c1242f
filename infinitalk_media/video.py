"""A short video in the picture's place: checked, its sound and metadata dropped, H.264 in an MP4."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from infinitalk_media import MediaError, TransientMediaError, ffmpeg, mp4
from infinitalk_media.picture import HEIC
from infinitalk_media.scratch import scratch_folder

SIZE_MAX = 50 * 1024**2
SECONDS_MAX = 30.0
SHORT_SIDE_MIN = 200
LONG_SIDE = 1280
TIMEOUT_S = 90.0
_CUT_S = SECONDS_MAX + 1  # enough of a longer one to see that it is longer
_CLEAN = ("-map", "0:v:0", "-an", "-map_metadata", "-1", "-map_chapters", "-1", "-movflags", "+faststart")
_FITTING = (
    f"scale=w='min({LONG_SIDE},iw)':h='min({LONG_SIDE},ih)'"
    ":force_original_aspect_ratio=decrease:force_divisible_by=2"
)
_ENCODED = ("-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-pix_fmt", "yuv420p", "-vf", _FITTING)
_MAGIC = {b"ftyp": 4, b"moov": 4, b"\x1a\x45\xdf\xa3": 0}


@dataclass(frozen=True)
class Facts:
    """The video that will be sent; sides in pixels, length in seconds."""

    path: Path
    width: int
    height: int
    duration_s: float
    warnings: tuple[str, ...] = ()


def is_video(path: Path) -> bool:
    """Tell by the first bytes whether a file is an MP4, MOV or WebM."""
    with path.open("rb") as file:
        head = file.read(12)
    if head[8:12] in (*HEIC, b"avif", b"avis"):
        return False  # pictures in the same container
    return any(head[at:].startswith(magic) for magic, at in _MAGIC.items())


def prepare(source: Path, target: Path) -> Facts:
    """Check the video and write it to `target` as MP4; upright H.264 is copied, else encoded anew.

    Raises:
        MediaError: it cannot be used; `target` is not written.
    """
    _check_file(source)
    part = target.with_name(f"{target.name}.part")
    try:
        facts = _write(source, part, "-c", "copy")
        if facts is None or facts.turned:  # a phone's: nobody knows whether the model would turn it
            facts = _write(source, part, *_ENCODED)
        if facts is None:
            raise MediaError("The video cannot be read; save it as MP4 and try again.")
        _check(facts)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    note = "A video as the source: the model redraws the body; the preview uses its best frame."
    return Facts(target, facts.width, facts.height, facts.picture_s, (note,))


def _check_file(source: Path) -> None:
    if not source.is_file():
        raise TransientMediaError("The video is missing; choose it again.")
    size = source.stat().st_size
    if size == 0:
        raise MediaError("The video file is empty; choose another one.")
    if size > SIZE_MAX:
        raise MediaError(f"The video is larger than {SIZE_MAX // 1024**2} MB; cut it shorter.")
    if not is_video(source):
        raise MediaError("This is not a video that can be read; choose an MP4, MOV or WebM.")


def _write(source: Path, part: Path, *codec: str) -> mp4.Facts | None:
    """Run one conversion; None when what came out is not playable."""
    what = ["-t", f"{_CUT_S:g}", "-i", ffmpeg.source(source), *_CLEAN, *codec, "-f", "mp4", str(part)]
    ffmpeg.run([*ffmpeg.GUARDED_INPUT, *what], timeout_s=TIMEOUT_S)
    try:
        return mp4.inspect(part, needs_sound=False) if part.exists() else None
    except MediaError:
        return None


def _check(facts: mp4.Facts) -> None:
    if facts.picture_s > SECONDS_MAX + 0.5:
        raise MediaError(f"The video is longer than {SECONDS_MAX:g} seconds; cut it shorter.")
    if min(facts.width, facts.height) < SHORT_SIDE_MIN:
        raise MediaError(f"The video is too small: at least {SHORT_SIDE_MIN} pixels are needed.")


def frames(source: Path, count: int = 16) -> Iterator[NDArray[np.uint8]]:
    """Yield up to `count` upright frames, evenly spread, each of shape (height, width, 3) in RGB.

    Raises:
        MediaError: there is no frame in it.
    """
    with scratch_folder() as folder:
        clean = folder / "clean.mp4"
        facts = prepare(source, clean)
        rate = f"fps={count / max(facts.duration_s, 0.04):.4f}"
        what = ["-i", ffmpeg.source(clean), "-vf", rate, "-frames:v", str(count), "-q:v", "2"]
        ffmpeg.run([*what, "-f", "image2", str(folder / "%03d.jpg")], timeout_s=TIMEOUT_S)
        found = sorted(folder.glob("*.jpg"))
        if not found:
            raise MediaError("The video holds no picture that can be read.")
        for path in found:
            with Image.open(path) as image:
                yield np.asarray(image.convert("RGB"))
