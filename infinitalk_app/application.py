"""Builds the parts of the page, and runs what they need from its launch to its end."""

import asyncio
import logging
import os
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import gradio as gr
from starlette.middleware import Middleware
from starlette.requests import HTTPConnection
from starlette.types import Scope

from infinitalk_app import cleanup
from infinitalk_app.config import INPUT_KEPT_S, RESULT_KEPT_S, Folders, Settings, SettingsError
from infinitalk_app.gradio_compat.environment import claim
from infinitalk_app.gradio_compat.languages import PageLanguage
from infinitalk_app.gradio_compat.launched import files_to_keep
from infinitalk_app.gradio_compat.page_cache import PageCache
from infinitalk_app.gradio_compat.sessions import drop_idle_queues
from infinitalk_app.inputs.publish import PageAddresses, Publisher
from infinitalk_app.messages import Text
from infinitalk_app.providers.preview import Preview
from infinitalk_app.providers.registry import providers_of
from infinitalk_app.quota.balance import BalanceCache
from infinitalk_app.quota.upload_quota import MB, UploadQuota, UploadQuotaMiddleware
from infinitalk_app.quota.visitor import visitor_name
from infinitalk_app.runs.manager import RunManager
from infinitalk_app.runs.pipeline import Pipeline
from infinitalk_app.runs.service import RunService
from infinitalk_app.runs.shares import Shares
from infinitalk_app.runs.user_errors import explain
from infinitalk_app.ui.preflight import Preflight
from infinitalk_app.ui.share_card import ShareCards
from infinitalk_app.ui.status_panel import StatusPanel
from infinitalk_app.ui.text.catalogue import Texts, choose, languages, texts_in
from infinitalk_app.ui.text.choice import language_of
from infinitalk_app.ui.wording import Wording
from infinitalk_media.net import is_loopback
from infinitalk_server.allowed_hosts import AllowedHosts
from infinitalk_server.dask_executor import DaskError, DaskExecutor
from infinitalk_server.fair_queue import FairQueue

CLEANUP_EVERY_S = 600.0
STATUS_QUERIES, STATUS_QUERIES_PER_VISITOR = 64, 8  # of /status and /result at the same time
_SECRETS = ("SEGMIND_API_KEY", "RATE_LIMIT_STORAGE")

log = logging.getLogger("infinitalk_app")


class Application:
    """The parts of the page; made once, at start. `kill_children` kills them from its call on."""

    def __init__(self, settings: Settings, kill_children: Callable[[], None] = lambda: None) -> None:
        self.settings = settings
        self.texts = choose(settings.infinitalk_language)  # of the page's own language
        self.languages = languages()
        self._kill_children = kill_children
        remove_secrets_from_environment()
        self.folders = Folders.of(settings)
        self._uploads = claim(settings)
        self._temporary = settings.folder("temporary")
        tempfile.tempdir = str(self._temporary)  # so that the files of a killed process are removed, too
        self.hosts = _hosts(settings, self.texts)
        self.preview = Preview(
            machines=_machines(settings.infinitalk_dask_scheduler),
            render_memory_mb=settings.infinitalk_render_memory_mb,
        )
        self.providers = providers_of(settings, self.preview)
        self.balances = BalanceCache()
        self._publisher = Publisher(settings.hosting, self.folders.outbox)
        self.pipeline = Pipeline(settings, self.folders, self._publisher)
        self._runs = RunManager(explain)
        self.run_service = RunService(settings, self.providers, self.pipeline, self._runs, self.balances)
        self.shares = Shares(self.pipeline)
        self.share_cards = ShareCards(self.texts, self.shares)
        self.status_queries = FairQueue(STATUS_QUERIES, per_name=STATUS_QUERIES_PER_VISITOR)
        self._preflight = Preflight(
            self.texts,
            settings,
            self.pipeline.checks,
            self.pipeline.speeches,
            self.pipeline.timings,
            self.balances,
            self._publisher.why_unreachable,
        )

    def launched(self, local_url: str, share_url: str | None, *, asks_for_login: bool) -> None:
        """Set the addresses of the page, which are known once it has been launched."""
        settings = self.settings
        if settings.owner_pays and settings.rate_limit_storage == "memory":
            log.warning(
                "The day's budget is counted in memory and in the journal. A second process counts from "
                "zero, and so does a restart on another disk; each restart forgets the runs of each visitor. "
                "Set RATE_LIMIT_STORAGE to the address of a Redis to keep all."
            )
        self.hosts.add_public(share_url)
        service = settings.infinitalk_base_url
        addresses = PageAddresses(
            public_base_url=settings.public_base_url,
            space_host=settings.space_host,
            share_url=share_url,
            root_path=settings.gradio_root_path,
            local_url=local_url,
            service_is_local=service is not None and is_loopback(urlsplit(service).hostname or ""),
        )
        self._publisher.launched(addresses, asks_for_login=asks_for_login)
        self.share_cards.launched(addresses, asks_for_login=asks_for_login)
        parts = urlsplit(local_url)
        self.preview.trust(f"{parts.scheme}://{parts.netloc}")

    def visitor_of(self, request: gr.Request | HTTPConnection) -> str:
        """Return the name of the sender of a request; only a request of Gradio has a login."""
        host = request.client.host if request.client else None
        on_a_space = self.settings.space_host is not None
        proxies = None if on_a_space and not self.settings.trust_proxy else self.settings.trust_proxy
        return visitor_name(request.headers, host, getattr(request, "username", None), proxies=proxies)

    def language_of(self, request: gr.Request | HTTPConnection) -> str:
        """Return the language of the visitor who sends a request."""
        accepted = request.headers.get("accept-language", "")
        return language_of(str(request.query_params), accepted, self.languages, self.texts.language)

    def wording(self, language: str) -> Wording:
        """Return what the page says in a language."""
        texts = texts_in(language)
        panel = StatusPanel(texts, self.providers.paid)
        return Wording(texts, panel, replace(self._preflight, texts=texts))

    def wording_for(self, request: gr.Request) -> Wording:
        """Return what the page says to the visitor who sends a request."""
        return self.wording(self.language_of(request))

    def texts_of(self, scope: Scope) -> Texts:
        """Return the texts for the visitor who sends a request."""
        return texts_in(self.language_of(HTTPConnection(scope)))

    def middleware(self) -> list[Middleware]:
        """Return what keeps the page, finds its language and limits uploads, for `launch(app_kwargs=...)`."""
        quota = UploadQuota(
            self.settings.infinitalk_uploads_mb * MB, self.settings.infinitalk_visitor_uploads_mb * MB
        )

        def visitor_of(scope: Scope) -> str:
            return self.visitor_of(HTTPConnection(scope))

        def language_of(scope: Scope) -> str:
            return self.language_of(HTTPConnection(scope))

        def say(scope: Scope, text: Text) -> str:
            return self.texts_of(scope).say(text)

        return [
            Middleware(PageCache, language_of=language_of),
            Middleware(PageLanguage, texts_of=self.texts_of),
            Middleware(UploadQuotaMiddleware, quota=quota, visitor_of=visitor_of, say=say),
        ]

    @asynccontextmanager
    async def lifespan(self, page: Any) -> AsyncIterator[None]:
        """Clean up regularly; at the end, stop all tasks and child processes, and remove all inputs."""
        cleaner = asyncio.create_task(self._clean_up_regularly(page))
        await asyncio.to_thread(self.pipeline.pool.warm)
        try:
            yield
        finally:
            cleaner.cancel()
            with suppress(asyncio.CancelledError):
                await cleaner
            self.pipeline.threads.close()
            self.pipeline.pool.close()
            self.pipeline.speeches.close()
            self._kill_children()  # a thread that waits for one cannot be cancelled
            await self._runs.close()
            await self.preview.close()
            await asyncio.to_thread(self.remove_inputs)

    def remove_inputs(self) -> None:
        """Remove the inputs that this process has, since it ends."""
        shutil.rmtree(self._uploads, ignore_errors=True)
        self.pipeline.remove_scratch()

    def remove_expired(self, now: float, kept: Collection[str] = ()) -> None:
        """Remove files that are past their time, also those of killed processes, but none that is `kept`."""
        cleanup.remove_expired_uploads(self.settings, kept, now)
        for folder in (self._temporary, self.folders.outbox, self.folders.scratch, self.folders.spoken):
            cleanup.remove_expired(folder, INPUT_KEPT_S, now)
        cleanup.remove_expired(self.folders.results, RESULT_KEPT_S, now)
        self.pipeline.journal.remove_expired(now)

    async def _clean_up_regularly(self, page: Any) -> None:
        while True:
            try:
                await asyncio.to_thread(self.remove_expired, time.time(), files_to_keep(page))
            except OSError:
                log.exception("the clean-up failed, and is tried again later")
            self._runs.drop_expired()
            drop_idle_queues(page)
            await asyncio.sleep(CLEANUP_EVERY_S)


def remove_secrets_from_environment() -> None:
    """Remove what has been read already: child processes would inherit it."""
    for name in [name for name in os.environ if name.upper() in _SECRETS]:
        del os.environ[name]


def _machines(scheduler: str | None) -> DaskExecutor | None:
    try:
        return DaskExecutor(scheduler) if scheduler else None
    except DaskError as error:
        raise SettingsError(f"INFINITALK_DASK_SCHEDULER: {error}") from error


def _hosts(settings: Settings, texts: Texts) -> AllowedHosts:
    """Return the hosts of the page that are known before its launch."""
    hosts = AllowedHosts(settings.gradio_server_name, texts["page.foreign_host"])
    spaces = [f"https://{host.strip()}" for host in (settings.space_host or "").split(",")]
    hosts.add_public(settings.public_base_url, settings.gradio_root_path, *spaces)
    return hosts
