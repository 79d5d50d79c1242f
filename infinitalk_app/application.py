"""The parts of the page put together, and their life from launch to shutdown."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

from infinitalk_app.addresses import is_public
from infinitalk_app.embedded import Embedded
from infinitalk_app.engines import Engines
from infinitalk_app.explain import explain
from infinitalk_app.generate import Desk
from infinitalk_app.hosting import Surroundings
from infinitalk_app.limits import Visitor
from infinitalk_app.outbox import sweep
from infinitalk_app.runs import Runs
from infinitalk_app.settings import INPUT_KEPT_S, RESULT_KEPT_S, Settings, SettingsError
from infinitalk_app.work import Folders, House, Workshop
from infinitalk_local import Machines, MachinesError

SWEEP_EVERY_S = 600.0


class Application:
    """Everything behind the page; made once, at start."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.folders = Folders.of(settings)
        self.embedded = Embedded(machines=_machines(settings.infinitalk_dask_scheduler))
        self._house = House.of(settings.hosting)
        self.workshop = Workshop(settings, self.folders, Engines(settings, self.embedded), self._house)
        self._runs = Runs(explain)
        self.desk = Desk(settings, self.workshop, self._runs)

    def launched(
        self, local_url: str, share_url: str | None, root_path: str | None, *, asks_for_login: bool
    ) -> None:
        """Learn where the page is, which nobody knows before it has been launched."""
        settings = self.settings
        self._house.move(
            Surroundings(
                public_base_url=settings.public_base_url,
                space_host=settings.space_host,
                share_url=share_url,
                root_path=root_path,
                local_url=local_url,
                trust_proxy=settings.trust_proxy,
                service_is_near=_is_near(settings.infinitalk_base_url),
            ),
            asks_for_login=asks_for_login,
        )
        parts = urlsplit(local_url)
        self.embedded.trust(f"{parts.scheme}://{parts.netloc}")

    def visitor(self, headers: Any, host: str | None, username: str | None) -> Visitor:
        """Name whoever sent a request; on a Space, the proxy in front is the Hub's own."""
        behind_proxy = self.settings.trust_proxy or self.settings.space_host is not None
        return Visitor.of(headers, host, username, behind_proxy=behind_proxy)

    @asynccontextmanager
    async def lifespan(self, _: Any) -> AsyncIterator[None]:
        """Sweep while the page lives; at its end leave no task, no child process and no input behind."""
        sweeper = asyncio.create_task(self._sweep_for_ever())
        try:
            yield
        finally:
            sweeper.cancel()
            with suppress(asyncio.CancelledError):
                await sweeper
            await self._runs.close()
            await self.embedded.close()

    async def _sweep_for_ever(self) -> None:
        while True:
            await asyncio.to_thread(self.sweep, time.time())
            await asyncio.sleep(SWEEP_EVERY_S)

    def sweep(self, now: float) -> None:
        """Remove what is past its time, and what a crash left behind."""
        sweep(self.folders.outbox, INPUT_KEPT_S, now)
        sweep(self.folders.scratch, INPUT_KEPT_S, now)
        sweep(self.folders.results, RESULT_KEPT_S, now)
        self.workshop.journal.sweep(now)
        self._runs.sweep()


def _machines(scheduler: str | None) -> Machines | None:
    try:
        return Machines(scheduler) if scheduler else None
    except MachinesError as error:
        raise SettingsError(f"INFINITALK_DASK_SCHEDULER: {error}") from error


def _is_near(base_url: str | None) -> bool:
    """Tell whether the paid engine is on this machine or in its network, as a local server is."""
    return base_url is not None and not is_public(urlsplit(base_url).hostname or "")
