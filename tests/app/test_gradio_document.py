"""The document that Gradio sends for the page: one in each language, with tags of its own."""

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest
from gradio.routes import App
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.types import Receive, Scope, Send

from infinitalk_app.gradio_compat import card_tags, languages, page_cache
from infinitalk_app.ui import theme
from infinitalk_app.ui.text.catalogue import texts_in
from tests.app.test_gradio_paths import asgi


@pytest.fixture(autouse=True)
def own_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "cache"))


def page_in(language: str) -> languages.PageInLanguages:
    with languages.PageInLanguages(title=f"A page in {language}", analytics_enabled=False) as demo:
        gr.Textbox(label=f"A label in {language}")
    demo.language = language
    return demo


async def test_each_request_is_answered_with_its_own_description_of_the_page():
    """The page and /config read the description anew, and the first tags of the document are as expected."""
    built: list[str] = []

    def build(language: str) -> languages.PageInLanguages:
        built.append(language)
        return page_in(language)

    demo = page_in("en")
    demo.theme = theme.theme()
    demo.config = demo.get_config_file()
    demo.speak(build, lambda language: f"<meta name='{language}'>")

    def texts_of(scope: Any) -> Any:
        return texts_in(dict(scope["headers"]).get(b"accept-language", b"en").decode())

    # Gradio compresses outside of the middleware that it is given.
    middleware = [Middleware(languages.PageLanguage, texts_of=texts_of)]
    app = App.create_app(demo, app_kwargs={"middleware": middleware})
    async with asgi(app) as visitor:
        for language, direction in (("ar", "rtl"), ("de", "ltr"), ("en", "ltr"), ("de", "ltr")):
            wish = {"accept-language": language}
            document = (await visitor.get("/", headers=wish)).text
            assert f'<html lang="{language}" dir="{direction}"' in document
            assert f"A label in {language}" in document
            assert document.index(f'value: "{language}"') < document.index('<script type="module"')
            config = (await visitor.get("/config", headers=wish)).json()
            assert config["title"] == f"A page in {language}"
            assert config["components"][0]["id"] == demo.config["components"][0]["id"]
    assert built == ["ar", "de"]


async def test_tags_of_a_share_card_can_be_replaced():
    """Gradio's HTML of `/` has tags of its own, and comes to a middleware of `app_kwargs` uncompressed."""
    sent = {"accept-encoding": "br, gzip"}

    async def tags_of(_: Request) -> str:
        return '<meta property="og:title" content="Ours" />'

    def app(*middleware: Middleware) -> App:
        demo = gr.Blocks()
        demo.theme = gr.themes.Base()
        demo.config = demo.get_config_file()
        return App.create_app(demo, app_kwargs={"middleware": middleware})

    theirs, ours = app(), app(Middleware(card_tags.CardTags, tags_of=tags_of))
    async with asgi(theirs) as http, asgi(ours) as our_http:
        assert (await http.get("/", headers=sent)).text.count('property="og:title"') > 1
        page = (await our_http.get("/", headers=sent)).text
    assert re.findall(r'<meta\s+(?:property="og:|name="twitter:)[^>]*>', page) == [await tags_of(None)]


def cached(demo: gr.Blocks) -> App:
    """Return the app of a page that is kept, in the language of the header."""

    def language_of(scope: Any) -> str:
        return dict(scope["headers"]).get(b"accept-language", b"en").decode()

    demo.theme = gr.themes.Base()
    demo.config = demo.get_config_file()
    middleware = [Middleware(page_cache.PageCache, language_of=language_of)]
    return App.create_app(demo, app_kwargs={"middleware": middleware})


async def test_the_page_is_made_once_for_who_gets_the_same(monkeypatch):
    """A second visitor at the same address, in the same language, gets what Gradio made for the first."""
    demo = gr.Blocks()
    app = cached(demo)
    asked = [
        ("/", {}),
        ("/", {"accept-language": "de"}),
        ("/", {"host": "other.test"}),
        ("/", {"x-forwarded-host": "public.test"}),
        ("/", {"x-forwarded-host": "public.test", "x-forwarded-proto": "https"}),
    ]
    async with asgi(app) as http:
        pages = []
        for number, (path, headers) in enumerate(asked):
            demo.config = demo.config | {"title": f"Made for {number}"}
            pages.append((await http.get(path, headers=headers)).text)
            assert f"Made for {number}" in pages[-1]
        assert '"root":"https://public.test"' in pages[4]
        assert '"root":"http://other.test"' in pages[2]
        demo.config = demo.config | {"title": "Made once more"}
        for (path, headers), page in zip(asked, pages, strict=True):
            for again in (path, f"{path}?lang=de&run=1"):
                assert (await http.get(again, headers=headers)).text == page
        for own in ("?deep_link=x", "?page=", "?all_endpoints=1"):
            assert "Made once more" in (await http.get(f"/{own}")).text
        assert "Made once more" in (await http.get("/config")).text
        demo.auth_message = demo.space_id = None
        monkeypatch.setattr(app, "auth", {"ada": "secret"})
        assert '"auth_required":true' in (await http.get("/")).text


async def test_the_page_is_kept_for_so_many_addresses():
    """Of the addresses that a visitor makes up the last are kept; an error is not."""
    made: list[str] = []

    async def page(scope: Scope, receive: Receive, send: Send) -> None:
        host = Headers(scope=scope)["host"]
        made.append(host)
        await HTMLResponse(host, 500 if host == "broken.test" else 200)(scope, receive, send)

    cache = page_cache.PageCache(page, lambda _: "en")

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await cache(scope | {"app": SimpleNamespace(auth=None, auth_dependency=None)}, receive, send)

    hosts = [f"{number}.test" for number in range(page_cache.DOCUMENTS_MAX + 1)]
    async with asgi(app) as http:
        for host in [*hosts, *hosts[1:], hosts[0], "broken.test", "broken.test"]:
            assert (await http.get("/", headers={"host": host})).text == host
    assert made == [*hosts, hosts[0], "broken.test", "broken.test"]
