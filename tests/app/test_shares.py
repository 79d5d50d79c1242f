"""Which runs have a share card: those whose maker chose to share them, as long as their video is there."""

import os
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import HTMLResponse
from starlette.routing import Route

from infinitalk_app.application import Application
from infinitalk_app.config import Settings
from infinitalk_app.gradio_compat.card_tags import CardTags
from infinitalk_app.inputs.publish import PageAddresses
from infinitalk_app.runs.journal import Entry
from infinitalk_app.runs.shares import token_of
from infinitalk_app.ui.text.catalogue import texts_in

SECRET, OTHER = "5e" * 16, "0d" * 16
JOB = "job-1"
PAGE_HTML = '<html><head>\n<meta property="og:title" content="Gradio" />\n</head></html>'
PUBLIC = PageAddresses(public_base_url="https://talk.example/path")


@pytest.fixture
def page(tmp_path, tiny_mp4) -> Application:
    """Return a page with one run that has completed."""
    built = Application(Settings(infinitalk_state_dir=tmp_path))
    token = token_of(SECRET)
    built.pipeline.journal.write(Entry(token, "preview", "completed", 1000.0, request_id=JOB, free=True))
    video = built.pipeline.result(token)
    video.write_bytes(tiny_mp4)
    os.utime(video, (5000.0, 5000.0))
    built.share_cards.launched(PUBLIC, asks_for_login=False)
    return built


def visitors(page: Application) -> httpx.AsyncClient:
    """Return a way to the cards of a page, behind the middleware that puts them into its HTML."""

    async def html(_: object) -> HTMLResponse:
        return HTMLResponse(PAGE_HTML)

    routes = [Route("/", html), *page.share_cards.routes(Path("examples/sample/card.jpg"))]
    app = Starlette(routes=routes, middleware=[Middleware(CardTags, tags_of=page.share_cards.tags)])
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1:7860")


class Tags(HTMLParser):
    """The tags of a card in an HTML document, by their names."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self.others: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "meta":
            self.found[values.get("property") or values.get("name") or ""] = values.get("content") or ""
        else:
            self.others.append(tag)


async def card(http: httpx.AsyncClient, query: str = "") -> dict[str, str]:
    return Tags((await http.get(f"/{query}")).text).found


async def test_a_shared_run_has_a_card_with_its_still(page):
    """Its title, its address under the page's public one, and a picture of 1200 x 630 pixels."""
    assert await page.shares.share(SECRET, "visitor")
    async with visitors(page) as http:
        shown = await card(http, f"?job={JOB}&engine=nothing")
        assert shown["og:title"] == texts_in()["card.title"]
        assert shown["og:description"] == texts_in()["card.description"]
        assert shown["og:url"] == f"https://talk.example/path/?job={JOB}&engine=preview"
        assert shown["og:image"] == f"https://talk.example/path/shared/{JOB}.jpg"
        assert shown["twitter:card"] == "summary_large_image"
        answer = await http.get(f"/shared/{JOB}.jpg")
    assert (answer.headers["content-type"], answer.headers["cache-control"]) == ("image/jpeg", "no-store")


async def test_a_run_that_nobody_shared_has_the_pages_card(page):
    """The link alone shows neither a title nor a picture of the run in a messenger."""
    async with visitors(page) as http:
        shown = await card(http, f"?job={JOB}")
        assert shown == await card(http)
        assert shown["og:title"] == texts_in()["page.title"]
        assert shown["og:url"] == "https://talk.example/path/"
        assert shown["og:image"] == "https://talk.example/path/card.jpg"
        assert (await http.get(f"/shared/{JOB}.jpg")).status_code == httpx.codes.NOT_FOUND
        own = await http.get("/card.jpg")
    assert (own.status_code, own.headers["content-type"]) == (httpx.codes.OK, "image/jpeg")


@pytest.mark.parametrize("told", [OTHER, token_of(SECRET), JOB, "", "../../etc/passwd", SECRET.upper()])
async def test_only_the_browser_that_made_a_run_shares_it(page, told):
    """Neither the run's token nor its id, which its link shows, shares it; nor does anything else."""
    assert not await page.shares.share(told, "visitor")
    assert await page.shares.find(JOB) is None
    assert not list(page.folders.results.glob("*.jpg"))


async def test_a_still_is_kept_as_long_as_its_video(page):
    """It has the video's age, is removed with it, and is shown no longer than the video is there."""
    await page.shares.share(SECRET, "visitor")
    run = await page.shares.find(JOB)
    assert run is not None
    assert run.still.stat().st_mtime == 5000.0
    with Image.open(run.still) as image:
        assert image.size == (1200, 630)
    page.remove_expired(5000.0 + 7201)
    assert not list(page.folders.results.iterdir())


async def test_without_its_video_a_run_has_no_card(page):
    """A still that outlived its video is not shown."""
    await page.shares.share(SECRET, "visitor")
    page.pipeline.result(token_of(SECRET)).unlink()
    async with visitors(page) as http:
        assert (await card(http, f"?job={JOB}"))["og:title"] == texts_in()["page.title"]
        assert (await http.get(f"/shared/{JOB}.jpg")).status_code == httpx.codes.NOT_FOUND
    assert not await page.shares.share(SECRET, "visitor")


async def test_a_page_with_a_login_shows_no_run_to_a_crawler(page):
    """Who has not logged in gets the page's own card."""
    await page.shares.share(SECRET, "visitor")
    page.share_cards.launched(PUBLIC, asks_for_login=True)
    async with visitors(page) as http:
        assert (await card(http, f"?job={JOB}"))["og:title"] == texts_in()["page.title"]
        assert (await http.get(f"/shared/{JOB}.jpg")).status_code == httpx.codes.NOT_FOUND


@pytest.mark.parametrize(
    "name",
    [
        '"><script>alert(1)</script>',
        "a%0d%0aSet-Cookie:%20a=b",
        "../../../etc/passwd",
        "%00",
        "x" * 5000,
        "%ff",
    ],
)
async def test_nothing_of_an_address_reaches_a_card(page, name):
    """A made-up id changes neither tags nor headers, opens no file and fails no request."""
    await page.shares.share(SECRET, "visitor")
    async with visitors(page) as http:
        answer = await http.get(f"/?job={name}&engine={name}")
        found = Tags(answer.text)
        assert (found.found, "script" in found.others) == (await card(http), False)
        assert "set-cookie" not in answer.headers
        assert (await http.get(f"/shared/{name}.jpg")).status_code == httpx.codes.NOT_FOUND


@pytest.mark.parametrize(
    ("addresses", "base"),
    [
        (PageAddresses(space_host="a-b.hf.space,other.example"), "https://a-b.hf.space"),
        (PageAddresses(share_url="https://abc.gradio.live/"), "https://abc.gradio.live"),
        (PageAddresses(public_base_url="http://talk.intranet/x"), "http://talk.intranet/x"),
        (PageAddresses(root_path="https://proxy.example/talk"), "https://proxy.example/talk"),
        (PageAddresses(root_path="/talk", local_url="http://127.0.0.1:1/"), "http://127.0.0.1:7860"),
    ],
)
async def test_a_card_names_the_address_that_the_page_is_known_by(page, addresses, base):
    """That of the settings, of the Space or of the share link; on this machine that of the request."""
    page.share_cards.launched(addresses, asks_for_login=False)
    async with visitors(page) as http:
        shown = await card(http)
    assert (shown["og:url"], shown["og:image"]) == (f"{base}/", f"{base}/card.jpg")


def test_a_token_is_made_of_its_secret_as_the_browser_makes_it():
    """The same secret and token are in the test of the browser's script."""
    assert token_of("00" * 16) == "134c40337e1607c2f069079013ca2149"
