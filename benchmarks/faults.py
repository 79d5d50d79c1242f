"""python -m benchmarks.faults: run whole jobs over a bad network, by our two clients and by the vendor's SDK.

A job is submitted, watched and downloaded through a proxy that plays a schedule of faults on real sockets.
The exit code is 1 when a count of ours that must be 0 is not.
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

from benchmarks.copying_service import copying_service
from benchmarks.faulty import drivers
from benchmarks.faulty.catalogue import FAULTS
from benchmarks.faulty.outcome import CONNECT_S, READ_S, SCALE, Outcome, Task
from benchmarks.faulty.peer import Peer
from benchmarks.faulty.proxy import Proxy
from benchmarks.faulty.schedule import Schedule

AT_ONCE = 4
SCHEDULES, SCHEDULES_SHORT = 300, 40
RENDER_S = 0.1  # 10 s on the scaled clock
NOISE_S = 0.1  # real seconds that a busy machine may add

MUST_BE_0 = {
    "submitted twice": "jobs submitted twice",
    "lost": "finished, but not downloaded",
    "not whole": "files that are not whole",
    "late": "waits beyond timeout + one exchange",
    "unreported": "sent, answer lost, not reported",
}
ALSO = {
    "first": "downloaded by the first call",
    "again": "downloaded by a later call",
    "uncertain": "answer lost, reported as uncertain",
    "nothing": "refused or not sent; no job",
    "exchanges": "exchanges",
    "faults": "faults met",
}

Driver = Callable[[Task], Outcome]


@dataclass
class Column:
    """One client's counts; `met` are the faults that it met."""

    counts: Counter[str] = field(default_factory=Counter)
    met: set[tuple[str, str]] = field(default_factory=set)
    seconds: float = 0.0


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser("python -m benchmarks.faults", description=__doc__)
    parser.add_argument("--short", action="store_true", help="fewer schedules, in a minute")
    parser.add_argument("--schedules", type=int, help=f"how many (default {SCHEDULES})")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    chosen = parser.parse_args(arguments)
    count = chosen.schedules or (SCHEDULES_SHORT if chosen.short else SCHEDULES)
    columns = _run_all(range(chosen.first, chosen.first + count))
    print(_table(columns, count))
    sys.exit(_verdict(columns, complete=not chosen.short and count >= SCHEDULES))


def _run_all(seeds: range) -> dict[str, Column]:
    columns = {}
    with _test_bed() as test_bed, contextlib.ExitStack() as peers:
        for name, clients in (
            ("Client", [drivers.sync] * AT_ONCE),
            ("AsyncClient", [drivers.asynchronous] * AT_ONCE),
            ("SDK 1.3.0", [peers.enter_context(Peer()) for _ in range(AT_ONCE)]),
        ):
            columns[name] = test_bed.run(clients, seeds)
    return columns


@dataclass(frozen=True)
class TestBed:
    """A server, two inputs on it, and the event loop that runs the proxies."""

    server: str
    inputs: tuple[str, str]
    video: bytes
    folder: Path
    portal: BlockingPortal
    http: httpx.AsyncClient

    def run(self, drivers: Sequence[Driver], seeds: range) -> Column:
        """Distribute the seeds over drivers of one kind."""
        column, began = Column(), time.monotonic()
        idle = list(drivers)

        def run_seed(seed: int) -> None:
            driver = idle.pop()
            self._run_schedule(driver, Schedule.drawn(seed), column)
            idle.append(driver)

        with ThreadPoolExecutor(len(drivers)) as pool:
            for _ in pool.map(run_seed, seeds):
                pass
        column.seconds = time.monotonic() - began
        return column

    def _run_schedule(self, driver: Driver, schedule: Schedule, column: Column) -> None:
        proxy = Proxy(self.http, schedule)
        base = self.portal.call(proxy.open)
        target = self.folder / f"{proxy.port}-{schedule.seed}.mp4"
        image, audio = (f"{base}/assets/{name}" for name in self.inputs)
        outcome = driver(Task(base, image, audio, str(target), schedule.timeout_s, schedule.seed))
        self.portal.call(proxy.close)
        column.counts.update(self._judge(outcome, proxy, target))
        column.met |= set(proxy.played)

    def _judge(self, outcome: Outcome, proxy: Proxy, target: Path) -> Counter[str]:
        """Count how one job ended, by what the server knows of it."""
        jobs = len(proxy.submitted)
        finished = any(map(self._finishes, proxy.submitted))
        no_id = outcome.calls == 1
        reported = outcome.error == "SubmitUncertain"
        file = target.read_bytes() if target.exists() else None
        one_exchange_s = max(CONNECT_S + READ_S, proxy.longest_s) + NOISE_S
        counts = {
            "submitted twice": jobs > 1,
            "lost": finished and not no_id and not outcome.downloaded,
            "not whole": file is not None and file != self.video,
            "late": outcome.late_s > one_exchange_s * SCALE,
            "unreported": jobs > 0 and no_id and not reported,
            "first": outcome.downloaded and outcome.calls == 2,
            "again": outcome.downloaded and outcome.calls > 2,
            "uncertain": no_id and reported,
            "nothing": no_id and not reported and not jobs,
        }
        exchanges = proxy.played.total() - proxy.played["any", "refused"]
        clean = sum(n for (_, name), n in proxy.played.items() if name == "none")
        met = {"exchanges": exchanges, "faults": proxy.played.total() - clean}
        return Counter({name: int(true) for name, true in counts.items()} | met)

    def _finishes(self, request_id: str) -> bool:
        address = f"{self.server}/v2/requests/{request_id}/status"
        while True:
            state = httpx.get(address, headers={"x-api-key": "SG_made_up"}).json()["status"]
            if state in ("COMPLETED", "FAILED"):
                return bool(state == "COMPLETED")
            time.sleep(0.02)


@contextlib.contextmanager
def _test_bed() -> Iterator[TestBed]:
    with (
        tempfile.TemporaryDirectory() as name,
        copying_service(Path(name), RENDER_S, renders_at_once=2 * AT_ONCE) as (server, video),
        start_blocking_portal() as portal,
    ):
        http = portal.call(_connect, server)
        yield TestBed(server, _upload(server), video, Path(name), portal, http)
        portal.call(http.aclose)


async def _connect(server: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=server, timeout=30, trust_env=False)


def _upload(server: str) -> tuple[str, str]:
    """Store two inputs whose content does not matter, and return their names."""
    urls = ["data:image/png;base64,iVBORw0KGgo=", "data:audio/mpeg;base64,SUQzBAA="]
    headers = {"x-api-key": "SG_made_up"}
    answer = httpx.post(f"{server}/upload-asset", json={"data_urls": urls}, headers=headers)
    image, audio = (url.rpartition("/")[2] for url in answer.json()["file_urls"])
    return image, audio


def _table(columns: dict[str, Column], count: int) -> str:
    lines = [f"{count} schedules each, by seed; sleeps and clocks scaled by {SCALE}"]
    lines.append(f"{'':<38}" + "".join(f"{name:>13}" for name in columns))
    for names, mark in ((MUST_BE_0, "  must be 0"), (ALSO, "")):
        for name, title in names.items():
            figures = "".join(f"{column.counts[name]:>13}" for column in columns.values())
            lines.append(f"{title:<38}{figures}{mark}")
    lines.append(f"{'seconds':<38}" + "".join(f"{column.seconds:>13.0f}" for column in columns.values()))
    return "\n".join(lines)


def _verdict(columns: dict[str, Column], *, complete: bool) -> int:
    """Return the exit code: 1 for a wrong count of ours, or for a fault that a full run did not meet."""
    ours = [column for name, column in columns.items() if "Client" in name]
    wrong = sum(column.counts[name] for column in ours for name in MUST_BE_0)
    known = {(kind, fault.name) for kind, faults in FAULTS.items() for fault in faults} | {("any", "refused")}
    missed = known - set.union(*(column.met for column in ours)) if complete else set()
    if missed:
        print("not met:", ", ".join(sorted(" ".join(pair) for pair in missed)))
    return 1 if wrong or missed else 0


if __name__ == "__main__":
    main()
