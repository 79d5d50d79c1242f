"""What a job does: the talk fetches its inputs and renders, the mock only sleeps."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from functools import partial

from infinitalk_local.fetch import Fetcher
from infinitalk_local.files import Files
from infinitalk_local.jobs import Job, JobFailed, Work
from infinitalk_local.renderer import Control, Rendered, RenderFailed, RenderOptions, render
from infinitalk_local.settings import LocalSettings
from infinitalk_local.talk import BadInput, Mock, Talk

log = logging.getLogger("infinitalk_local")


class Workshop:
    """Makes the work of each job.

    Args:
        executor: where renders run; None is a thread for each that may run at a time. Elsewhere there is no
            progress, and what a cancelled render does there is the executor's business.
    """

    def __init__(
        self, settings: LocalSettings, fetcher: Fetcher, files: Files, executor: Executor | None = None
    ) -> None:
        self._settings, self._fetcher, self._files = settings, fetcher, files
        self._executor = executor
        self._threads: ThreadPoolExecutor | None = None

    def talk(self, talk: Talk, read_own: Callable[[str], bytes | None], *, nearby: bool) -> Work:
        """Return the work of a talk; `read_own` reads an address that is this server's own.

        With `nearby`, its inputs may come from loopback.
        """
        fetch = partial(self._fetcher.fetch, nearby=nearby)

        async def work(job: Job) -> None:
            job.seed = talk.seed
            await self._misbehave()
            try:
                picture = read_own(talk.image) or await fetch(talk.image, "picture")
                sound = read_own(talk.audio) or await fetch(talk.audio, "sound")
                rendered = await self._render(job, picture, sound, talk)
            except BadInput as error:
                raise JobFailed(str(error)) from error
            except RenderFailed as error:
                log.warning("%s %s", error, error.remarks)
                raise JobFailed(str(error)) from error
            job.facts = rendered.facts
            job.output = self._files.add(rendered.video, ".mp4")

        return work

    def mock(self, mock: Mock) -> Work:
        """Return the work of the vendor's mock model, which sleeps and costs as it is told."""

        async def work(job: Job) -> None:
            await self._misbehave()
            await asyncio.sleep(mock.sleep)
            job.cost = mock.credits

        return work

    async def _misbehave(self) -> None:
        await asyncio.sleep(self._settings.delay_s)
        if self._settings.fail_with is not None:
            raise JobFailed(self._settings.fail_with)

    async def _render(self, job: Job, picture: bytes, sound: bytes, talk: Talk) -> Rendered:
        options = RenderOptions(talk.resolution, talk.fps, talk.seed, talk.prompt, talk.face)
        own = self._settings
        values = (picture, sound, options, own.render_command, own.render_timeout_s, own.render_memory_mb)
        loop = asyncio.get_running_loop()
        if self._executor is not None:
            job.remote = True
            return await self._elsewhere(loop.run_in_executor(self._executor, render, *values))
        self._threads = self._threads or ThreadPoolExecutor(self._settings.renders_at_once)
        control = Control(lambda done, total: setattr(job, "progress", (done, total)))
        under_way = loop.run_in_executor(self._threads, render, *values, control)
        try:
            return await asyncio.shield(under_way)
        except asyncio.CancelledError:
            control.cancel()
            await asyncio.gather(under_way, return_exceptions=True)  # its folder is gone when it has returned
            raise

    async def _elsewhere(self, under_way: asyncio.Future[Rendered]) -> Rendered:
        """Wait for another machine; whatever goes wrong with machines is a render that failed."""
        try:
            return await under_way
        except (BadInput, RenderFailed):
            raise
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task and task.cancelling():
                raise
            raise RenderFailed("The machines that render went away; try again.") from None
        except Exception as error:
            raise RenderFailed("The machine that rendered failed; try again.") from error

    def close(self) -> None:
        if self._executor:
            self._executor.shutdown(wait=False)
        if self._threads:
            self._threads.shutdown(wait=True)
