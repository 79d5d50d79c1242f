"""Gradio's own paths, which are built, counted or closed by hand, and headers by which it makes addresses."""

from pathlib import Path
from urllib.parse import quote

from starlette.types import ASGIApp, Receive, Scope, Send

from infinitalk_local.allowed_hosts import AllowedHosts, host_in

# The first two would fetch any public address for anybody; ordinary file URLs begin with a slash and pass.
# The third writes all values of a session to a file for whoever has the link, and no button asks for it.
# Rests on: routes of `app_kwargs` come before Gradio's own.
# If it breaks: refuse the paths in a middleware (`routes.middleware`).
CLOSED = (
    "/gradio_api/file=http{rest:path}",
    "/gradio_api/file/http{rest:path}",
    "/gradio_api/deep_link",
)
_FORWARDED_HOST = b"x-forwarded-host"
_OF_GRADIOS_NODE = b"x-gradio-server"  # its own proxy, which this page does not run


def file_url(base: str, file: Path) -> str:
    """Return the address of a file that Gradio serves.

    Rests on: the path of that route, which stands in Gradio's answers alone.
    If it breaks: paid runs find their files unreachable and upload them; take the path from such an answer.
    """
    return f"{base.rstrip('/')}/gradio_api/file={quote(file.as_posix())}"


def is_upload(path: str) -> bool:
    """Tell whether a request's path is the one where files come in; every other body is read into memory.

    Rests on: the path of that route. And on what it makes of a file: a path that names its content, by which
        `inspection.py` knows a file that it has seen.
    If it breaks: uploads of more than `upload_bounds.JSON_MB` are refused; or give the inspector a hash.
    """
    return path.endswith("/upload")


class ForwardedHosts:
    """ASGI middleware: a forwarded host is passed on when it is one of ours, so that it names no new one.

    Rests on: Gradio believes `X-Forwarded-Host` and `X-Gradio-Server`, and no other header.
    If it breaks: drop the new header here, too; else anybody can have Gradio tell addresses of theirs.
    """

    def __init__(self, app: ASGIApp, hosts: AllowedHosts) -> None:
        self._app, self._hosts = app, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if "headers" in scope:
            scope["headers"] = [header for header in scope["headers"] if self._may_pass(*header)]
        await self._app(scope, receive, send)

    def _may_pass(self, name: bytes, value: bytes) -> bool:
        if name != _FORWARDED_HOST:
            return name != _OF_GRADIOS_NODE
        return all(map(self._hosts.allows_host, map(host_in, value.decode("latin-1").split(","))))
