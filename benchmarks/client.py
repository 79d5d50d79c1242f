"""The client library beside bare httpx: import, memory of a waiting job, jobs per second."""

from collections.abc import Callable, Iterator

import httpx

from benchmarks.measuring import alternate, json_of_python, run_python
from benchmarks.rows import Effort, Row, Sample, within
from benchmarks.servers import KEY, service

MEANINGS = {
    "import beyond httpx": "CPU time of `import infinitalk_client` minus that of `import httpx`.",
    "memory of each job": "Memory that each job takes while an AsyncClient waits for many at once.",
    "memory of a waiting job": "The same, beside a polling loop of bare httpx.",
    "mock jobs per second": "Mock jobs that are submitted and watched to their end, 50 at a time.",
}
LIMIT_MS, LIMIT_KB = 15.0, 30.0
CAPACITY = ("--renders-at-once", "4000", "--queue-size", "4000")


def rows(effort: Effort) -> Iterator[Row]:
    short = effort is Effort.SHORT
    yield _import(1 if short else 5)
    waiting, jobs = (20, 20) if short else (1000, 100)
    with service(*CAPACITY) as server, httpx.Client(timeout=30) as http:
        ids = " ".join(_long_job(http, server.url) for _ in range(waiting))
        runs = 3 if effort is Effort.FULL else 1
        ours, bare = alternate(runs, *_concurrent_jobs("memory", server.url, ids))
        yield within("client", f"memory of each job, {waiting} waiting", Sample(ours, "kB"), LIMIT_KB)
        yield _beside_httpx("memory of a waiting job", ours, bare, "kB")
    with service(*CAPACITY) as server:
        ours, bare = alternate(1 if short else 3, *_concurrent_jobs("pace", server.url, str(jobs)))
        yield _beside_httpx("mock jobs per second", ours, bare, "/s", reach=0.8)


def _import(runs: int) -> Row:
    """Compare CPU time, on which other work on the machine has less influence than on wall time."""
    ours, bare = alternate(
        runs,
        lambda: _least_cpu_s("import infinitalk_client"),
        lambda: _least_cpu_s("import httpx"),
    )
    beyond = tuple(1000 * (mine - its) for mine, its in zip(ours, bare, strict=True))
    return within("client", "import beyond httpx", Sample(beyond, "ms"), LIMIT_MS)


def _least_cpu_s(code: str) -> float:
    return min(run_python("-c", code)[1] for _ in range(4))


def _long_job(http: httpx.Client, base: str) -> str:
    """Submit a mock job that outlasts the measurement, and return its id."""
    answer = http.post(f"{base}/v2/mock-inference", json={"sleep": 600}, headers={"x-api-key": KEY})
    return str(answer.json()["request_id"])


def _concurrent_jobs(what: str, base: str, stdin: str) -> tuple[Callable[[], float], Callable[[], float]]:
    def measure(client: str) -> float:
        return float(json_of_python("-m", "benchmarks.concurrent_jobs", what, client, base, stdin=stdin))

    return lambda: measure("ours"), lambda: measure("httpx")


def _beside_httpx(
    what: str, ours: tuple[float, ...], bare: tuple[float, ...], unit: str, reach: float | None = None
) -> Row:
    return Row("client", what, Sample(ours, unit), "bare httpx", Sample(bare, unit), reach=reach, floor=True)
