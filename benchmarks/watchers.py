"""How late many visitors see that their job goes on, beside the way in which demos are usually written.

Each watches a job of its own through the page's public /result. The age of what is shown is taken where it
arrives: from the paid service (which stamps its answers) through the page to the visitor.
"""

import asyncio
import json
import re
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path

from benchmarks.measuring import held_mb
from benchmarks.rows import Effort, Row, Sample, within
from benchmarks.serving import KEY, Server, free_port, page, running

OURS, THEIRS = 1000, 100
OPEN_FILES = 8192
ARRIVE_PER_S, SETTLE_S = 40, 2.0  # Gradio takes some 10 ms for each visitor that is new
_STAMP = re.compile(rb'"(?:done|stamp)": ?(\d+)')


def rows(effort: Effort) -> Iterator[Row]:
    ours, theirs, seconds = (5, 5, 3.0) if effort is Effort.SHORT else (OURS, THEIRS, 12.0)
    _let_open_files(OPEN_FILES)
    with tempfile.TemporaryDirectory(prefix="infinitalk-bench-") as name:
        port = free_port()
        command = [sys.executable, "-m", "benchmarks.stamping", str(port)]
        with (
            running(command, port, "/", Path(name)) as paid,
            page(INFINITALK_BASE_URL=paid.url, HOSTING="segmind") as server,
        ):
            before = held_mb(server.pid)
            ages, served, cpu = _watch(server, ours, seconds, KEY)
            each = 1000 * (held_mb(server.pid) - before) / ours
    with page("-m", "benchmarks.usual_demo", path="/") as server:
        their_ages, their_served, _ = _watch(server, theirs, seconds)
    yield within("watchers", f"p95 age of what {ours} see", Sample((_p95(ages),), "ms"), 300.0)
    age, their_age = Sample((_p95(ages),), "ms"), Sample((_p95(their_ages),), "ms")
    yield Row("watchers", "p95 age of what they see", age, f"usual demo, {theirs}", their_age)
    shares = Sample((100 * served / ours,), "%"), Sample((100 * their_served / theirs,), "%")
    yield Row("watchers", "shown anything", shares[0], "usual demo", shares[1])
    yield within("watchers", "CPU of the page", Sample((100 * cpu,), "% of a core"), 100.0)
    yield within("watchers", "memory of a visitor", Sample((each,), "kB"), 1000.0)


def _watch(server: Server, count: int, seconds: float, key: str = "") -> tuple[list[float], int, float]:
    """Return the ages in ms of what is shown once all have come, how many saw anything, and the CPU used."""
    return asyncio.run(_all(server, count, seconds, key))


async def _all(server: Server, count: int, seconds: float, key: str) -> tuple[list[float], int, float]:
    seen: list[list[tuple[float, float]]] = [[] for _ in range(count)]
    tasks = [asyncio.create_task(_one(server.port, k, key, seen[k])) for k in range(count)]
    await asyncio.sleep(count / ARRIVE_PER_S + SETTLE_S)
    all_here, cpu = time.time(), _cpu_s(server.pid)
    await asyncio.sleep(seconds)
    cpu = _cpu_s(server.pid) - cpu
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    ages = [1000 * (at - stamp) for each in seen for at, stamp in each if at > all_here]
    return ages, sum(bool(each) for each in seen), cpu / seconds


async def _one(port: int, number: int, key: str, seen: list[tuple[float, float]]) -> None:
    """Call /result for a job of one's own, and note when each stamp arrived."""
    data = [f"job-{number:08}", key] if key else [""]
    await asyncio.sleep(number / ARRIVE_PER_S)
    call = "/gradio_api/call/result"
    event = [line async for line in _lines(port, f"POST {call}", json.dumps({"data": data}))][-1]
    async for line in _lines(port, f"GET {call}/{json.loads(event)['event_id']}"):
        found = _STAMP.search(line)
        if found:
            seen.append((time.time(), int(found[1]) / 1000))


async def _lines(port: int, what: str, body: str = "") -> AsyncIterator[bytes]:
    """Send a request over bare sockets: a thousand of them in one httpx pool are slower than any page."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = f"{what} HTTP/1.0\r\nhost: 127.0.0.1:{port}\r\ncontent-type: application/json"
    writer.write(f"{head}\r\ncontent-length: {len(body)}\r\n\r\n{body}".encode())
    try:
        async for line in reader:
            yield line
    finally:
        writer.close()


def _p95(ages: Sequence[float]) -> float:
    return statistics.quantiles(ages, n=20, method="inclusive")[-1]


def _cpu_s(pid: int) -> float:
    user, system = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[11:13]
    return (int(user) + int(system)) / 100


def _let_open_files(count: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < count:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(count, hard), hard))
