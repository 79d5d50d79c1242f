"""Gradio's tags of a share card, which stand twice in the page's first HTML, and ours in their place."""

import re
from collections.abc import Awaitable, Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_TAG = re.compile(rb'<meta\s+(?:property="og:|name="twitter:)[^>]*>')


class CardTags:
    """ASGI middleware: replaces the tags of a share card in the HTML of `/` by those that `tags_of` returns.

    Crawlers run no script, and take the first tag of a name, so `launch(head=...)` comes too late.

    Rests on: Gradio's `/` answers with HTML whose tags of a card are `<meta property="og:` and `<meta
        name="twitter:`; a middleware of `app_kwargs` gets it before it is compressed.
    If it breaks: the card says Gradio's words; look for its tags in the template `frontend/index.html`.
    """

    def __init__(self, app: ASGIApp, tags_of: Callable[[Request], Awaitable[str]]) -> None:
        self._app, self._tags_of = app, tags_of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].removeprefix(scope.get("root_path", "")) not in ("", "/"):
            await self._app(scope, receive, send)
            return
        started: Message = {}
        parts: list[bytes] = []

        async def hold(message: Message) -> None:
            if message["type"] == "http.response.start" and _is_html(message):
                started.update(message)
                return
            if not started or message["type"] != "http.response.body":
                await send(message)
                return
            parts.append(message.get("body", b""))
            if not message.get("more_body"):
                body = _with_tags(b"".join(parts), await self._tags_of(Request(scope)))
                MutableHeaders(scope=started)["content-length"] = str(len(body))
                await send(started)
                await send({"type": "http.response.body", "body": body})

        await self._app(scope, receive, hold)


def _with_tags(page: bytes, tags: str) -> bytes:
    """Return an HTML document with these tags where the first of its own was."""
    found = _TAG.search(page)
    if not found:
        return page
    return page[: found.start()] + tags.encode() + _TAG.sub(b"", page[found.start() :])


def _is_html(start: Message) -> bool:
    return Headers(scope=start).get("content-type", "").startswith("text/html")
