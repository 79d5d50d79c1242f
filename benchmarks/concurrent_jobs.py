"""Run as a child: our client or a loop of bare httpx waits for many mock jobs at once.

python -m benchmarks.concurrent_jobs memory ours|httpx BASE reads job ids from stdin, and prints the kB of
memory that each waiting job takes; `pace` reads how many jobs to submit, and prints jobs per second.
"""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict

import httpx

from benchmarks.measuring import memory_mb
from benchmarks.servers import KEY
from infinitalk_client import AsyncClient, TalkRequest

AT_ONCE = 50
POLLED_S = 0.01  # for each job, until all have been polled a few times
TALK = TalkRequest("https://example.org/a.jpg", "https://example.org/a.mp3")
LIMITS = httpx.Limits(
    keepalive_expiry=2.0
)  # less than the 5 s after which the server closes idle connections

Submit = Callable[[], Awaitable[str]]
Watch = Callable[[str], Awaitable[None]]


class Mock(httpx.AsyncHTTPTransport):
    """Submits mock jobs, which take the server no work, in place of talks."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        request.url = request.url.copy_with(path=request.url.path.replace("infinite-talk", "mock-inference"))
        return await super().handle_async_request(request)


@asynccontextmanager
async def ours(base: str) -> AsyncIterator[tuple[Submit, Watch]]:
    async with AsyncClient(KEY, base_url=base, transport=Mock(limits=LIMITS)) as client:

        async def submit() -> str:
            return (await client.submit(TALK)).request_id

        async def watch(request_id: str) -> None:
            async for _ in client.job(request_id).watch():
                pass

        yield submit, watch


@asynccontextmanager
async def bare(base: str) -> AsyncIterator[tuple[Submit, Watch]]:
    async with httpx.AsyncClient(
        base_url=base, transport=Mock(limits=LIMITS), headers={"x-api-key": KEY}, timeout=30
    ) as http:

        async def submit() -> str:
            return str((await http.post("/v2/infinite-talk", json=asdict(TALK))).json()["request_id"])

        async def watch(request_id: str) -> None:
            elapsed = 0.0
            while (await http.get(f"/v2/requests/{request_id}/status")).json()["status"] != "COMPLETED":
                pause = min(1 + elapsed / 4, 5.0)
                await asyncio.sleep(pause)
                elapsed += pause

        yield submit, watch


async def memory(submit: Submit, watch: Watch, lines: Sequence[str]) -> float:
    """Wait for jobs that do not end, and return the kB of memory that each of them takes."""
    await watch(await submit())  # so that memory for all jobs together is not counted
    before = memory_mb()
    tasks = [asyncio.create_task(watch(request_id)) for request_id in lines]
    await asyncio.sleep(POLLED_S * len(lines))
    held = memory_mb() - before
    assert not any(task.done() for task in tasks)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return 1024 * held / len(lines)


async def pace(submit: Submit, watch: Watch, lines: Sequence[str]) -> float:
    """Submit and watch jobs that end at once, and return how many end per second."""
    limit = asyncio.Semaphore(AT_ONCE)

    async def one() -> None:
        async with limit:
            await watch(await submit())

    await one()
    count, began = int(lines[0]), time.perf_counter()
    await asyncio.gather(*(one() for _ in range(count)))
    return count / (time.perf_counter() - began)


async def main(what: str, client: str, base: str) -> None:
    lines = sys.stdin.read().split()
    async with {"ours": ours, "httpx": bare}[client](base) as (submit, watch):
        print(json.dumps(await {"memory": memory, "pace": pace}[what](submit, watch, lines)))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
