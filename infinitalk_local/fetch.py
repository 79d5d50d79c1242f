"""Fetches a job's inputs: from public addresses and trusted origins, from loopback for a caller there alone.

A name is resolved once, every address that it has is checked, and the connection goes to the checked address:
a name that changes its mind between check and use gains nothing.
"""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Awaitable, Callable, Collection
from functools import cache

import httpx

from infinitalk_local.talk import BadInput
from infinitalk_media import net
from infinitalk_media.unpack import Unpacker, UnpackError

SIZE_MAX = 100 * 1024**2
SECONDS_MAX = 60.0
REDIRECTS_MAX = 5
_EXCHANGE = httpx.Timeout(20.0, connect=10.0)

Resolver = Callable[[str, int], Awaitable[Collection[str]]]


async def resolve(host: str, port: int) -> Collection[str]:
    """Return every address of a name, by the system's resolver, the one to be tried first in front."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return dict.fromkeys(str(entry[4][0]) for entry in found)


def origin(text: str) -> str:
    """Read an origin that is to be trusted.

    Raises:
        ValueError: it is not scheme://host[:port] with http or https.
    """
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL as error:
        raise ValueError(f"not an origin: {text}") from error
    if url.scheme not in ("http", "https") or not url.host:
        raise ValueError(f"not an origin: {text}")
    return origin_of(url)


def origin_of(url: httpx.URL) -> str:
    """Return scheme, host and port, the port always said."""
    port = url.port or {"http": 80, "https": 443}.get(url.scheme, 0)
    return f"{url.scheme}://{url.host.lower()}:{port}"


class Fetcher:
    """Fetches within limits of size and time.

    Args:
        resolver: a name's addresses; an argument, so that a test can change a name's mind.
    """

    def __init__(self, trusted: Collection[str] = (), resolver: Resolver = resolve) -> None:
        self._trusted = set(map(origin, trusted))
        self._resolver = resolver

    def trust(self, address: str) -> None:
        self._trusted.add(origin(address))

    async def fetch(self, address: str, what: str, *, nearby: bool = False) -> bytes:
        """Return the bytes at an address.

        With `nearby`, the address may be loopback's; a redirect from elsewhere does not lead there.

        Raises:
            BadInput: forbidden, unreachable, too large, too slow, or a web page.
        """
        try:
            async with (
                asyncio.timeout(SECONDS_MAX),
                httpx.AsyncClient(trust_env=False, timeout=_EXCHANGE, verify=_certificates()) as http,
            ):
                return await self._follow(http, httpx.URL(address), what, nearby)
        except TimeoutError as error:
            raise BadInput(f"the {what} did not arrive within {SECONDS_MAX:g} s") from error
        except (httpx.InvalidURL, UnicodeError) as error:  # UnicodeError: a name that is none
            raise BadInput(f"the address of the {what} cannot be read") from error
        except (httpx.HTTPError, OSError) as error:
            raise BadInput(f"the {what} could not be fetched ({type(error).__name__})") from error

    async def _follow(self, http: httpx.AsyncClient, url: httpx.URL, what: str, nearby: bool) -> bytes:
        for _ in range(REDIRECTS_MAX + 1):
            nearby = nearby and net.is_loopback(url.host)
            response = await _send(http, await self._requests(url, what, nearby))
            try:
                if not response.has_redirect_location:
                    return await _read(response, what)
            finally:
                await response.aclose()
            url = url.join(response.headers["location"])
        raise BadInput(f"the {what} could not be fetched (too many redirects)")

    async def _requests(self, url: httpx.URL, what: str, nearby: bool) -> list[httpx.Request]:
        """Build a request to each checked address, under the name that was asked for."""
        allowed = net.is_loopback if nearby else net.is_public_address
        headers = {"user-agent": "infinitalk-local/0.1", "accept-encoding": "identity", "accept": "*/*"}
        if origin_of(url) in self._trusted:
            return [httpx.Request("GET", url, headers=headers)]
        if url.scheme not in ("http", "https") or not url.host:
            raise BadInput(f"the {what} has no http or https address")
        addresses = await self._resolver(url.host, url.port or 0)
        if not addresses or not all(map(allowed, addresses)):
            raise BadInput(f"the {what} lies at an address that is not public")
        headers["host"] = url.netloc.decode("ascii")
        pinned = [url.copy_with(host=address, username="", password="") for address in addresses]
        named = {"sni_hostname": url.host}
        return [httpx.Request("GET", one, headers=headers, extensions=named) for one in pinned]


async def _send(http: httpx.AsyncClient, requests: list[httpx.Request]) -> httpx.Response:
    """Send to the first address that can be reached: many names have one that this machine cannot (IPv6)."""
    *first, last = requests
    for request in first:
        with contextlib.suppress(httpx.ConnectError, httpx.ConnectTimeout):
            return await http.send(request, stream=True)
    return await http.send(last, stream=True)


@cache
def _certificates() -> ssl.SSLContext:
    """Read them once: it takes tens of milliseconds, in which the server answers nobody."""
    return httpx.create_ssl_context(trust_env=False)


async def _read(response: httpx.Response, what: str) -> bytes:
    if response.status_code != httpx.codes.OK:
        raise BadInput(f"the {what} could not be fetched (HTTP {response.status_code})")
    if response.headers.get("content-type", "").lower().startswith("text/html"):
        raise BadInput(f"the {what} is a web page")
    try:
        return await _unpacked(response)
    except UnpackError as error:
        raise BadInput(f"the {what} {error}") from error


async def _unpacked(response: httpx.Response) -> bytes:
    unpacker, body = Unpacker(response.headers.get("content-encoding", ""), SIZE_MAX), bytearray()
    async for chunk in response.aiter_raw():
        for piece in unpacker.feed(chunk):
            body += piece
            if len(body) > SIZE_MAX:
                raise UnpackError(f"is larger than {SIZE_MAX // 1024**2} MB")
    return bytes(body)
