"""Performs the steps of a flow: one driver that blocks, one that awaits. They differ in nothing else."""

import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import closing
from typing import Any, TypeVar

import httpx

from ._errors import InfinitalkError
from ._flows import Flow, Save, Sleep, Step
from ._models import JobStatus
from ._transfer import Answer, Taker, Transfer

T = TypeVar("T")
log = logging.getLogger("infinitalk_client")


def _resume(flow: Flow[Any], answer: object) -> Step:
    """Hand what came of the last step to the flow, and return the next one."""
    step = flow.throw(answer) if isinstance(answer, Exception) else flow.send(answer)
    if isinstance(step, httpx.Request):
        log.debug("%s %s%s", step.method, step.url.host, step.url.path)
    return step


class Driver:
    """Blocks; `sleep` None is time.sleep, looked up at each call, so that time can be replaced."""

    def __init__(self, http: httpx.Client, sleep: Callable[[float], None] | None) -> None:
        self._http = http
        self._sleep = sleep

    def run(self, flow: Flow[T]) -> T:
        with closing(flow):
            answer: object = None
            while True:
                try:
                    step = _resume(flow, answer)
                except StopIteration as done:
                    return done.value  # type: ignore[no-any-return]  # typeshed: StopIteration.value is Any
                answer = self._perform(step)

    def looks(self, flow: Flow[None]) -> Iterator[JobStatus]:
        with closing(flow):
            answer: object = None
            while True:
                try:
                    step = _resume(flow, answer)
                except StopIteration:
                    return
                if isinstance(step, JobStatus):
                    yield step
                answer = self._perform(step)

    def _perform(self, step: Step) -> object:
        try:
            match step:
                case httpx.Request():
                    return self._receive(step, Answer())
                case Sleep(seconds):
                    (self._sleep or time.sleep)(seconds)
                case Save():
                    return self._receive(step.request, step.part)
        except (httpx.RequestError, InfinitalkError) as error:
            return error
        return None

    def _receive(self, request: httpx.Request, taker: Taker) -> httpx.Response:
        response = self._http.send(request, stream=True)
        try:
            transfer = Transfer(response, taker)
            for chunk in response.iter_raw() if transfer.is_raw else response.iter_bytes():
                transfer.feed(chunk)
        finally:
            response.close()
        return transfer.answer()


class AsyncDriver:
    """Awaits; `sleep` None is anyio's, which serves asyncio and trio."""

    def __init__(self, http: httpx.AsyncClient, sleep: Callable[[float], Awaitable[None]] | None) -> None:
        self._http = http
        self._sleep = sleep

    async def run(self, flow: Flow[T]) -> T:
        with closing(flow):
            answer: object = None
            while True:
                try:
                    step = _resume(flow, answer)
                except StopIteration as done:
                    return done.value  # type: ignore[no-any-return]  # typeshed: StopIteration.value is Any
                answer = await self._perform(step)

    async def looks(self, flow: Flow[None]) -> AsyncIterator[JobStatus]:
        with closing(flow):
            answer: object = None
            while True:
                try:
                    step = _resume(flow, answer)
                except StopIteration:
                    return
                if isinstance(step, JobStatus):
                    yield step
                answer = await self._perform(step)

    async def _perform(self, step: Step) -> object:
        try:
            match step:
                case httpx.Request():
                    return await self._receive(step, Answer())
                case Sleep(seconds):
                    await (self._sleep or _anyio_sleep)(seconds)
                case Save():
                    return await self._receive(step.request, step.part)
        except (httpx.RequestError, InfinitalkError) as error:
            return error
        return None

    async def _receive(self, request: httpx.Request, taker: Taker) -> httpx.Response:
        response = await self._http.send(request, stream=True)
        try:
            transfer = Transfer(response, taker)
            async for chunk in response.aiter_raw() if transfer.is_raw else response.aiter_bytes():
                transfer.feed(chunk)
        finally:
            await response.aclose()
        return transfer.answer()


async def _anyio_sleep(seconds: float) -> None:
    import anyio  # noqa: PLC0415  # the synchronous client should not pay for its import

    await anyio.sleep(seconds)
