"""The embedded API server, in this process: the preview's engine, reached without a port."""

import httpx

from infinitalk_client import AsyncClient
from infinitalk_local import LocalSettings, Machines, create_app

BASE_URL = "http://preview.localhost"  # a name for answers to be built from; nothing listens there
POLL_EVERY_S = 0.25


class Embedded:
    """Its life is the page's: `close` ends the renders, since no lifespan runs under ASGITransport.

    Args:
        machines: where previews are rendered instead of here.
    """

    def __init__(self, settings: LocalSettings | None = None, machines: Machines | None = None) -> None:
        at_once = machines.places if machines else 1
        settings = settings or LocalSettings(public_url=BASE_URL, renders_at_once=at_once)
        self.app = create_app(settings, executor=machines)

    def trust(self, origin: str) -> None:
        """Let inputs be fetched from an origin that is not public: the page's own, once its port is known."""
        self.app.state.api.trust(origin)

    def client(self) -> AsyncClient:
        """Return a client with the same code path as for Segmind."""
        transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False)
        return AsyncClient("preview", base_url=BASE_URL, transport=transport)

    async def close(self) -> None:
        """End the renders and remove their files."""
        await self.app.state.api.aclose()
