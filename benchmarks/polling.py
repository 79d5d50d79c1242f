"""How often the client polls a job, and how late it sees the end, beside the vendor's SDK and fixed polls.

Time is simulated, except in the row with real sockets, where clocks run twenty times as fast.
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

from benchmarks.measuring import alternate, p95
from benchmarks.rows import Effort, Row, Sample, within
from benchmarks.servers import KEY, service
from infinitalk_client import Client

MEANINGS = {
    "requests per job": "Requests from the first poll to the result; the jobs' durations are lognormal.",
    "p95 lag": "In 95 % of the jobs the client sees the end at most so late.",
    "polls over sockets": "The polls of one such job over real sockets.",
    "CPU per 283 s job": "CPU time of the client minus that of bare httpx sending as many requests.",
}
BASE = "http://service.localhost"
SCALE = 20  # of time, over real sockets
JOBS = 10  # per measurement of CPU time
USUAL_S = 283.0  # the vendor's mean
DURATIONS = {  # median in s and deviation of each share of the jobs
    "median 283 s, σ .25": ((USUAL_S, 0.25),),  # noqa: RUF001  # sigma, not o
    "median 283 s, σ .5": ((USUAL_S, 0.5),),  # noqa: RUF001  # the same
    "half of them 100 s": ((USUAL_S, 0.25), (100.0, 0.25)),
}


class Service(httpx.BaseTransport):
    """Answers polls of one job, which is finished when its simulated duration is over."""

    def __init__(self) -> None:
        self.now, self.done_at, self.requests = 0.0, 0.0, 0

    def restarted(self, duration: float) -> Self:
        """Start the next job, and continue to count requests."""
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
    for title, shares in DURATIONS.items():
        durations = _durations(shares, jobs)
        ours = [_ours(durations, seed) for seed in range(seeds)]
        requests = Sample(tuple(requests for requests, _ in ours), "")
        lag = Sample(tuple(lag for _, lag in ours), "s")
        sdk = Sample((_sdk(durations, 2.0),), "")
        yield Row("polling", f"requests per job, {title}", requests, "SDK, 2 s", sdk, reach=0.5)
        yield within("polling", f"p95 lag, {title}", lag, 5.5)
        if title == next(iter(DURATIONS)):
            each = Sample((_sdk(durations, 1.0),), "")
            yield Row("polling", f"requests per job, {title}", requests, "SDK, 1 s", each)
            fixed = Sample((statistics.mean(d // 5 + 2 for d in durations),), "")
            yield Row("polling", f"requests per job, {title}", requests, "fixed 5 s", fixed)
    yield _over_sockets(30.0 if effort is Effort.SHORT else USUAL_S)
    yield _overhead(2 if effort is Effort.SHORT else 7)


def _durations(shares: tuple[tuple[float, float], ...], count: int) -> list[float]:
    """Return equally many durations of each lognormal distribution, evenly spread over its quantiles."""
    each = count // len(shares)
    deviates = [statistics.NormalDist().inv_cdf((k + 0.5) / each) for k in range(each)]
    return [median * math.exp(spread * deviate) for median, spread in shares for deviate in deviates]


def _ours(durations: list[float], seed: int) -> tuple[float, float]:
    """Return requests per job, and the 95th percentile of the lag in seconds."""
    rng, asked, lags = random.Random(seed).random, Service(), []  # noqa: S311  # for jitter
    for duration in durations:
        _wait_for(asked.restarted(duration), rng)
        lags.append(asked.now - duration)
    return asked.requests / len(durations), p95(lags)


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
    """Give the SDK a transport and a clock, for which it has no arguments."""
    client = SegmindClient(api_key=KEY, base_url=f"{base}/v1")
    headers = client._client.headers  # noqa: SLF001  # see above
    client._client.close()  # noqa: SLF001  # the same
    client._client = httpx.Client(transport=transport, headers=headers)  # noqa: SLF001  # the same
    usual, segmind.v2.time = segmind.v2.time, SimpleNamespace(sleep=sleep, monotonic=clock)
    here = f"{base}/v2/requests/{request_id}"
    try:
        yield segmind.v2.AsyncJob(request_id, f"{here}/status", here, {}, client)
    finally:
        segmind.v2.time = usual
        client._client.close()  # noqa: SLF001  # the SDK cannot close it


class Counting(httpx.HTTPTransport):
    """Counts the polls over real sockets."""

    polls = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.polls += request.url.path.endswith("/status")
        return super().handle_request(request)


def _over_sockets(duration: float) -> Row:
    """Poll jobs of the embedded server that run SCALE times as fast, as the clocks of both clients do."""
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
    polls = Sample((ours.polls,), ""), Sample((sdk.polls,), "")
    title = f"polls over sockets, {duration:g} s job"
    return Row("polling", title, polls[0], "SDK, 2 s", polls[1], reach=0.5)


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
    whole, bare = alternate(runs, _cpu_of_ours, _cpu_of_httpx)
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
    requests, began = asked.requests, time.thread_time()
    for _ in range(JOBS):
        with httpx.Client(transport=asked, headers={"x-api-key": KEY}) as http:
            for _ in range(requests):
                assert http.get(f"{BASE}/v2/requests/{'a' * 32}/status").json()["status"]
    return (time.thread_time() - began) / JOBS
