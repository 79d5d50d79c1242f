"""How many inputs are checked and cut at a time, and what the page does meanwhile."""

import asyncio
import itertools
import threading
from collections.abc import Callable

import httpx
import pytest
from gradio_client.exceptions import AppError

from infinitalk_app.tasks import FairThreads
from tests.app.pages import inputs, page


class Works:
    """Work in threads that goes on until it is told to end."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.lock = threading.Lock()
        self.now = self.most = self.done = 0

    def __call__(self) -> None:
        with self.lock:
            self.now += 1
            self.most = max(self.most, self.now)
        assert self.go.wait(10)
        with self.lock:
            self.now -= 1
            self.done += 1


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110  # threads and children send none either
            await asyncio.sleep(0.001)


async def test_so_many_preparations_at_a_time_and_the_others_wait():
    """With two places, five inputs take turns, and the page goes on meanwhile."""
    threads, works, names = FairThreads(2), Works(), itertools.cycle("ab")
    tasks = [asyncio.create_task(threads.run(next(names), works)) for _ in range(5)]
    await until(lambda: works.now == 2)
    for _ in range(50):  # the loop is free: this would not end in a blocked one
        await asyncio.sleep(0)
    assert (works.now, works.done) == (2, 0)
    works.go.set()
    await asyncio.gather(*tasks)
    assert (works.most, works.done) == (2, 5)


async def test_a_stopped_preparation_keeps_its_place_until_it_has_ended():
    """Stopping and starting again does not bring more work under way than there are places."""
    threads, works, names = FairThreads(1), Works(), itertools.cycle("ab")
    first = asyncio.create_task(threads.run(next(names), works))
    await until(lambda: works.now == 1)
    first.cancel()
    second = asyncio.create_task(threads.run(next(names), works))
    for _ in range(50):
        await asyncio.sleep(0)
    assert not first.done()
    works.go.set()
    await second
    with pytest.raises(asyncio.CancelledError):
        await first
    assert (works.most, works.done) == (1, 2)


async def test_the_page_answers_while_inputs_wait_for_their_turn(tmp_path):
    """With INFINITALK_PREPARATIONS=1 and a slow ffmpeg, three runs queue up; only one child is at work."""
    started, go = tmp_path / "started", tmp_path / "go"
    slow = tmp_path / "ffmpeg"
    slow.write_text(f"#!/bin/sh\necho x >> {started}\nwhile [ ! -e {go} ]; do /bin/sleep 0.02; done\n")
    slow.chmod(0o755)
    with page(tmp_path / "state", FFMPEG_BINARY=str(slow), INFINITALK_PREPARATIONS="1") as running:
        jobs = [running.client().submit(**inputs(), api_name="/generate") for _ in range(3)]
        await until(started.exists)
        answer = await asyncio.to_thread(httpx.get, f"{running.url}/healthz")
        assert answer.status_code == 200
        assert not any(job.done() for job in jobs)
        assert started.read_text() == "x\n"
        go.touch()
        for job in jobs:
            with pytest.raises(AppError, match="Nothing was charged"):  # it made no sound
                job.result(timeout=30)
        assert running.left_behind() == []
    assert started.read_text() == "x\n" * 3
