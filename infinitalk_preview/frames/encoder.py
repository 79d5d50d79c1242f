"""Encodes frames and sound as one MP4, by an ffmpeg that works while the next frame is drawn."""

import contextlib
import queue
import subprocess
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, Self

from infinitalk_media import ffmpeg
from infinitalk_preview.frames.yuv import Floats, Frame, Matrix
from infinitalk_preview.sizes import Size

SOUND_RATE = 48_000

_QUEUED_FRAMES = 4
_STALL_S = 60.0  # an ffmpeg that reads no frame for so long is stopped


class EncodeError(RuntimeError):
    """ffmpeg failed or hangs; the text is the last line of its log."""


class Format(NamedTuple):
    """Size, frame rate, colour matrix and the comment in the metadata."""

    size: Size
    fps: int
    matrix: Matrix
    comment: str


class Encoder:
    """A running ffmpeg: `write` frames inside its `with` block; leaving the block finishes the file.

    An exception inside the block kills ffmpeg; the caller removes the incomplete file. `sound` is mono at
    SOUND_RATE; it is written to a file next to the target, where ffmpeg reads it.
    """

    def __init__(self, target: Path, style: Format, sound: Floats) -> None:
        self._target, self._style, self._sound = target, style, sound
        self._frames: queue.Queue[Frame | None] = queue.Queue(_QUEUED_FRAMES)
        self._broken = threading.Event()

    def __enter__(self) -> Self:
        self._sound_file = self._target.with_suffix(".f32")
        self._sound_file.write_bytes(self._sound.astype("<f4").tobytes())
        self._log = self._target.with_suffix(".log").open("w+b")
        self._ffmpeg = subprocess.Popen(
            [ffmpeg.find(), *_arguments(self._style, self._sound_file, self._target)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=self._log,
        )
        self._feeder = threading.Thread(target=self._feed, name="frames to ffmpeg", daemon=True)
        self._feeder.start()
        return self

    def write(self, frame: Frame | None) -> None:
        """Queue one frame for ffmpeg; blocks while the queue is full.

        Raises:
            EncodeError: ffmpeg has failed, or reads no more.
        """
        if self._broken.is_set():
            raise EncodeError(self._last_log_line())
        try:
            self._frames.put(frame, timeout=_STALL_S)
        except queue.Full:
            raise EncodeError("ffmpeg takes no more frames") from None

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None:
                self._finish()
        finally:
            self._ffmpeg.kill()
            self._ffmpeg.wait()
            self._drain()
            self._feeder.join(_STALL_S)
            self._log.close()

    def _finish(self) -> None:
        self.write(None)
        self._feeder.join(_STALL_S)
        try:
            code = self._ffmpeg.wait(_STALL_S)
        except subprocess.TimeoutExpired:
            raise EncodeError("ffmpeg does not end") from None
        if code or self._broken.is_set():
            raise EncodeError(self._last_log_line())

    def _feed(self) -> None:
        pipe = self._ffmpeg.stdin
        assert pipe is not None  # noqa: S101  # for mypy
        try:
            with pipe:
                while (frame := self._frames.get()) is not None:
                    pipe.write(frame.buffer.data)
        except OSError:  # ffmpeg has ended; the next write raises EncodeError
            self._broken.set()
            while self._frames.get() is not None:  # else a write that waits for the queue never returns
                pass

    def _drain(self) -> None:
        """Empty the queue and end the feeder."""
        with contextlib.suppress(queue.Empty):  # the feeder takes frames, too
            while True:
                self._frames.get_nowait()
        self._frames.put_nowait(None)

    def _last_log_line(self) -> str:
        self._log.seek(0)
        lines = self._log.read().decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else "ffmpeg stopped without a message"


def _arguments(style: Format, sound: Path, target: Path) -> Sequence[str]:
    width, height = style.size
    tag = style.matrix.tag
    return [
        *("-nostdin", "-hide_banner", "-loglevel", "error", "-y"),
        *("-f", "rawvideo", "-pix_fmt", "nv12", "-s", f"{width}x{height}", "-r", str(style.fps)),
        *("-i", "pipe:0"),
        *("-f", "f32le", "-ar", str(SOUND_RATE), "-ac", "1", "-i", f"file:{sound}"),
        # setparams only writes tags; the same values as output options make ffmpeg convert the colours.
        *("-vf", f"setparams=colorspace={tag}:color_primaries={tag}:color_trc={tag}:range=tv"),
        *("-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-profile:v", "high"),
        *("-pix_fmt", "yuv420p", "-c:a", "aac", "-b:a", "128k", "-movflags", "+faststart"),
        *("-metadata", f"comment={style.comment}", "-metadata", f"description={style.comment}"),
        *("-f", "mp4", f"file:{target}"),
    ]
