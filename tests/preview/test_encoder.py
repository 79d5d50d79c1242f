"""An ffmpeg that ends early, stalls or fails is reported, and no process is left."""

import shlex
import threading
from collections.abc import Iterator
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest

from infinitalk_media import mp4
from infinitalk_preview.frames import encoder
from infinitalk_preview.frames.encoder import EncodeError, Encoder, Format
from infinitalk_preview.frames.yuv import Frame, matrix_for
from infinitalk_preview.render import Options, ambient, render
from infinitalk_preview.sizes import Size
from tests.preview.videos import HELLO, landscape
from tests.processes import assert_gone

SIZE = Size(320, 240)
FRAMES = 40
SILENCE = np.zeros(encoder.SOUND_RATE, np.float32)
READS_SOME = "head -c 200000 >/dev/null"  # a pipe holds 64 kB, and a frame has 115
READS_ALL = "cat >/dev/null"
HANGS = "exec sleep 600"
# What plays ffmpeg, and what is reported of it.
PROGRAMS = {
    "dies at once": ("exit 1", "without a message"),
    "dies with a message": ("echo trouble >&2; echo Unknown encoder >&2; exit 1", "^Unknown encoder$"),
    "dies in the middle": (f"{READS_SOME}; echo No space left >&2; exit 1", "^No space left$"),
    "is killed in the middle": (f"{READS_SOME}; kill -9 $$", "without a message"),
    "ends early and well": (READS_SOME, "without a message"),
    "stalls at once": (HANGS, "takes no more frames"),
    "stalls in the middle": (f"{READS_SOME}; {HANGS}", "takes no more frames"),
    "does not end": (f"{READS_ALL}; {HANGS}", "does not end"),
    "ends with a code": (f"{READS_ALL}; echo Error writing trailer >&2; exit 1", "^Error writing trailer$"),
    "is killed at the end": (f"{READS_ALL}; kill -9 $$", "without a message"),
}


@pytest.fixture(params=PROGRAMS)
def sense(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Put another program in ffmpeg's place, yield its expected error, and check that it has ended."""
    code, sense = PROGRAMS[request.param]
    tools = tmp_path / "tools"
    tools.mkdir()
    script, number = tools / "ffmpeg", tools / "number"
    real = shlex.quote(imageio_ffmpeg.get_ffmpeg_exe())
    reads = f'case " $* " in *" rawvideo "*) ;; *) exec {real} "$@";; esac'
    script.write_text(f"#!/bin/sh\n{reads}\necho $$ >{shlex.quote(str(number))}\n{code}\n")
    script.chmod(0o755)
    monkeypatch.setenv("FFMPEG_BINARY", str(script))
    if HANGS in code:
        monkeypatch.setattr(encoder, "_STALL_S", 2.0)
    threads = set(threading.enumerate())
    yield sense
    assert_gone(int(number.read_text()))
    assert set(threading.enumerate()) <= threads


def write_film(target: Path, frames: int = FRAMES) -> None:
    style = Format(SIZE, 25, matrix_for("480p"), "a test")
    frame = Frame.empty(*SIZE)
    frame.buffer[:] = 128
    with Encoder(target, style, SILENCE) as encoder:
        for _ in range(frames):
            encoder.write(frame)


def test_an_encoder_that_fails_is_reported(sense, tmp_path):
    """The error is the program's last message or what it did; no process or thread outlives the block."""
    with pytest.raises(EncodeError, match=sense):
        write_film(tmp_path / "talk.mp4")


def test_an_end_without_the_last_frames_is_reported(tmp_path, monkeypatch):
    """A program that ends with 0 before it has read all frames is an error."""
    script = tmp_path / "ffmpeg"
    script.write_text("#!/bin/sh\nexec sleep 0.5\n")
    script.chmod(0o755)
    monkeypatch.setenv("FFMPEG_BINARY", str(script))
    with pytest.raises(EncodeError, match="without a message"):
        write_film(tmp_path / "talk.mp4", 2)


def test_a_preview_whose_encoder_fails_leaves_nothing(sense, tmp_path):
    """The error reaches the caller, no other renderer is tried, and no file is left."""
    picture, folder = landscape(tmp_path / "picture.jpg"), tmp_path / "out"
    folder.mkdir()
    choices = []

    def choose(clip):
        choices.append(clip)
        return ambient(clip)

    with pytest.raises(EncodeError, match=sense):
        render(picture, HELLO, folder / "talk.mp4", Options(fps=16), renderer=choose)
    assert len(choices) == 1
    assert list(folder.iterdir()) == []


def test_an_exception_in_mid_film_ends_ffmpeg(tmp_path):
    """An exception while frames are drawn reaches the caller, and no thread waits for more frames."""
    threads = set(threading.enumerate())
    style = Format(SIZE, 25, matrix_for("480p"), "a test")
    with pytest.raises(ZeroDivisionError), Encoder(tmp_path / "talk.mp4", style, SILENCE) as encoder:
        encoder.write(Frame.empty(*SIZE))
        raise ZeroDivisionError
    assert_gone(encoder._ffmpeg.pid)
    assert set(threading.enumerate()) <= threads


def test_the_real_one_writes_a_film(tmp_path):
    """The same frames become a complete video with the real ffmpeg, so the failures are the programs'."""
    write_film(tmp_path / "talk.mp4", 25)
    assert mp4.inspect(tmp_path / "talk.mp4").frames == 25
