"""The preview: the embedded API server in this process renders it, and no port is needed."""

from typing import Any

import httpx

from infinitalk_app.messages import Message, Refusal, Trouble, from_json
from infinitalk_app.providers.base import Provider, Tell
from infinitalk_client import AsyncClient
from infinitalk_preview.sizes import RESOLUTIONS
from infinitalk_server.config import ServerConfig
from infinitalk_server.dask_executor import DaskExecutor
from infinitalk_server.routes import create_app

BASE_URL = "http://preview.localhost"  # for the addresses in its responses; nothing listens there


class Preview(Provider):
    """The free provider, with the server's `settings`, or else with its defaults changed by `more`.

    `machines` render the previews instead of this one.
    """

    id = "preview"
    model = Message.of("provider.preview.name")
    service = ""
    texts = "preview"
    free = True
    needs_key = False
    needs_consent = False
    needs_public_inputs = False
    takes_face = True
    takes_words = True
    outlives_page = False
    can_cancel = True
    marks_videos = True
    resolutions = RESOLUTIONS
    poll_every_s = 0.25

    def __init__(
        self, settings: ServerConfig | None = None, machines: DaskExecutor | None = None, **more: Any
    ) -> None:
        at_once = machines.capacity if machines else 1
        settings = settings or ServerConfig(public_url=BASE_URL, renders_at_once=at_once, **more)
        self.app = create_app(settings, executor=machines)

    def trust(self, origin: str) -> None:
        """Allow inputs from an origin that is not public: the page's own, once its port is known."""
        self.app.state.api.trust(origin)

    def client(self, key: str = "", tell: Tell = lambda _: None, visitor: str = "") -> AsyncClient:  # noqa: ARG002  # it needs no key and does not pause
        """Return a client of the embedded server, which queues the job under the visitor's name."""
        return AsyncClient(self.id, base_url=BASE_URL, transport=_Transport(self.app, visitor))

    async def cancel(self, request_id: str) -> None:
        """End a job, with the child that renders it."""
        await self.app.state.api.queue.cancel(request_id)

    async def close(self) -> None:
        """Stop all renders and remove their files: under ASGITransport the server has no lifespan."""
        await self.app.state.api.aclose()


class _Transport(httpx.ASGITransport):
    """Refuses a run at once when the queue is full; the client would retry without a word to the visitor."""

    def __init__(self, app: Any, visitor: str) -> None:
        super().__init__(app=app, raise_app_exceptions=False, client=(visitor, 0))

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await super().handle_async_request(request)
        if response.status_code == httpx.codes.TOO_MANY_REQUESTS:
            await response.aread()
            body = response.json()
            reason = from_json(body) if "code" in body else body["error"]
            raise Refusal(Trouble.of("busy_preview_for_long", reason=reason))
        return response
