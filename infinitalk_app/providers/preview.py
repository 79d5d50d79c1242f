"""The preview, drawn by the embedded API server in this process, which is reached without a port."""

from typing import Any

import httpx

from infinitalk_app import words
from infinitalk_app.providers.base import Provider, Tell
from infinitalk_app.refusals import Refusal
from infinitalk_client import AsyncClient
from infinitalk_local.machines import Machines
from infinitalk_local.server import create_app
from infinitalk_local.settings import LocalSettings

BASE_URL = "http://preview.localhost"  # a name for answers to be built from; nothing listens there


class Preview(Provider):
    """The free provider; its life is the page's: `close` ends the renders.

    Args:
        settings: of the server, in the place of those made of `machines` and `more`.
        machines: where previews are rendered instead of here.
        more: settings of the server, in the place of the defaults.
    """

    id = "preview"
    model = words.PREVIEW_NAME
    service = ""
    free = True
    needs_key = False
    needs_consent = False
    needs_public_inputs = False
    takes_face = True
    outlives_page = False
    marks_videos = True
    poll_every_s = 0.25
    api_url = "http://127.0.0.1:8000"  # where `python -m infinitalk_local` serves the same
    label = words.PREVIEW
    go = words.GO_PREVIEW
    going = words.GOING_PREVIEW
    video_label = words.PREVIEW_NAME
    ready = words.PREVIEW_NAME
    description = words.DRAWN_HERE

    def __init__(
        self, settings: LocalSettings | None = None, machines: Machines | None = None, **more: Any
    ) -> None:
        at_once = machines.places if machines else 1
        settings = settings or LocalSettings(public_url=BASE_URL, renders_at_once=at_once, **more)
        self.app = create_app(settings, executor=machines)

    def trust(self, origin: str) -> None:
        """Let inputs be fetched from an origin that is not public: the page's own, once its port is known."""
        self.app.state.api.trust(origin)

    def client(self, key: str = "", tell: Tell = lambda _: None, visitor: str = "") -> AsyncClient:  # noqa: ARG002  # it needs no key, and does not pause
        """Return a client with the same code path as for Segmind; the server shares places out by visitor."""
        return AsyncClient(self.id, base_url=BASE_URL, transport=_Transport(self.app, visitor))

    async def close(self) -> None:
        """End the renders and remove their files; no lifespan runs under ASGITransport."""
        await self.app.state.api.aclose()


class _Transport(httpx.ASGITransport):
    """Tells of a full queue at once: the client would wait and ask again, and the visitor know nothing."""

    def __init__(self, app: object, visitor: str) -> None:
        super().__init__(
            app=app,  # type: ignore[arg-type]  # any ASGI application
            raise_app_exceptions=False,
            client=(visitor, 0),
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await super().handle_async_request(request)
        if response.status_code == httpx.codes.TOO_MANY_REQUESTS:
            await response.aread()
            raise Refusal(words.ERRORS["busy_preview_for_long"].saying(said=response.json()["error"]))
        return response
