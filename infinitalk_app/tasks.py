"""Work outside of a request: tasks that outlive it, and threads that are shared fairly among visitors."""

import asyncio
from collections.abc import Callable, Coroutine
from contextvars import Context
from typing import Any, ParamSpec, TypeVar

from infinitalk_server.fair_queue import FairQueue

SHUTDOWN_WAIT_S = 0.5

P = ParamSpec("P")
T = TypeVar("T")


def detached(work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
    """Start a task that keeps nothing of its caller's request.

    A task keeps a copy of the context in which it was made. A handler's context holds Gradio's request, with
    all that the visitor sent, the key included.
    """
    return asyncio.create_task(work, context=Context())


class FairThreads:
    """Runs blocking work in `count` threads, round robin by visitor; no visitor can use all of several."""

    def __init__(self, count: int) -> None:
        self._queue = FairQueue(count, per_name=max(1, count - 1))
        self._cancel_wait_s: float | None = None

    async def run(self, visitor: str, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run the work in a thread; a cancelled caller gives its place back when the thread has ended."""
        async with self._queue.slot(visitor):
            thread = asyncio.ensure_future(asyncio.to_thread(work, *args, **kwargs))
            try:
                return await asyncio.shield(thread)
            except asyncio.CancelledError:
                await asyncio.wait([thread], timeout=self._cancel_wait_s)
                raise

    def close(self) -> None:
        """Let cancelled callers wait for their threads for half a second at most: the page is stopping."""
        self._cancel_wait_s = SHUTDOWN_WAIT_S
