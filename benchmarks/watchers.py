"""How late many visitors see the progress of their jobs, beside a demo as demos are typically written.

Each visitor watches a job of their own through the page's public /result. The service's progress is a time
stamp, whose age is measured where it arrives at the visitor.
"""

import asyncio
import re
import time
from collections.abc import Iterator

from benchmarks.measuring import allow_open_files, cpu_s, memory_mb, p95
from benchmarks.page_visitor import Visitor
from benchmarks.rows import Effort, Row, Sample, within
from benchmarks.servers import KEY, Server, page, service

MEANINGS = {
    "p95 age of updates": "95 % of the updates are at most so old when they arrive at a visitor.",
    "visitors who saw progress": "The share of visitors who are shown any progress.",
    "CPU of the page": "CPU use of the page's process while all of them watch.",
    "memory of a visitor": "Memory of the page's process that each of them adds.",
}
OURS, THEIRS = 1000, 100
OPEN_FILES = 8192
ARRIVALS_PER_S, SETTLE_S = 40, 2.0  # Gradio takes some 10 ms for each new visitor
_STAMP_MS = re.compile(r'"done": ?(\d+)')


def rows(effort: Effort) -> Iterator[Row]:
    ours, theirs, seconds = (5, 5, 3.0) if effort is Effort.SHORT else (OURS, THEIRS, 12.0)
    allow_open_files(OPEN_FILES)
    with (
        service(module="benchmarks.endless_service") as paid,
        page(INFINITALK_BASE_URL=paid.url, HOSTING="segmind") as server,
    ):
        before = memory_mb(server.pid)
        ages, served, cpu = asyncio.run(_watch(server, ours, seconds, KEY))
        each = 1000 * (memory_mb(server.pid) - before) / ours
    with page("-m", "benchmarks.typical_demo", path="/") as server:
        their_ages, their_served, _ = asyncio.run(_watch(server, theirs, seconds))
    age, their_age = Sample((p95(ages),), "ms"), Sample((p95(their_ages),), "ms")
    yield within("watchers", f"p95 age of updates, {ours} visitors", age, 300.0)
    yield Row("watchers", "p95 age of updates", age, f"typical demo, {theirs}", their_age)
    shares = Sample((100 * served / ours,), "%"), Sample((100 * their_served / theirs,), "%")
    yield Row("watchers", "visitors who saw progress", shares[0], "typical demo", shares[1])
    yield within("watchers", "CPU of the page", Sample((100 * cpu,), "% of a core"), 100.0)
    yield within("watchers", "memory of a visitor", Sample((each,), "kB"), 1000.0)


async def _watch(server: Server, count: int, seconds: float, key: str = "") -> tuple[list[float], int, float]:
    """Return the ages in ms after all have arrived, how many saw any progress, and the CPU use."""
    seen: list[list[tuple[float, float]]] = [[] for _ in range(count)]
    tasks = [asyncio.create_task(_one(server.port, k, key, seen[k])) for k in range(count)]
    await asyncio.sleep(count / ARRIVALS_PER_S + SETTLE_S)
    all_here, cpu = time.time(), cpu_s(server.pid)
    await asyncio.sleep(seconds)
    cpu = cpu_s(server.pid) - cpu
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    ages = [1000 * (at - stamp) for each in seen for at, stamp in each if at > all_here]
    return ages, sum(bool(each) for each in seen), cpu / seconds


async def _one(port: int, number: int, key: str, seen: list[tuple[float, float]]) -> None:
    """Call /result for a job of one's own, and note when each stamp arrives."""
    await asyncio.sleep(number / ARRIVALS_PER_S)
    async for line in Visitor(port).call("result", [f"job-{number:08}", key] if key else [""]):
        if found := _STAMP_MS.search(line):
            seen.append((time.time(), int(found[1]) / 1000))  # noqa: PERF401  # seen while it grows
