"""The page's document, made once for all visitors who get the same."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Hashable
from http import HTTPStatus

from starlette.datastructures import Headers, QueryParams
from starlette.types import ASGIApp, Message, Receive, Scope, Send

DOCUMENTS_MAX = 32  # of 350 kB each: addresses of the page, times languages
_ADDRESS_HEADERS = ("host", "x-forwarded-host", "x-forwarded-proto", "x-gradio-server")
_OWN_DOCUMENT = ("deep_link", "page", "all_endpoints")  # parameters of the address that Gradio reads


class PageCache:
    """ASGI middleware that keeps the documents of `/`: Gradio takes 30 ms of a core to make one.

    Rests on: without a login, and without the parameters above, the document depends on the address under
        which the page is asked for, and here on the language; `App.auth` and `App.auth_dependency`.
    If it breaks: leave it out; the page is then busy with 20 new visitors a second.
    """

    def __init__(self, app: ASGIApp, language_of: Callable[[Scope], str]) -> None:
        self._app, self._language_of = app, language_of
        self._documents: OrderedDict[Hashable, list[Message]] = OrderedDict()
        self._making = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not _is_for_all(scope):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        address = (scope["scheme"], scope.get("root_path", ""), *map(headers.get, _ADDRESS_HEADERS))
        key = (self._language_of(scope), scope["path"], *address)
        async with self._making:  # who asks meanwhile gets the same
            document = self._documents.pop(key, None) or await self._answer(scope, receive)
            if _is_document(document):
                self._documents[key] = document
            while len(self._documents) > DOCUMENTS_MAX:
                self._documents.popitem(last=False)
        start, *bodies = document
        await send({**start, "headers": [*start["headers"]]})  # others change the headers
        for body in bodies:
            await send(dict(body))

    async def _answer(self, scope: Scope, receive: Receive) -> list[Message]:
        messages: list[Message] = []

        async def hold(message: Message) -> None:
            messages.append(message)

        await self._app(scope, receive, hold)
        return messages


def _is_for_all(scope: Scope) -> bool:
    """Tell whether a request is for the page as every visitor gets it."""
    if scope["type"] != "http" or scope["method"] != "GET":
        return False
    if scope["path"].removeprefix(scope.get("root_path", "")) not in ("", "/"):
        return False
    app, asked = scope["app"], QueryParams(scope["query_string"])
    return app.auth is None and app.auth_dependency is None and asked.keys().isdisjoint(_OWN_DOCUMENT)


def _is_document(answer: list[Message]) -> bool:
    start = answer[0]
    kind = Headers(raw=start["headers"]).get("content-type", "")
    return bool(start["status"] == HTTPStatus.OK) and kind.startswith("text/html")
