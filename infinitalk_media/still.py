"""Takes a still out of a video for a share card: a JPEG of 1200 x 630 pixels, which networks do not crop."""

from pathlib import Path

from infinitalk_media import MediaError, ffmpeg
from infinitalk_media.sentences import say

WIDTH, HEIGHT = 1200, 630
_SIZE = f"{WIDTH}:{HEIGHT}"
# The whole frame, before a blurred one that fills the card.
_CARD = (
    f"split[a][b];[a]scale={_SIZE}:force_original_aspect_ratio=increase,crop={_SIZE},boxblur=40[behind];"
    f"[b]scale={_SIZE}:force_original_aspect_ratio=decrease[whole];[behind][whole]overlay=(W-w)/2:(H-h)/2"
)


def take(video: Path, target: Path, at_s: float) -> None:
    """Write the frame at a second of a video; ffmpeg, a child process, reads it.

    Raises:
        MediaError: there is no frame; `target` is not written.
    """
    part = target.with_name(f"{target.name}.part")
    what = ["-ss", f"{at_s:.3f}", "-i", ffmpeg.source(video), "-frames:v", "1", "-vf", _CARD, "-q:v", "3"]
    try:
        ffmpeg.run([*ffmpeg.GUARDED_INPUT, *what, "-update", "1", "-f", "image2", str(part)])
        if not part.exists() or not part.stat().st_size:
            raise MediaError(say("video_without_picture"))
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
