"""Tasks that outlive a request keep nothing of it."""

import asyncio
import gc
import weakref
from collections.abc import Awaitable, Callable

import pytest
from gradio.context import LocalContext

from infinitalk_app.inputs.cache import CheckCache
from infinitalk_app.runs.manager import Run, RunManager
from infinitalk_app.tasks import FairThreads
from infinitalk_media.pool import Pool
from tests.app.pages import PICTURE


class Request:
    """Stands for Gradio's, in whose body lies the key."""


async def run(kept: list[object], _: Pool) -> None:
    async def work(_: Run) -> None:
        await asyncio.sleep(0)

    runs = RunManager(lambda error, _: pytest.fail(str(error)))
    kept += [runs, started := runs.start("0" * 32, "preview", work)]
    await started.task


async def check(kept: list[object], pool: Pool) -> None:
    kept.append(checks := CheckCache(FairThreads(1), pool))
    await checks.picture(PICTURE)


@pytest.mark.parametrize("start", [run, check])
async def test_a_finished_task_keeps_no_request(start: Callable[..., Awaitable[None]], pool: Pool):
    """A run is kept for hours, and a look at a file until many others came; a visitor's request is not."""
    kept: list[object] = []

    async def handler() -> weakref.ref[Request]:
        request = Request()
        LocalContext.request.set(request)
        await start(kept, pool)
        return weakref.ref(request)

    left = await asyncio.create_task(handler())
    await asyncio.sleep(0)  # the turn of the loop in which the handler ended holds it, too
    gc.collect()
    assert kept
    assert left() is None
