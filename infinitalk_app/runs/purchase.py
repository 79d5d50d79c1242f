"""Buys a job: count it in the budget, record it in the journal, send one POST; undo both if it is refused."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace

from infinitalk_app.config import Settings
from infinitalk_app.inputs.publish import Published
from infinitalk_app.messages import to_json
from infinitalk_app.quota.budget import Budget, Spent
from infinitalk_app.runs.journal import Entry, Journal
from infinitalk_app.runs.manager import Run
from infinitalk_app.runs.request import RunRequest
from infinitalk_client import APIError, AsyncClient, AsyncJob, InvalidRequest, ServerError, Unreachable
from infinitalk_preview.face_choice import Choice

# Errors of the POST after which nothing is bought: it was not delivered, or it was refused.
_NOT_BOUGHT = (InvalidRequest, Unreachable, APIError)

Publish = Callable[[], Awaitable[Published]]

log = logging.getLogger("infinitalk_app")


class Purchases:
    """Buys jobs, each at most once; on the owner's key within the budget."""

    def __init__(self, settings: Settings, journal: Journal) -> None:
        self._journal = journal
        self.budget = Budget(
            settings.infinitalk_daily_seconds, settings.infinitalk_visitor_runs, settings.rate_limit_storage
        )
        if settings.owner_pays and settings.rate_limit_storage == "memory":
            self.budget.restore((run.spent_on, run.clip_s or 0.0) for run in journal if run.spent_on)

    async def buy(  # noqa: PLR0917  # all that one purchase needs
        self,
        run: Run,
        request: RunRequest,
        entry: Entry,
        client: AsyncClient,
        publish: Publish,
        face: Choice | None,
    ) -> AsyncJob:
        """Count, publish, and submit; on the owner's key nothing is sent before it is counted."""
        spent = await self._spend(run, request)
        sent = replace(
            entry,
            phase="submitting",
            clip_s=run.snapshot.clip_s,
            cropped=to_json(run.snapshot.cropped),
            spent_on=spent.day if spent else None,
        )
        try:
            published = await publish()
            run.update(committed=True)
            await asyncio.to_thread(self._journal.write, sent)  # before the POST: a restart has to find it
        except BaseException:
            run.update(committed=False)
            await self._give_back(spent, entry)
            raise
        try:
            # The one POST: whatever can be refused without it has been refused by now.
            talk = request.talk_request(*published.urls, face=face, timeline=run.snapshot.timeline)
            job = await client.submit(talk)
        except BaseException as error:
            if not _may_be_bought(error):
                await self._give_back(spent, replace(sent, spent_on=None))
            raise
        run.update(state="QUEUED", request_id=job.request_id, polled=True)
        await self._journal.write_if_possible(replace(sent, phase="submitted", request_id=job.request_id))
        return job

    async def _spend(self, run: Run, request: RunRequest) -> Spent | None:
        """Count a run that the owner pays for; uncount it if it is stopped meanwhile."""
        if request.provider.free or request.api_key:
            return None
        clip_s = run.snapshot.clip_s or request.voice.seconds
        spending = asyncio.ensure_future(asyncio.to_thread(self.budget.spend, request.visitor, clip_s))
        try:
            return await asyncio.shield(spending)
        except asyncio.CancelledError:
            await asyncio.wait([spending])  # a thread cannot be cancelled
            if not spending.exception():
                await asyncio.to_thread(self.budget.give_back, spending.result())
            raise

    async def _give_back(self, spent: Spent | None, entry: Entry) -> None:
        """Uncount a run, in the budget and in the journal; a failure here must not hide another error."""
        if spent is None:
            return
        try:
            await asyncio.to_thread(self.budget.give_back, spent)
        except Exception:
            log.exception("%d seconds of the budget cannot be given back", spent.seconds)
        await self._journal.write_if_possible(entry)


def _may_be_bought(error: BaseException) -> bool:
    """Tell whether the service may have accepted a POST that ended in this error, such as a time-out."""
    return not isinstance(error, _NOT_BOUGHT) or isinstance(error, ServerError)
