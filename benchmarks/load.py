"""python -m benchmarks.load: a thousand visitors watch jobs, and fifty previews are requested at once.

The exit code is 1 when a count is wrong; times are printed beside their goals, and decide nothing.
"""

import argparse
import asyncio
import itertools
import json
import re
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from benchmarks.endless_service import EndlessService
from benchmarks.measuring import allow_open_files, cpu_s, memory_mb, p95
from benchmarks.page_visitor import Visitor
from tests.app.pages import COMMAND, PICTURE, VOICE, Page, page

OPEN_FILES = 65_536
ARRIVALS_PER_S = 20  # before the late visitors arrive
POLL_S = 5.0  # how often the page polls a paid job, ±10 %
STEADY_S = 16.0  # a younger job is polled more often
_STAMP_MS = re.compile(r"(\d+) of \d+ frames")


@dataclass(frozen=True)
class Scale:
    """How many of everything; times in seconds."""

    watchers: int = 1000
    jobs: int = 10
    late: int = 300
    late_within_s: float = 10.0
    window_s: float = 60.0
    previews: int = 50


SHORT = Scale(watchers=200, jobs=4, late=60, late_within_s=4.0, window_s=12.0)


@dataclass
class Report:
    """Rows to print; `failed` when a count is wrong."""

    rows: list[str] = field(default_factory=list)
    failed: bool = False

    def count(self, title: str, found: int, must: int) -> None:
        self.failed |= found != must
        self.rows.append(f"{title:<58}{found:>8}   must be {must}")

    def times(self, title: str, seconds: Sequence[float], goal_s: float) -> None:
        shown = f"{f'{title}, p95 of {len(seconds)}':<58}{p95(seconds) * 1000:>5.0f} ms"
        self.rows.append(f"{shown}   goal {goal_s * 1000:.0f} ms, worst {max(seconds) * 1000:.0f} ms")

    def figure(self, title: str, found: str, goal: str = "") -> None:
        self.rows.append(f"{title:<58}{found:>8}   {goal}")


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser("python -m benchmarks.load", description=__doc__)
    parser.add_argument("--short", action="store_true", help="a fifth of it, in a minute")
    scale = SHORT if parser.parse_args(arguments).short else Scale()
    allow_open_files(OPEN_FILES)
    report = Report()
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_measure(Path(folder), scale, report))
    print("\n".join(report.rows))
    sys.exit(report.failed)


async def _measure(folder: Path, scale: Scale, report: Report) -> None:
    service = EndlessService()
    async with service.serving() as address:
        settings = {"INFINITALK_BASE_URL": address, "HOSTING": "segmind"}
        with page(folder / "state", kill=True, command=COMMAND, **settings) as started:
            target = await Target.of(started)
            await _watchers(target, service, scale, report)
            await _burst(target, scale, report)


@dataclass(frozen=True)
class Target:
    """A running page, two files uploaded to it, and the number of its load event."""

    pid: int
    port: int
    files: tuple[dict[str, Any], dict[str, Any]]
    load_event: int

    @classmethod
    async def of(cls, running: Page) -> "Target":
        async with httpx.AsyncClient(base_url=running.url, timeout=60) as http:
            named = [("files", (path.name, path.read_bytes())) for path in (PICTURE, VOICE)]
            paths = (await http.post("/gradio_api/upload", files=named)).json()
            config = (await http.get("/config")).json()
        picture, voice = ({"path": path, "meta": {"_type": "gradio.FileData"}} for path in paths)
        loads = (event["id"] for event in config["dependencies"] if "findRun" in str(event["js"]))
        return cls(running.process.pid, httpx.URL(running.url).port or 0, (picture, voice), next(loads))

    async def call(self, endpoint: str, data: list[Any]) -> str:
        """Return the whole stream of a new visitor's call."""
        return "".join([line async for line in Visitor(self.port).call(endpoint, data)])

    def request(self, engine: str, size: str = "480p") -> list[Any]:
        """Return the arguments of /generate."""
        return [*self.files, "Hello.", engine, size, 25, 7, 0, 15, "SG_made_up", True, "", "", "", "heart", 1]


@dataclass
class Watcher:
    """A visitor who watches a job; `delays` holds the age of each update in seconds."""

    delays: list[float] = field(default_factory=list)
    arrived_s: float = 0.0

    async def watch(self, target: Target, job: str) -> None:
        began = time.monotonic()
        visitor = Visitor(target.port)
        await visitor.get("/")
        async for line in visitor.load(target.load_event, [job, "infinitetalk"]):
            if found := _STAMP_MS.search(line):
                if self.arrived_s:
                    self.delays.append(time.time() - int(found[1]) / 1000)
                self.arrived_s = self.arrived_s or time.monotonic() - began


async def _watchers(target: Target, service: EndlessService, scale: Scale, report: Report) -> None:
    """Let many visitors, in two waves, watch a few jobs, and click meanwhile."""
    jobs = [await _submit(target) for _ in range(scale.jobs)]
    steady_at = time.monotonic() + STEADY_S
    watchers = [Watcher() for _ in range(scale.watchers)]
    of_each = itertools.cycle(jobs)
    early, late = watchers[: -scale.late], watchers[-scale.late :]
    tasks = await _arrive(early, len(early) / ARRIVALS_PER_S, target, of_each)
    await _until(lambda: all(watcher.arrived_s for watcher in early), 60)
    tasks += await _arrive(late, scale.late_within_s, target, of_each)
    await _until(lambda: all(watcher.arrived_s for watcher in watchers), 60)
    await asyncio.sleep(max(0.0, steady_at - time.monotonic()))
    for watcher in watchers:
        watcher.delays.clear()
    polls, cpu, began = service.polls.copy(), cpu_s(target.pid), time.monotonic()
    clicks = await _repeat(lambda: _click(target), scale.window_s)
    took, cpu = time.monotonic() - began, cpu_s(target.pid) - cpu
    polled_twice = sum(service.polls[job] - polls[job] > took / (POLL_S * 0.9) + 1 for job in jobs)
    report.count(f"of {scale.watchers} watchers, not arrived", sum(not w.arrived_s for w in watchers), 0)
    report.count("of them, without an update in this time", sum(not w.delays for w in watchers), 0)
    report.count("of them, disconnected", sum(task.done() for task in tasks), 0)
    report.count(f"of {scale.jobs} jobs, polled by more than one loop", polled_twice, 0)
    delays = [delay for watcher in watchers for delay in watcher.delays]
    report.times("from a poll to the visitor", delays, 0.3)
    report.times("another click meanwhile", clicks, 1.0)
    arrivals = [watcher.arrived_s for watcher in late if watcher.arrived_s]
    title = f"{scale.late} arrivals in {scale.late_within_s:g} s, to the first update"
    report.times(title, arrivals, 1.0)
    report.figure("peak memory of the page", f"{memory_mb(target.pid, peak=True):.0f} MB", "goal 400 MB")
    report.figure("CPU of the page", f"{cpu / took:.0%}", "of one core")
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _submit(target: Target) -> str:
    """Start a paid run, and return its id."""
    stream = await target.call("submit", target.request("infinitetalk"))
    return str(re.findall(r'"request_id": "(\w+)"', stream)[0])


async def _arrive(
    watchers: list[Watcher], within_s: float, target: Target, jobs: Iterator[str]
) -> list[asyncio.Task[None]]:
    """Let the watchers arrive evenly over so many seconds."""
    tasks, began = [], time.monotonic()
    for index, watcher in enumerate(watchers):
        await asyncio.sleep(max(0.0, began + within_s * index / len(watchers) - time.monotonic()))
        tasks.append(asyncio.create_task(watcher.watch(target, next(jobs))))
    return tasks


async def _until(condition: Callable[[], bool], timeout_s: float) -> None:
    until = time.monotonic() + timeout_s
    while not condition() and time.monotonic() < until:  # noqa: ASYNC110  # other tasks make it true
        await asyncio.sleep(0.05)


async def _repeat(act: Callable[[], Awaitable[None]], seconds: float, every_s: float = 0.5) -> list[float]:
    """Repeat a call, and return how long each one took."""
    until, times = time.monotonic() + seconds, []
    while time.monotonic() < until:
        began = time.monotonic()
        await act()
        times.append(time.monotonic() - began)
        await asyncio.sleep(max(0.0, every_s - times[-1]))
    return times


async def _click(target: Target) -> None:
    """Click without a picture, which is refused with a sentence."""
    stream = await target.call("generate", [None, *target.request("preview")[1:]])
    assert "Add a picture" in stream, stream


async def _burst(target: Target, scale: Scale, report: Report) -> None:
    """Request many long previews at once; each is queued, or refused with the expected wait."""
    job = await _submit(target)
    previews = asyncio.gather(*(_request_preview(target) for _ in range(scale.previews)))
    times: list[float] = []
    while not previews.done():
        times += await _repeat(lambda: _status(target, job), 1.0, every_s=0.1)
    answers = await previews
    queued, refused = answers.count("queued"), [each for each in answers if "try again in about" in each]
    title = f"of {scale.previews} previews at once, queued or refused"
    report.count(title, queued + len(refused), scale.previews)
    report.figure("of them, queued", str(queued))
    report.figure("of them, refused with the expected wait", str(len(refused)), "".join(refused[:1]))
    report.times("status requests meanwhile", times, 0.3)


async def _request_preview(target: Target) -> str:
    """Request a preview; return "queued", or the error."""
    async for line in Visitor(target.port).call("generate", target.request("preview", "720p")):
        if '"state": "QUEUED"' in line or '"state": "PROCESSING"' in line:
            return "queued"
        if "error" in line and line.startswith("data:"):
            return str(json.loads(line.removeprefix("data:")).get("error"))
    return "no answer"


async def _status(target: Target, job: str) -> None:
    stream = await target.call("status", [job, ""])
    assert "elapsed_s" in stream, stream


if __name__ == "__main__":
    main()
