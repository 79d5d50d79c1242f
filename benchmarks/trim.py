"""Cutting a clip out of a recording, beside a bare ffmpeg."""

import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measuring import json_of_python
from benchmarks.rows import Effort, Row, Sample, within
from infinitalk_media import ffmpeg

MEANINGS = {
    "cut of 15 s": "Time to check the recording, and to cut 15 s near its end into an MP3.",
    "peak memory": "Memory that the cut adds to the process, or that of its ffmpeg if that is more.",
    "longest beside shortest": "The time for the longest recording divided by that for the shortest.",
}
RUNS = 3  # in one process; there are three processes, alternating with the peer's
SECONDS = 15.0

# Each program runs in a process of its own and prints times, without those of imports, and the peak memory in
# MB: what the work adds to the process, or that of its largest child.
_MEASURE = """
import json, re, resource, subprocess, sys, time
from pathlib import Path
source, target, start_s, seconds, runs = Path(sys.argv[1]), Path(sys.argv[2]), *map(float, sys.argv[3:])
def peak_kb():
    return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
{prepare}
before, times = peak_kb(), []
for _ in range(int(runs)):
    began = time.perf_counter()
    work()
    times.append(time.perf_counter() - began)
child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(json.dumps([times, max(peak_kb() - before, child) / 1024]))
"""
_OURS = """
from infinitalk_media import sound
sound.prepare(source, target, start_s=start_s, seconds=1)  # the first call imports pydub
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


def rows(effort: Effort) -> Iterator[Row]:
    with tempfile.TemporaryDirectory(prefix="infinitalk-bench-") as name:
        medians: list[tuple[float, float]] = []
        for title, minutes, source in _recordings(Path(name), effort):
            start_s = minutes * 60 - 30 if minutes < 600 else 36_010  # near the end, which takes longest
            runs = [_measure(code, source, start_s) for code in (_OURS, _BARE) * 3]
            (ours, mb), (bare, _) = _joined(runs[::2]), _joined(runs[1::2])
            medians.append((ours.median, bare.median))
            yield Row("trim", f"cut of 15 s, {title}", ours, "bare ffmpeg", bare, reach=1.8)
            yield within("trim", f"peak memory, {title}", mb, 75.0)
        growth, its = (
            Sample((last / first,), "x") for first, last in zip(medians[0], medians[-1], strict=True)
        )
        yield Row("trim", "longest beside shortest", growth, "bare ffmpeg", its, reach=1.2)


def _recordings(folder: Path, effort: Effort) -> Iterator[tuple[str, int, Path]]:
    """Yield title, minutes and file of recordings that are as loud and quiet as speech."""
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
    """Repeat a minute, since encoding two hours would take longer than the measurement."""
    _run("-stream_loop", str(times - 1), "-i", str(minute), "-c", "copy", str(path))
    return path


def _ten_hours(folder: Path) -> Path:
    """Join ten silent minutes sixty times, since encoding ten hours takes minutes, and a hum to cut from."""
    silence = "anullsrc=r=48000:cl=mono"
    codec = ("-c:a", "libopus", "-b:a", "6k", "-frame_duration", "60")
    _make(folder / "silence.opus", silence, 10, *codec)
    hum = "aevalsrc=0.3*sin(2*PI*220*t):s=48000"
    _make(folder / "hum.opus", hum, 1, *codec)
    parts = ["silence.opus"] * 60 + ["hum.opus"]
    (folder / "list.txt").write_text("".join(f"file '{part}'\n" for part in parts))
    _run("-f", "concat", "-i", str(folder / "list.txt"), "-c", "copy", str(folder / "e.opus"))
    return folder / "e.opus"


def _run(*arguments: str) -> None:
    subprocess.run([ffmpeg.find(), "-nostdin", "-loglevel", "error", "-y", *arguments], check=True)


def _joined(runs: list[tuple[Sample, Sample]]) -> tuple[Sample, Sample]:
    times = tuple(value for seconds, _ in runs for value in seconds.values)
    return Sample(times, "s"), Sample(tuple(mb.median for _, mb in runs), "MB")


def _measure(prepare: str, source: Path, start_s: float) -> tuple[Sample, Sample]:
    """Return the seconds of each cut, and its memory."""
    arguments = [str(source), str(source.with_name("clip.mp3")), str(start_s), str(SECONDS), str(RUNS)]
    times, mb = json_of_python("-c", _MEASURE.format(prepare=prepare), *arguments)
    return Sample(tuple(times), "s"), Sample((mb,), "MB")
