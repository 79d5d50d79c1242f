"""Run as a child: many jobs of the mock model at once, waited for by our client or by a loop of bare httpx.

python -m benchmarks.waiting memory|pace ours|httpx BASE reads the ids of jobs, or how many to submit, and
prints the kB that each waiting job holds, or jobs per second.
"""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict

import httpx

from benchmarks.measuring import held_mb
from benchmarks.serving import KEY
from infinitalk_client import AsyncClient, TalkRequest

AT_ONCE = 50
LOOKED_AT_S = 0.01  # for each job, until all have been looked at a few times
TALK = TalkRequest("https://example.org/a.jpg", "https://example.org/a.mp3")
LIMITS = httpx.Limits(keepalive_expiry=2.0)  # the server ends idle connections after 5 s, which is a race

Submit = Callable[[], Awaitable[str]]
Watch = Callable[[str], Awaitable[None]]


class Mock(httpx.AsyncHTTPTransport):
    """Real sockets; a talk becomes a job of the mock model, which costs the server nothing."""

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


async def memory(submit: Submit, watch: Watch, words: Sequence[str]) -> float:
    """Wait for jobs that do not end meanwhile, and return the kB that each of them holds."""
    await watch(await submit())  # what is made once is there before it is measured
    before = held_mb()
    tasks = [asyncio.create_task(watch(request_id)) for request_id in words]
    await asyncio.sleep(LOOKED_AT_S * len(words))
    held = held_mb() - before
    assert not any(task.done() for task in tasks)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return 1024 * held / len(words)


async def pace(submit: Submit, watch: Watch, words: Sequence[str]) -> float:
    """Submit and watch jobs that end at once, and return how many are through per second."""
    room = asyncio.Semaphore(AT_ONCE)

    async def one() -> None:
        async with room:
            await watch(await submit())

    await one()
    count, began = int(words[0]), time.perf_counter()
    await asyncio.gather(*(one() for _ in range(count)))
    return count / (time.perf_counter() - began)


async def main(what: str, who: str, base: str) -> None:
    words = sys.stdin.read().split()
    async with {"ours": ours, "httpx": bare}[who](base) as (submit, watch):
        print(json.dumps(await {"memory": memory, "pace": pace}[what](submit, watch, words)))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
