"""Downloading and checking a 200 MB video, beside `httpx.stream` that only writes it."""

import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measuring import alternate, json_of_python
from benchmarks.rows import Effort, Row, Sample, within
from benchmarks.servers import service
from infinitalk_media import ffmpeg

MEANINGS = {
    "to disk": "Speed of the download from a local server, with the check that the MP4 is whole.",
    "peak memory above idle": "Memory that the download adds to the process at its peak.",
}
SIZE_MB = 200
# Each program prints MB/s, and how many MB the process's peak is above its memory before the download.
_MEASURE = """
import json, sys, time
from pathlib import Path
import httpx
from benchmarks.measuring import memory_mb
base, target = sys.argv[1], Path(sys.argv[2])
{prepare}
target.unlink(missing_ok=True)  # overwriting a file would also measure the time to free it
before, began = memory_mb(peak=True), time.perf_counter()
work()
took = time.perf_counter() - began
print(json.dumps([target.stat().st_size / 1e6 / took, memory_mb(peak=True) - before]))
"""
_OURS = """
from infinitalk_client import Client
client = Client("SG_x", base_url=base)
client.job("warm-up").result()
def work():
    client.job("warm-up").download(target)
"""
_BARE = """
http = httpx.Client()
http.get(f"{base}/v2/requests/x")
def work():
    with http.stream("GET", f"{base}/talk.mp4") as answer, target.open("wb") as file:
        for chunk in answer.iter_bytes():
            file.write(chunk)
"""


def rows(effort: Effort) -> Iterator[Row]:
    size_mb, runs = (2, 1) if effort is Effort.SHORT else (SIZE_MB, 7)
    memory: list[float] = []
    with tempfile.TemporaryDirectory(prefix="infinitalk-bench-") as name:
        folder = Path(name)
        video = _video(folder / "video.mp4", size_mb)
        with service(str(video), module="benchmarks.video_server") as server:

            def measure(prepare: str) -> float:
                code = _MEASURE.format(prepare=prepare)
                pace, more = json_of_python("-c", code, server.url, str(folder / "fetched.mp4"))
                if prepare is _OURS:
                    memory.append(more)
                return float(pace)

            ours, bare = alternate(runs, lambda: measure(_OURS), lambda: measure(_BARE))
    speed = Sample(ours, "MB/s"), Sample(bare, "MB/s")
    yield Row("download", f"to disk, {size_mb} MB", speed[0], "httpx.stream", speed[1], reach=0.9, floor=True)
    yield within("download", "peak memory above idle", Sample(tuple(memory), "MB"), 5.0)


def _video(path: Path, size_mb: int) -> Path:
    """Write a short video, and pad the file with an empty MP4 box."""
    command = [ffmpeg.find(), "-nostdin", "-loglevel", "error", "-f", "lavfi", "-i", "testsrc2=s=128x96:d=1"]
    command += ["-f", "lavfi", "-i", "sine=440:d=1", "-pix_fmt", "yuv420p", "-movflags", "+faststart"]
    subprocess.run([*command, str(path)], check=True)
    padding = size_mb * 1_000_000
    with path.open("ab") as file:
        file.write(padding.to_bytes(4, "big") + b"free")
        for _ in range(padding // 1_000_000):
            file.write(bytes(1_000_000))
        file.truncate(file.tell() - 8)
    return path
