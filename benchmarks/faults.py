"""python -m benchmarks.faults: whole jobs over a bad network, by our two clients and by the vendor's SDK.

Each schedule is a job: submit, watch, download, through a proxy that refuses, resets, hangs, cuts short and
lies on real sockets. The exit code is 1 when a count of ours that must be 0 is not.
"""

import argparse
import contextlib
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from anyio.from_thread import BlockingPortal, start_blocking_portal

from benchmarks.faulty import drivers, film
from benchmarks.faulty.catalogue import FAULTS
from benchmarks.faulty.outcome import CONNECT_S, READ_S, SCALE, Outcome, Task
from benchmarks.faulty.peer import Peer
from benchmarks.faulty.proxy import Proxy
from benchmarks.faulty.schedule import Schedule
from infinitalk_local.settings import LocalSettings
from tests.local.serving import serving

AT_ONCE = 4
SCHEDULES, SCHEDULES_SHORT = 300, 40
RENDER_S = 0.1  # ten seconds on the scaled clock
NOISE_S = 0.1  # real seconds by which a busy machine may be late

MUST_BE_0 = {
    "submitted twice": "jobs submitted twice",
    "lost": "finished there, did not arrive",
    "not whole": "files that are not whole",
    "late": "waits beyond deadline + one exchange",
    "untold": "sent, answer lost, not said so",
}
ALSO = {
    "first": "arrived by the first call",
    "again": "arrived when asked for again",
    "uncertain": "answer lost, and said so",
    "nothing": "refused or never sent; no job",
    "exchanges": "exchanges",
    "faults": "faults met",
}

Driver = Callable[[Task], Outcome]


@dataclass
class Column:
    """One client's counts; `met` is which faults it met."""

    counts: Counter[str] = field(default_factory=Counter)
    met: set[tuple[str, str]] = field(default_factory=set)
    seconds: float = 0.0


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser("python -m benchmarks.faults", description=__doc__)
    parser.add_argument("--short", action="store_true", help="fewer schedules, within a minute")
    parser.add_argument("--schedules", type=int, help=f"how many; {SCHEDULES} by default")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    chosen = parser.parse_args(arguments)
    many = chosen.schedules or (SCHEDULES_SHORT if chosen.short else SCHEDULES)
    columns = _run_all(range(chosen.first, chosen.first + many))
    print(_table(columns, many))
    sys.exit(_verdict(columns, complete=not chosen.short and many >= SCHEDULES))


def _run_all(seeds: range) -> dict[str, Column]:
    columns = {}
    with _lab() as lab, contextlib.ExitStack() as peers:
        for name, crew in (
            ("Client", [drivers.sync] * AT_ONCE),
            ("AsyncClient", [drivers.asynchronous] * AT_ONCE),
            ("SDK 1.3.0", [peers.enter_context(Peer()) for _ in range(AT_ONCE)]),
        ):
            columns[name] = lab.run(crew, seeds)
    return columns


@dataclass(frozen=True)
class Lab:
    """A server, two inputs on it, and the event loop in which the proxies live."""

    server: str
    inputs: tuple[str, str]
    video: bytes
    folder: Path
    portal: BlockingPortal
    http: httpx.AsyncClient

    def run(self, crew: Sequence[Driver], seeds: range) -> Column:
        """Share the seeds out among drivers of one kind."""
        column, began = Column(), time.monotonic()
        idle = list(crew)

        def one(seed: int) -> None:
            driver = idle.pop()
            self._one(driver, Schedule.drawn(seed), column)
            idle.append(driver)

        with ThreadPoolExecutor(len(crew)) as pool:
            for _ in pool.map(one, seeds):
                pass
        column.seconds = time.monotonic() - began
        return column

    def _one(self, driver: Driver, schedule: Schedule, column: Column) -> None:
        proxy = Proxy(self.http, schedule)
        base = self.portal.call(proxy.open)
        target = self.folder / f"{proxy.port}-{schedule.seed}.mp4"
        image, audio = (f"{base}/assets/{name}" for name in self.inputs)
        outcome = driver(Task(base, image, audio, str(target), schedule.timeout_s, schedule.seed))
        self.portal.call(proxy.close)
        column.counts.update(self._judge(outcome, proxy, target))
        column.met |= set(proxy.played)

    def _judge(self, outcome: Outcome, proxy: Proxy, target: Path) -> Counter[str]:
        """Say what became of one job, by what the server knows of it."""
        jobs = len(proxy.submitted)
        finished = any(map(self._finishes, proxy.submitted))
        no_id = outcome.calls == 1
        told = outcome.error == "SubmitUncertain"
        file = target.read_bytes() if target.exists() else None
        one_exchange_s = max(CONNECT_S + READ_S, proxy.longest_s) + NOISE_S
        found = {
            "submitted twice": jobs > 1,
            "lost": finished and not no_id and not outcome.arrived,
            "not whole": file is not None and file != self.video,
            "late": outcome.late_s > one_exchange_s * SCALE,
            "untold": jobs > 0 and no_id and not told,
            "first": outcome.arrived and outcome.calls == 2,
            "again": outcome.arrived and outcome.calls > 2,
            "uncertain": no_id and told,
            "nothing": no_id and not told and not jobs,
        }
        exchanges = proxy.played.total() - proxy.played["any", "refused"]
        clean = sum(n for (_, name), n in proxy.played.items() if name == "none")
        met = {"exchanges": exchanges, "faults": proxy.played.total() - clean}
        return Counter({name: int(true) for name, true in found.items()} | met)

    def _finishes(self, request_id: str) -> bool:
        address = f"{self.server}/v2/requests/{request_id}/status"
        while True:
            state = httpx.get(address, headers={"x-api-key": "SG_made_up"}).json()["status"]
            if state in ("COMPLETED", "FAILED"):
                return bool(state == "COMPLETED")
            time.sleep(0.02)


@contextlib.contextmanager
def _lab() -> Iterator[Lab]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        video = film.make(folder / "finished.mp4")
        command = ("/bin/sh", str(film.renderer(folder, RENDER_S)))
        settings = LocalSettings(render_command=command, renders_at_once=2 * AT_ONCE)
        with serving(settings) as server, start_blocking_portal() as portal:
            http = portal.call(_connect, server)
            yield Lab(server, _upload(server), video, folder, portal, http)
            portal.call(http.aclose)


async def _connect(server: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=server, timeout=30, trust_env=False)


def _upload(server: str) -> tuple[str, str]:
    """Store two inputs that nobody will look into, and return their names."""
    urls = ["data:image/png;base64,iVBORw0KGgo=", "data:audio/mpeg;base64,SUQzBAA="]
    headers = {"x-api-key": "SG_made_up"}
    answer = httpx.post(f"{server}/upload-asset", json={"data_urls": urls}, headers=headers)
    image, audio = (url.rpartition("/")[2] for url in answer.json()["file_urls"])
    return image, audio


def _table(columns: dict[str, Column], many: int) -> str:
    lines = [f"{many} schedules each, by seed; sleeps and clocks scaled by {SCALE}"]
    lines.append(f"{'':<38}" + "".join(f"{name:>13}" for name in columns))
    for names, mark in ((MUST_BE_0, "  must be 0"), (ALSO, "")):
        for name, title in names.items():
            figures = "".join(f"{column.counts[name]:>13}" for column in columns.values())
            lines.append(f"{title:<38}{figures}{mark}")
    lines.append(f"{'seconds':<38}" + "".join(f"{column.seconds:>13.0f}" for column in columns.values()))
    return "\n".join(lines)


def _verdict(columns: dict[str, Column], *, complete: bool) -> int:
    """Return the exit code: 1 for a wrong count of ours, and for a fault that a full run never met."""
    ours = [column for name, column in columns.items() if "Client" in name]
    wrong = sum(column.counts[name] for column in ours for name in MUST_BE_0)
    every = {(kind, fault.name) for kind, faults in FAULTS.items() for fault in faults} | {("any", "refused")}
    missed = every - set.union(*(column.met for column in ours)) if complete else set()
    if missed:
        print("never met:", ", ".join(sorted(" ".join(pair) for pair in missed)))
    return 1 if wrong or missed else 0


if __name__ == "__main__":
    main()
