"""The work of a job: a talk fetches its inputs and renders; a mock sleeps."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from functools import partial

from infinitalk_server.config import ServerConfig
from infinitalk_server.errors import JobFailed, RenderFailed, say
from infinitalk_server.fetcher import Fetcher
from infinitalk_server.job_queue import Job, Work
from infinitalk_server.render_process import RenderControl, Rendered, render
from infinitalk_server.schemas import MockRequest, TalkRequest
from infinitalk_server.storage import FileStorage

log = logging.getLogger("infinitalk_server")


class JobRunner:
    """Makes the work of each job.

    Args:
        executor: runs the renders; None is threads of this process. Another one reports no progress, and
            cancels renders itself.
    """

    def __init__(
        self, config: ServerConfig, fetcher: Fetcher, files: FileStorage, executor: Executor | None = None
    ) -> None:
        self._config, self._fetcher, self._files = config, fetcher, files
        self._executor = executor
        self._threads: ThreadPoolExecutor | None = None

    def talk(
        self, talk: TalkRequest, read_stored: Callable[[str], bytes | None], *, allow_loopback: bool
    ) -> Work:
        """Return the work of a talk; `read_stored` reads a URL of this server's own files."""
        fetch = partial(self._fetcher.fetch, allow_loopback=allow_loopback)

        async def work(job: Job) -> None:
            job.seed = talk.seed
            await self._simulate_faults()
            picture = read_stored(talk.image) or await fetch(talk.image, "picture")
            sound = read_stored(talk.audio) or await fetch(talk.audio, "sound")
            try:
                rendered = await self._render(job, picture, sound, talk)
            except RenderFailed as error:
                log.warning("%s %s", error, error.log_text)
                raise
            job.facts = rendered.facts
            job.output = self._files.add(rendered.video, ".mp4")

        return work

    def mock(self, mock: MockRequest) -> Work:
        """Return the work of the vendor's mock model, which sleeps for `sleep` s and costs `credits`."""

        async def work(job: Job) -> None:
            await self._simulate_faults()
            await asyncio.sleep(mock.sleep)
            job.cost = mock.credits

        return work

    async def _simulate_faults(self) -> None:
        await asyncio.sleep(self._config.delay_s)
        if self._config.fail_with is not None:
            raise JobFailed(self._config.fail_with)

    async def _render(self, job: Job, picture: bytes, sound: bytes, talk: TalkRequest) -> Rendered:
        config, loop = self._config, asyncio.get_running_loop()
        limits = config.render_timeout_s, config.render_memory_mb
        values = (picture, sound, talk, config.render_command, *limits)
        if self._executor is not None:
            job.remote = True
            return await _remote_result(loop.run_in_executor(self._executor, render, *values))
        self._threads = self._threads or ThreadPoolExecutor(config.renders_at_once)
        control = RenderControl(lambda done, total: setattr(job, "progress", (done, total)))
        rendering = loop.run_in_executor(self._threads, render, *values, control)
        try:
            return await asyncio.shield(rendering)
        except asyncio.CancelledError:
            control.cancel()
            await asyncio.gather(rendering, return_exceptions=True)  # it removes its folder before it returns
            raise

    def close(self) -> None:
        if self._executor:
            self._executor.shutdown(wait=False)
        if self._threads:
            self._threads.shutdown(wait=True)


async def _remote_result(rendering: asyncio.Future[Rendered]) -> Rendered:
    """Wait for another machine; its failures become RenderFailed."""
    try:
        return await rendering
    except JobFailed:
        raise
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task and task.cancelling():
            raise
        raise RenderFailed(say("render_worker_lost")) from None
    except Exception as error:
        raise RenderFailed(say("render_worker_failed")) from error
