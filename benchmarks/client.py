"""The client library beside bare httpx: import, memory of a waiting job, jobs per second."""

from collections.abc import Callable, Iterator

import httpx

from benchmarks.measuring import child, in_turn, told
from benchmarks.rows import Effort, Row, Sample, within
from benchmarks.serving import KEY, service

LIMIT_MS, LIMIT_KB = 15.0, 30.0
ROOMY = ("--renders-at-once", "4000", "--queue-size", "4000")


def rows(effort: Effort) -> Iterator[Row]:
    short = effort is Effort.SHORT
    yield _import(1 if short else 5)
    waiting, jobs = (20, 20) if short else (1000, 100)
    with service(*ROOMY) as server, httpx.Client(timeout=30) as http:
        ids = " ".join(_long_job(http, server.url) for _ in range(waiting))
        ours, bare = in_turn(3 if effort is Effort.FULL else 1, *_told("memory", server.url, ids))
        yield within("client", f"memory of each of {waiting} waiting jobs", Sample(ours, "kB"), LIMIT_KB)
        yield _beside("memory of a waiting job", ours, bare, "kB")
    with service(*ROOMY) as server:
        ours, bare = in_turn(1 if short else 3, *_told("pace", server.url, str(jobs)))
        yield _beside("mock jobs per second", ours, bare, "/s", reach=0.8)


def _import(runs: int) -> Row:
    """Compare CPU time, which others on the machine do not lengthen as they do the time on the wall."""
    ours, bare = in_turn(
        runs,
        lambda: _least_cpu_s("import infinitalk_client"),
        lambda: _least_cpu_s("import httpx"),
    )
    beyond = tuple(1000 * (mine - its) for mine, its in zip(ours, bare, strict=True))
    return within("client", "import beyond httpx", Sample(beyond, "ms"), LIMIT_MS)


def _least_cpu_s(code: str) -> float:
    return min(child("-c", code).cpu_s for _ in range(4))


def _long_job(http: httpx.Client, base: str) -> str:
    """Start a job of the mock model that outlasts the measurement."""
    answer = http.post(f"{base}/v2/mock-inference", json={"sleep": 600}, headers={"x-api-key": KEY})
    return str(answer.json()["request_id"])


def _told(what: str, base: str, words: str) -> tuple[Callable[[], float], Callable[[], float]]:
    def ask(who: str) -> float:
        return float(told("-m", "benchmarks.waiting", what, who, base, stdin=words))

    return lambda: ask("ours"), lambda: ask("httpx")


def _beside(
    what: str, ours: tuple[float, ...], bare: tuple[float, ...], unit: str, reach: float | None = None
) -> Row:
    return Row("client", what, Sample(ours, unit), "bare httpx", Sample(bare, unit), reach=reach, floor=True)
