"""How often a job is looked at, and how late its end is seen, beside the vendor's SDK and a fixed pause.

Time is simulated, but for the row with real sockets, where it runs twenty times faster.
"""

import math
import random
import statistics
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Self

import httpx
import segmind.v2
from segmind import SegmindClient

from benchmarks.measuring import in_turn
from benchmarks.rows import Effort, Row, Sample, within
from benchmarks.serving import KEY, service
from infinitalk_client import Client

BASE = "http://service.localhost"
SCALE = 20  # of time, over real sockets
JOBS = 10  # in one measurement of CPU time
USUAL_S = 283.0  # the vendor's mean
PLAYED = {
    "median 283 s, σ .25": ((USUAL_S, 0.25),),  # noqa: RUF001  # the letter for a deviation
    "median 283 s, σ .5": ((USUAL_S, 0.5),),  # noqa: RUF001  # the same
    "half of them 100 s": ((USUAL_S, 0.25), (100.0, 0.25)),
}


class Service(httpx.BaseTransport):
    """Answers looks at one job, which is finished once its time is over."""

    def __init__(self) -> None:
        self.now, self.done_at, self.requests = 0.0, 0.0, 0

    def restarted(self, duration: float) -> Self:
        """Begin a job anew; the requests are counted on."""
        self.now, self.done_at = 0.0, duration
        return self

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def handle_request(self, _: httpx.Request) -> httpx.Response:
        self.requests += 1
        state = "COMPLETED" if self.now >= self.done_at else "PROCESSING"
        return httpx.Response(200, json={"status": state, "output": "https://example.org/talk.mp4"})


def rows(effort: Effort) -> Iterator[Row]:
    jobs, seeds = (4, 1) if effort is Effort.SHORT else (60, 3)
    for title, played in PLAYED.items():
        durations = _durations(played, jobs)
        ours = [_ours(durations, seed) for seed in range(seeds)]
        requests = Sample(tuple(requests for requests, _ in ours), "")
        lag = Sample(tuple(lag for _, lag in ours), "s")
        sdk = Sample((_sdk(durations, 2.0),), "")
        yield Row("polling", f"requests per job, {title}", requests, "SDK, 2 s", sdk, reach=0.5)
        yield within("polling", f"p95 lag, {title}", lag, 5.5)
        if title == next(iter(PLAYED)):
            each = Sample((_sdk(durations, 1.0),), "")
            yield Row("polling", f"requests per job, {title}", requests, "SDK, 1 s", each)
            fixed = Sample((statistics.mean(d // 5 + 2 for d in durations),), "")
            yield Row("polling", f"requests per job, {title}", requests, "fixed 5 s", fixed)
    yield _over_sockets(30.0 if effort is Effort.SHORT else USUAL_S)
    yield _overhead(2 if effort is Effort.SHORT else 7)


def _durations(played: tuple[tuple[float, float], ...], count: int) -> list[float]:
    """Return as many durations of each lognormal distribution, evenly spread over its quantiles."""
    share = count // len(played)
    deviates = [statistics.NormalDist().inv_cdf((k + 0.5) / share) for k in range(share)]
    return [median * math.exp(spread * deviate) for median, spread in played for deviate in deviates]


def _ours(durations: list[float], seed: int) -> tuple[float, float]:
    """Return requests per job, and the 95th percentile of the lag in seconds."""
    rng, asked, lags = random.Random(seed).random, Service(), []  # noqa: S311  # it spreads pauses
    for duration in durations:
        _wait_for(asked.restarted(duration), rng)
        lags.append(asked.now - duration)
    return asked.requests / len(durations), statistics.quantiles(lags, n=20, method="inclusive")[-1]


def _wait_for(asked: Service, rng: Callable[[], float]) -> None:
    with Client(
        KEY, base_url=BASE, transport=asked, sleep=asked.sleep, clock=lambda: asked.now, rng=rng
    ) as client:
        client.job("a" * 32).wait()


def _sdk(durations: list[float], interval: float) -> float:
    asked = Service()
    with _sdk_job(asked, asked.sleep, lambda: asked.now) as job:
        for duration in durations:
            asked.restarted(duration)
            job.wait(timeout=1800, interval=interval)
    return asked.requests / len(durations)


@contextmanager
def _sdk_job(
    transport: httpx.BaseTransport, sleep: object, clock: object, base: str = BASE, request_id: str = "a" * 32
) -> Iterator[segmind.v2.AsyncJob]:
    """Lend the SDK a transport and a clock; it takes neither as an argument."""
    client = SegmindClient(api_key=KEY, base_url=f"{base}/v1")
    headers = client._client.headers  # noqa: SLF001  # as said above
    client._client.close()  # noqa: SLF001  # the same
    client._client = httpx.Client(transport=transport, headers=headers)  # noqa: SLF001  # the same
    usual, segmind.v2.time = segmind.v2.time, SimpleNamespace(sleep=sleep, monotonic=clock)
    here = f"{base}/v2/requests/{request_id}"
    try:
        yield segmind.v2.AsyncJob(request_id, f"{here}/status", here, {}, client)
    finally:
        segmind.v2.time = usual
        client._client.close()  # noqa: SLF001  # the SDK has no way to close it


class Counting(httpx.HTTPTransport):
    """Real sockets; counts the looks."""

    looks = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.looks += request.url.path.endswith("/status")
        return super().handle_request(request)


def _over_sockets(duration: float) -> Row:
    """Look at a job of the embedded server, which runs SCALE times faster, and so do both clients' clocks."""
    ours, sdk = Counting(), Counting()

    def watch(base: str) -> None:
        with Client(KEY, base_url=base, transport=ours, sleep=_fast_sleep, clock=_fast_clock) as client:
            for _ in client.job(_started(base, duration)).watch():
                pass

    with service("--renders-at-once", "2") as server, ThreadPoolExecutor() as pool:
        watched = pool.submit(watch, server.url)
        with _sdk_job(sdk, _fast_sleep, _fast_clock, server.url, _started(server.url, duration)) as job:
            job.wait(timeout=1800, interval=2.0)
        watched.result()
    looks = Sample((ours.looks,), ""), Sample((sdk.looks,), "")
    return Row("polling", f"looks at {duration:g} s over sockets", looks[0], "SDK, 2 s", looks[1], reach=0.5)


def _fast_sleep(pause: float) -> None:
    time.sleep(pause / SCALE)


def _fast_clock() -> float:
    return time.monotonic() * SCALE


def _started(base: str, duration: float) -> str:
    body = {"sleep": duration / SCALE}
    answer = httpx.post(f"{base}/v2/mock-inference", json=body, headers={"x-api-key": KEY})
    return str(answer.json()["request_id"])


def _overhead(runs: int) -> Row:
    """Compare the CPU time of our client with that of bare httpx sending as many requests."""
    whole, bare = in_turn(runs, _cpu_of_ours, _cpu_of_httpx)
    beyond = tuple(1000 * (mine - its) for mine, its in zip(whole, bare, strict=True))
    return within("polling", "CPU per 283 s job beyond bare httpx", Sample(beyond, "ms"), 2.0)


def _cpu_of_ours() -> float:
    asked, began = Service(), time.thread_time()
    for _ in range(JOBS):
        _wait_for(asked.restarted(USUAL_S), lambda: 0.5)
    return (time.thread_time() - began) / JOBS


def _cpu_of_httpx() -> float:
    asked = Service()
    _wait_for(asked.restarted(USUAL_S), lambda: 0.5)
    looks, began = asked.requests, time.thread_time()
    for _ in range(JOBS):
        with httpx.Client(transport=asked, headers={"x-api-key": KEY}) as http:
            for _ in range(looks):
                assert http.get(f"{BASE}/v2/requests/{'a' * 32}/status").json()["status"]
    return (time.thread_time() - began) / JOBS
