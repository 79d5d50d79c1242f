"""Gradio's paths that this page builds, counts or closes, and the headers that Gradio believes."""

from pathlib import Path
from urllib.parse import quote

from starlette.types import ASGIApp, Receive, Scope, Send

from infinitalk_server.allowed_hosts import AllowedHosts, host_in

# The first two fetch any public address for anybody; file URLs of this page begin with a slash, and pass. The
# third writes all values of a session to a file for whoever has the link, and this page has no button for it.
# Rests on: routes of `app_kwargs` come before Gradio's own.
# If it breaks: refuse the paths in a middleware (`http_routes.middleware`).
CLOSED = ("/gradio_api/file=http{rest:path}", "/gradio_api/file/http{rest:path}", "/gradio_api/deep_link")
_FORWARDED_HOST = b"x-forwarded-host"
_NODE_SERVER = b"x-gradio-server"  # of Gradio's own proxy, which this page does not run


def file_url(base: str, file: Path) -> str:
    """Return the address of a file that Gradio serves.

    Rests on: the path of that route, which only Gradio's answers have.
    If it breaks: paid runs find their files unreachable, and upload them; take the path from an answer.
    """
    return f"{base.rstrip('/')}/gradio_api/file={quote(file.as_posix())}"


def is_upload(path: str) -> bool:
    """Tell whether a path is the one for uploads; any other body is read into memory.

    Rests on: the path of that route, and the path of an upload, which is a hash of its content: by it
        `inputs/cache.py` knows a file that it has checked.
    If it breaks: uploads beyond `upload_quota.JSON_MB` are refused; or the checks need a hash of their own.
    """
    return path.endswith("/upload")


class ForwardedHosts:
    """ASGI middleware that passes on X-Forwarded-Host only if all its hosts are allowed.

    Rests on: Gradio believes `X-Forwarded-Host` and `X-Gradio-Server`, and no other header.
    If it breaks: drop a new header here, too; else anybody can make Gradio send addresses of another host.
    """

    def __init__(self, app: ASGIApp, hosts: AllowedHosts) -> None:
        self._app, self._hosts = app, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if "headers" in scope:
            scope["headers"] = [header for header in scope["headers"] if self._may_pass(*header)]
        await self._app(scope, receive, send)

    def _may_pass(self, name: bytes, value: bytes) -> bool:
        if name != _FORWARDED_HOST:
            return name != _NODE_SERVER
        return all(map(self._hosts.allows_host, map(host_in, value.decode("latin-1").split(","))))
