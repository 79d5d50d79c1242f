"""The way of one run: prepare, host, submit once, watch, fetch, verify; the journal notes each turn."""

import asyncio
import logging
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from infinitalk_app import words
from infinitalk_app.engines import Engines
from infinitalk_app.explain import explain
from infinitalk_app.hosting import Hosting, HostingMode, Published, Surroundings, file_url
from infinitalk_app.journal import Entry, Journal
from infinitalk_app.limits import Budget
from infinitalk_app.orders import Order, is_engine
from infinitalk_app.outbox import Outbox
from infinitalk_app.prepare import Inputs, prepare
from infinitalk_app.refusals import Refusal
from infinitalk_app.runs import Run
from infinitalk_app.settings import Settings
from infinitalk_client import (
    AsyncClient,
    AsyncJob,
    DownloadError,
    JobState,
    JobStatus,
    SubmitUncertain,
    TalkRequest,
)
from infinitalk_media import MediaError, mp4, sound

LENGTH_TOLERANCE_S = 0.5
# OSError: our disk is full, or the line is broken; the job is there all the same.
_MAY_COME_BACK = (SubmitUncertain, OSError, DownloadError, MediaError)

log = logging.getLogger("infinitalk_app")


@dataclass(frozen=True)
class Folders:
    """The page's own folders; all of them private."""

    outbox: Path
    results: Path
    scratch: Path
    journal: Path

    @classmethod
    def of(cls, settings: Settings) -> "Folders":
        return cls(*(settings.folder(name) for name in ("outbox", "results", "scratch", "journal")))


@dataclass
class House:
    """How the page is reached: known only once it has been launched."""

    mode: HostingMode
    surroundings: Surroundings
    hosting: Hosting
    asks_for_login: bool = False

    @classmethod
    def of(cls, mode: HostingMode) -> "House":
        return cls(mode, Surroundings(), Hosting(mode, Surroundings()))

    def move(self, surroundings: Surroundings, *, asks_for_login: bool) -> None:
        """Learn where it stands."""
        self.surroundings = surroundings
        self.hosting = Hosting(self.mode, surroundings)
        self.asks_for_login = asks_for_login


class Workshop:
    """Does the work of the runs; knows nothing of who looks on."""

    def __init__(
        self,
        settings: Settings,
        folders: Folders,
        engines: Engines,
        house: House,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.folders = folders
        self.house = house
        self.journal = Journal(folders.journal)
        self.engines = engines
        self._budget = Budget.of(settings)
        self._outbox = Outbox(folders.outbox)
        self._room = asyncio.Semaphore(settings.infinitalk_preparations)
        self._now = now

    def result(self, token: str) -> Path:
        """Return where a run's video is, or will be."""
        return self.folders.results / f"{token}.mp4"

    async def perform(self, run: Run, order: Order) -> None:
        """Bring an order to its video, buying at most once."""
        entry = Entry(
            run.now.token, order.engine, "preparing", run.now.started_at, owner_key=not order.api_key
        )
        await self._note(entry)
        try:
            await self._perform(run, order, entry)
        except Exception as error:
            raise await self._failure(run, error) from error

    async def take_up(self, run: Run, request_id: str, key: str) -> None:
        """Follow a job that was submitted before, here or elsewhere."""
        engine = run.now.engine
        assert is_engine(engine)  # noqa: S101  # told by the caller; narrows the type
        run.committed = True
        try:
            async with self.engines.client(engine, key) as client:
                await self._collect(run, client.job(request_id))
        except Exception as error:
            raise await self._failure(run, error) from error

    async def cut(
        self, source: Path, target: Path, start_s: float, seconds: float, end_in_pause: bool
    ) -> sound.Facts:
        """Cut the part of a voice that would be sent, to be played back.

        Raises:
            MediaError: there is no usable sound.
        """
        async with self._room:
            return await asyncio.to_thread(
                sound.prepare, source, target, start_s=start_s, seconds=seconds, end_in_pause=end_in_pause
            )

    async def _perform(self, run: Run, order: Order, entry: Entry) -> None:
        hosted: tuple[Path, ...] = ()
        try:
            with tempfile.TemporaryDirectory(dir=self.folders.scratch) as folder:
                inputs = await self._prepare(run, order, Path(folder))
                hosted = tuple(self._outbox.put(file) for file in (inputs.picture, inputs.voice))
            async with self.engines.client(order.engine, order.api_key) as client:
                published = await self._publish(run, order, hosted, client)
                job = await self._submit(run, order, entry, client, order.request(*published.urls))
                await self._collect(run, job)
        finally:
            self._outbox.remove(*hosted)

    async def _prepare(self, run: Run, order: Order, folder: Path) -> Inputs:
        async with self._room:
            inputs = await asyncio.to_thread(prepare, order, folder)
        run.warn(*inputs.notes)
        run.show(clip_s=inputs.clip_s)
        return inputs

    async def _publish(
        self, run: Run, order: Order, files: tuple[Path, ...], client: AsyncClient
    ) -> Published:
        run.show(state="HOSTING")
        if order.engine == "infinitetalk":
            published = await self.house.hosting.publish(files, order.headers, client.upload)
        elif self.house.asks_for_login or not self.house.surroundings.local_url:
            urls = tuple([await client.upload(file) for file in files])
            published = Published(urls, "segmind", words.VIA_UPLOAD)
        else:
            base = self.house.surroundings.local_url
            published = Published(tuple(file_url(base, file) for file in files), "gradio")
        if published.note:
            run.warn(published.note)
        return published

    async def _submit(
        self,
        run: Run,
        order: Order,
        entry: Entry,
        client: AsyncClient,
        request: TalkRequest,
    ) -> AsyncJob:
        """Send the one POST: whatever can be refused has been by now, and a crash is found in the journal."""
        if order.engine == "infinitetalk" and not order.api_key:
            await asyncio.to_thread(self._budget.spend, order.visitor.name, run.now.clip_s or order.seconds)
        run.committed = True
        sent = replace(entry, phase="submitting", clip_s=run.now.clip_s)
        await self._note(sent)
        job = await client.submit(request)
        run.show(state="QUEUED", request_id=job.request_id)
        await self._remember(replace(sent, phase="submitted", request_id=job.request_id))
        return job

    async def _collect(self, run: Run, job: AsyncJob) -> None:
        engine = run.now.engine
        assert is_engine(engine)  # noqa: S101  # as above
        pace = self.engines.poll_every_s(engine)
        async for look in job.watch(poll_every=pace):
            if look.state is not JobState.FAILED:  # which the watch raises next, and is shown with its reason
                self._show(run, look)
        path = await job.download(self.result(run.now.token), poll_every=pace)
        await self._verify(run, path, job.request_id)

    def _show(self, run: Run, look: JobStatus) -> None:
        done = look.state is JobState.COMPLETED
        run.show(
            state="FETCHING" if done else look.state.value,
            request_id=look.request_id,
            progress=look.progress or run.now.progress,
            queue_position=look.queue_position,
            metrics=look.metrics,
        )

    async def _verify(self, run: Run, path: Path, request_id: str) -> None:
        run.show(state="VERIFYING")
        facts = await asyncio.to_thread(mp4.inspect, path)
        clip_s = run.now.clip_s
        if clip_s is not None and abs(facts.duration_s - clip_s) > LENGTH_TOLERANCE_S:
            run.warn(words.LENGTH_DIFFERS.format(video=facts.duration_s, clip=clip_s))
        entry = self.journal.read(run.now.token)
        if entry:
            await self._remember(replace(entry, phase="completed", request_id=request_id))
        run.show(state="COMPLETED", video=path, facts=facts, ended_at=self._now())

    async def _note(self, entry: Entry) -> None:
        """Keep an entry without which nothing may be bought."""
        await asyncio.to_thread(self.journal.write, entry)

    async def _remember(self, entry: Entry) -> None:
        """Keep an entry if the disk allows: the job is bought, and is followed in any case."""
        try:
            await self._note(entry)
        except OSError:
            log.exception("the journal cannot be written")

    async def _failure(self, run: Run, error: Exception) -> Refusal:
        """Note an end, and put it into words; a job that may go on stays "submitting" or "submitted"."""
        trouble = explain(error, run.now)
        entry = self.journal.read(run.now.token)
        if entry and not (isinstance(error, _MAY_COME_BACK) and entry.phase in ("submitting", "submitted")):
            await self._remember(replace(entry, phase="failed", sentence=trouble.sentence))
        return Refusal(trouble)
