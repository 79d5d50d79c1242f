"""Client and AsyncClient, Job and AsyncJob: two short drivers of the same flows."""

import logging
import os
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import httpx

from . import _flows, _transfers
from ._drivers import AsyncDriver, Driver
from ._flows import PATIENCE_S, JobRef, Means
from ._hosts import SEGMIND, Hosts
from ._models import Credits, HistoryEntry, JobStatus, Result, TalkRequest
from ._part import Part
from ._protocol import Wire

if TYPE_CHECKING:
    import ssl

TIMEOUT_S = 1800.0
POLL_EVERY_S = 5.0
# httpx drops an idle connection after 5 s, just when the next look is due.
_LIMITS = httpx.Limits(keepalive_expiry=30.0)

log = logging.getLogger("infinitalk_client")


class _Base:
    """What both clients share: the settings, and the handing of answers to a flow."""

    def __init__(
        self,
        api_key: str | None,
        base_url: str | None,
        http_timeout: httpx.Timeout | float | None,
        clock: Callable[[], float] | None,
        rng: Callable[[], float] | None,
    ) -> None:
        key = api_key if api_key is not None else os.environ.get("SEGMIND_API_KEY", "")
        base = base_url or os.environ.get("INFINITALK_BASE_URL") or SEGMIND
        timeout = httpx.Timeout(30.0, connect=10.0) if http_timeout is None else httpx.Timeout(http_timeout)
        self._means = Means(
            Wire(Hosts.of(base), key.strip() or None, timeout),
            clock or _monotonic,
            rng or _random,
        )

    @property
    def base_url(self) -> str:
        return self._means.wire.hosts.api

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.base_url}>"


def _monotonic() -> float:
    return time.monotonic()  # looked up at each call, so that time can be replaced; so is chance below


def _random() -> float:
    return random.random()  # noqa: S311  # it spreads pauses


@cache
def _certificates() -> "ssl.SSLContext":
    """Read them once: each reading takes longer than all looks at a job."""
    return httpx.create_ssl_context()


def _options(transport: object) -> dict[str, Any]:
    return {} if transport else {"limits": _LIMITS, "verify": _certificates()}


def _submitted(request_id: str, means: Means) -> JobRef:
    log.info("submitted %s", request_id)
    return JobRef(request_id, means.clock())


class Client(_Base):
    """The synchronous client; a context manager.

    Args:
        api_key: None reads SEGMIND_API_KEY.
        base_url: None reads INFINITALK_BASE_URL, or is Segmind's.
        transport: an httpx transport, for tests and for the embedded server.
        http_timeout: seconds for one exchange; None is 30, and 10 to connect.
        sleep, clock, rng: None means time.sleep, time.monotonic, random.random.
    """

    def __init__(
        self,
        api_key: str | None = None,
        *,
        base_url: str | None = None,
        transport: httpx.BaseTransport | None = None,
        http_timeout: httpx.Timeout | float | None = None,
        sleep: Callable[[float], None] | None = None,
        clock: Callable[[], float] | None = None,
        rng: Callable[[], float] | None = None,
    ) -> None:
        super().__init__(api_key, base_url, http_timeout, clock, rng)
        self._http = httpx.Client(transport=transport, **_options(transport))
        self._driver = Driver(self._http, sleep)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def submit(self, request: TalkRequest) -> "Job":
        """Send one paid job, once; see `SubmitUncertain` for an answer that is lost."""
        request_id = self._driver.run(_flows.submit(self._means, request))
        return Job(self._driver, self._means, _submitted(request_id, self._means))

    def job(self, request_id: str) -> "Job":
        """Return a handle of a job submitted before, here or elsewhere; sends nothing."""
        return Job(self._driver, self._means, JobRef(request_id))

    def generate(
        self,
        request: TalkRequest,
        path: str | Path,
        *,
        timeout: float = TIMEOUT_S,
        poll_every: float = POLL_EVERY_S,
    ) -> Path:
        """Submit, wait and download, after making sure that there is a place for the video."""
        Part.check_target(Path(path))
        return self.submit(request).download(path, timeout=timeout, poll_every=poll_every)

    def generate_now(self, request: TalkRequest, path: str | Path) -> Result:
        """Make the vendor's synchronous call (v1): one exchange that lasts minutes, without any retry."""
        return self._driver.run(_transfers.generate_now(self._means, request, Path(path)))

    def upload(self, path: str | Path, *, timeout: float = PATIENCE_S) -> str:
        """Store a file at the service and return its public, unguessable address."""
        data = Path(path).read_bytes()
        return self._driver.run(_flows.upload(self._means, Path(path).name, data, timeout))

    def credits(self, *, timeout: float = PATIENCE_S) -> Credits:
        """Return the balance; free of charge."""
        return self._driver.run(_flows.balance(self._means, timeout))

    def history(self, request_id: str, *, timeout: float = PATIENCE_S) -> HistoryEntry:
        """Look one of our own requests up in the service's record, which outlives the result."""
        return self._driver.run(_flows.history(self._means, request_id, timeout))


class Job:
    """A handle of one job: `request_id` is everything. The service knows no cancel, so neither does this."""

    def __init__(self, driver: Driver, means: Means, ref: JobRef) -> None:
        self._driver, self._means, self._ref = driver, means, ref

    @property
    def request_id(self) -> str:
        return self._ref.request_id

    def __repr__(self) -> str:
        return f"<Job {self.request_id}>"

    def status(self) -> JobStatus:
        """Look once; a failed job is a state here, not an error."""
        return self._driver.run(_flows.look(self._means, self._ref))

    def watch(self, *, timeout: float = TIMEOUT_S, poll_every: float = POLL_EVERY_S) -> Iterator[JobStatus]:
        """Yield every look to the end; raises JobFailed, JobExpired, JobTimeout, Unreachable."""
        return self._driver.looks(_flows.watch(self._means, self._ref, timeout, poll_every))

    def result(self) -> Result | None:
        """Ask for the video once; None while the job is not finished."""
        return self._driver.run(_flows.result(self._means, self._ref))

    def wait(self, *, timeout: float = TIMEOUT_S, poll_every: float = POLL_EVERY_S) -> Result:
        """Watch to the end; `timeout` is the whole wait in seconds."""
        return self._driver.run(_flows.wait(self._means, self._ref, timeout, poll_every))

    def download(
        self, path: str | Path, *, timeout: float = TIMEOUT_S, poll_every: float = POLL_EVERY_S
    ) -> Path:
        """Wait, then stream the video to `path`, which appears only when it is a whole MP4."""
        flow = _transfers.download(self._means, self._ref, Path(path), timeout, poll_every)
        return self._driver.run(flow)

    def recover(self, path: str | Path, *, timeout: float = TIMEOUT_S) -> Path:
        """Fetch the video of a job whose result has expired, by the service's own record; needs its key."""
        return self._driver.run(_transfers.recover(self._means, self._ref, Path(path), timeout))


class AsyncClient(_Base):
    """The asynchronous client, for asyncio and trio; the same names as `Client`, awaited."""

    def __init__(
        self,
        api_key: str | None = None,
        *,
        base_url: str | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        http_timeout: httpx.Timeout | float | None = None,
        sleep: Callable[[float], Awaitable[None]] | None = None,
        clock: Callable[[], float] | None = None,
        rng: Callable[[], float] | None = None,
    ) -> None:
        super().__init__(api_key, base_url, http_timeout, clock, rng)
        self._http = httpx.AsyncClient(transport=transport, **_options(transport))
        self._driver = AsyncDriver(self._http, sleep)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        await self._http.aclose()

    async def submit(self, request: TalkRequest) -> "AsyncJob":
        """Send one paid job, once; see `SubmitUncertain` for an answer that is lost."""
        request_id = await self._driver.run(_flows.submit(self._means, request))
        return AsyncJob(self._driver, self._means, _submitted(request_id, self._means))

    def job(self, request_id: str) -> "AsyncJob":
        """Return a handle of a job submitted before, here or elsewhere; sends nothing."""
        return AsyncJob(self._driver, self._means, JobRef(request_id))

    async def generate(
        self,
        request: TalkRequest,
        path: str | Path,
        *,
        timeout: float = TIMEOUT_S,
        poll_every: float = POLL_EVERY_S,
    ) -> Path:
        """Submit, wait and download, after making sure that there is a place for the video."""
        Part.check_target(Path(path))
        job = await self.submit(request)
        return await job.download(path, timeout=timeout, poll_every=poll_every)

    async def generate_now(self, request: TalkRequest, path: str | Path) -> Result:
        """Make the vendor's synchronous call (v1): one exchange that lasts minutes, without any retry."""
        return await self._driver.run(_transfers.generate_now(self._means, request, Path(path)))

    async def upload(self, path: str | Path, *, timeout: float = PATIENCE_S) -> str:
        """Store a file at the service and return its public, unguessable address."""
        import anyio  # noqa: PLC0415  # the synchronous client should not pay for its import

        data = await anyio.Path(path).read_bytes()
        return await self._driver.run(_flows.upload(self._means, Path(path).name, data, timeout))

    async def credits(self, *, timeout: float = PATIENCE_S) -> Credits:
        """Return the balance; free of charge."""
        return await self._driver.run(_flows.balance(self._means, timeout))

    async def history(self, request_id: str, *, timeout: float = PATIENCE_S) -> HistoryEntry:
        """Look one of our own requests up in the service's record, which outlives the result."""
        return await self._driver.run(_flows.history(self._means, request_id, timeout))


class AsyncJob:
    """A handle of one job: `request_id` is everything. The service knows no cancel, so neither does this."""

    def __init__(self, driver: AsyncDriver, means: Means, ref: JobRef) -> None:
        self._driver, self._means, self._ref = driver, means, ref

    @property
    def request_id(self) -> str:
        return self._ref.request_id

    def __repr__(self) -> str:
        return f"<AsyncJob {self.request_id}>"

    async def status(self) -> JobStatus:
        """Look once; a failed job is a state here, not an error."""
        return await self._driver.run(_flows.look(self._means, self._ref))

    def watch(
        self, *, timeout: float = TIMEOUT_S, poll_every: float = POLL_EVERY_S
    ) -> AsyncIterator[JobStatus]:
        """Yield every look to the end; raises JobFailed, JobExpired, JobTimeout, Unreachable."""
        return self._driver.looks(_flows.watch(self._means, self._ref, timeout, poll_every))

    async def result(self) -> Result | None:
        """Ask for the video once; None while the job is not finished."""
        return await self._driver.run(_flows.result(self._means, self._ref))

    async def wait(self, *, timeout: float = TIMEOUT_S, poll_every: float = POLL_EVERY_S) -> Result:
        """Watch to the end; `timeout` is the whole wait in seconds."""
        return await self._driver.run(_flows.wait(self._means, self._ref, timeout, poll_every))

    async def download(
        self, path: str | Path, *, timeout: float = TIMEOUT_S, poll_every: float = POLL_EVERY_S
    ) -> Path:
        """Wait, then stream the video to `path`, which appears only when it is a whole MP4."""
        flow = _transfers.download(self._means, self._ref, Path(path), timeout, poll_every)
        return await self._driver.run(flow)

    async def recover(self, path: str | Path, *, timeout: float = TIMEOUT_S) -> Path:
        """Fetch the video of a job whose result has expired, by the service's own record; needs its key."""
        return await self._driver.run(_transfers.recover(self._means, self._ref, Path(path), timeout))
