"""The parts of the page put together, and their life from launch to shutdown."""

import asyncio
import logging
import os
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import gradio as gr
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.types import Scope

from infinitalk_app import pieces, status, uploads, words
from infinitalk_app.explain import explain
from infinitalk_app.generate import Desk
from infinitalk_app.gradio_compat.environment import claim
from infinitalk_app.gradio_compat.launched import cached_for_good
from infinitalk_app.gradio_compat.visitors import forget_answered
from infinitalk_app.hosting import Surroundings
from infinitalk_app.limits import Visitor
from infinitalk_app.outbox import sweep
from infinitalk_app.preflight import Draft, Preflight
from infinitalk_app.providers.preview import Preview
from infinitalk_app.providers.registry import providers_of
from infinitalk_app.purse import Purse, TooManyKeys
from infinitalk_app.runs import Run, Runs, Snapshot
from infinitalk_app.settings import INPUT_KEPT_S, RESULT_KEPT_S, Settings, SettingsError
from infinitalk_app.upload_bounds import MB, Ledger, UploadBounds
from infinitalk_app.words import ERRORS
from infinitalk_app.work import Folders, House, Workshop
from infinitalk_client import InfinitalkError
from infinitalk_local.allowed_hosts import AllowedHosts
from infinitalk_local.looking import Look
from infinitalk_local.machines import Machines, MachinesError
from infinitalk_local.turns import Turns
from infinitalk_media import MediaError, mp4
from infinitalk_media.net import is_loopback
from infinitalk_media.sentences import Sentence

SWEEP_EVERY_S = 600.0
LOOKUPS, LOOKUPS_EACH = 64, 8  # of /status and /result that ask the service, of all and of one visitor
_SECRETS = ("SEGMIND_API_KEY", "RATE_LIMIT_STORAGE")
_REOPENS = "a restart on another disk and a second process open a new day, and a restart visitors' runs."
_KEEP = "RATE_LIMIT_STORAGE, the address of a Redis, keeps it."

log = logging.getLogger("infinitalk_app")


def forget_secrets() -> None:
    """Take out of the environment what has been read: every child process would inherit it."""
    for name in [name for name in os.environ if name.upper() in _SECRETS]:
        del os.environ[name]


class Application:
    """Everything behind the page; made once, at start.

    Args:
        end_children: ends all children of this process, where it is the page's alone.
    """

    def __init__(self, settings: Settings, end_children: Callable[[], None] = lambda: None) -> None:
        self.settings = settings
        self._end_children = end_children
        forget_secrets()
        self.folders = Folders.of(settings)
        self._uploads = claim(settings)
        self._temporary = settings.folder("temporary")
        tempfile.tempdir = str(self._temporary)  # a killed process leaves inputs there, too
        self.hosts = _hosts(settings)
        machines = _machines(settings.infinitalk_dask_scheduler)
        self.preview = Preview(machines=machines, render_memory_mb=settings.infinitalk_render_memory_mb)
        self._house = House.of(settings.hosting)
        self.providers = providers_of(settings, self.preview)
        self.workshop = Workshop(settings, self.folders, self._house)
        self._runs = Runs(explain)
        self.desk = Desk(settings, self.providers, self.workshop, self._runs)
        self._purse = Purse()
        self.lookups = Turns(LOOKUPS, each=LOOKUPS_EACH)
        inspector, record = self.workshop.inspector, self.workshop.record
        self._preflight = Preflight(settings, inspector, record, self._purse, self.workshop.why_unreachable)

    def launched(self, local_url: str, share_url: str | None, *, asks_for_login: bool) -> None:
        """Learn where the page is, which nobody knows before it has been launched."""
        settings = self.settings
        if settings.owner_pays and settings.rate_limit_storage == "memory":
            log.warning("The day's budget is counted in memory and in the journal: %s %s", _REOPENS, _KEEP)
        self.hosts.add_public(share_url)
        self._house.move(
            Surroundings(
                public_base_url=settings.public_base_url,
                space_host=settings.space_host,
                share_url=share_url,
                root_path=settings.gradio_root_path,
                local_url=local_url,
                service_is_near=_is_near(settings.infinitalk_base_url),
            ),
            asks_for_login=asks_for_login,
        )
        parts = urlsplit(local_url)
        self.preview.trust(f"{parts.scheme}://{parts.netloc}")

    async def order(self, request: gr.Request, token: str, **inputs: Any) -> Run:
        """Hand the inputs to the desk, with what is known of their sender.

        An account that was just seen to be empty is not asked to pay.
        """
        provider = self.providers[str(inputs.get("engine"))]
        balance = self._purse.known(provider, str(inputs.get("api_key") or "").strip())
        if balance is not None and balance.total <= 0:
            return self.desk.refuse(token, provider, ERRORS["no_balance"].saying(left=balance.total))
        return await self.desk.generate(token or "", visitor=self.visitor_of(request), **inputs)

    def panel(self, run: Snapshot) -> dict[str, Any]:
        """Return the status panel of a run, with the range that this page has learnt from the others."""
        resolution = str((run.settings or {}).get("resolution", ""))
        usual = self.workshop.record.usual(run.provider.id, resolution, run.clip_s or 0.0)
        return status.panel(run, time.time(), self.providers.paid, usual)

    def stopped(self, run: Snapshot) -> dict[str, Any]:
        """Return the panel of somebody who has stopped to look at a run that goes on."""
        return status.stopped(run, time.time(), self.providers.paid)

    def sample(self, facts: mp4.Facts) -> dict[str, Any]:
        """Return the panel of the preview that is there at first sight."""
        return status.sample(facts, self.preview, self.providers.paid)

    async def look_ahead(self, inputs: Mapping[str, Any], request: gr.Request) -> dict[str, Any]:
        """Return what is known of a form before its click."""
        return await self._preflight.look(
            replace(Draft.of(inputs, self.providers), visitor=self.visitor_of(request).name)
        )

    async def people(self, picture: Path, request: gr.Request) -> Look:
        """Return who is seen in a picture.

        Raises:
            MediaError: it cannot be used, or not be looked at just now.
        """
        visitor = self.visitor_of(request).name
        seen = await self.workshop.inspector.people(picture, visitor)
        if seen is None:
            await self.workshop.inspector.picture(picture, visitor)
            raise MediaError(Sentence("faces_unknown", words.FACES_UNKNOWN, {}))
        return seen

    async def look_at_key(self, engine: str, key: str, request: gr.Request) -> dict[str, str] | None:
        """Return what a visitor's key is good for, in a line; None without a key, or where none is needed."""
        key, provider = key.strip(), self.providers[engine]
        if not key or not provider.needs_key:
            return None
        try:
            balance = await self._purse.balance(provider, key, self.visitor_of(request).name)
        except TooManyKeys:
            return pieces.key_facts(key, "warn", words.KEYS_TOO_MANY, provider)
        except InfinitalkError:
            return pieces.key_facts(key, "warn", words.KEY_UNSURE, provider)
        if balance is None:
            return pieces.key_facts(key, "bad", words.KEY_REFUSED, provider)
        known = words.KEY_KNOWN.replace("{credits:.2f}", f"{balance.total:.2f}")
        return pieces.key_facts(key, "ok" if balance.total > 0 else "bad", known, provider)

    def visitor_of(self, request: gr.Request) -> Visitor:
        """Name whoever asks the page."""
        host = request.client.host if request.client else None
        return self.visitor(request.headers, host, request.username)

    def visitor(self, headers: Any, host: str | None, username: str | None) -> Visitor:
        """Name whoever sent a request; on a Space, the proxy in front is the Hub's own."""
        on_a_space = self.settings.space_host is not None
        # How many proxies the Hub has is not known.
        proxies = None if on_a_space and not self.settings.trust_proxy else self.settings.trust_proxy
        return Visitor.of(headers, host, username, proxies=proxies)

    def middleware(self) -> list[Middleware]:
        """Return what requests go through before they reach Gradio."""
        most, each = self.settings.infinitalk_uploads_mb, self.settings.infinitalk_visitor_uploads_mb
        ledger = Ledger(most * MB, each * MB)
        return [Middleware(UploadBounds, ledger=ledger, visitor_of=self._who_sends)]

    def _who_sends(self, scope: Scope) -> str:
        client = scope.get("client")
        return self.visitor(Headers(scope=scope), client[0] if client else None, None).name

    @asynccontextmanager
    async def lifespan(self, page: Any) -> AsyncIterator[None]:
        """Sweep while the page lives; at its end leave no task, no child process and no input behind."""
        sweeper = asyncio.create_task(self._sweep_for_ever(page))
        await asyncio.to_thread(self.workshop.pool.warm)
        try:
            yield
        finally:
            sweeper.cancel()
            with suppress(asyncio.CancelledError):
                await sweeper
            self.workshop.room.close()
            self.workshop.pool.close()
            self._end_children()  # a thread that waits for one cannot be cancelled
            await self._runs.close()
            await self.preview.close()
            await asyncio.to_thread(self.remove_inputs)

    def remove_inputs(self) -> None:
        """Remove what visitors brought to this process; the page ends."""
        uploads.remove(self._uploads)
        self.workshop.remove_scratch()

    async def _sweep_for_ever(self, page: Any) -> None:
        while True:
            try:
                await asyncio.to_thread(self.sweep, time.time(), cached_for_good(page))
            except OSError:
                log.exception("the sweep stopped half-way, and begins anew later")
            self._runs.sweep()
            forget_answered(page)
            await asyncio.sleep(SWEEP_EVERY_S)

    def sweep(self, now: float, lasting: Collection[str] = ()) -> None:
        """Remove what is past its time, and what a crash left behind, but for the files that Gradio keeps."""
        uploads.sweep(self.settings, lasting, now)
        sweep(self._temporary, INPUT_KEPT_S, now)
        sweep(self.folders.outbox, INPUT_KEPT_S, now)
        sweep(self.folders.scratch, INPUT_KEPT_S, now)
        sweep(self.folders.results, RESULT_KEPT_S, now)
        self.workshop.journal.sweep(now)


def _machines(scheduler: str | None) -> Machines | None:
    try:
        return Machines(scheduler) if scheduler else None
    except MachinesError as error:
        raise SettingsError(f"INFINITALK_DASK_SCHEDULER: {error}") from error


def _hosts(settings: Settings) -> AllowedHosts:
    """Return the hosts of the page that are known before it is launched."""
    hosts = AllowedHosts(settings.gradio_server_name, words.FOREIGN_HOST)
    spaces = [f"https://{host.strip()}" for host in (settings.space_host or "").split(",")]
    hosts.add_public(settings.public_base_url, settings.gradio_root_path, *spaces)
    return hosts


def _is_near(base_url: str | None) -> bool:
    """Tell whether Segmind's stand-in is on this machine: from elsewhere, loopback leads to itself."""
    return base_url is not None and is_loopback(urlsplit(base_url).hostname or "")
