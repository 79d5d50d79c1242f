"""Each of our clients runs one whole job, and resumes it by its id after an error."""

import asyncio
import random
import time
from typing import Any

import httpx

from benchmarks.faulty.outcome import CONNECT_S, POLL_EVERY_S, READ_S, SCALE, Outcome, Task, scaled_clock
from infinitalk_client import AsyncClient, Client, TalkRequest


def sync(task: Task) -> Outcome:
    """Use the synchronous client."""
    outcome, job = Outcome(), None
    with Client(**_settings(task), sleep=lambda seconds: time.sleep(seconds / SCALE)) as client:
        with outcome.call():
            job = client.submit(_talk(task))
        while job and outcome.goes_on:
            with outcome.call(task.timeout_s):
                job.download(task.target, timeout=task.timeout_s, poll_every=POLL_EVERY_S)
                outcome.downloaded = True
            job = client.job(job.request_id)
    return outcome


def asynchronous(task: Task) -> Outcome:
    """Use the asynchronous client, in an event loop of its own."""
    return asyncio.run(_asynchronous(task))


async def _asynchronous(task: Task) -> Outcome:
    outcome, job = Outcome(), None
    async with AsyncClient(**_settings(task), sleep=lambda seconds: asyncio.sleep(seconds / SCALE)) as client:
        with outcome.call():
            job = await client.submit(_talk(task))
        while job and outcome.goes_on:
            with outcome.call(task.timeout_s):
                await job.download(task.target, timeout=task.timeout_s, poll_every=POLL_EVERY_S)
                outcome.downloaded = True
            job = client.job(job.request_id)
    return outcome


def _settings(task: Task) -> dict[str, Any]:
    return {
        "api_key": "SG_made_up",
        "base_url": task.base,
        "http_timeout": httpx.Timeout(READ_S, connect=CONNECT_S),
        "clock": scaled_clock,
        "rng": random.Random(task.seed).random,  # noqa: S311  # for jitter
    }


def _talk(task: Task) -> TalkRequest:
    return TalkRequest(task.image, task.audio, prompt=task.prompt)
