"""What comes before Gradio's routes: the check of hosts, /healthz, and what is closed or smaller."""

from pathlib import Path

from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from infinitalk_app.gradio_compat.addresses import CLOSED, ForwardedHosts
from infinitalk_app.gradio_compat.card_tags import CardTags
from infinitalk_app.gradio_compat.transfer import STREAM_PLAYER, CompressedPage, no_streams
from infinitalk_app.ui.share_card import ShareCards
from infinitalk_server.allowed_hosts import AllowedHosts, HostGuard

_HEADERS = {
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


async def healthz(_: Request) -> JSONResponse:
    """Answer probes: the page is up."""
    return JSONResponse({"status": "ok"}, headers=_HEADERS)


async def closed(_: Request) -> JSONResponse:
    """Answer in the place of a route of Gradio's that must not be open."""
    return JSONResponse({"error": "closed"}, status_code=403, headers=_HEADERS)


def routes(cards: ShareCards, picture: Path) -> list[Route]:
    """Return the routes for `launch(app_kwargs=...)`; `picture` is that of the page's share card."""
    handlers = {"/healthz": healthz, STREAM_PLAYER: no_streams} | dict.fromkeys(CLOSED, closed)
    ours = [Route(path, handler, methods=["GET", "HEAD"]) for path, handler in handlers.items()]
    return [*ours, *cards.routes(picture)]


def middleware(hosts: AllowedHosts, cards: ShareCards) -> list[Middleware]:
    """Return what every request passes first, for `launch(app_kwargs=...)`."""
    guards = [Middleware(HostGuard, hosts=hosts), Middleware(ForwardedHosts, hosts=hosts)]
    return [*guards, Middleware(CompressedPage), Middleware(CardTags, tags_of=cards.tags)]
