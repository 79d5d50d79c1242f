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
from infinitalk_app.messages import Trouble
from infinitalk_app.orders import Order, make_order, refuse
from infinitalk_app.providers.base import Provider
from infinitalk_app.providers.registry import Providers
from infinitalk_app.runs import Run, Runs, Snapshot
from infinitalk_app.settings import Settings
from infinitalk_app.words import ERRORS
from infinitalk_app.work import Workshop
from infinitalk_client import is_request_id
from infinitalk_media import MediaError, mp4


class Desk:
    """Takes orders and finds runs; the answer is always a run, a refused one too."""

    def __init__(
        self,
        settings: Settings,
        providers: Providers,
        workshop: Workshop,
        runs: Runs,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._settings = settings
        self._providers = providers
        self._workshop = workshop
        self._runs = runs
        self._now = now

    async def generate(self, token: str = "", **inputs: Any) -> Run:
        """Start a run under the click's token; one seen before, here or in the journal, is the same run."""
        provider = self._providers[str(inputs.get("engine"))]
        try:
            token = _checked(token)
            known = await self._known(token, str(inputs.get("api_key") or ""))
            ordered = partial(make_order, self._settings, self._providers, **inputs)
            return known or self._start(token, await asyncio.to_thread(ordered))
        except Exception as error:  # noqa: BLE001  # whatever is wrong with the inputs, the visitor is told
            return self._refused(token, provider, explain(error, Snapshot(token, provider, self._now())))

    async def resume(self, known_as: str, engine: str = "", api_key: str = "", *, anew: bool = False) -> Run:
        """Find a run by its token or request_id; with `anew`, look again at one that ended badly here."""
        known_as, api_key = known_as.strip(), api_key.strip()
        if anew and (run := self._runs.find(known_as)) and run.now.state != "COMPLETED":
            self._runs.forget(run.now.token)
        known = await self._known(known_as, api_key)
        if known:
            return known
        provider = self._providers[engine] if engine else self._providers.paid
        if is_request_id(known_as) and engine in self._providers and provider.outlives_page:
            # Anybody can make up an id: the owner's key asks after jobs of the journal alone.
            return self._adopt(_token_of(known_as), known_as, provider, api_key, may_use_owner_key=False)
        gone = ERRORS["unknown_run" if provider.outlives_page else "gone_preview"]
        # Nobody knows whether it was sent: the disk may have gone with a restart.
        return self._refused(known_as if is_token(known_as) else "", provider, gone, committed=True)

    async def stop(self, token: str) -> Run | None:
        """Cancel a run that has not been submitted; return it in any case, None for an unknown one."""
        run = await self._runs.stop(token)
        if run and run.now.state == "CANCELLED":
            await self._workshop.forget(run)
        return run

    def refuse(self, token: str, provider: Provider, trouble: Trouble) -> Run:
        """Return a run that was not started, and says why."""
        return self._refused(token, provider, trouble)

    def _start(self, token: str, order: Order) -> Run:
        work = partial(self._workshop.perform, order=order)
        return self._runs.start(token, order.provider, work, settings=order.settings)

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
        provider = self._providers[entry.engine]
        if entry.phase == "preparing":
            return self._of(entry, ERRORS["restarted"])
        if entry.phase == "failed":
            return self._of(entry, ERRORS["ended"].saying(said=_said_of(entry, provider)))
        if not provider.outlives_page:
            gone = "gone_preview" if entry.phase == "completed" else "preview_died"
            return self._of(entry, ERRORS[gone])
        if entry.request_id is None:
            return self._of(entry, ERRORS["uncertain"])
        return self._adopt(
            entry.token,
            entry.request_id,
            provider,
            api_key,
            may_use_owner_key=entry.owner_key,
            started_at=entry.started_at,
            clip_s=entry.clip_s,
            cropped=entry.cropped,
        )

    def _adopt(
        self,
        token: str,
        request_id: str,
        provider: Provider,
        api_key: str,
        *,
        may_use_owner_key: bool,
        **known: Any,
    ) -> Run:
        """Follow a submitted job, with the key that it was bought with."""
        owner_key = provider.owner_key if may_use_owner_key else None
        if not (api_key or owner_key):
            return self._refused(token, provider, ERRORS["whose"], request_id=request_id, **known)
        work = partial(self._workshop.take_up, request_id=request_id, key=api_key)
        return self._runs.start(
            token, provider, work, request_id=request_id, state="QUEUED", committed=True, **known
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
                self._providers[entry.engine],
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
        return self._refused(
            entry.token, self._providers[entry.engine], trouble, request_id=entry.request_id, committed=sent
        )

    def _refused(self, token: str, provider: Provider, trouble: Trouble, **known: Any) -> Run:
        moment = {"started_at": self._now(), **known}
        said = trouble.naming(provider.service)
        return Run(Snapshot(token, provider, state="FAILED", ended_at=self._now(), trouble=said, **moment))


def _said_of(entry: Entry, provider: Provider) -> str:
    """Return what a run ended with, in words; nothing for a code that an older page had."""
    try:
        return ERRORS[entry.trouble or ""].naming(provider.service).saying(**entry.values).sentence
    except KeyError:
        return ""


def _checked(token: str) -> str:
    """Return the click's token, or a new one for a program that brings none."""
    if token and not is_token(token):
        raise refuse(words.BAD_RUN)
    return token or new_token()


def _token_of(request_id: str) -> str:
    """Return one token for all who come with this id, so that they share a run; nobody has clicked it."""
    return hashlib.sha256(request_id.encode()).hexdigest()[:32]
