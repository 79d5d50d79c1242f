"""Fetching a 200 MB video to disk, verified, beside `httpx.stream` that only writes it."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measuring import in_turn, told
from benchmarks.rows import Effort, Row, Sample, within
from benchmarks.serving import free_port, running
from infinitalk_media import ffmpeg

SIZE_MB = 200
# Each prints MB/s, and by how many MB the process's peak is above what it held before.
_MEASURE = """
import json, sys, time
from pathlib import Path
import httpx
from benchmarks.measuring import held_mb
base, target = sys.argv[1], Path(sys.argv[2])
{prepare}
target.unlink(missing_ok=True)  # a file that is written over costs the time to free it
before, began = held_mb(peak=True), time.perf_counter()
work()
took = time.perf_counter() - began
print(json.dumps([target.stat().st_size / 1e6 / took, held_mb(peak=True) - before]))
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
        folder, port = Path(name), free_port()
        film = _film(folder, size_mb)
        command = [sys.executable, "-m", "benchmarks.film_server", str(port), str(film)]
        with running(command, port, "/", folder) as server:

            def measure(prepare: str) -> float:
                code = _MEASURE.format(prepare=prepare)
                pace, more = told("-c", code, server.url, str(folder / "fetched.mp4"))
                if prepare is _OURS:
                    memory.append(more)
                return float(pace)

            ours, bare = in_turn(runs, lambda: measure(_OURS), lambda: measure(_BARE))
    speed = Sample(ours, "MB/s"), Sample(bare, "MB/s")
    yield Row("download", f"{size_mb} MB to disk", speed[0], "httpx.stream", speed[1], reach=0.9, floor=True)
    yield within("download", "peak memory above idle", Sample(tuple(memory), "MB"), 5.0)


def _film(folder: Path, size_mb: int) -> Path:
    """Make a short video, and lengthen the file by a box of nothing."""
    film = folder / "film.mp4"
    command = [ffmpeg.find(), "-nostdin", "-loglevel", "error", "-f", "lavfi", "-i", "testsrc2=s=128x96:d=1"]
    command += ["-f", "lavfi", "-i", "sine=440:d=1", "-pix_fmt", "yuv420p", "-movflags", "+faststart"]
    subprocess.run([*command, str(film)], check=True)
    padding = size_mb * 1_000_000
    with film.open("ab") as file:
        file.write(padding.to_bytes(4, "big") + b"free")
        for _ in range(padding // 1_000_000):
            file.write(bytes(1_000_000))
        file.truncate(file.tell() - 8)
    return film
