"""python -m benchmarks.preview: how fast previews are drawn, beside encoding the same frames alone."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infinitalk_local.render import preview
from infinitalk_local.render.encode import Encoder, Format
from infinitalk_local.render.mark import Mark
from infinitalk_local.render.yuv import matrix_for
from infinitalk_media import ffmpeg

ROOT = Path(__file__).parent.parent
PICTURE = ROOT / "examples/portraits/mira.jpg"
VOICE = ROOT / "examples/voices/hello.mp3"
FPS = 25


@dataclass(frozen=True)
class Figures:
    """Frames per second of the whole loop and of encoding alone, seconds of set-up, and memory in MB."""

    loop: float
    setup_s: float
    encode_only: float
    short_mb: float
    long_mb: float


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser("python -m benchmarks.preview", description=__doc__)
    parser.add_argument("--short", action="store_true", help="480p alone")
    sizes = ("480p",) if parser.parse_args(arguments).short else ("480p", "576p", "720p")
    print(
        f"{os.cpu_count()} cores, {FPS} fps, {PICTURE.stem} and {VOICE.stem}; memory of the largest process"
    )
    heads = f"{'size':<6}{'frames/s':>10}{'x real':>8}{'set-up':>9}{'encode only':>13}{'share':>7}"
    print(f"{heads}{'5 s':>9}{'40 s':>9}")
    with tempfile.TemporaryDirectory() as name:
        for size in sizes:
            print(_row(size, _measure(size, Path(name))), flush=True)


def _row(size: str, found: Figures) -> str:
    row = f"{size:<6}{found.loop:>10.0f}{found.loop / FPS:>7.1f}x{found.setup_s:>7.2f} s"
    row += f"{found.encode_only:>13.0f}{found.loop / found.encode_only:>6.0%} "
    return row + f"{found.short_mb:>5.0f} MB{found.long_mb:>6.0f} MB"


def _measure(size: str, folder: Path) -> Figures:
    short, short_mb = _render(size, _voice(folder, 5), folder)
    _, long_mb = _render(size, _voice(folder, 40), folder)
    return Figures(short["frames_per_s"], short["setup_s"], _encode_only(size, folder), short_mb, long_mb)


def _voice(folder: Path, seconds: int) -> Path:
    """Return the voice, said again and again until the time is over."""
    path = folder / f"{seconds}.wav"
    loop = [ffmpeg.find(), "-nostdin", "-loglevel", "error", "-y", "-stream_loop", "-1", "-i", str(VOICE)]
    subprocess.run([*loop, "-t", str(seconds), str(path)], check=True)
    return path


def _render(size: str, voice: Path, folder: Path) -> tuple[dict[str, Any], float]:
    """Render in a child, as the server does; return its report, and the peak memory in MB."""
    command = [sys.executable, "-m", "infinitalk_local.render", str(PICTURE), str(voice)]
    command += ["-o", str(folder / "talk.mp4"), "--resolution", size, "--fps", str(FPS), "--json"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        last = child.stdout.read().splitlines()[-1]
        _, code, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(code)
    return json.loads(last)["result"], used.ru_maxrss / 1024


def _encode_only(size: str, folder: Path) -> float:
    """Draw the frames of five seconds first, then time nothing but their encoding."""
    options = preview.Options(resolution=size, fps=FPS)
    clip = preview._read(PICTURE, _voice(folder, 5), folder, options)  # noqa: SLF001  # the same frames as above
    scene, mark, frames = preview.talking(clip), Mark(clip.size), []
    for index in range(clip.frames):
        frame = scene.draw(index)
        mark.draw(frame)
        frames.append(frame)
    style = Format(clip.size, FPS, matrix_for(size), preview.COMMENT)
    began = time.perf_counter()
    with Encoder(folder / "only.mp4", style, clip.sound) as encoder:
        for frame in frames:
            encoder.write(frame)
    return len(frames) / (time.perf_counter() - began)


if __name__ == "__main__":
    main()
