"""Renders a picture and a voice to an MP4: animates the face, or the whole picture where there is none."""

import math
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

import numpy as np

from infinitalk_media import MediaError, sound
from infinitalk_media.sentences import Sentence
from infinitalk_media.timeline import EMPTY, Timeline
from infinitalk_preview import source
from infinitalk_preview.animate import speech
from infinitalk_preview.animate.ambient import Ambient
from infinitalk_preview.animate.talking import Talking
from infinitalk_preview.animate.visemes import articulated
from infinitalk_preview.detect import selection
from infinitalk_preview.errors import say
from infinitalk_preview.face_choice import Choice
from infinitalk_preview.frames.encoder import SOUND_RATE, EncodeError, Encoder, Format
from infinitalk_preview.frames.warp import resized
from infinitalk_preview.frames.watermark import Watermark
from infinitalk_preview.frames.yuv import Floats, Frame, matrix_for
from infinitalk_preview.sizes import Size, output_size

COMMENT = (
    "AI-generated: a preview in which a program animates a still picture to a voice. Not InfiniteTalk output."
)

Progress = Callable[[int, int], None]


class Cancelled(Exception):
    """The caller cancelled the rendering; no file is left."""


@dataclass(frozen=True)
class Options:
    """`resolution` is one of sizes.RESOLUTIONS, `fps` 1-60; without `face` the largest one talks.

    The phonemes of `timeline` shape the lips; without them the sound alone does.
    """

    resolution: str = "480p"
    fps: int = 25
    seed: int = 0
    prompt: str = ""
    face: Choice | None = None
    timeline: Timeline = EMPTY


@dataclass(frozen=True)
class Report:
    """The video, and how fast it was made; `reason` says why no face talks in it."""

    renderer: str
    tier: str
    reason: Sentence | None
    source: str
    width: int
    height: int
    fps: int
    frames: int
    duration_s: float
    frames_per_s: float
    setup_s: float


class Scene(Protocol):
    """A renderer with one clip."""

    renderer: str
    tier: str

    def draw(self, index: int) -> Frame: ...


@dataclass(frozen=True)
class Clip:
    """The input of a renderer; `sound` is mono at SOUND_RATE, exactly as long as the frames."""

    image: source.SourceImage
    sound: Floats
    frames: int
    tracks: speech.Tracks
    size: Size
    options: Options


class NoFace(MediaError):
    """The picture has no face that can talk; the sentence says why."""


def talking(clip: Clip) -> Scene:
    """Return the renderer of a talking face.

    Raises:
        NoFace: no face can talk.
        MediaError: the picture does not have the chosen face.
    """
    found = selection.select(clip.image.rgb, clip.options.face, clip.image.shrunk)
    if found is None:
        raise NoFace(say("no_face_found"))
    if found.tier == "none":
        raise NoFace(say("mouth_not_found"))
    options = clip.options
    height, width = clip.image.rgb.shape[:2]
    face = found.scaled(clip.size.width / width, clip.size.height / height)
    rgb, matrix = resized(clip.image.rgb, clip.size), matrix_for(options.resolution)
    return Talking(rgb, face, matrix, clip.tracks, fps=options.fps, seed=options.seed, prompt=options.prompt)


def ambient(clip: Clip) -> Scene:
    """Return the renderer of the whole picture, with a level meter of the voice."""
    options = clip.options
    matrix = matrix_for(options.resolution)
    return Ambient(clip.image.rgb, clip.size, matrix, clip.tracks.level, fps=options.fps, seed=options.seed)


def render(
    picture: Path,
    voice: Path,
    target: Path,
    options: Options,
    *,
    progress: Progress = lambda _done, _total: None,
    cancelled: Callable[[], bool] = lambda: False,
    renderer: Callable[[Clip], Scene] = talking,
) -> Report:
    """Write the video to `target`, which appears when it is complete.

    Calls `progress(frames done, all frames)` before the first frame and after each. When `renderer` fails,
    the ambient one takes over.

    Raises:
        MediaError: the picture, the voice or the choice of a face cannot be used.
        Cancelled: `cancelled()` returned true; it is called before each frame.
        EncodeError: ffmpeg failed.
    """
    started = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix=".preview-", dir=target.parent) as folder:
        video = Path(folder) / "video.mp4"
        clip = _read(picture, voice, Path(folder), options)
        encode = partial(_encode, clip, video, started=started, progress=progress, cancelled=cancelled)
        try:
            report = encode(renderer)
        except NoFace as error:
            report = encode(ambient, reason=error.sentence)
        except (Cancelled, EncodeError, MediaError):
            raise
        except Exception as error:  # noqa: BLE001 - a plain preview is better than a failed job
            reason = say("face_not_animated", error=f"{type(error).__name__}: {error}")
            report = encode(ambient, reason=reason)
        video.replace(target)
    return report


def _encode(
    clip: Clip,
    target: Path,
    renderer: Callable[[Clip], Scene],
    *,
    started: float,
    progress: Progress,
    cancelled: Callable[[], bool],
    reason: Sentence | None = None,
) -> Report:
    if cancelled():
        raise Cancelled
    scene, fps = renderer(clip), clip.options.fps
    first_frame_at = time.perf_counter()
    progress(0, clip.frames)
    watermark = Watermark(clip.size)
    style = Format(clip.size, fps, matrix_for(clip.options.resolution), COMMENT)
    with Encoder(target, style, clip.sound) as encoder:
        for index in range(clip.frames):
            if cancelled():
                raise Cancelled
            frame = scene.draw(index)
            watermark.draw(frame)
            encoder.write(frame)
            progress(index + 1, clip.frames)
    return Report(
        renderer=scene.renderer,
        tier=scene.tier,
        reason=reason,
        source=clip.image.source,
        width=clip.size.width,
        height=clip.size.height,
        fps=fps,
        frames=clip.frames,
        duration_s=round(clip.frames / fps, 3),
        frames_per_s=round(clip.frames / (time.perf_counter() - first_frame_at), 1),
        setup_s=round(first_frame_at - started, 3),
    )


def _read(picture: Path, voice: Path, folder: Path, options: Options) -> Clip:
    with ThreadPoolExecutor(1) as meanwhile:  # ffmpeg decodes the voice on another core
        decoding = meanwhile.submit(sound.decode, voice, rate=SOUND_RATE)
        image = source.read(picture, folder)
        samples = decoding.result()
    frames = max(1, math.ceil(len(samples) * options.fps / SOUND_RATE))
    height, width = image.rgb.shape[:2]
    step = SOUND_RATE // speech.RATE  # the mean of every three samples is enough to analyse
    at_speech_rate = samples[: len(samples) // step * step].reshape(-1, step).mean(axis=1)
    # Silence up to the end of the last frame: neither track is longer than the other.
    silence = max(0, frames * SOUND_RATE // options.fps - len(samples))
    heard = speech.tracks(at_speech_rate, frames, options.fps)
    return Clip(
        image=image,
        sound=np.pad(samples, (0, silence)),
        frames=frames,
        tracks=articulated(heard, options.timeline.phonemes, options.fps),
        size=output_size(width, height, options.resolution),
        options=options,
    )
