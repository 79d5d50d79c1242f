"""Cutting a clip out of long recordings, beside one bare ffmpeg and naive pydub."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measuring import told
from benchmarks.rows import Effort, Row, Sample, within
from infinitalk_media import ffmpeg

RUNS = 3  # in one child; there are three of them, in turn with the peer's
SECONDS = 15.0
NAIVE_MINUTES_MAX = 150  # longer ones are not tried: naive pydub needs some 20 GB for the ten hours

# Each runs in a process of its own, warm: imports are not counted. Prints times, and the peak memory in MB:
# what the work adds to the process, or that of its largest child.
_MEASURE = """
import json, re, resource, subprocess, sys, time, warnings
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
print(json.dumps([times, max(held() - before, child) / 1024]))
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


def rows(effort: Effort) -> Iterator[Row]:
    with tempfile.TemporaryDirectory(prefix="infinitalk-bench-") as name:
        grown: list[tuple[float, float]] = []
        for title, minutes, source in _recordings(Path(name), effort):
            start_s = minutes * 60 - 30 if minutes < 600 else 36_010  # near the end, where it is hardest
            turns = [_measure(code, source, start_s, RUNS) for code in (_OURS, _BARE) * 3]
            (ours, mb), (bare, _) = _joined(turns[::2]), _joined(turns[1::2])
            grown.append((ours.median, bare.median))
            yield Row("trim", f"15 s of {title}", ours, "bare ffmpeg", bare, reach=1.8)
            yield within("trim", f"peak memory, {title}", mb, 75.0)
            if effort is Effort.FULL and minutes < NAIVE_MINUTES_MAX:
                naive, naive_mb = _measure(_NAIVE, source, start_s, 1, _with_ffprobe(source.parent))
                yield Row("trim", f"15 s of {title}", ours, "naive pydub", naive)
                yield Row("trim", f"peak memory, {title}", mb, "naive pydub", naive_mb)
        growth, its = (Sample((last / first,), "x") for first, last in zip(grown[0], grown[-1], strict=True))
        yield Row("trim", "longest beside shortest", growth, "bare ffmpeg", its, reach=1.2)


def _recordings(folder: Path, effort: Effort) -> Iterator[tuple[str, int, Path]]:
    """Make recordings of so many minutes; speech-like, but for the silent one."""
    hum = "aevalsrc=0.3*sin(2*PI*220*t)*gt(sin(2*PI*4*t)\\,-0.6):s=44100"
    yield "1 min mp3", 1, _make(folder / "a.mp3", hum, 1, "-b:a", "128k")
    if effort >= Effort.USUAL:
        yield "2 h mp3", 120, _repeated(folder / "b.mp3", folder / "a.mp3", 120)
    if effort is Effort.FULL:
        yield "1 h m4a", 60, _make(folder / "c.m4a", hum, 60, "-c:a", "aac")
        yield "1 h webm", 60, _make(folder / "d.webm", hum, 60, "-c:a", "libopus")
        yield "10 h opus, hum at end", 600, _ten_hours(folder)


def _make(path: Path, source: str, minutes: int, *codec: str) -> Path:
    _run("-f", "lavfi", "-i", source, "-t", str(minutes * 60), *codec, str(path))
    return path


def _repeated(path: Path, minute: Path, times: int) -> Path:
    """Repeat a minute: encoding two hours would take longer than all the measuring."""
    _run("-stream_loop", str(times - 1), "-i", str(minute), "-c", "copy", str(path))
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


def _joined(turns: list[tuple[Sample, Sample]]) -> tuple[Sample, Sample]:
    times = tuple(value for seconds, _ in turns for value in seconds.values)
    return Sample(times, "s"), Sample(tuple(mb.median for _, mb in turns), "MB")


def _measure(
    prepare: str, source: Path, start_s: float, runs: int, path: str | None = None
) -> tuple[Sample, Sample]:
    """Return the seconds of each cut, and the memory that it took."""
    words = [str(source), str(source.with_name("clip.mp3")), str(start_s), str(SECONDS), str(runs)]
    times, mb = told("-c", _MEASURE.format(prepare=prepare), *words, path=path)
    return Sample(tuple(times), "s"), Sample((mb,), "MB")


def _with_ffprobe(folder: Path) -> str:
    """Return a PATH on which pydub finds what it asks for: an ffprobe that knows nothing costs nothing."""
    tools = folder / "tools"
    tools.mkdir(exist_ok=True)
    (tools / "ffprobe").write_text("#!/bin/sh\necho '{}'\n")
    (tools / "ffprobe").chmod(0o755)
    if not (tools / "ffmpeg").exists():
        (tools / "ffmpeg").symlink_to(ffmpeg.find())
    return f"{tools}:{os.environ['PATH']}"
