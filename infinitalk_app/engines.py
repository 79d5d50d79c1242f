"""Which engine -> which client, key and pace. The engine decides, never the key."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from infinitalk_app.embedded import POLL_EVERY_S, Embedded
from infinitalk_app.orders import is_free
from infinitalk_app.settings import Settings
from infinitalk_client import AsyncClient

PAID_POLL_EVERY_S = 5.0
# More than lies between two looks: the service asked for it, or does not answer.
PAUSE_TOLD_S = PAID_POLL_EVERY_S + 1

Tell = Callable[[float | None], None]


@dataclass(frozen=True)
class Engines:
    """Makes a client for each run: a visitor's key lives as long as the run, and nowhere else."""

    settings: Settings
    embedded: Embedded

    def client(
        self, engine: str, visitor_key: str = "", tell: Tell = lambda _: None, visitor: str = ""
    ) -> AsyncClient:
        """Return a client to be closed by the caller; it tells of a long pause, and of its end by None."""
        if engine == "preview":
            return self.embedded.client(visitor)
        # "" and not None: the client must not read the owner's key from the environment by itself.
        key = visitor_key or self.settings.owner_key or ""
        return AsyncClient(key, base_url=self.settings.infinitalk_base_url, sleep=partial(_sleep, tell))

    def poll_every_s(self, engine: str) -> float:
        return POLL_EVERY_S if is_free(engine) else PAID_POLL_EVERY_S


async def _sleep(tell: Tell, seconds: float) -> None:
    if seconds <= PAUSE_TOLD_S:
        await asyncio.sleep(seconds)
        return
    tell(seconds)
    try:
        await asyncio.sleep(seconds)
    finally:
        tell(None)
