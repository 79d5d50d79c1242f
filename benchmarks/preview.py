"""Rendering a preview, beside encoding the same frames alone, and beside real time."""

import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.measuring import PICTURE, VOICE, alternate, json_of_python
from benchmarks.rows import Effort, Row, Sample, within
from infinitalk_media import ffmpeg
from infinitalk_preview import render
from infinitalk_preview.frames.encoder import Encoder, Format
from infinitalk_preview.frames.watermark import Watermark
from infinitalk_preview.frames.yuv import matrix_for

MEANINGS = {
    "rendered": "Frames per second of the renderer's loop: draw, watermark, encode.",
    "set-up": "Time before the first frame: read picture and voice, find the face, build the motion.",
    "memory": "Peak memory of a long render beside that of a short one.",
}
FPS = 25


def rows(effort: Effort) -> Iterator[Row]:
    runs, seconds = (1, 1) if effort is Effort.SHORT else (3, 5)
    with tempfile.TemporaryDirectory(prefix="infinitalk-bench-") as name:
        folder = Path(name)
        for size in ("480p", "576p", "720p") if effort is Effort.FULL else ("480p",):
            yield from _of_size(size, folder, runs, seconds)
        short_mb, longer = _memory("480p", seconds, folder), 8 * seconds
        title, beside = f"memory, {longer} s at 480p", f"of {seconds} s"
        yield Row("preview", title, _memory("480p", longer, folder), beside, short_mb, reach=1.2)


def _of_size(size: str, folder: Path, runs: int, seconds: int) -> Iterator[Row]:
    voice, set_ups = _voice(folder, seconds), []

    def loop() -> float:
        report, _ = _render(size, voice, folder)
        set_ups.append(report["setup_s"])
        return float(report["frames_per_s"])

    ours, encoded = alternate(runs, loop, lambda: _encode_only(size, voice, folder))
    drawn, real = Sample(ours, "frames/s"), Sample((FPS,), "frames/s")
    only = Sample(encoded, "frames/s")
    yield Row("preview", f"rendered, {size}", drawn, "encode only", only, reach=0.33, floor=True)
    fast = 6.0 if size == "480p" else None
    yield Row("preview", f"rendered, {size}", drawn, "real time", real, reach=fast, floor=True)
    yield within("preview", f"set-up, {size}", Sample(tuple(set_ups), "s"), 0.6)


def _memory(size: str, seconds: int, folder: Path) -> Sample:
    return Sample((_render(size, _voice(folder, seconds), folder)[1],), "MB")


def _voice(folder: Path, seconds: int) -> Path:
    """Return a file of so many seconds that repeats the voice."""
    path = folder / f"{seconds}.wav"
    loop = [ffmpeg.find(), "-nostdin", "-loglevel", "error", "-y", "-stream_loop", "-1", "-i", str(VOICE)]
    subprocess.run([*loop, "-t", str(seconds), str(path)], check=True)
    return path


# A child's peak includes the memory of its parent at the fork, so a small process starts the renderer.
_LAUNCHER = """
import json, resource, subprocess, sys
run = subprocess.run([sys.executable, *sys.argv[1:]], check=True, stdout=subprocess.PIPE, text=True)
report = json.loads(run.stdout.splitlines()[-1])["result"]
print(json.dumps([report, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024]))
"""


def _render(size: str, voice: Path, folder: Path) -> tuple[dict[str, Any], float]:
    """Render in a child as the server does; return its report, and its peak memory in MB."""
    command = ["-m", "infinitalk_preview", str(PICTURE), str(voice), "-o", str(folder / "talk.mp4")]
    command += ["--resolution", size, "--fps", str(FPS), "--json"]
    report, peak_mb = json_of_python("-c", _LAUNCHER, *command)
    return report, float(peak_mb)


def _encode_only(size: str, voice: Path, folder: Path) -> float:
    """Draw the frames first, then measure their encoding alone."""
    options = render.Options(resolution=size, fps=FPS)
    clip = render._read(PICTURE, voice, folder, options)  # noqa: SLF001  # the same frames as above
    scene, mark, frames = render.talking(clip), Watermark(clip.size), []
    for index in range(clip.frames):
        frame = scene.draw(index)
        mark.draw(frame)
        frames.append(frame)
    style = Format(clip.size, FPS, matrix_for(size), render.COMMENT)
    began = time.perf_counter()
    with Encoder(folder / "only.mp4", style, clip.sound) as encoder:
        for frame in frames:
            encoder.write(frame)
    return len(frames) / (time.perf_counter() - began)
