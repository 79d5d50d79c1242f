"""Drops the headers by which anybody could tell Gradio another address of the page than its own."""

from collections.abc import Iterator

from starlette.types import ASGIApp, Receive, Scope, Send

from infinitalk_local.allowed_hosts import AllowedHosts, host_in

_FORWARDED_HOST = b"x-forwarded-host"
_OF_GRADIOS_NODE = b"x-gradio-server"  # its own proxy, which this page does not run


class ForwardedHosts:
    """ASGI middleware: a forwarded host is passed on when it is one of ours, so that it names no new one."""

    def __init__(self, app: ASGIApp, hosts: AllowedHosts) -> None:
        self._app, self._hosts = app, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if "headers" in scope:
            scope["headers"] = list(self._kept(scope["headers"]))
        await self._app(scope, receive, send)

    def _kept(self, headers: list[tuple[bytes, bytes]]) -> Iterator[tuple[bytes, bytes]]:
        for name, value in headers:
            if name == _OF_GRADIOS_NODE or (name == _FORWARDED_HOST and not self._are_ours(value)):
                continue
            yield name, value

    def _are_ours(self, value: bytes) -> bool:
        return all(map(self._hosts.allows_host, map(host_in, value.decode("latin-1").split(","))))
