"""A visitor's files -> the clean ones that are sent. These functions block while a child reads a file."""

from dataclasses import dataclass
from pathlib import Path

from infinitalk_app.messages import Text
from infinitalk_media import picture, sound, video
from infinitalk_media.crop import Box
from infinitalk_media.pool import Pool


@dataclass(frozen=True)
class VoiceClip:
    """The part of a recording that is sent: `seconds` from `start_s` on, or less if it may end in a pause."""

    file: Path
    start_s: float
    seconds: float
    end_in_pause: bool = False

    def cut(self, pool: Pool, target: Path) -> sound.Facts:
        """Write it as an MP3.

        Raises:
            MediaError: there is no usable sound.
        """
        return pool.sound(
            self.file, target, start_s=self.start_s, seconds=self.seconds, end_in_pause=self.end_in_pause
        )


@dataclass(frozen=True)
class Inputs:
    """Clean files in a folder of this page, and what the visitor should know about them.

    `part` is the first and the last second of the recording that was used; a clip shorter than the service
    accepts is padded to `clip_s`. `cut_off` says that the recording goes on after its first part. `scale` is
    the size of the clean picture relative to the visitor's.
    """

    picture: Path
    voice: Path
    clip_s: float
    part: tuple[float, float]
    notes: tuple[Text, ...]
    scale: float = 1.0
    cut_off: Text | None = None


def prepare(pool: Pool, source: Path, clip: VoiceClip, folder: Path, crop: Box | None = None) -> Inputs:
    """Check and clean both files; only the `crop` of a picture is kept.

    Raises:
        MediaError: one of them cannot be used.
    """
    face = clean_picture(pool, source, folder, crop)
    voice = clip.cut(pool, folder / "voice.mp3")
    part, notes = (voice.start_s, voice.end_s), (*face.warnings, *voice.warnings)
    return Inputs(face.path, voice.path, voice.duration_s, part, notes, scale_of(face), voice.cut_off)


def clean_picture(
    pool: Pool, source: Path, folder: Path, crop: Box | None = None
) -> picture.Facts | video.Facts:
    """Check and clean a picture, or a short video in its place; only the `crop` of a picture is kept.

    Raises:
        MediaError: it cannot be used.
    """
    if source.is_file() and video.is_video(source):
        return pool.video(source, folder / "picture.mp4")
    return pool.picture(source, folder / "picture.jpg", crop)


def scale_of(clean: picture.Facts | video.Facts) -> float:
    """Return the size of a clean picture relative to the visitor's."""
    return clean.shrunk if isinstance(clean, picture.Facts) else 1.0
