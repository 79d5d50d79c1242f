"""Performs the steps of an operation: one executor blocks, one awaits. They differ in nothing else."""

import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import aclosing, closing
from typing import Any, Generic, TypeVar

import httpx

from ._errors import InfinitalkError
from ._models import JobStatus
from ._response_body import BodyReader
from ._steps import Operation, Send, Sleep, Step

T = TypeVar("T")
log = logging.getLogger("infinitalk_client")


class _Execution(Generic[T]):
    """One operation under way; `result` is set at its end."""

    result: T

    def __init__(self, operation: Operation[T]) -> None:
        self.operation = operation

    def advance(self, outcome: object = None) -> Step | None:
        """Hand the outcome of the last step to the operation; return the next step, or None at the end."""
        operation = self.operation
        try:
            step = operation.throw(outcome) if isinstance(outcome, Exception) else operation.send(outcome)
        except StopIteration as end:
            self.result = end.value
            return None
        if isinstance(step, Send):
            log.debug("%s %s%s", step.request.method, step.request.url.host, step.request.url.path)
        return step


class Executor:
    """Blocks; `sleep` None is time.sleep."""

    def __init__(self, http: httpx.Client, sleep: Callable[[float], None] | None) -> None:
        self._http = http
        self._sleep = sleep

    def run(self, operation: Operation[T]) -> T:
        execution = _Execution(operation)
        for _ in self._statuses(execution):
            pass
        return execution.result

    def watch(self, operation: Operation[None]) -> Iterator[JobStatus]:
        return self._statuses(_Execution(operation))

    def _statuses(self, execution: _Execution[Any]) -> Iterator[JobStatus]:
        with closing(execution.operation):
            step = execution.advance()
            while step:
                if isinstance(step, JobStatus):
                    yield step
                step = execution.advance(self._perform(step))

    def _perform(self, step: Step) -> object:
        try:
            match step:
                case Send():
                    return self._send(step)
                case Sleep(seconds):
                    (self._sleep or time.sleep)(seconds)
        except (httpx.RequestError, InfinitalkError) as error:
            return error
        return None

    def _send(self, step: Send) -> httpx.Response:
        with closing(self._http.send(step.request, stream=True)) as response:
            body = BodyReader(response, step.sink)
            for chunk in response.iter_raw() if body.is_raw else response.iter_bytes():
                body.feed(chunk)
        return body.finish()


class AsyncExecutor:
    """Awaits; `sleep` None is anyio's, which serves asyncio and trio."""

    def __init__(self, http: httpx.AsyncClient, sleep: Callable[[float], Awaitable[None]] | None) -> None:
        self._http = http
        self._sleep = sleep

    async def run(self, operation: Operation[T]) -> T:
        execution = _Execution(operation)
        async for _ in self._statuses(execution):
            pass
        return execution.result

    def watch(self, operation: Operation[None]) -> AsyncIterator[JobStatus]:
        return self._statuses(_Execution(operation))

    async def _statuses(self, execution: _Execution[Any]) -> AsyncIterator[JobStatus]:
        with closing(execution.operation):
            step = execution.advance()
            while step:
                if isinstance(step, JobStatus):
                    yield step
                step = execution.advance(await self._perform(step))

    async def _perform(self, step: Step) -> object:
        try:
            match step:
                case Send():
                    return await self._send(step)
                case Sleep(seconds):
                    await (self._sleep or _anyio_sleep)(seconds)
        except (httpx.RequestError, InfinitalkError) as error:
            return error
        return None

    async def _send(self, step: Send) -> httpx.Response:
        async with aclosing(await self._http.send(step.request, stream=True)) as response:
            body = BodyReader(response, step.sink)
            async for chunk in response.aiter_raw() if body.is_raw else response.aiter_bytes():
                body.feed(chunk)
        return body.finish()


async def _anyio_sleep(seconds: float) -> None:
    import anyio  # noqa: PLC0415  # the synchronous client should not pay for its import

    await anyio.sleep(seconds)
