"""Picture and voice in, one whole MP4 out: chooses the renderer, draws, encodes, and says what it did."""

import math
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np

from infinitalk_local.marks import Choice
from infinitalk_local.render import chosen, source, speech
from infinitalk_local.render.ambient import Ambient
from infinitalk_local.render.encode import SOUND_RATE, EncodeError, Encoder, Format
from infinitalk_local.render.mark import Mark
from infinitalk_local.render.sizes import Size, output_size
from infinitalk_local.render.talking import Talking
from infinitalk_local.render.yuv import Floats, Frame, matrix_for
from infinitalk_media import MediaError, sound

COMMENT = (
    "AI-generated: a preview in which a program animates a still picture to a voice. Not InfiniteTalk output."
)


Progress = Callable[[int, int], None]


class Cancelled(Exception):
    """The caller asked to stop; nothing is left behind."""


@dataclass(frozen=True)
class Options:
    """What may be chosen; `resolution` is one of sizes.RESOLUTIONS, `fps` 1-60, no `face` is the largest."""

    resolution: str = "480p"
    fps: int = 25
    seed: int = 0
    prompt: str = ""
    face: Choice | None = None


@dataclass(frozen=True)
class Report:
    """What was made, and how fast; `reason` says why it is less than a talking face."""

    renderer: str
    tier: str
    reason: str | None
    source: str
    width: int
    height: int
    fps: int
    frames: int
    duration_s: float
    frames_per_s: float
    setup_s: float


class Scene(Protocol):
    """One renderer, set up for one clip."""

    @property
    def renderer(self) -> str: ...

    @property
    def tier(self) -> str: ...

    def draw(self, index: int) -> Frame: ...


@dataclass(frozen=True)
class Clip:
    """Everything a renderer needs; `sound` is mono at SOUND_RATE and exactly as long as the frames."""

    still: source.Still
    sound: Floats
    frames: int
    tracks: speech.Tracks
    size: Size
    options: Options


class NoFace(Exception):
    """The picture has no face that could talk."""


def talking(clip: Clip) -> Scene:
    """Return the talking face of the clip's picture; raises NoFace, and MediaError for a choice of none."""
    found = chosen.of(clip.still.rgb, clip.options.face, clip.still.shrunk)
    if found is None:
        raise NoFace("no face was found in the picture")
    if found.tier == "none":
        raise NoFace("the mouth could not be made out")
    options = clip.options
    height, width = clip.still.rgb.shape[:2]
    return Talking(
        source.resized(clip.still.rgb, clip.size),
        found.scaled(clip.size.width / width, clip.size.height / height),
        matrix_for(options.resolution),
        clip.tracks,
        fps=options.fps,
        seed=options.seed,
        prompt=options.prompt,
    )


def ambient(clip: Clip) -> Scene:
    """Return the picture as it is, with a meter of the voice."""
    options = clip.options
    matrix = matrix_for(options.resolution)
    return Ambient(clip.still.rgb, clip.size, matrix, clip.tracks.level, fps=options.fps, seed=options.seed)


def render(
    picture: Path,
    voice: Path,
    target: Path,
    options: Options,
    *,
    progress: Progress = lambda _done, _total: None,
    cancelled: Callable[[], bool] = lambda: False,
    first_choice: Callable[[Clip], Scene] = talking,
) -> Report:
    """Make the video at `target`, which appears only when it is whole.

    Calls `progress(frames done, frames in all)` before the first frame and after each. Whatever goes wrong
    with the `first_choice` of renderer, the ambient one takes over. Raises MediaError when picture, voice
    or the choice of a face cannot be used, Cancelled soon after `cancelled()` turns true, EncodeError when
    ffmpeg fails.
    """
    started = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix=".preview-", dir=target.parent) as folder:
        scratch = Path(folder)
        clip = _read(picture, voice, scratch, options)
        film = partial(_film, clip, scratch / "video.mp4", progress, cancelled)
        try:
            made = film(first_choice)
        except (Cancelled, EncodeError, MediaError):
            raise
        except NoFace as error:
            made = film(ambient, reason=str(error))
        except Exception as error:  # noqa: BLE001 - a plain preview is better than a failed job
            made = film(ambient, reason=f"the face could not be animated ({type(error).__name__}: {error})")
        (scratch / "video.mp4").replace(target)
    return _report(clip, made, started)


class _Made(NamedTuple):
    renderer: str
    tier: str
    reason: str | None
    first_frame_at: float
    done_at: float


def _film(
    clip: Clip,
    target: Path,
    progress: Progress,
    cancelled: Callable[[], bool],
    choose: Callable[[Clip], Scene],
    *,
    reason: str | None = None,
) -> _Made:
    _check(cancelled)
    scene = choose(clip)
    first_frame_at = time.perf_counter()
    progress(0, clip.frames)
    mark = Mark(clip.size)
    style = Format(clip.size, clip.options.fps, matrix_for(clip.options.resolution), COMMENT)
    with Encoder(target, style, clip.sound) as encoder:
        for index in range(clip.frames):
            _check(cancelled)
            frame = scene.draw(index)
            mark.draw(frame)
            encoder.write(frame)
            progress(index + 1, clip.frames)
    return _Made(scene.renderer, scene.tier, reason, first_frame_at, time.perf_counter())


def _check(cancelled: Callable[[], bool]) -> None:
    if cancelled():
        raise Cancelled


def _report(clip: Clip, made: _Made, started: float) -> Report:
    return Report(
        renderer=made.renderer,
        tier=made.tier,
        reason=made.reason,
        source=clip.still.source,
        width=clip.size.width,
        height=clip.size.height,
        fps=clip.options.fps,
        frames=clip.frames,
        duration_s=round(clip.frames / clip.options.fps, 3),
        frames_per_s=round(clip.frames / (made.done_at - made.first_frame_at), 1),
        setup_s=round(made.first_frame_at - started, 3),
    )


def _read(picture: Path, voice: Path, scratch: Path, options: Options) -> Clip:
    with ThreadPoolExecutor(1) as meanwhile:  # ffmpeg reads the voice on another core
        heard = meanwhile.submit(sound.decode, voice, rate=SOUND_RATE)
        still = source.still(picture, scratch)
        samples = heard.result()
    frames = max(1, math.ceil(len(samples) * options.fps / SOUND_RATE))
    height, width = still.rgb.shape[:2]
    return Clip(
        still=still,
        sound=_as_long_as(samples, frames, options.fps),
        frames=frames,
        tracks=speech.tracks(_slower(samples), frames, options.fps),
        size=output_size(width, height, options.resolution),
        options=options,
    )


def _as_long_as(samples: Floats, frames: int, fps: int) -> Floats:
    """Return the sound with silence up to the end of the last frame: neither track outlasts the other."""
    return np.pad(samples, (0, max(0, frames * SOUND_RATE // fps - len(samples))))


def _slower(samples: Floats) -> Floats:
    """Return the sound at the rate that speech reads: every third value, after a mean over three."""
    step = SOUND_RATE // speech.RATE
    whole = samples[: len(samples) // step * step]
    return np.asarray(whole.reshape(-1, step).mean(axis=1), np.float32)
