"""Fetches a job's inputs from public addresses and trusted origins; from loopback for a local caller alone.

Against SSRF a name is resolved once, all its addresses are checked, and the connection goes to a checked one:
a name that changes its address later (DNS rebinding) gains nothing.
"""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Awaitable, Callable, Collection
from functools import cache

import httpx

from infinitalk_media import net
from infinitalk_media.content_decoding import ContentDecoder, ContentDecodingError
from infinitalk_server.errors import BadInput, say

SIZE_MAX = 100 * 1024**2
FETCH_SECONDS_MAX = 60.0
REDIRECTS_MAX = 5
_EXCHANGE = httpx.Timeout(20.0, connect=10.0)

Resolver = Callable[[str, int], Awaitable[Collection[str]]]


async def resolve(host: str, port: int) -> Collection[str]:
    """Return every address of a name, by the system's resolver, in the order in which to try them."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return dict.fromkeys(str(entry[4][0]) for entry in found)


def origin(text: str) -> str:
    """Read an origin that is to be trusted.

    Raises:
        ValueError: it is not scheme://host[:port] with http or https.
    """
    with contextlib.suppress(httpx.InvalidURL):
        url = httpx.URL(text)
        if url.scheme in ("http", "https") and url.host:
            return origin_of(url)
    raise ValueError(f"not an origin: {text}")


def origin_of(url: httpx.URL) -> str:
    """Return scheme, host and port, always with its port."""
    port = url.port or {"http": 80, "https": 443}.get(url.scheme, 0)
    return f"{url.scheme}://{url.host.lower()}:{port}"


class Fetcher:
    """Fetches within limits of size and time.

    Args:
        resolver: a name's addresses; an argument, so that a test can rebind a name.
    """

    def __init__(self, trusted: Collection[str] = (), resolver: Resolver = resolve) -> None:
        self._trusted = set(map(origin, trusted))
        self._resolver = resolver

    def trust(self, address: str) -> None:
        self._trusted.add(origin(address))

    async def fetch(self, address: str, what: str, *, allow_loopback: bool = False) -> bytes:
        """Return the bytes of a picture or a sound.

        With `allow_loopback`, the address may be loopback's; a redirect from elsewhere does not lead there.

        Raises:
            BadInput: forbidden, unreachable, too large, too slow, or a web page.
        """
        try:
            async with (
                asyncio.timeout(FETCH_SECONDS_MAX),
                httpx.AsyncClient(trust_env=False, timeout=_EXCHANGE, verify=_certificates()) as http,
            ):
                return await self._follow(http, httpx.URL(address), what, allow_loopback)
        except TimeoutError as error:
            raise BadInput(say(f"fetch_{what}_timeout", most_s=FETCH_SECONDS_MAX)) from error
        except (httpx.InvalidURL, UnicodeError) as error:  # UnicodeError: IDNA cannot encode the name
            raise BadInput(say(f"fetch_{what}_address_unreadable")) from error
        except (httpx.HTTPError, OSError) as error:
            raise BadInput(say(f"fetch_{what}_unreachable", reason=type(error).__name__)) from error

    async def _follow(self, http: httpx.AsyncClient, url: httpx.URL, what: str, loopback: bool) -> bytes:
        for _ in range(REDIRECTS_MAX + 1):
            loopback = loopback and net.is_loopback(url.host)
            requests = await self._requests(url, what, loopback)
            async with contextlib.aclosing(await _send(http, requests)) as response:
                if not response.has_redirect_location:
                    return await _read(response, what)
            url = url.join(response.headers["location"])
        raise BadInput(say(f"fetch_{what}_redirects"))

    async def _requests(self, url: httpx.URL, what: str, loopback: bool) -> list[httpx.Request]:
        """Build a request to each checked address, with the name of the URL as its host."""
        allowed = net.is_loopback if loopback else net.is_public_address
        headers = {"user-agent": "infinitalk-local/0.1", "accept-encoding": "identity", "accept": "*/*"}
        if origin_of(url) in self._trusted:
            return [httpx.Request("GET", url, headers=headers)]
        if url.scheme not in ("http", "https") or not url.host:
            raise BadInput(say(f"fetch_{what}_no_http_address"))
        addresses = await self._resolver(url.host, url.port or 0)
        if not addresses or not all(map(allowed, addresses)):
            raise BadInput(say(f"fetch_{what}_not_public"))
        headers["host"] = url.netloc.decode("ascii")
        pinned = [url.copy_with(host=address, username="", password="") for address in addresses]
        named = {"sni_hostname": url.host}
        return [httpx.Request("GET", one, headers=headers, extensions=named) for one in pinned]


async def _send(http: httpx.AsyncClient, requests: list[httpx.Request]) -> httpx.Response:
    """Send to the first address that can be reached: many names have an IPv6 address that cannot."""
    *first, last = requests
    for request in first:
        with contextlib.suppress(httpx.ConnectError, httpx.ConnectTimeout):
            return await http.send(request, stream=True)
    return await http.send(last, stream=True)


@cache
def _certificates() -> ssl.SSLContext:
    """Read them once: it takes tens of milliseconds, during which the event loop is blocked."""
    return httpx.create_ssl_context(trust_env=False)


async def _read(response: httpx.Response, what: str) -> bytes:
    if response.status_code != httpx.codes.OK:
        raise BadInput(say(f"fetch_{what}_http_status", status=response.status_code))
    if response.headers.get("content-type", "").lower().startswith("text/html"):
        raise BadInput(say(f"fetch_{what}_web_page"))
    encoding = response.headers.get("content-encoding", "")
    try:
        unpacker = ContentDecoder(encoding, SIZE_MAX)
    except ContentDecodingError as error:
        raise BadInput(say(f"fetch_{what}_encoding", encoding=encoding[:40])) from error
    try:
        return await _unpacked(response, unpacker, what)
    except ContentDecodingError as error:
        raise BadInput(say(f"fetch_{what}_damaged")) from error


async def _unpacked(response: httpx.Response, unpacker: ContentDecoder, what: str) -> bytes:
    received, body = 0, bytearray()
    async for chunk in response.aiter_raw():
        received += len(chunk)
        for piece in unpacker.feed(chunk) if received <= SIZE_MAX else ():
            body += piece
            if len(body) > SIZE_MAX:
                break
        if max(received, len(body)) > SIZE_MAX:
            raise BadInput(say(f"fetch_{what}_too_large", most_mb=SIZE_MAX // 1024**2))
    return bytes(body)
