"""The way of one run: prepare, host, submit once, watch, fetch, verify; the journal notes each turn."""

import asyncio
import contextlib
import logging
import secrets
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from infinitalk_app import words
from infinitalk_app.explain import explain
from infinitalk_app.gradio_compat.addresses import file_url
from infinitalk_app.hosting import PROOF_BYTES, Hosting, HostingMode, Published, Surroundings
from infinitalk_app.inspection import Inspector
from infinitalk_app.journal import Entry, Journal
from infinitalk_app.limits import Budget, Spent
from infinitalk_app.orders import Order
from infinitalk_app.outbox import Outbox
from infinitalk_app.prepare import Inputs, Room, prepare
from infinitalk_app.providers.base import Provider
from infinitalk_app.record import Past, Record
from infinitalk_app.refusals import Refusal
from infinitalk_app.runs import Run
from infinitalk_app.settings import Settings
from infinitalk_app.who import Chosen, choose
from infinitalk_client import (
    APIError,
    AsyncClient,
    AsyncJob,
    DownloadError,
    InvalidRequest,
    JobExpired,
    JobFailed,
    JobState,
    JobStatus,
    Progress,
    ServerError,
    SubmitUncertain,
    Unreachable,
)
from infinitalk_local.marks import Choice
from infinitalk_media import MediaError, mp4, sound
from infinitalk_media.pool import Pool

LENGTH_TOLERANCE_S = 0.5
UNKNOWN_TOLD_S = 60.0
# OSError: our disk is full, or the line is broken; the job is there all the same.
_MAY_COME_BACK = (SubmitUncertain, OSError, DownloadError, MediaError)

# Errors of the POST after which nothing was bought: it was not delivered, or it was refused.
_NOT_BOUGHT = (InvalidRequest, Unreachable, APIError)

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
        house: House,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.folders = folders
        self.house = house
        self.journal = Journal(folders.journal)
        self.record = Record(folders.journal.parent / "times.jsonl")
        self._budget = Budget.of(settings)
        if settings.owner_pays and settings.rate_limit_storage == "memory":
            self._budget.recall((run.spent_on, run.clip_s or 0.0) for run in self.journal if run.spent_on)
        self._outbox = Outbox(folders.outbox)
        self.room = Room(settings.infinitalk_preparations)
        self.pool = Pool(settings.infinitalk_preparations, settings.file_limits)
        self.inspector = Inspector(self.room, self.pool)
        self._now = now
        self._ours = f"{secrets.token_hex(4)}-"  # other processes may work in the same folder

    def result(self, token: str) -> Path:
        """Return where a run's video is, or will be."""
        return self.folders.results / f"{token}.mp4"

    async def perform(self, run: Run, order: Order) -> None:
        """Bring an order to its video, buying at most once."""
        entry = Entry(
            run.now.token,
            order.provider.id,
            "preparing",
            run.now.started_at,
            owner_key=not order.api_key,
            free=order.provider.free,
        )
        await self._note(entry)
        try:
            await self._perform(run, order, entry)
        except Exception as error:
            raise await self._failure(run, error) from error

    async def take_up(self, run: Run, request_id: str, key: str) -> None:
        """Follow a job that was submitted before, here or elsewhere."""
        run.show(committed=True)
        try:
            async with run.now.provider.client(key, run.pauses) as client:
                await self._collect(run, client.job(request_id))
        except Exception as error:
            raise await self._failure(run, error) from error

    def remove_scratch(self) -> None:
        """End the children that read files, and remove what threads have not; the page ends."""
        self.pool.close()
        for folder in self.folders.scratch.glob(f"{self._ours}*"):
            shutil.rmtree(folder, ignore_errors=True)

    async def cut(
        self,
        source: Path,
        target: Path,
        start_s: float,
        seconds: float,
        *,
        end_in_pause: bool,
        visitor: str = "",
    ) -> sound.Facts:
        """Cut the part of a voice that would be sent, to be played back.

        Raises:
            MediaError: there is no usable sound.
        """
        return await self.room.do(
            visitor,
            self.pool.sound,
            source,
            target,
            start_s=start_s,
            seconds=seconds,
            end_in_pause=end_in_pause,
        )

    async def why_unreachable(self) -> str | None:
        """Return why the service could not fetch this page's files, or None when it was proved to."""
        return await self.house.hosting.why_unreachable(self.house.surroundings.base, self._probe)

    @asynccontextmanager
    async def _probe(self) -> AsyncIterator[Path]:
        """Host a file of random bytes for a while."""
        hosted: list[Path] = []
        try:
            await asyncio.to_thread(self._host_probe, hosted)
            yield hosted[0]
        finally:
            await asyncio.to_thread(self._outbox.remove, *hosted)

    def _host_probe(self, hosted: list[Path]) -> None:
        with tempfile.TemporaryDirectory(prefix=self._ours, dir=self.folders.scratch) as folder:
            probe = Path(folder) / "probe.jpg"
            probe.write_bytes(secrets.token_bytes(PROOF_BYTES))
            hosted.append(self._outbox.put(probe))

    async def _perform(self, run: Run, order: Order, entry: Entry) -> None:
        hosted: list[Path] = []
        try:
            visitor = order.visitor.name
            takes = order.provider.takes_face
            who = await choose(self.inspector, order.picture, order.face, takes_face=takes, visitor=visitor)
            inputs = await self._prepare(run, order, who, hosted)
            async with order.provider.client(order.api_key, run.pauses, visitor) as client:
                job = await self._buy(run, order, entry, client, tuple(hosted), who.face(inputs.shrunk))
                await self._collect(run, job)
            await self._learn(run, order)
        finally:
            await asyncio.to_thread(self._outbox.remove, *hosted)

    async def _prepare(self, run: Run, order: Order, who: Chosen, hosted: list[Path]) -> Inputs:
        inputs = await self.room.do(order.visitor.name, self._host_inputs, order, who, hosted)
        run.warn(*inputs.notes, *who.notes)
        run.show(clip_s=inputs.clip_s, part=inputs.part, cropped=who.said)
        return inputs

    def _host_inputs(self, order: Order, who: Chosen, hosted: list[Path]) -> Inputs:
        """Clean both files, and add to `hosted` where they are: a cancelled caller gets no result."""
        with tempfile.TemporaryDirectory(prefix=self._ours, dir=self.folders.scratch) as folder:
            inputs = prepare(self.pool, order, Path(folder), who.kept)
            hosted.extend(map(self._outbox.put, (inputs.picture, inputs.voice)))
        return inputs

    async def _publish(
        self, run: Run, order: Order, files: tuple[Path, ...], client: AsyncClient
    ) -> Published:
        run.show(state="HOSTING")
        if order.provider.needs_public_inputs:
            published = await self.house.hosting.publish(files, client.upload, order.provider.service)
        elif self.house.asks_for_login or not self.house.surroundings.local_url:
            urls = tuple([await client.upload(file) for file in files])
            published = Published(urls, "storage", words.VIA_UPLOAD)
        else:
            base = self.house.surroundings.local_url
            published = Published(tuple(file_url(base, file) for file in files), "gradio")
        if published.note:
            run.warn(published.note)
        return published

    async def _buy(  # noqa: PLR0917  # what one purchase is made of
        self,
        run: Run,
        order: Order,
        entry: Entry,
        client: AsyncClient,
        files: tuple[Path, ...],
        face: Choice | None,
    ) -> AsyncJob:
        """Count, publish, submit: with the owner's key nothing is sent that has not been counted."""
        spent = await self._spend(run, order)
        day = spent.day if spent else None
        sent = replace(
            entry, phase="submitting", clip_s=run.now.clip_s, cropped=run.now.cropped, spent_on=day
        )
        try:
            published = await self._publish(run, order, files, client)
            run.show(committed=True)
            await self._note(sent)  # so that a crash from here on is found
        except BaseException:
            run.show(committed=False)
            await self._give_back(spent, entry)
            raise
        try:
            # The one POST: whatever can be refused here has been by now.
            job = await client.submit(order.request(*published.urls, face=face))
        except BaseException as error:
            if not _may_be_bought(error):
                await self._give_back(spent, replace(sent, spent_on=None))
            raise
        run.show(state="QUEUED", request_id=job.request_id, polled=True)
        await self._remember(replace(sent, phase="submitted", request_id=job.request_id))
        return job

    async def _spend(self, run: Run, order: Order) -> Spent | None:
        """Count a run that the owner pays for, unless it is stopped meanwhile."""
        if order.provider.free or order.api_key:
            return None
        clip_s = run.now.clip_s or order.seconds
        spending = asyncio.ensure_future(asyncio.to_thread(self._budget.spend, order.visitor.name, clip_s))
        try:
            return await asyncio.shield(spending)
        except asyncio.CancelledError:
            await asyncio.wait([spending])  # a thread cannot be cancelled
            if not spending.exception():
                await asyncio.to_thread(self._budget.give_back, spending.result())
            raise

    async def _give_back(self, spent: Spent | None, entry: Entry) -> None:
        """Undo what was counted, here and in the journal; a storage that is gone hides no other error."""
        if spent is None:
            return
        try:
            await asyncio.to_thread(self._budget.give_back, spent)
        except Exception:
            log.exception("%d seconds of the budget cannot be given back", spent.seconds)
        await self._remember(entry)

    async def _collect(self, run: Run, job: AsyncJob) -> None:
        provider = run.now.provider
        pace = provider.poll_every_s
        target = self.result(run.now.token)
        try:
            async for look in job.watch(poll_every=pace):
                self._show(run, look)
            await job.download(target, poll_every=pace)
        except JobExpired:
            if not provider.keeps_history:
                raise
            # The result is kept for an hour; the service's own record may name the video for days.
            run.show(state="FETCHING", request_id=job.request_id)
            await job.recover(target)
        await self._verify(run, target, job.request_id)

    def _show(self, run: Run, look: JobStatus) -> None:
        if look.state is JobState.FAILED:
            return  # its reason comes as an error, and the run ends with it
        if look.unknown_word and look.elapsed_s >= UNKNOWN_TOLD_S:
            run.warn(words.UNKNOWN_STATE.format(service=run.now.provider.service, word=look.unknown_word))
        done = look.state is JobState.COMPLETED
        progress = look.progress or run.now.progress
        if done and progress:
            progress = Progress(progress.total, progress.total)
        run.show(
            state="FETCHING" if done else look.state.value,
            polled=True,
            request_id=look.request_id,
            progress=progress,
            queue_position=look.queue_position,
            metrics=look.metrics,
        )

    async def _verify(self, run: Run, path: Path, request_id: str) -> None:
        run.show(state="VERIFYING")
        facts = await asyncio.to_thread(self._finished, path, run.now.provider)
        clip_s = run.now.clip_s
        if clip_s is not None and abs(facts.duration_s - clip_s) > LENGTH_TOLERANCE_S:
            run.warn(words.LENGTH_DIFFERS.format(video=facts.duration_s, clip=clip_s))
        entry = await asyncio.to_thread(self.journal.read, run.now.token)
        if entry:
            await self._remember(replace(entry, phase="completed", request_id=request_id))
        run.show(state="COMPLETED", video=path, facts=facts, ended_at=self._now())

    def _finished(self, path: Path, provider: Provider) -> mp4.Facts:
        """Open the file, and mark it as made by AI where its provider has not."""
        facts = mp4.inspect(path)
        if provider.marks_videos:
            return facts
        when = datetime.fromtimestamp(self._now(), UTC).isoformat(timespec="seconds")
        try:
            mp4.finish(path, words.AI_TAG.format(model=provider.model, service=provider.service, when=when))
        except (MediaError, OSError):  # the video was paid for, and is whole: it is shown all the same
            log.exception("a video cannot be marked")
        return mp4.inspect(path)

    async def _learn(self, run: Run, order: Order) -> None:
        """Add a run that was followed from click to video to what the next ranges are read from."""
        seen = run.now
        if seen.ended_at and seen.clip_s:
            cost = seen.metrics.cost if seen.metrics else None
            past = Past(
                order.provider.id, order.resolution, seen.clip_s, seen.ended_at - seen.started_at, cost
            )
            try:
                await asyncio.to_thread(self.record.add, past)
            except OSError:  # a full disk must not make a failure of a run that has its video
                log.exception("the record of times cannot be written")

    async def _note(self, entry: Entry) -> None:
        """Keep an entry without which nothing may be bought."""
        await asyncio.to_thread(self.journal.write, entry)

    async def _remember(self, entry: Entry) -> None:
        """Keep an entry if the disk allows: the job is bought, and is followed in any case."""
        try:
            await self._note(entry)
        except OSError:
            log.exception("the journal cannot be written")

    async def forget(self, run: Run) -> None:
        """Take a run out of the journal that has sent nothing."""
        with contextlib.suppress(OSError):  # the sweep has it
            await asyncio.to_thread(self.journal.remove, run.now.token)

    async def _failure(self, run: Run, error: Exception) -> Refusal:
        """Note an end, and put it into words; a job that may go on stays "submitting" or "submitted".

        What was refused before anything was sent leaves no entry.
        """
        trouble = explain(error, run.now)
        entry = await asyncio.to_thread(self.journal.read, run.now.token)
        if entry and entry.phase == "preparing":
            await self.forget(run)
        elif entry and not _may_come_back(entry, error):
            await self._remember(
                replace(entry, phase="failed", trouble=trouble.code, values=dict(trouble.values))
            )
        return Refusal(trouble)


def _may_come_back(entry: Entry, error: Exception) -> bool:
    """Tell whether there may yet be a video: a job with an id is over by its own failure alone.

    Whoever looks at it with a wrong key, or after its hour, ends nothing.
    """
    if entry.phase == "submitted" and not entry.free:
        return not isinstance(error, JobFailed)
    return entry.phase in ("submitting", "submitted") and isinstance(error, _MAY_COME_BACK)


def _may_be_bought(error: BaseException) -> bool:
    """Tell whether a POST that ended in this error may have been taken; one that was cut off may."""
    return not isinstance(error, _NOT_BOUGHT) or isinstance(error, ServerError)
