"""python -m benchmarks.load: a thousand visitors look on in one process, and fifty previews come at once.

The exit code is 1 when a count is off; times are printed beside their goals, and decide nothing.
"""

import argparse
import asyncio
import itertools
import json
import re
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from benchmarks.crowd import Visitor
from benchmarks.paid import TOTAL, Endless
from tests.app.pages import COMMAND, PICTURE, VOICE, Page, page

ARRIVALS_PER_S = 20  # of those who are there before the 300 come
POLL_S = 5.0  # how often the page looks at a paid job, ±10 %
STEADY_S = 16.0  # a younger job is looked at more often
_NUMBER = re.compile(rf"(\d+) of {TOTAL} frames")


@dataclass(frozen=True)
class Scale:
    """How many of everything; times in seconds."""

    watchers: int = 1000
    jobs: int = 10
    arrivals: int = 300
    arrivals_s: float = 10.0
    window_s: float = 60.0
    previews: int = 50


SHORT = Scale(watchers=200, jobs=4, arrivals=60, arrivals_s=4.0, window_s=12.0)


@dataclass
class Report:
    """Rows to print; a count that is not what it must be spoils the run."""

    rows: list[str] = field(default_factory=list)
    spoilt: bool = False

    def count(self, title: str, found: int, must: int) -> None:
        self.spoilt |= found != must
        self.rows.append(f"{title:<58}{found:>8}   must be {must}")

    def times(self, title: str, seconds: Sequence[float], goal_s: float) -> None:
        p95, worst = statistics.quantiles(seconds, n=20)[-1], max(seconds)
        shown = f"{title + f', p95 of {len(seconds)}':<58}{p95 * 1000:>5.0f} ms   goal {goal_s * 1000:.0f} ms"
        self.rows.append(f"{shown}, worst {worst * 1000:.0f} ms")

    def figure(self, title: str, found: str, goal: str = "") -> None:
        self.rows.append(f"{title:<58}{found:>8}   {goal}")


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser("python -m benchmarks.load", description=__doc__)
    parser.add_argument("--short", action="store_true", help="a fifth of it, within a minute")
    scale = SHORT if parser.parse_args(arguments).short else Scale()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    report = Report()
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_measure(Path(folder), scale, report))
    print("\n".join(report.rows))
    sys.exit(report.spoilt)


async def _measure(folder: Path, scale: Scale, report: Report) -> None:
    service = Endless()
    async with service.serving() as address:
        settings = {"INFINITALK_BASE_URL": address, "HOSTING": "segmind"}
        with page(folder / "state", kill=True, command=COMMAND, **settings) as started:
            hall = await Hall.open(started)
            await _onlookers(hall, service, scale, report)
            await _burst(hall, scale, report)


@dataclass(frozen=True)
class Hall:
    """A running page, two files uploaded to it, and the number of its load event."""

    page: Page
    port: int
    files: tuple[dict[str, Any], dict[str, Any]]
    on_load: int

    @classmethod
    async def open(cls, running: Page) -> "Hall":
        async with httpx.AsyncClient(base_url=running.url, timeout=60) as http:
            named = [("files", (path.name, path.read_bytes())) for path in (PICTURE, VOICE)]
            paths = (await http.post("/gradio_api/upload", files=named)).json()
            config = (await http.get("/config")).json()
        picture, voice = ({"path": path, "meta": {"_type": "gradio.FileData"}} for path in paths)
        loads = (event["id"] for event in config["dependencies"] if "whereabouts" in str(event["js"]))
        return cls(running, httpx.URL(running.url).port or 0, (picture, voice), next(loads))

    def visitor(self) -> Visitor:
        return Visitor(self.port)

    def order(self, engine: str, size: str = "480p") -> list[Any]:
        """Return the arguments of /generate."""
        return [*self.files, "Hello.", engine, size, 25, 7, 0, 15, "SG_made_up", True, "", ""]

    def cpu_s(self) -> float:
        """Return the processor time of the page alone, without its children."""
        fields = Path(f"/proc/{self.page.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / 100

    def memory_mb(self) -> float:
        status = Path(f"/proc/{self.page.process.pid}/status").read_text()
        return int(re.findall(r"VmHWM:\s+(\d+)", status)[0]) / 1024


@dataclass
class Watcher:
    """One who looks on; keeps how late each piece of news was, in seconds."""

    delays: list[float] = field(default_factory=list)
    arrived_s: float = 0.0

    async def look(self, hall: Hall, job: str, service: Endless) -> None:
        began = time.monotonic()
        visitor = hall.visitor()
        await visitor.get("/")
        async for line in visitor.load(hall.on_load, [job, "infinitetalk"]):
            now = time.monotonic()
            found = _NUMBER.search(line)
            if not found:
                continue
            told_at = service.told_at[int(found[1])]
            if self.arrived_s:
                self.delays.append(now - told_at)
            self.arrived_s = self.arrived_s or now - began


async def _onlookers(hall: Hall, service: Endless, scale: Scale, report: Report) -> None:
    """Let many look on at a few jobs, in two waves, and click meanwhile."""
    jobs = [await _submit(hall) for _ in range(scale.jobs)]
    steady_at = time.monotonic() + STEADY_S
    watchers = [Watcher() for _ in range(scale.watchers)]
    crowd = itertools.cycle(jobs)
    early, late = watchers[: -scale.arrivals], watchers[-scale.arrivals :]
    tasks = await _arrive(early, len(early) / ARRIVALS_PER_S, hall, crowd, service)
    await _until(lambda: all(watcher.arrived_s for watcher in early), 60)
    tasks += await _arrive(late, scale.arrivals_s, hall, crowd, service)
    await _until(lambda: all(watcher.arrived_s for watcher in watchers), 60)
    await asyncio.sleep(max(0.0, steady_at - time.monotonic()))
    for watcher in watchers:
        watcher.delays.clear()
    looks, cpu, began = service.looks.copy(), hall.cpu_s(), time.monotonic()
    clicks = await _repeat(lambda: _click(hall), scale.window_s)
    took = time.monotonic() - began
    news = [delay for watcher in watchers for delay in watcher.delays]
    allowed = took / (POLL_S * 0.9) + 1
    report.count(
        f"of {scale.watchers} who look on, have never arrived", sum(not w.arrived_s for w in watchers), 0
    )
    report.count("of them, without news in this time", sum(not w.delays for w in watchers), 0)
    report.count("of them, cut off", sum(task.done() for task in tasks), 0)
    counts = [service.looks[job] - looks[job] for job in jobs]
    report.count(
        f"of {scale.jobs} jobs, looked at by more than one loop", sum(n > allowed for n in counts), 0
    )
    report.times("state change -> browser side", news, 0.3)
    report.times("another click meanwhile", clicks, 1.0)
    arrivals = [watcher.arrived_s for watcher in late if watcher.arrived_s]
    report.times(f"{scale.arrivals} arrivals within {scale.arrivals_s:g} s, to the first news", arrivals, 1.0)
    report.figure("memory of the page's process, at most", f"{hall.memory_mb():.0f} MB", "goal 400 MB")
    report.figure("processor of the page's process", f"{(hall.cpu_s() - cpu) / took:.0%}", "of one core")
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _submit(hall: Hall) -> str:
    """Start a paid run, and return its id."""
    lines = [line async for line in hall.visitor().call("submit", hall.order("infinitetalk"))]
    return str(re.findall(r'"request_id": "(\w+)"', "".join(lines))[0])


async def _arrive(
    watchers: list[Watcher], over_s: float, hall: Hall, jobs: Any, service: Endless
) -> list[asyncio.Task[None]]:
    """Let them come evenly over so many seconds."""
    tasks, began = [], time.monotonic()
    for index, watcher in enumerate(watchers):
        await asyncio.sleep(max(0.0, began + over_s * index / len(watchers) - time.monotonic()))
        tasks.append(asyncio.create_task(watcher.look(hall, next(jobs), service)))
    return tasks


async def _until(true: Callable[[], bool], most_s: float) -> None:
    until = time.monotonic() + most_s
    while not true() and time.monotonic() < until:  # noqa: ASYNC110  # other tasks make it true
        await asyncio.sleep(0.05)


async def _repeat(act: Callable[[], Awaitable[None]], seconds: float, every_s: float = 0.5) -> list[float]:
    """Do something again and again, and return how long it took each time."""
    until, times = time.monotonic() + seconds, []
    while time.monotonic() < until:
        began = time.monotonic()
        await act()
        times.append(time.monotonic() - began)
        await asyncio.sleep(max(0.0, every_s - times[-1]))
    return times


async def _click(hall: Hall) -> None:
    """Click without a picture: the answer is a sentence."""
    order = [None, *hall.order("preview")[1:]]
    lines = [line async for line in hall.visitor().call("generate", order)]
    assert any("Add a picture" in line for line in lines), lines


async def _burst(hall: Hall, scale: Scale, report: Report) -> None:
    """Want many long previews at once: each is given a place, or told how long the wait is."""
    job = await _submit(hall)
    wanted = [asyncio.create_task(_want(hall)) for _ in range(scale.previews)]
    all_told = asyncio.gather(*wanted)
    times: list[float] = []
    while not all_told.done():
        times += await _repeat(lambda: _status(hall, job), 1.0, every_s=0.1)
    fates = await all_told
    taken, told = fates.count("taken"), sum("try again in about" in fate for fate in fates)
    report.count(
        f"of {scale.previews} previews at once, given a place or told the wait", taken + told, scale.previews
    )
    report.figure("of them, given a place", str(taken))
    report.figure("of them, told the wait", str(told), next((f for f in fates if "about" in f), ""))
    report.times("status requests meanwhile", times, 0.3)


async def _want(hall: Hall) -> str:
    """Ask for a preview; return "taken" once it is in the queue, else what was said."""
    async for line in hall.visitor().call("generate", hall.order("preview", "720p")):
        if '"state": "QUEUED"' in line or '"state": "PROCESSING"' in line:
            return "taken"
        if "error" in line and line.startswith("data:"):
            return str(json.loads(line.removeprefix("data:")).get("error"))
    return "nothing"


async def _status(hall: Hall, job: str) -> None:
    lines = [line async for line in hall.visitor().call("status", [job, ""])]
    assert any("elapsed_s" in line for line in lines), lines


if __name__ == "__main__":
    main()
