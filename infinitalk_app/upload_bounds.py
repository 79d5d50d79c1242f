"""How much visitors may bring within the hour that uploads are kept: each of them, and all together.

What comes by MCP or inside JSON counts, too; a file that a program names by its address does not.
"""

import time
from collections import Counter, deque
from collections.abc import Callable

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from infinitalk_app import words
from infinitalk_app.gradio_compat import addresses
from infinitalk_app.settings import INPUT_KEPT_S

MB = 1024**2
JSON_MB = 32  # of a body that is read into memory whole: a picture of 20 MB as a data URL
LEAST = 64 * 1024  # what an upload counts at least
NOT_COUNTED = 4096  # bytes of a request that is no upload: a visitor who brought too much may still ask


class Ledger:
    """Sums up what came within the hour, in bytes.

    Args:
        most: of all visitors together.
        each: of one visitor.
    """

    def __init__(self, most: int, each: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._each = most, each
        self._clock = clock
        self._taken: deque[tuple[float, str, int]] = deque()
        self._sums: Counter[str] = Counter()

    def take(self, visitor: str, size: int) -> str | None:
        """Count what a visitor brings; return why it is too much, and count nothing then."""
        self._forget()
        if self._sums[visitor] + size > self._each:
            return words.UPLOADS_YOURS.format(most=self._each // MB)
        if self._sums.total() + size > self._most:
            return words.UPLOADS_ALL
        self._taken.append((self._clock(), visitor, size))
        self._sums[visitor] += size
        return None

    def _forget(self) -> None:
        while self._taken and self._clock() - self._taken[0][0] > INPUT_KEPT_S:
            _, visitor, size = self._taken.popleft()
            self._sums -= Counter({visitor: size})


class UploadBounds:
    """Refuses a body that is too much for the ledger: before it comes, or while it does."""

    def __init__(self, app: ASGIApp, ledger: Ledger, visitor_of: Callable[[Scope], str]) -> None:
        self._app = app
        self._ledger = ledger
        self._visitor_of = visitor_of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        visitor, headers = self._visitor_of(scope), dict(scope["headers"])
        is_upload = addresses.is_upload(scope["path"])
        if b"transfer-encoding" in headers:
            await self._while_it_comes(visitor, is_upload, scope, receive, send)
            return
        size = int(headers.get(b"content-length", b"0"))
        why = _too_large(size, is_upload)
        if not why and (is_upload or size > NOT_COUNTED):
            why = self._ledger.take(visitor, max(size, LEAST) if is_upload else size)
        await (_refusal(why) if why else self._app)(scope, receive, send)

    async def _while_it_comes(  # ASGI's three, and two more
        self, visitor: str, is_upload: bool, scope: Scope, receive: Receive, send: Send
    ) -> None:
        why: str | None = None
        came = 0

        async def counted() -> Message:
            nonlocal why, came
            message = await receive()
            size = len(message.get("body", b""))
            came += size
            why = why or _too_large(came, is_upload) or self._ledger.take(visitor, size)
            return {"type": "http.disconnect"} if why else message

        async def unless_too_much(message: Message) -> None:
            if not why:
                await send(message)

        try:
            await self._app(scope, counted, unless_too_much)
        except Exception:
            if not why:
                raise
        if why:
            await _refusal(why)(scope, receive, send)


def _too_large(size: int, is_upload: bool) -> str | None:
    return None if is_upload or size <= JSON_MB * MB else words.JSON_TOO_LARGE.format(most=JSON_MB)


def _refusal(why: str) -> PlainTextResponse:
    return PlainTextResponse(why, 413, {"connection": "close"})
