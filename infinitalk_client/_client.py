"""Client and AsyncClient, Job and AsyncJob: an executor runs the operation of each method."""

import os
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, Generic, Self, TypeVar

import httpx

from . import _operations, _video_operations
from ._download import check_target
from ._executor import AsyncExecutor, Executor
from ._models import Credits, HistoryEntry, JobStatus, Result, TalkRequest
from ._requests import RequestBuilder
from ._retry import PATIENCE_S
from ._steps import Context, JobRef
from ._urls import SEGMIND, Hosts

TIMEOUT_S = 1800.0
POLL_EVERY_S = 5.0
# httpx drops an idle connection after 5 s by default, just when the next poll is due.
_LIMITS = httpx.Limits(keepalive_expiry=30.0)
# Cached: reading the certificates takes longer than all polls of a job.
_certificates = cache(httpx.create_ssl_context)
# The transport of httpx, and what `sleep` returns, of the synchronous and of the asynchronous client.
_Transport = TypeVar("_Transport", httpx.BaseTransport, httpx.AsyncBaseTransport)
_Slept = TypeVar("_Slept", None, Awaitable[None])


class _BaseClient(Generic[_Transport, _Slept]):
    """What both clients share: the settings."""

    def __init__(
        self,
        api_key: str | None = None,
        *,
        base_url: str | None = None,
        transport: _Transport | None = None,
        http_timeout: httpx.Timeout | float | None = None,
        sleep: Callable[[float], _Slept] | None = None,
        clock: Callable[[], float] | None = None,
        rng: Callable[[], float] | None = None,
    ) -> None:
        key = api_key if api_key is not None else os.environ.get("SEGMIND_API_KEY", "")
        base = base_url or os.environ.get("INFINITALK_BASE_URL") or SEGMIND
        timeout = httpx.Timeout(30.0, connect=10.0) if http_timeout is None else httpx.Timeout(http_timeout)
        requests = RequestBuilder(Hosts.of(base), key.strip() or None, timeout)
        self._context = Context(requests, clock or time.monotonic, rng or random.random)
        options = {} if transport else {"limits": _LIMITS, "verify": _certificates()}
        self._open(sleep, transport=transport, **options)

    def _open(self, sleep: Callable[[float], _Slept] | None, **options: Any) -> None:
        """Make the client of httpx, with its options, and the executor."""
        raise NotImplementedError

    @property
    def base_url(self) -> str:
        return self._context.requests.hosts.api

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.base_url}>"


class _BaseJob:
    """What both handles share."""

    def __init__(self, executor: Any, context: Context, ref: JobRef) -> None:
        self._executor, self._context, self._ref = executor, context, ref

    @property
    def request_id(self) -> str:
        return self._ref.request_id

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.request_id}>"


class Client(_BaseClient[httpx.BaseTransport, None]):
    """The synchronous client; a context manager.

    Args:
        api_key: None reads SEGMIND_API_KEY.
        base_url: None reads INFINITALK_BASE_URL, or is Segmind's.
        transport: an httpx transport, for tests and for the embedded server.
        http_timeout: seconds for one exchange; None is 30, and 10 to connect.
        sleep, clock, rng: None means time.sleep, time.monotonic, random.random.
    """

    def _open(self, sleep: Callable[[float], None] | None, **options: Any) -> None:
        self._http = httpx.Client(**options)
        self._executor = Executor(self._http, sleep)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def submit(self, request: TalkRequest) -> "Job":
        """Send one paid job, once; `SubmitUncertain` if its answer is lost."""
        ref = self._executor.run(_operations.submit(self._context, request))
        return Job(self._executor, self._context, ref)

    def job(self, request_id: str) -> "Job":
        """Return a handle of a job that any process has submitted; sends nothing."""
        return Job(self._executor, self._context, JobRef(request_id))

    def generate(
        self,
        request: TalkRequest,
        path: str | Path,
        *,
        timeout: float = TIMEOUT_S,
        poll_every: float = POLL_EVERY_S,
    ) -> Path:
        """Submit, wait and download, once it is sure that the video can be written."""
        check_target(Path(path))
        return self.submit(request).download(path, timeout=timeout, poll_every=poll_every)

    def generate_now(self, request: TalkRequest, path: str | Path) -> Result:
        """Make the vendor's synchronous call (v1): one exchange that lasts minutes, without retries."""
        return self._executor.run(_video_operations.generate_now(self._context, request, Path(path)))

    def upload(self, path: str | Path, *, timeout: float = PATIENCE_S) -> str:
        """Store a file at the service and return its public, unguessable address."""
        data = Path(path).read_bytes()
        return self._executor.run(_operations.upload(self._context, Path(path).name, data, timeout))

    def credits(self, *, timeout: float = PATIENCE_S) -> Credits:
        """Return the balance; free of charge."""
        return self._executor.run(_operations.balance(self._context, timeout))

    def history(self, request_id: str, *, timeout: float = PATIENCE_S) -> HistoryEntry:
        """Look a request of this key up in the service's history, which outlives the result."""
        return self._executor.run(_operations.history(self._context, request_id, timeout))


class Job(_BaseJob):
    """A handle of one job, known by its `request_id` alone. There is no cancel: the service has none."""

    _executor: Executor

    def status(self) -> JobStatus:
        """Poll once; a failed job is a state here, not an error."""
        return self._executor.run(_operations.status(self._context, self._ref))

    def watch(self, *, timeout: float = TIMEOUT_S, poll_every: float = POLL_EVERY_S) -> Iterator[JobStatus]:
        """Yield the status of each poll to the end; raises JobFailed, JobExpired, JobTimeout, Unreachable."""
        return self._executor.watch(_operations.watch(self._context, self._ref, timeout, poll_every))

    def result(self) -> Result | None:
        """Ask for the video once; None while the job is not finished."""
        return self._executor.run(_operations.result(self._context, self._ref))

    def wait(self, *, timeout: float = TIMEOUT_S, poll_every: float = POLL_EVERY_S) -> Result:
        """Poll to the end; `timeout` is the whole wait in seconds."""
        return self._executor.run(_operations.wait(self._context, self._ref, timeout, poll_every))

    def download(
        self, path: str | Path, *, timeout: float = TIMEOUT_S, poll_every: float = POLL_EVERY_S
    ) -> Path:
        """Wait, then stream the video to `path`, which appears only once it is a whole MP4."""
        operation = _video_operations.download(self._context, self._ref, Path(path), timeout, poll_every)
        return self._executor.run(operation)

    def recover(self, path: str | Path, *, timeout: float = TIMEOUT_S) -> Path:
        """Fetch the video of a job whose result has expired, by the request history of its key."""
        return self._executor.run(_video_operations.recover(self._context, self._ref, Path(path), timeout))


class AsyncClient(_BaseClient[httpx.AsyncBaseTransport, Awaitable[None]]):
    """The asynchronous client, for asyncio and trio; the same names as `Client`, awaited."""

    def _open(self, sleep: Callable[[float], Awaitable[None]] | None, **options: Any) -> None:
        self._http = httpx.AsyncClient(**options)
        self._executor = AsyncExecutor(self._http, sleep)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        await self._http.aclose()

    async def submit(self, request: TalkRequest) -> "AsyncJob":
        """Send one paid job, once; `SubmitUncertain` if its answer is lost."""
        ref = await self._executor.run(_operations.submit(self._context, request))
        return AsyncJob(self._executor, self._context, ref)

    def job(self, request_id: str) -> "AsyncJob":
        """Return a handle of a job that any process has submitted; sends nothing."""
        return AsyncJob(self._executor, self._context, JobRef(request_id))

    async def generate(
        self,
        request: TalkRequest,
        path: str | Path,
        *,
        timeout: float = TIMEOUT_S,
        poll_every: float = POLL_EVERY_S,
    ) -> Path:
        """Submit, wait and download, once it is sure that the video can be written."""
        check_target(Path(path))
        job = await self.submit(request)
        return await job.download(path, timeout=timeout, poll_every=poll_every)

    async def generate_now(self, request: TalkRequest, path: str | Path) -> Result:
        """Make the vendor's synchronous call (v1): one exchange that lasts minutes, without retries."""
        return await self._executor.run(_video_operations.generate_now(self._context, request, Path(path)))

    async def upload(self, path: str | Path, *, timeout: float = PATIENCE_S) -> str:
        """Store a file at the service and return its public, unguessable address."""
        import anyio  # noqa: PLC0415  # the synchronous client should not pay for its import

        data = await anyio.Path(path).read_bytes()
        return await self._executor.run(_operations.upload(self._context, Path(path).name, data, timeout))

    async def credits(self, *, timeout: float = PATIENCE_S) -> Credits:
        """Return the balance; free of charge."""
        return await self._executor.run(_operations.balance(self._context, timeout))

    async def history(self, request_id: str, *, timeout: float = PATIENCE_S) -> HistoryEntry:
        """Look a request of this key up in the service's history, which outlives the result."""
        return await self._executor.run(_operations.history(self._context, request_id, timeout))


class AsyncJob(_BaseJob):
    """A handle of one job, known by its `request_id` alone. There is no cancel: the service has none."""

    _executor: AsyncExecutor

    async def status(self) -> JobStatus:
        """Poll once; a failed job is a state here, not an error."""
        return await self._executor.run(_operations.status(self._context, self._ref))

    def watch(
        self, *, timeout: float = TIMEOUT_S, poll_every: float = POLL_EVERY_S
    ) -> AsyncIterator[JobStatus]:
        """Yield the status of each poll to the end; raises JobFailed, JobExpired, JobTimeout, Unreachable."""
        return self._executor.watch(_operations.watch(self._context, self._ref, timeout, poll_every))

    async def result(self) -> Result | None:
        """Ask for the video once; None while the job is not finished."""
        return await self._executor.run(_operations.result(self._context, self._ref))

    async def wait(self, *, timeout: float = TIMEOUT_S, poll_every: float = POLL_EVERY_S) -> Result:
        """Poll to the end; `timeout` is the whole wait in seconds."""
        return await self._executor.run(_operations.wait(self._context, self._ref, timeout, poll_every))

    async def download(
        self, path: str | Path, *, timeout: float = TIMEOUT_S, poll_every: float = POLL_EVERY_S
    ) -> Path:
        """Wait, then stream the video to `path`, which appears only once it is a whole MP4."""
        operation = _video_operations.download(self._context, self._ref, Path(path), timeout, poll_every)
        return await self._executor.run(operation)

    async def recover(self, path: str | Path, *, timeout: float = TIMEOUT_S) -> Path:
        """Fetch the video of a job whose result has expired, by the request history of its key."""
        operation = _video_operations.recover(self._context, self._ref, Path(path), timeout)
        return await self._executor.run(operation)
