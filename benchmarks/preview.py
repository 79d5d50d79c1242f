"""How fast previews are drawn, beside encoding the same frames alone, and beside real time."""

import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.measuring import ROOT, in_turn, told
from benchmarks.rows import Effort, Row, Sample, within
from infinitalk_local.render import preview
from infinitalk_local.render.encode import Encoder, Format
from infinitalk_local.render.mark import Mark
from infinitalk_local.render.yuv import matrix_for
from infinitalk_media import ffmpeg

PICTURE = ROOT / "examples/portraits/mira.jpg"
VOICE = ROOT / "examples/voices/hello.mp3"
FPS = 25


def rows(effort: Effort) -> Iterator[Row]:
    runs, seconds = (1, 1) if effort is Effort.SHORT else (3, 5)
    with tempfile.TemporaryDirectory(prefix="infinitalk-bench-") as name:
        folder = Path(name)
        for size in ("480p", "576p", "720p") if effort is Effort.FULL else ("480p",):
            yield from _of_size(size, folder, runs, seconds)
        short_mb = _memory("480p", seconds, folder)
        if effort is not Effort.SHORT:
            long_mb = _memory("480p", 40, folder)
            yield Row("preview", "memory, 40 s at 480p", long_mb, "of 5 s", short_mb, reach=1.2)


def _of_size(size: str, folder: Path, runs: int, seconds: int) -> Iterator[Row]:
    voice, set_ups = _voice(folder, seconds), []

    def loop() -> float:
        report, _ = _render(size, voice, folder)
        set_ups.append(report["setup_s"])
        return float(report["frames_per_s"])

    ours, encoded = in_turn(runs, loop, lambda: _encode_only(size, voice, folder))
    drawn, real = Sample(ours, "frames/s"), Sample((FPS,), "frames/s")
    only = Sample(encoded, "frames/s")
    yield Row("preview", f"drawn at {size}", drawn, "encode only", only, reach=0.33, floor=True)
    fast = 6.0 if size == "480p" else None
    yield Row("preview", f"drawn at {size}", drawn, "real time", real, reach=fast, floor=True)
    yield within("preview", f"set-up at {size}", Sample(tuple(set_ups), "s"), 0.6)


def _memory(size: str, seconds: int, folder: Path) -> Sample:
    return Sample((_render(size, _voice(folder, seconds), folder)[1],), "MB")


def _voice(folder: Path, seconds: int) -> Path:
    """Return the voice, said again and again until the time is over."""
    path = folder / f"{seconds}.wav"
    loop = [ffmpeg.find(), "-nostdin", "-loglevel", "error", "-y", "-stream_loop", "-1", "-i", str(VOICE)]
    subprocess.run([*loop, "-t", str(seconds), str(path)], check=True)
    return path


# The peak of a child counts from what its parent held: so a parent that holds nothing, in between.
_LAUNCHER = """
import json, resource, subprocess, sys
run = subprocess.run([sys.executable, *sys.argv[1:]], check=True, stdout=subprocess.PIPE, text=True)
report = json.loads(run.stdout.splitlines()[-1])["result"]
print(json.dumps([report, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024]))
"""


def _render(size: str, voice: Path, folder: Path) -> tuple[dict[str, Any], float]:
    """Render in a child, as the server does; return its report, and the peak memory in MB."""
    words = ["-m", "infinitalk_local.render", str(PICTURE), str(voice), "-o", str(folder / "talk.mp4")]
    words += ["--resolution", size, "--fps", str(FPS), "--json"]
    report, peak_mb = told("-c", _LAUNCHER, *words)
    return report, float(peak_mb)


def _encode_only(size: str, voice: Path, folder: Path) -> float:
    """Draw the frames first, then time nothing but their encoding."""
    options = preview.Options(resolution=size, fps=FPS)
    clip = preview._read(PICTURE, voice, folder, options)  # noqa: SLF001  # the same frames as above
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
