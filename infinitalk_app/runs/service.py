"""Starts, finds and stops runs for the page and for programs."""

import asyncio
import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from infinitalk_app.config import Settings
from infinitalk_app.messages import Message, Trouble, from_json, invalid_input
from infinitalk_app.providers.base import Provider
from infinitalk_app.providers.registry import Providers
from infinitalk_app.quota.balance import BalanceCache
from infinitalk_app.runs.journal import Entry, is_token, new_token
from infinitalk_app.runs.manager import Run, RunManager, Snapshot
from infinitalk_app.runs.pipeline import Pipeline
from infinitalk_app.runs.request import read_request
from infinitalk_app.runs.user_errors import explain
from infinitalk_client import is_request_id
from infinitalk_media import MediaError, mp4


@dataclass(frozen=True)
class RunService:
    """Returns a run for every call; one that cannot start or be found is a failed run that says why."""

    settings: Settings
    providers: Providers
    pipeline: Pipeline
    runs: RunManager
    balances: BalanceCache
    now: Callable[[], float] = time.time

    async def generate(self, token: str = "", **inputs: Any) -> Run:
        """Start a run, unless this process or the journal knows one with this token.

        A run token "" makes one; `inputs` are those of `read_request`. If the account was empty within the
        last minute, the run fails at once.
        """
        provider, api_key = self.providers[str(inputs.get("engine"))], str(inputs.get("api_key") or "")
        balance = self.balances.cached(provider, api_key.strip())
        if balance is not None and balance.total <= 0:
            return self.failed(token, provider, Trouble.of("no_balance", left=balance.total))
        try:
            token = _checked(token)
            if known := await self._known(token, api_key):
                return known
            read = partial(read_request, self.settings, self.providers, self.pipeline.speeches.file)
            request = await asyncio.to_thread(read, **inputs)
            work = partial(self.pipeline.perform, request=request)
            chosen = {"settings": request.settings, "arguments": request.arguments}
            return self.runs.start(token, provider, work, **chosen)
        except Exception as error:  # noqa: BLE001  # the visitor is told, whatever is wrong with the inputs
            trouble = explain(error, Snapshot(token, provider, self.now()))
            return self.failed(token, provider, trouble)

    async def resume(
        self, token_or_id: str, engine: str = "", api_key: str = "", *, retry: bool = False
    ) -> Run:
        """Find a run by its token or request_id; with `retry`, poll one again that failed here."""
        token_or_id, api_key = token_or_id.strip(), api_key.strip()
        if retry and (run := self.runs.find(token_or_id)) and run.snapshot.state != "COMPLETED":
            self.runs.drop(run.snapshot.token)
        if known := await self._known(token_or_id, api_key):
            return known
        provider = self.providers[engine] if engine else self.providers.paid
        if is_request_id(token_or_id) and engine in self.providers and provider.outlives_page:
            # All who come with this id share a run. Anybody can make an id up, so without a journal entry the
            # owner's key is not used.
            token = hashlib.sha256(token_or_id.encode()).hexdigest()[:32]
            return self._follow(provider, api_key, None, token=token, request_id=token_or_id)
        trouble = Trouble.of("unknown_run" if provider.outlives_page else "gone_preview")
        # Whether it was sent is not known: the journal may have been lost with its disk.
        token = token_or_id if is_token(token_or_id) else ""
        return self.failed(token, provider, trouble, committed=True)

    async def stop(self, token: str) -> Run | None:
        """Cancel a run that can be; return the run in any case, None for an unknown token."""
        run = await self.runs.stop(token)
        if run and run.snapshot.state == "CANCELLED":
            await self.pipeline.remove_entry(run)
        return run

    def failed(self, token: str, provider: Provider, trouble: Trouble, **known: Any) -> Run:
        """Return a run that has failed, and has no task."""
        now = self.now()
        times = {"started_at": now, "ended_at": now}
        return Run(Snapshot(token, provider, state="FAILED", trouble=trouble, **(times | known)))

    async def _known(self, token_or_id: str, api_key: str) -> Run | None:
        """Return a run that this process or the journal knows."""
        if run := self.runs.find(token_or_id):
            return run
        entry, completed = await asyncio.to_thread(self._from_disk, token_or_id)
        # Meanwhile the other half of a double click may have started the run, and written the entry.
        if run := self.runs.find(token_or_id):
            return run
        return completed or (self._from_journal(entry, api_key) if entry else None)

    def _from_disk(self, token_or_id: str) -> tuple[Entry | None, Run | None]:
        """Return the journal's entry, and the run if its video is still there."""
        journal = self.pipeline.journal
        entry = journal.read(token_or_id) or journal.find(token_or_id)
        return entry, self._completed(entry) if entry and entry.phase == "completed" else None

    def _completed(self, entry: Entry) -> Run | None:
        path = self.pipeline.result(entry.token)
        try:
            facts, ended_at = mp4.inspect(path), path.stat().st_mtime
        except (OSError, MediaError):
            return None
        known = _known_from(entry) | {"video": path, "facts": facts, "ended_at": ended_at}
        known["timeline"] = self.pipeline.timeline(entry.token)
        return Run(Snapshot(provider=self.providers[entry.engine], state="COMPLETED", **known))

    def _from_journal(self, entry: Entry, api_key: str) -> Run:
        """Return how a run of another process ended, or follow its job."""
        provider = self.providers[entry.engine]
        if entry.phase == "preparing":
            trouble = Trouble.of("restarted")
        elif entry.phase == "failed":
            values = {name: from_json(value) for name, value in entry.values.items()}
            trouble = Trouble.of("ended", reason=Trouble(entry.trouble or "", values))
        elif not provider.outlives_page:
            trouble = Trouble.of("gone_preview" if entry.phase == "completed" else "preview_died")
        elif entry.request_id:
            owner_key = provider.owner_key if entry.owner_key else None
            return self._follow(provider, api_key, owner_key, **_known_from(entry))
        else:
            trouble = Trouble.of("uncertain")
        sent = entry.phase != "preparing"
        return self.failed(entry.token, provider, trouble, request_id=entry.request_id, committed=sent)

    def _follow(
        self, provider: Provider, api_key: str, owner_key: str | None, *, token: str, **known: Any
    ) -> Run:
        """Follow a submitted job, with the visitor's key or the owner's; `known` has its request_id."""
        if not (api_key or owner_key):
            return self.failed(token, provider, Trouble.of("whose"), **known)
        work = partial(self.pipeline.follow, request_id=known["request_id"], key=api_key)
        return self.runs.start(token, provider, work, state="QUEUED", committed=True, **known)


def _known_from(entry: Entry) -> dict[str, Any]:
    """Return the fields of a snapshot that the journal keeps."""
    known = {name: getattr(entry, name) for name in ("token", "started_at", "request_id", "clip_s")}
    return known | {"cropped": from_json(entry.cropped)}


def _checked(token: str) -> str:
    """Return the run token, or a new one for a program that has none."""
    if token and not is_token(token):
        raise invalid_input(Message.of("refused.bad_run"))
    return token or new_token()
