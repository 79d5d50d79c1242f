"""python -m benchmarks.trim: cutting a clip out of long recordings, beside bare ffmpeg and naive pydub."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from infinitalk_media import ffmpeg

RUNS = 5
SECONDS = 15.0
NAIVE_MINUTES_MAX = 150  # longer ones are not tried: naive pydub needs some 20 GB for the ten hours

# Each runs in a process of its own, warm: imports are not counted. Peak memory is what the work adds to the
# process, or that of its largest child.
_MEASURE = """
import json, re, resource, statistics, subprocess, sys, time, warnings
from pathlib import Path
source, target, start_s, seconds, runs = Path(sys.argv[1]), Path(sys.argv[2]), *map(float, sys.argv[3:])
def held():
    return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
{prepare}
before, times = held(), []
for _ in range(int(runs)):
    began = time.perf_counter()
    work()
    times.append(time.perf_counter() - began)
child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(json.dumps([statistics.median(times), min(times), max(times), max(held() - before, child) / 1024]))
"""
_OURS = """
from infinitalk_media import sound
sound.prepare(source, target, start_s=start_s, seconds=1)  # pydub is imported by the first call
def work():
    sound.prepare(source, target, start_s=start_s, seconds=seconds)
"""
_BARE = """
from infinitalk_media import ffmpeg
command = [ffmpeg.find(), "-nostdin", "-loglevel", "error", "-y", "-threads", "1", "-ss", str(start_s)]
command += ["-t", str(seconds), "-i", str(source), "-ac", "1", "-ar", "44100", "-b:a", "128k", str(target)]
def work():
    subprocess.run(command, check=True)
"""
_NAIVE = """
warnings.simplefilter("ignore")
from pydub import AudioSegment
def work():
    whole = AudioSegment.from_file(source)
    whole[start_s * 1000 : (start_s + seconds) * 1000].export(target, format="mp3", bitrate="128k").close()
"""


@dataclass(frozen=True)
class Figures:
    """Seconds of one cut, and the memory that it took, in MB."""

    median_s: float
    min_s: float
    max_s: float
    peak_mb: float


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser("python -m benchmarks.trim", description=__doc__)
    parser.add_argument("--short", action="store_true", help="smaller recordings, without naive pydub")
    short = parser.parse_args(arguments).short
    print(f"{'recording':<22}{'ours':>9}{'spread':>16}{'MB':>6}{'ffmpeg':>9}{'ratio':>7}{'naive pydub':>22}")
    with tempfile.TemporaryDirectory() as name:
        for title, minutes, source in _recordings(Path(name), short=short):
            print(_row(title, minutes, source, naive=not short), flush=True)


def _recordings(folder: Path, *, short: bool) -> list[tuple[str, int, Path]]:
    """Make the recordings; speech-like, but for the silent one."""
    hum = "aevalsrc=0.3*sin(2*PI*220*t)*gt(sin(2*PI*4*t)\\,-0.6):s=44100"
    if short:
        return [("5 min mp3", 5, _make(folder / "a.mp3", hum, 5, "-b:a", "128k"))]
    return [
        ("1 min mp3", 1, _make(folder / "a.mp3", hum, 1, "-b:a", "128k")),
        ("2 h mp3", 120, _make(folder / "b.mp3", hum, 120, "-b:a", "128k")),
        ("1 h m4a", 60, _make(folder / "c.m4a", hum, 60, "-c:a", "aac")),
        ("1 h webm", 60, _make(folder / "d.webm", hum, 60, "-c:a", "libopus")),
        ("10 h opus, hum at end", 600, _ten_hours(folder)),
    ]


def _make(path: Path, source: str, minutes: int, *codec: str) -> Path:
    _run("-f", "lavfi", "-i", source, "-t", str(minutes * 60), *codec, str(path))
    return path


def _ten_hours(folder: Path) -> Path:
    """Join sixty times ten silent minutes, and a hum to cut from: encoding ten hours would take minutes."""
    silence = "anullsrc=r=48000:cl=mono"
    slowly = ("-c:a", "libopus", "-b:a", "6k", "-frame_duration", "60")
    _make(folder / "silence.opus", silence, 10, *slowly)
    hum = "aevalsrc=0.3*sin(2*PI*220*t):s=48000"
    _make(folder / "hum.opus", hum, 1, *slowly)
    parts = ["silence.opus"] * 60 + ["hum.opus"]
    (folder / "list.txt").write_text("".join(f"file '{part}'\n" for part in parts))
    _run("-f", "concat", "-i", str(folder / "list.txt"), "-c", "copy", str(folder / "e.opus"))
    return folder / "e.opus"


def _run(*arguments: str) -> None:
    subprocess.run([ffmpeg.find(), "-nostdin", "-loglevel", "error", "-y", *arguments], check=True)


def _row(title: str, minutes: int, source: Path, *, naive: bool) -> str:
    start_s = minutes * 60 - 30 if minutes < 600 else 36_010  # near the end, where it is hardest
    ours, bare = (_measure(code, source, start_s, RUNS) for code in (_OURS, _BARE))
    spread = f"{ours.min_s:.2f}-{ours.max_s:.2f}"
    row = f"{title:<22}{ours.median_s:>7.2f} s{spread:>16}{ours.peak_mb:>6.0f}{bare.median_s:>7.2f} s"
    return (
        row
        + f"{ours.median_s / bare.median_s:>6.2f}x{_naive(minutes, source, start_s) if naive else '-':>22}"
    )


def _naive(minutes: int, source: Path, start_s: float) -> str:
    """Measure pydub alone; an ffprobe that knows nothing stands in where there is none, and costs nothing."""
    if minutes > NAIVE_MINUTES_MAX:
        return "not run, some 20 GB"
    tools = source.parent / "tools"
    tools.mkdir(exist_ok=True)
    (tools / "ffprobe").write_text("#!/bin/sh\necho '{}'\n")
    (tools / "ffprobe").chmod(0o755)
    if not (tools / "ffmpeg").exists():
        (tools / "ffmpeg").symlink_to(ffmpeg.find())
    found = _measure(_NAIVE, source, start_s, 1, path=f"{tools}:{os.environ['PATH']}")
    return f"{found.median_s:.1f} s, {found.peak_mb:.0f} MB"


def _measure(prepare: str, source: Path, start_s: float, runs: int, path: str | None = None) -> Figures:
    code = _MEASURE.format(prepare=prepare)
    arguments = [str(source), str(source.with_name("clip.mp3")), str(start_s), str(SECONDS), str(runs)]
    environment = os.environ | {"PATH": path or os.environ["PATH"]}
    run = subprocess.run(
        [sys.executable, "-c", code, *arguments], check=True, capture_output=True, text=True, env=environment
    )
    return Figures(*json.loads(run.stdout))


if __name__ == "__main__":
    main()
