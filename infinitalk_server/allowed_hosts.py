"""Guards against other sites' pages: refuses their hosts and origins, and adds security headers to answers.

A web page may send requests to any address, also to one of this machine (CSRF), and with a name of its own
that resolves to this machine it may read the answers (DNS rebinding). Starlette's TrustedHostMiddleware
compares names alone: it knows neither address literals nor origins, and its list is fixed before a share link
is known.
"""

import ipaddress
import re

import httpx
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SECURITY_HEADERS = {
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}
FOREIGN_ORIGIN = "Pages of other sites may not use this address."

_HOST = re.compile(r"(?:\[([0-9a-f:.]+)\]|([^\s\[\]:/@?#\\]+))(?::\d{1,5})?", re.IGNORECASE)


def host_in(header: str) -> str | None:
    """Return the host of a Host header, in lower case and without brackets; None when it is none."""
    found = _HOST.fullmatch(header.strip())
    return (found[1] or found[2]).lower() if found else None


def host_of(address: str) -> str | None:
    """Return the host of a URL as browsers send it, in lower case; None when there is none."""
    try:
        return httpx.URL(address).raw_host.decode("ascii").lower() or None
    except (httpx.InvalidURL, UnicodeError):
        return None


class AllowedHosts:
    """The names under which a server is known; `localhost` and addresses of loopback always are.

    Args:
        listens_on: the name or address that it listens on. Beyond loopback every address literal is taken for
            its own: a probe or a local network uses one, and no foreign name can be one.
        refusal: the sentence for a request that names another host.
    """

    def __init__(self, listens_on: str, refusal: str) -> None:
        own = listens_on.lower().strip("[]")
        self.refusal = refusal
        self._private = {"localhost", own}
        self._public: set[str] = set()
        self._any_address = not _is_loopback(own)

    def add_public(self, *addresses: str | None) -> None:
        """Add the hosts of URLs at which pages of other sites may use the server, too."""
        hosts = (host_of(address or "") for address in addresses)
        self._public |= {host for host in hosts if host and not _is_loopback(host)}

    def allows_host(self, host: str | None) -> bool:
        """Tell whether a Host header's host is one of ours."""
        if host is None:
            return False
        return self._is_named(host) or (self._any_address and _address(host) is not None)

    def allows_origin(self, origin: str, host: str | None) -> bool:
        """Tell whether a page of this origin may send requests to this host of ours."""
        if host in self._public:
            return True
        found = host_of(origin)  # "null", of a file or a sandboxed frame, has none
        return found is not None and (found == host or self._is_named(found))

    def _is_named(self, host: str) -> bool:
        return host in self._private or host in self._public or _is_loopback(host)


class HostGuard:
    """ASGI middleware: refuses a foreign host (421) and a foreign origin (403) before anything else is read.

    A request without any Host, as some probes send it, passes: no browser sends one.
    """

    def __init__(self, app: ASGIApp, hosts: AllowedHosts) -> None:
        self._app, self._hosts = app, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refused = scope["type"] in ("http", "websocket") and self._refusal(Headers(scope=scope))
        await (refused or self._app)(scope, receive, send)

    def _refusal(self, headers: Headers) -> JSONResponse | None:
        hosts = [host_in(line) for line in headers.getlist("host")]
        if not all(map(self._hosts.allows_host, hosts)):
            # 421 is Misdirected Request, RFC 9110, 15.5.20.
            return JSONResponse({"error": self._hosts.refusal}, 421, SECURITY_HEADERS)
        origins, host = headers.getlist("origin"), next(iter(hosts), None)
        if not all(self._hosts.allows_origin(origin, host) for origin in origins):
            return JSONResponse({"error": FOREIGN_ORIGIN}, 403, SECURITY_HEADERS)
        return None


class SecurityHeaders:
    """ASGI middleware: adds to each answer those of SECURITY_HEADERS that it does not set itself."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def add(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, add if scope["type"] == "http" else send)


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _is_loopback(host: str) -> bool:
    """Tell whether a host is `localhost` or an address of loopback, which an IPv4-mapped one is not."""
    address = _address(host)
    if address is None:
        return host == "localhost"
    return address.is_loopback and getattr(address, "ipv4_mapped", None) is None
