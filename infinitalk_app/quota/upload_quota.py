"""Limits how much visitors upload within the hour that uploads are kept: each of them, and all together.

Files that come by MCP or inside JSON count, too; a file that a program names by its address does not.
"""

import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.types import Message as ASGIMessage

from infinitalk_app.config import INPUT_KEPT_S
from infinitalk_app.gradio_compat import addresses
from infinitalk_app.messages import Message, Text

MB = 1024**2
JSON_MB = 32  # for a body that is read into memory as a whole: a picture of 20 MB as a data URL
LEAST = 64 * 1024  # a smaller upload counts as so many bytes
NOT_COUNTED = 4096  # bytes of a request other than an upload: a visitor at the quota may still ask for runs


class UploadQuota:
    """Counts the bytes of the last hour: at most `most` of all visitors together, and `each` of one."""

    def __init__(self, most: int, each: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._each = most, each
        self._clock = clock
        self._taken: deque[tuple[float, str, int]] = deque()
        self._sums: Counter[str] = Counter()

    def take(self, visitor: str, size: int) -> Text | None:
        """Count an upload, or return why it is refused."""
        self._drop_expired()
        if self._sums[visitor] + size > self._each:
            return Message.of("refused.uploads_yours", most=self._each // MB)
        if self._sums.total() + size > self._most:
            return Message.of("refused.uploads_all")
        self._taken.append((self._clock(), visitor, size))
        self._sums[visitor] += size
        return None

    def _drop_expired(self) -> None:
        while self._taken and self._clock() - self._taken[0][0] > INPUT_KEPT_S:
            _, visitor, size = self._taken.popleft()
            self._sums -= Counter({visitor: size})


@dataclass(frozen=True)
class UploadQuotaMiddleware:
    """ASGI middleware that refuses a body beyond the quota; one of known length before it is received."""

    app: ASGIApp
    quota: UploadQuota
    visitor_of: Callable[[Scope], str]
    say: Callable[[Scope, Text], str]  # in the language of a request

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "POST":
            await self.app(scope, receive, send)
            return
        visitor, headers = self.visitor_of(scope), dict(scope["headers"])
        is_upload = addresses.is_upload(scope["path"])
        if b"transfer-encoding" in headers:
            await self._pass_while_allowed(visitor, is_upload, scope, receive, send)
            return
        size = int(headers.get(b"content-length", b"0"))
        why = _too_large(size, is_upload)
        if not why and (is_upload or size > NOT_COUNTED):
            why = self.quota.take(visitor, max(size, LEAST) if is_upload else size)
        await (self._refusal(scope, why) if why else self.app)(scope, receive, send)

    async def _pass_while_allowed(  # ASGI's three arguments, and two more
        self, visitor: str, is_upload: bool, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Pass a body of unknown length on; beyond the quota, disconnect the app and refuse."""
        why: Text | None = None
        received = 0

        async def receive_counted() -> ASGIMessage:
            nonlocal why, received
            message = await receive()
            size = len(message.get("body", b""))
            received += size
            why = why or _too_large(received, is_upload) or self.quota.take(visitor, size)
            return {"type": "http.disconnect"} if why else message

        async def send_if_allowed(message: ASGIMessage) -> None:
            if not why:
                await send(message)

        try:
            await self.app(scope, receive_counted, send_if_allowed)
        except Exception:
            if not why:
                raise
        if why:
            await self._refusal(scope, why)(scope, receive, send)

    def _refusal(self, scope: Scope, why: Text) -> PlainTextResponse:
        return PlainTextResponse(self.say(scope, why), 413, {"connection": "close"})


def _too_large(size: int, is_upload: bool) -> Text | None:
    return None if is_upload or size <= JSON_MB * MB else Message.of("refused.json_too_large", most=JSON_MB)
