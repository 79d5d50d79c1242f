"""What comes before Gradio's routes: which hosts are ours, health, and those of Gradio's that are closed."""

from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from infinitalk_app.gradio_compat.addresses import CLOSED, ForwardedHosts
from infinitalk_local.allowed_hosts import AllowedHosts, HostGuard

_READ = ["GET", "HEAD"]
_HEADERS = {
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


async def healthz(_: Request) -> JSONResponse:
    """Say that the page is up; for probes."""
    return JSONResponse({"status": "ok"}, headers=_HEADERS)


async def closed(_: Request) -> JSONResponse:
    """Stand in front of a route of Gradio's that must not be open."""
    return JSONResponse({"error": "closed"}, status_code=403, headers=_HEADERS)


def routes() -> list[Route]:
    """Return the routes for `launch(app_kwargs=...)`."""
    return [
        Route("/healthz", healthz, methods=_READ),
        *(Route(path, closed, methods=_READ) for path in CLOSED),
    ]


def middleware(hosts: AllowedHosts) -> list[Middleware]:
    """Return what every request passes first, for `launch(app_kwargs=...)`."""
    return [Middleware(HostGuard, hosts=hosts), Middleware(ForwardedHosts, hosts=hosts)]
