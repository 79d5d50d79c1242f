"""Prepares a short video in place of a picture: H.264 in an MP4, without sound and metadata."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from infinitalk_media import MediaError, ffmpeg, mp4
from infinitalk_media.file_type import VIDEO, check_size, sniff
from infinitalk_media.sentences import Sentence, say
from infinitalk_media.temporary_folder import temporary_folder

SIZE_MAX = 50 * 1024**2
SECONDS_MAX = 30.0
SHORT_SIDE_MIN = 200
LONG_SIDE = 1280
TIMEOUT_S = 90.0
_CUT_S = SECONDS_MAX + 1  # enough to see that a video is too long
# V: without cover pictures.
_CLEAN = ("-map", "0:V:0", "-an", "-map_metadata", "-1", "-map_chapters", "-1", "-movflags", "+faststart")
# One filter makes pixels square and sides even: a picture between two filters could be of any width.
_SHOWN = f"st(0,iw*max(1,sar));st(1,ih*max(1,1/sar));st(2,min(1,{LONG_SIDE}/max(ld(0),ld(1))))"
_FITTING = ":".join(f"'{_SHOWN};2*max(1,round(ld({side})*ld(2)/2))'" for side in (0, 1))
_ENCODED = ("-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-pix_fmt", "yuv420p")
_SCALED = ("-vf", f"scale={_FITTING}:out_range=tv,setsar=1")


@dataclass(frozen=True)
class Facts:
    """The prepared video; sides in pixels, length in seconds."""

    path: Path
    width: int
    height: int
    duration_s: float
    warnings: tuple[Sentence, ...] = ()


def is_video(path: Path) -> bool:
    """Tell by the first bytes whether a file is a container of videos: MP4, MOV, WebM, AVI ..."""
    kind = sniff(path)
    return kind is not None and kind.category == VIDEO


def prepare(source: Path, target: Path) -> Facts:
    """Check the video and write it to `target` as MP4.

    Upright H.264 with square pixels is copied, anything else is encoded again.

    Raises:
        MediaError: it cannot be used; `target` is not written.
    """
    check_size(source, "video", SIZE_MAX)
    if not is_video(source):
        raise MediaError(say("not_a_video"))
    part = target.with_name(f"{target.name}.part")
    try:
        facts = _write(source, part, "-c", "copy")
        if facts is None or facts.turned or facts.squeezed:  # the model may ignore those flags
            facts = _write(source, part, *_ENCODED, *_SCALED)
        if facts is None:
            raise MediaError(say("video_damaged"))
        if facts.picture_s > SECONDS_MAX + 0.5:
            raise MediaError(say("video_too_long", most=SECONDS_MAX))
        if min(facts.width, facts.height) < SHORT_SIDE_MIN:
            raise MediaError(say("video_too_small", least=SHORT_SIDE_MIN))
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return Facts(target, facts.width, facts.height, facts.picture_s, (say("video_as_source"),))


def _write(source: Path, part: Path, *codec: str) -> mp4.Facts | None:
    """Convert; return None when the result is not playable."""
    what = ["-t", f"{_CUT_S:g}", "-i", ffmpeg.source(source), *_CLEAN, *codec, "-f", "mp4", str(part)]
    messages = ffmpeg.run([*ffmpeg.GUARDED_INPUT, *what], timeout_s=TIMEOUT_S)
    if "matches no streams" in messages:
        raise MediaError(say("file_without_picture"))
    try:
        return mp4.inspect(part, needs_sound=False) if part.exists() else None
    except MediaError:
        return None


def frames(source: Path, count: int = 16) -> Iterator[NDArray[np.uint8]]:
    """Yield up to `count` upright frames, evenly spread, each of shape (height, width, 3) in RGB.

    Raises:
        MediaError: there is no frame in it.
    """
    with temporary_folder() as folder:
        clean = folder / "clean.mp4"
        facts = prepare(source, clean)
        rate = f"fps={count / max(facts.duration_s, 0.04):.4f}"
        what = ["-i", ffmpeg.source(clean), "-vf", rate, "-frames:v", str(count), "-q:v", "2"]
        ffmpeg.run([*what, "-f", "image2", str(folder / "%03d.jpg")], timeout_s=TIMEOUT_S)
        found = sorted(folder.glob("*.jpg"))
        if not found:
            raise MediaError(say("video_without_picture"))
        for path in found:
            with Image.open(path) as image:
                yield np.asarray(image.convert("RGB"))
