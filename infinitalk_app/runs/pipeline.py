"""What one run does: prepare, publish, submit once, poll, download, verify; the journal records each step."""

import asyncio
import contextlib
import json
import logging
import secrets
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from infinitalk_app.config import Folders, Settings
from infinitalk_app.inputs import talking_face
from infinitalk_app.inputs.cache import CheckCache
from infinitalk_app.inputs.preprocess import Inputs, prepare
from infinitalk_app.inputs.publish import Published, Publisher
from infinitalk_app.inputs.speeches import Script, Speeches
from infinitalk_app.inputs.voices import Voices
from infinitalk_app.messages import Message, Refusal, invalid_input, to_json
from infinitalk_app.providers.base import Provider
from infinitalk_app.runs.journal import Entry, Journal
from infinitalk_app.runs.manager import Run
from infinitalk_app.runs.purchase import Purchases
from infinitalk_app.runs.request import RunRequest
from infinitalk_app.runs.timings import Timing, Timings
from infinitalk_app.runs.user_errors import explain
from infinitalk_app.tasks import FairThreads
from infinitalk_client import AsyncClient, AsyncJob, JobExpired, JobState, JobStatus, Progress
from infinitalk_media import MediaError, mp4
from infinitalk_media.captions import srt
from infinitalk_media.pool import Pool
from infinitalk_media.timeline import EMPTY, Timeline

LENGTH_TOLERANCE_S = 0.5
UNKNOWN_STATE_WARNED_S = 60.0
# In the file, whose readers may speak another language than the page: always English.
AI_TAG = "AI-generated video, made with {model} at {service} on {when}."

log = logging.getLogger("infinitalk_app")


class Pipeline:
    """Performs runs; each updates its `Run`, which any number of pages watch."""

    def __init__(
        self, settings: Settings, folders: Folders, publisher: Publisher, now: Callable[[], float] = time.time
    ) -> None:
        self.folders = folders
        self._publisher = publisher
        self.journal = Journal(folders.journal)
        self.timings = Timings(folders.journal.parent / "times.jsonl")
        self._purchases = Purchases(settings, self.journal)
        self.threads = FairThreads(settings.infinitalk_preparations)
        self.pool = Pool(settings.infinitalk_preparations, settings.file_limits)
        self.checks = CheckCache(self.threads, self.pool)
        self._longest_s = settings.max_clip_seconds
        self._now = now
        self._prefix = f"{secrets.token_hex(4)}-"  # other processes may use the same scratch folder
        self.speeches = Speeches(
            folders.spoken,
            self._prefix,
            Voices(folders.voices),
            settings.max_clip_seconds,
            settings.file_limits,
        )

    def result(self, token: str) -> Path:
        """Return the path of a run's video, which may not be there yet."""
        return self.folders.results / f"{token}.mp4"

    def timeline(self, token: str) -> Timeline:
        """Return the words of a run's voice, as far as they are known."""
        try:
            return Timeline.of(json.loads(self._words_file(token).read_text("utf-8")), ())
        except (OSError, ValueError):
            return EMPTY

    def _words_file(self, token: str) -> Path:
        return self.folders.results / f"{token}.words.json"

    async def perform(self, run: Run, request: RunRequest) -> None:
        """Make the video of a request, and buy it at most once."""
        token, provider, started_at = run.snapshot.token, request.provider, run.snapshot.started_at
        entry = Entry(
            token, provider.id, "preparing", started_at, owner_key=not request.api_key, free=provider.free
        )
        await asyncio.to_thread(self.journal.write, entry)
        published: list[Path] = []
        try:
            await self._perform(run, request, entry, published)
        except Exception as error:
            raise await self._failure(run, error) from error
        finally:
            await asyncio.to_thread(self._publisher.remove, *published)

    async def follow(self, run: Run, request_id: str, key: str) -> None:
        """Poll a job that was submitted before, by any process, and download its video."""
        run.update(committed=True)
        try:
            async with run.snapshot.provider.client(key, run.waits_for_retry) as client:
                await self._download(run, client.job(request_id))
        except Exception as error:
            raise await self._failure(run, error) from error

    def remove_scratch(self) -> None:
        """Stop the children that read files, and remove this process's files from the scratch folder."""
        self.pool.close()
        self.speeches.close()
        for folder in self.folders.scratch.glob(f"{self._prefix}*"):
            shutil.rmtree(folder, ignore_errors=True)
        for recording in self.folders.spoken.glob(f"{self._prefix}*"):
            recording.unlink(missing_ok=True)

    async def remove_entry(self, run: Run) -> None:
        """Remove the journal entry and the words of a run of which nothing is left."""
        token = run.snapshot.token
        with contextlib.suppress(OSError):  # they expire in any case
            await asyncio.to_thread(self._words_file(token).unlink, missing_ok=True)
            await asyncio.to_thread(self.journal.remove, token)

    async def _perform(self, run: Run, request: RunRequest, entry: Entry, published: list[Path]) -> None:
        provider, visitor = request.provider, request.visitor
        selection = await talking_face.resolve(
            self.checks, request.picture, request.face, takes_face=provider.takes_face, visitor=visitor
        )
        if request.script:
            await self._speak(request.script, visitor)
        inputs, words = await asyncio.gather(
            self.threads.run(visitor, self._prepare, request, selection, published),
            self._words(run, request),
        )
        # Whoever asks for less than is allowed knows that the rest is left out.
        as_much = request.voice.seconds >= min(self._longest_s, provider.longest_s)
        cut_off = [inputs.cut_off] if inputs.cut_off and as_much else []
        run.warn(*cut_off, *request.notes, *inputs.notes, *selection.notes)
        run.update(clip_s=inputs.clip_s, part=inputs.part, cropped=selection.description)
        await self._keep_words(run, words.part(*inputs.part))
        async with provider.client(request.api_key, run.waits_for_retry, visitor) as client:
            publish = partial(self._publish, run, provider, tuple(published), client)
            face = selection.scaled_choice(inputs.scale)
            job = await self._purchases.buy(run, request, entry, client, publish, face)
            await self._download(run, job)
        await self._record_timing(run, request)

    async def _speak(self, script: Script, visitor: str) -> None:
        """Make the voice of a typed text; what is wrong with it has to be corrected in the form's text."""
        try:
            await self.speeches.speak(script, visitor)
        except MediaError as error:
            raise invalid_input(error.sentence, "text") from error

    def _prepare(
        self, request: RunRequest, selection: talking_face.Selection, published: list[Path]
    ) -> Inputs:
        """Clean both files, and add their new paths to `published`: a cancelled caller gets no result."""
        with tempfile.TemporaryDirectory(prefix=self._prefix, dir=self.folders.scratch) as folder:
            inputs = prepare(self.pool, request.picture, request.voice, Path(folder), selection.crop)
            published.extend(map(self._publisher.put, (inputs.picture, inputs.voice)))
        return inputs

    async def _words(self, run: Run, request: RunRequest) -> Timeline:
        """Return the words of the voice, as far as they are known and found in it."""
        try:
            return await self.speeches.timeline(request.voice.file, request.said, request.visitor)
        except MediaError as error:
            run.warn(error.sentence)
            return EMPTY

    async def _keep_words(self, run: Run, timeline: Timeline) -> None:
        """Keep the words for the captions, also for another process that may download the video."""
        if timeline:
            run.update(timeline=timeline)
            words = json.dumps([list(word) for word in timeline.words])
            with contextlib.suppress(OSError):  # a full disk costs the captions of a restarted page alone
                await asyncio.to_thread(self._words_file(run.snapshot.token).write_text, words, "utf-8")

    async def _publish(
        self, run: Run, provider: Provider, files: tuple[Path, ...], client: AsyncClient
    ) -> Published:
        run.update(state="HOSTING")
        published = await self._publisher.publish(files, client.upload, provider)
        if published.note:
            run.warn(published.note)
        return published

    async def _download(self, run: Run, job: AsyncJob) -> None:
        provider, target = run.snapshot.provider, self.result(run.snapshot.token)
        try:
            async for status in job.watch(poll_every=provider.poll_every_s):
                self._update(run, status)
            await job.download(target, poll_every=provider.poll_every_s)
        except JobExpired:
            if not provider.keeps_history:
                raise
            # The result is kept for an hour; the service's history may name the video for days.
            run.update(state="FETCHING", request_id=job.request_id)
            await job.recover(target)
        await self._verify(run, target, job.request_id)

    def _update(self, run: Run, status: JobStatus) -> None:
        if status.state is JobState.FAILED:
            return  # an error with the reason follows, and ends the run
        if status.unknown_word and status.elapsed_s >= UNKNOWN_STATE_WARNED_S:
            names = {"service": run.snapshot.provider.service, "word": status.unknown_word}
            run.warn(Message.of("notes.unknown_state", **names))
        done = status.state is JobState.COMPLETED
        progress = status.progress or run.snapshot.progress
        if done and progress:
            progress = Progress(progress.total, progress.total)
        run.update(
            state="FETCHING" if done else status.state.value,
            polled=True,
            request_id=status.request_id,
            progress=progress,
            queue_position=status.queue_position,
            metrics=status.metrics,
        )

    async def _verify(self, run: Run, path: Path, request_id: str) -> None:
        run.update(state="VERIFYING")
        if not run.snapshot.timeline:  # another process may have found the words
            run.update(timeline=await asyncio.to_thread(self.timeline, run.snapshot.token))
        facts = await asyncio.to_thread(
            self._inspect_and_mark, path, run.snapshot.provider, run.snapshot.timeline
        )
        clip_s = run.snapshot.clip_s
        if clip_s is not None and abs(facts.duration_s - clip_s) > LENGTH_TOLERANCE_S:
            run.warn(Message.of("notes.length_differs", video=facts.duration_s, clip=clip_s))
        entry = await asyncio.to_thread(self.journal.read, run.snapshot.token)
        if entry:
            completed = replace(entry, phase="completed", request_id=request_id)
            await self.journal.write_if_possible(completed)
        run.update(state="COMPLETED", video=path, facts=facts, ended_at=self._now())

    def _inspect_and_mark(self, path: Path, provider: Provider, timeline: Timeline) -> mp4.Facts:
        """Check the file, mark it as made by AI if its provider does not, and add the captions."""
        facts = mp4.inspect(path)
        captions = srt(timeline, facts.picture_s)  # a longer track would make the video longer
        if provider.marks_videos and not captions:
            return facts
        when = datetime.fromtimestamp(self._now(), UTC).isoformat(timespec="seconds")
        tag = AI_TAG.format(model=provider.model, service=provider.service, when=when)
        try:
            mp4.remux(path, facts.comment if provider.marks_videos else tag, captions)
        except (MediaError, OSError):  # the video is paid for, and whole: it is shown all the same
            log.exception("a video cannot be marked")
        return mp4.inspect(path)

    async def _record_timing(self, run: Run, request: RunRequest) -> None:
        snapshot = run.snapshot
        if snapshot.ended_at and snapshot.clip_s:
            took_s = snapshot.ended_at - snapshot.started_at
            cost = snapshot.metrics.cost if snapshot.metrics else None
            timing = Timing(request.provider.id, request.resolution, snapshot.clip_s, took_s, cost)
            try:
                await asyncio.to_thread(self.timings.add, timing)
            except OSError:  # a full disk does not make a run fail that has its video
                log.exception("the timing of a run cannot be written")

    async def _failure(self, run: Run, error: Exception) -> Refusal:
        """Return the error for the visitor, and record the end of the run if it is one.

        A job that may go on stays "submitting" or "submitted"; a run that sent nothing leaves no entry.
        """
        trouble = explain(error, run.snapshot)
        entry = await asyncio.to_thread(self.journal.read, run.snapshot.token)
        if entry and entry.phase == "preparing":
            await self.remove_entry(run)
        elif entry and not entry.may_finish_after(error):
            values = to_json(trouble)["values"]
            failed = replace(entry, phase="failed", trouble=trouble.code, values=values)
            await self.journal.write_if_possible(failed)
            with contextlib.suppress(OSError):
                await asyncio.to_thread(self._words_file(entry.token).unlink, missing_ok=True)
        return Refusal(trouble)
