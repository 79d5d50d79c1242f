"""Where clicks and returning visitors arrive: each gets a run to look at, new, known, or found again."""

import asyncio
import hashlib
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from infinitalk_app import words
from infinitalk_app.explain import explain
from infinitalk_app.journal import Entry, is_token, new_token
from infinitalk_app.orders import Order, is_engine, is_free, make_order, refuse
from infinitalk_app.runs import Run, Runs, Snapshot
from infinitalk_app.settings import Settings
from infinitalk_app.words import ERRORS, Trouble
from infinitalk_app.work import Workshop
from infinitalk_client import is_request_id
from infinitalk_media import MediaError, mp4


class Desk:
    """Takes orders and finds runs; the answer is always a run, a refused one too."""

    def __init__(
        self, settings: Settings, workshop: Workshop, runs: Runs, now: Callable[[], float] = time.time
    ) -> None:
        self._settings = settings
        self._workshop = workshop
        self._runs = runs
        self._now = now

    async def generate(self, token: str = "", **inputs: Any) -> Run:
        """Start a run under the click's token; one seen before, here or in the journal, is the same run."""
        engine = str(inputs.get("engine"))
        try:
            token = _checked(token)
            known = await self._known(token, str(inputs.get("api_key") or ""))
            return known or self._start(token, await asyncio.to_thread(make_order, self._settings, **inputs))
        except Exception as error:  # noqa: BLE001  # whatever is wrong with the inputs, the visitor is told
            return self._refused(token, engine, explain(error, Snapshot(token, engine, self._now())))

    async def resume(self, known_as: str, engine: str = "", api_key: str = "", *, anew: bool = False) -> Run:
        """Find a run by its token or request_id; with `anew`, look again at one that ended badly here."""
        known_as, api_key = known_as.strip(), api_key.strip()
        if anew and (run := self._runs.find(known_as)) and run.now.state != "COMPLETED":
            self._runs.forget(run.now.token)
        known = await self._known(known_as, api_key)
        if known:
            return known
        if is_request_id(known_as) and is_engine(engine) and not is_free(engine):
            # Anybody can make up an id: the owner's key asks after jobs of the journal alone.
            return self._adopt(_token_of(known_as), known_as, engine, api_key, may_use_owner_key=False)
        gone = ERRORS["gone_preview" if is_free(engine) else "unknown_run"]
        # Nobody knows whether it was sent: the disk may have gone with a restart.
        return self._refused(known_as if is_token(known_as) else "", engine, gone, committed=True)

    async def stop(self, token: str) -> Run | None:
        """Cancel a run that has not been submitted; return it in any case, None for an unknown one."""
        run = await self._runs.stop(token)
        if run and run.now.state == "CANCELLED":
            await self._workshop.forget(run)
        return run

    def refuse(self, token: str, engine: str, trouble: Trouble) -> Run:
        """Return a run that was not started, and says why."""
        return self._refused(token, engine, trouble)

    def _start(self, token: str, order: Order) -> Run:
        work = partial(self._workshop.perform, order=order)
        return self._runs.start(token, order.engine, work, settings=order.settings)

    async def _known(self, known_as: str, api_key: str) -> Run | None:
        """Return a run of this process, else one that the journal knows."""
        if run := self._runs.find(known_as):
            return run
        entry, done = await asyncio.to_thread(self._look_up, known_as)
        # Meanwhile the other half of a double click may have started the run, and written the entry.
        if run := self._runs.find(known_as):
            return run
        return done or (self._from_journal(entry, api_key) if entry else None)

    def _look_up(self, known_as: str) -> tuple[Entry | None, Run | None]:
        """Return what the journal says, and the run when its video is still there; works on files."""
        journal = self._workshop.journal
        entry = journal.read(known_as) or journal.find(known_as)
        finished = entry and entry.phase == "completed"
        return entry, self._finished(entry) if entry and finished else None

    def _from_journal(self, entry: Entry, api_key: str) -> Run:
        """Say what became of a run that this process did not see, or take it up."""
        if entry.phase == "preparing":
            return self._of(entry, ERRORS["restarted"])
        if entry.phase == "failed":
            return self._of(entry, ERRORS["ended"].saying(said=entry.sentence or ""))
        if is_free(entry.engine):
            gone = "gone_preview" if entry.phase == "completed" else "preview_died"
            return self._of(entry, ERRORS[gone])
        if entry.request_id is None:
            return self._of(entry, ERRORS["uncertain"])
        return self._adopt(
            entry.token,
            entry.request_id,
            entry.engine,
            api_key,
            may_use_owner_key=entry.owner_key,
            started_at=entry.started_at,
            clip_s=entry.clip_s,
            cropped=entry.cropped,
        )

    def _adopt(
        self, token: str, request_id: str, engine: str, api_key: str, *, may_use_owner_key: bool, **known: Any
    ) -> Run:
        """Follow a submitted job, with the key that it was bought with."""
        owner_key = self._settings.owner_key if may_use_owner_key else None
        if not (api_key or owner_key):
            return self._refused(token, engine, ERRORS["whose"], request_id=request_id, **known)
        work = partial(self._workshop.take_up, request_id=request_id, key=api_key)
        return self._runs.start(
            token, engine, work, request_id=request_id, state="QUEUED", committed=True, **known
        )

    def _finished(self, entry: Entry) -> Run | None:
        """Return a run whose video is still on this disk."""
        path = self._workshop.result(entry.token)
        try:
            facts = mp4.inspect(path)
        except (OSError, MediaError):
            return None
        return Run(
            Snapshot(
                entry.token,
                entry.engine,
                entry.started_at,
                state="COMPLETED",
                ended_at=path.stat().st_mtime,
                request_id=entry.request_id,
                clip_s=entry.clip_s,
                cropped=entry.cropped,
                video=path,
                facts=facts,
            )
        )

    def _of(self, entry: Entry, trouble: Trouble) -> Run:
        sent = entry.phase != "preparing"
        return self._refused(entry.token, entry.engine, trouble, request_id=entry.request_id, committed=sent)

    def _refused(self, token: str, engine: str, trouble: Trouble, **known: Any) -> Run:
        moment = {"started_at": self._now(), **known}
        return Run(Snapshot(token, engine, state="FAILED", ended_at=self._now(), trouble=trouble, **moment))


def _checked(token: str) -> str:
    """Return the click's token, or a new one for a program that brings none."""
    if token and not is_token(token):
        raise refuse(words.BAD_RUN)
    return token or new_token()


def _token_of(request_id: str) -> str:
    """Return one token for all who come with this id, so that they share a run; nobody has clicked it."""
    return hashlib.sha256(request_id.encode()).hexdigest()[:32]
