"""The page in the language of whoever asks for it: its components, its document, and Gradio's own words."""

import asyncio
import re
from collections.abc import Callable
from contextvars import ContextVar
from threading import Lock

import gradio as gr
from gradio.data_classes import BlocksConfigDict
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from infinitalk_app.ui.text.catalogue import Texts

_asked: ContextVar[str] = ContextVar("language", default="")  # of the request that is being answered
_DOCUMENT = re.compile(rb'<html\s+lang="en"(.*?<head>)', re.DOTALL)


class PageInLanguages(gr.Blocks):
    """A page whose components are described to each visitor in one of its languages.

    A language is the same page, built once more when it is first asked for: what it says is in the properties
    of its components, one by one. Events and values stay those of this page.

    Rests on: each request for the page reads `Blocks.config`, in a thread with the request's context; a page
        that is built twice has the same components in the same order, and the browser uses no id in them.
    If it breaks: all visitors get the page's own language; `gr.I18n` then says labels, and no values.
    """

    language: str = ""  # of this page itself
    _own: BlocksConfigDict
    _build: Callable[[str], "PageInLanguages"] | None = None
    _head: Callable[[str], str]

    def speak(self, build: Callable[[str], "PageInLanguages"], head: Callable[[str], str]) -> None:
        """Set what builds the page in a language, and what its document's head holds then."""
        self._build, self._head, self._building = build, head, Lock()

    @property
    def config(self) -> BlocksConfigDict:
        """What Gradio sends to the browser of the page."""
        language = _asked.get()
        if language in ("", self.language) or self._build is None or _in_event_loop():
            return self._own
        with self._building:  # Gradio builds one page at a time
            if language not in self._built:
                self._built[language] = self._in(
                    asyncio.run(_described(self._build, language)), self._head(language)
                )
            return self._built[language]

    @config.setter
    def config(self, value: BlocksConfigDict) -> None:
        self._own, self._built = value, dict[str, BlocksConfigDict]()

    def _in(self, other: BlocksConfigDict, head: str) -> BlocksConfigDict:
        """Return this page's description with the words of another one."""
        pairs = zip(self._own["components"], other["components"], strict=True)
        components = [{**ours, "props": theirs["props"]} for ours, theirs in pairs]
        return {**self._own, "title": other["title"], "head": head, "components": components}


async def _described(build: Callable[[str], PageInLanguages], language: str) -> BlocksConfigDict:
    """Build the page in a language, in a loop: where none runs, Gradio makes some and closes none."""
    return build(language)._own


def _in_event_loop() -> bool:
    """Tell whether a page cannot be built here: Gradio describes it to browsers in a thread."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


class PageLanguage:
    """ASGI middleware that notes the language of each request, and has the document name it.

    Gradio's own words follow `navigator.language`, which it reads before it adds the page's head.

    Rests on: the first tags of Gradio's document, and that this middleware gets it uncompressed.
    If it breaks: `lang` is set later by `static/accessibility`; Gradio's words are in the browser's language.
    """

    def __init__(self, app: ASGIApp, texts_of: Callable[[Scope], Texts]) -> None:
        self._app, self._texts_of = app, texts_of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        texts = self._texts_of(scope)
        _asked.set(texts.language)
        waiting: list[Message] = []  # the start of a document, whose length is not known yet

        async def send_named(message: Message) -> None:
            if message["type"] == "http.response.start" and _is_document(message):
                waiting.append(message)
                return
            if waiting:
                start, message["body"] = waiting.pop(), _named(message.get("body", b""), texts)
                _describe(start, len(message["body"]), texts)
                await send(start)
            await send(message)

        await self._app(scope, receive, send_named)


def _is_document(start: Message) -> bool:
    return Headers(raw=start["headers"]).get("content-type", "").startswith("text/html")


def _named(document: bytes, texts: Texts) -> bytes:
    """Return a document that says its language and direction, and has Gradio believe them."""
    script = f'Object.defineProperty(navigator, "language", {{ value: "{texts.language}" }});'
    tag = f'<html lang="{texts.language}" dir="{texts["language.direction"]}"'

    def named(found: re.Match[bytes]) -> bytes:
        return tag.encode() + found[1] + f"<script>{script}</script>".encode()

    return _DOCUMENT.sub(named, document, count=1)


def _describe(start: Message, length: int, texts: Texts) -> None:
    headers = MutableHeaders(raw=start["headers"])
    headers["content-length"] = str(length)
    headers["content-language"] = texts.language
    headers.add_vary_header("accept-language")
