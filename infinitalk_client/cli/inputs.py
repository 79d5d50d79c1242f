"""Prepares picture and voice, and uploads them; a text in the place of the voice is spoken.

The client does without the libraries for that: they are imported when files are prepared.
"""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from infinitalk_client._client import Client
from infinitalk_client._errors import InvalidRequest
from infinitalk_client._messages import message
from infinitalk_client._models import TalkRequest
from infinitalk_client._urls import SEGMIND

from .args import LONGEST_S
from .console import Progress

if TYPE_CHECKING:
    from infinitalk_media import picture, sound, video
    from infinitalk_media.timeline import Timeline


def upload(client: Client, talk: TalkRequest, chosen: argparse.Namespace, progress: Progress) -> TalkRequest:
    """Prepare both files, print facts and warnings, and upload them.

    Raises:
        MediaError: a file or the text cannot be used.
        InvalidRequest: a library for that is not installed.
    """
    with _folder() as folder:
        progress.step(message("preparing"))
        voice, timeline = _voice(chosen, folder)
        clean = _picture(chosen.picture, folder)
        facts = {"width": clean.width, "height": clean.height, "level_dbfs": voice.level_dbfs}
        progress.note(message("prepared", seconds=voice.duration_s, **facts))
        cut_off = voice.cut_off if chosen.seconds == LONGEST_S else None
        for warning in filter(None, (*clean.warnings, cut_off, *voice.warnings)):
            progress.note(message("warning", warning=warning))
        progress.step(message("uploading"))
        face, shrunk = talk.face, getattr(clean, "shrunk", 1.0)  # the clean picture may be smaller
        if isinstance(face, tuple):
            face = tuple(shrunk * x for x in face)
        if client.base_url != SEGMIND:
            words, phonemes = (tuple(map(tuple, one)) for one in (timeline.words, timeline.phonemes))
            talk = replace(talk, words=words, phonemes=phonemes)
        return replace(talk, image=client.upload(clean.path), audio=client.upload(voice.path), face=face)


def add_captions(video: Path, chosen: argparse.Namespace, progress: Progress) -> None:
    """Add the spoken text to the file as a text track; without it the video is as good."""
    from infinitalk_media import MediaError, captions, mp4  # noqa: PLC0415

    try:
        with _folder() as folder:
            _, timeline = _voice(chosen, folder)  # the same text gives the same voice
        mp4.remux(video, mp4.inspect(video).comment, captions.srt(timeline))
    except (MediaError, OSError) as error:
        progress.note(message("warning", warning=error))


@contextmanager
def _folder() -> Iterator[Path]:
    """Yield a temporary folder, if the libraries are there.

    Raises:
        InvalidRequest: one is not installed.
    """
    try:
        from infinitalk_media import picture, sound, video  # noqa: F401, PLC0415
        from infinitalk_media.temporary_folder import temporary_folder  # noqa: PLC0415

        if find_spec("pydub") is None:  # `sound` imports it late
            raise ImportError(name="pydub")  # noqa: TRY301  # the same error follows
    except ImportError as error:
        raise InvalidRequest(message("needs_library", library=error.name)) from error
    with temporary_folder() as folder:
        yield folder


def _voice(chosen: argparse.Namespace, folder: Path) -> "tuple[sound.Facts, Timeline]":
    from infinitalk_media import sound, spoken_clip, text_to_speech  # noqa: PLC0415
    from infinitalk_media.timeline import EMPTY  # noqa: PLC0415

    target = folder / "voice.mp3"
    if not chosen.say:
        return sound.prepare(chosen.voice, target, start_s=chosen.start, seconds=chosen.seconds), EMPTY
    if not text_to_speech.available():
        raise InvalidRequest(message("needs_speech"))
    return spoken_clip.speak(chosen.say, target, pace=chosen.pace)


def _picture(file: Path, folder: Path) -> "picture.Facts | video.Facts":
    from infinitalk_media import picture, video  # noqa: PLC0415

    if file.is_file() and video.is_video(file):
        return video.prepare(file, folder / "picture.mp4")
    return picture.prepare(file, folder / "picture.jpg")
