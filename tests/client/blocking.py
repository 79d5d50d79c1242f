"""Wraps an AsyncClient as a blocking client, so that one list of tests holds for both."""

from collections.abc import AsyncGenerator, Iterator
from typing import Any

from anyio.from_thread import BlockingPortal

from infinitalk_client import AsyncClient, AsyncJob


class Blocking:
    """Every call runs in the portal's event loop, to its end."""

    def __init__(self, inner: AsyncClient | AsyncJob, portal: BlockingPortal) -> None:
        self.inner = inner
        self._portal = portal

    def __getattr__(self, name: str) -> Any:
        value = getattr(self.inner, name)
        if not callable(value):
            return value
        return lambda *args, **kwargs: self._call(value, args, kwargs)

    def _call(self, method: Any, args: Any, kwargs: Any) -> Any:
        async def run() -> Any:
            answer = method(*args, **kwargs)
            return await answer if hasattr(answer, "__await__") else answer

        answer = self._portal.call(run)
        if isinstance(answer, AsyncGenerator):
            return self._iterate(answer)
        return Blocking(answer, self._portal) if isinstance(answer, AsyncJob) else answer

    def _iterate(self, items: AsyncGenerator[Any]) -> Iterator[Any]:
        async def step() -> Any:
            return await anext(items, StopAsyncIteration)

        try:
            while (item := self._portal.call(step)) is not StopAsyncIteration:
                yield item
        finally:
            self._portal.call(items.aclose)
