"""A run's link: what whoever opens it sees, and the ways to give it away."""

import contextlib
import re
import time
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from infinitalk_app.ui.text.catalogue import texts_in
from tests.app import pages
from tests.app.browsing import (
    DESKTOP,
    DONE,
    PHONE,
    choose_paid,
    expect_title,
    opened,
    played,
    ready,
    tab_of,
    visited,
)
from tests.app.fake_segmind import GOOD, SLOW
from tests.app.paid import ENGINE, MODEL

TEXTS = texts_in()
CLIPBOARD = ["clipboard-read", "clipboard-write"]
# A phone that shares files, and how its sheet ends: by the name of an error, or well.
SHEET = """
window.sheetEnds = "";
navigator.canShare = ({ files }) => files.length === 1;
navigator.share = async ({ files, url }) => {
    window.given = { name: files[0].name, type: files[0].type, size: files[0].size, url };
    if (window.sheetEnds) throw new DOMException("no", window.sheetEnds);
};
"""
NO_CLIPBOARD = "Object.defineProperty(navigator, 'clipboard', { get: () => undefined });"
NO_SHARING = "navigator.canShare = undefined;"


@contextlib.contextmanager
def finished(
    browser: Browser, page: pages.Page, size: tuple[int, int] = DESKTOP, script: str = ""
) -> Iterator[Page]:
    """Open a window of its own whose paid run has come to its end."""
    window = browser.new_context(reduced_motion="reduce", permissions=CLIPBOARD)
    window.add_init_script(script)
    with tab_of(window, page.url, size) as tab:
        choose_paid(tab, GOOD)
        tab.locator("#generate").click()
        expect_title(tab, "Your video is ready")
        yield tab
    window.close()


@pytest.fixture(scope="module")
def maker(browser: Browser, fake_segmind_page: pages.Page) -> Iterator[Page]:
    """Yield a window with a finished run that nobody shares."""
    with finished(browser, fake_segmind_page) as tab:
        yield tab


def card_title(link: str) -> str:
    found = re.search('property="og:title" content="([^"]*)"', httpx.get(link, trust_env=False).text)
    assert found
    return found[1]


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_a_stranger_sees_the_video_and_the_way_to_one_of_their_own(browser, maker, fake_segmind_page, size):
    """The video is there, silent until a tap; "Make your own" brings the form, which was not."""
    with visited(browser, maker.url, size) as tab:
        expect(tab.get_by_role("heading", name=TEXTS["visit.title"])).to_be_visible(timeout=DONE)
        played(tab)
        for hidden in ("#form", "#rest", "#status .st", "[data-do=paid]"):
            expect(tab.locator(hidden).first).to_be_hidden()
        assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
        video, own = tab.locator("#result video"), tab.get_by_role("link", name=TEXTS["visit.own"])
        tab.wait_for_function("document.querySelector('#result video').muted")
        box, below = tab.locator("#result").bounding_box(), own.bounding_box()
        assert box
        assert below
        assert box["y"] + box["height"] < below["y"] < size[1]
        assert box["width"] > 0.6 * size[0]
        tab.get_by_role("button", name=TEXTS["visit.sound_on"]).click()
        assert video.evaluate("video => !video.muted && !video.paused")
        own.click()
        ready(tab)
        assert tab.url.rstrip("/") == fake_segmind_page.url
        expect_title(tab, TEXTS["states.sample.title"])


def test_the_video_of_a_stranger_plays_by_itself_without_sound(browser, maker):
    """A visitor who does not mind motion sees it play at once, and hears nothing."""
    with visited(browser, maker.url, reduced_motion="no-preference") as tab:
        tab.wait_for_function(
            """() => {
                const { run } = infinitalk.state.run.panel ?? {};
                const video = document.querySelector("#result video");
                return run && video?.src.includes(run) && video.muted && !video.paused;
            }""",
            timeout=DONE,
        )


def test_its_maker_sees_the_form_after_a_reload(maker):
    """The browser that made a run is no stranger to it, by its own link, too."""
    maker.reload()
    ready(maker)
    expect_title(maker, "Your video is ready")
    expect(maker.locator("#form")).to_be_visible()
    expect(maker.locator("#visit")).to_be_hidden()


def test_a_stranger_sees_how_a_run_goes_on(browser, fake_segmind_page, fake_service):
    """The link of a running one shows its progress without a button that stops it, and then its video."""
    with opened(browser, fake_segmind_page.url) as maker:
        with fake_service[1].holding():
            choose_paid(maker, SLOW)
            maker.locator("#generate").click()
            maker.wait_for_url(re.compile(r"\?job="), timeout=DONE)
            with visited(browser, maker.url) as tab:
                expect_title(tab, f"Rendering at {MODEL}")
                expect(tab.locator("#player")).to_have_class(re.compile("covered"))
                expect(tab.get_by_role("button", name="Stop watching")).to_be_hidden()
        with visited(browser, maker.url) as tab:
            expect(tab.get_by_role("heading", name=TEXTS["visit.title"])).to_be_visible(timeout=DONE)
            played(tab)


@pytest.mark.parametrize("names", ["job=gone&engine=preview", f"run={'0' * 32}"])
def test_a_link_whose_video_is_gone_says_so(browser, fake_segmind_page, names):
    """An expired or unknown link shows what is known of it, no player, and "Make your own"."""
    with visited(browser, f"{fake_segmind_page.url}/?{names}") as tab:
        expect(tab.locator("#status .is-bad h2")).to_have_text(re.compile("gone|No such run"), timeout=DONE)
        for hidden in ("#player", "#form", "#share .share", "#status .acts"):
            expect(tab.locator(hidden)).to_be_hidden()


def test_who_bought_a_video_finds_the_way_to_the_key(browser, fake_segmind_page):
    """A paid link that needs a key offers "Make your own", and to its buyer the form with the key's box."""
    with visited(browser, f"{fake_segmind_page.url}/?job=made-up&engine={ENGINE}") as tab:
        expect(tab.locator("#visit")).to_contain_text(TEXTS["visit.whose"], timeout=DONE)
        expect(tab.locator("#status .st")).to_be_hidden()
        tab.get_by_role("button", name=TEXTS["visit.bought"]).click()
        expect(tab.locator("#key input")).to_be_focused()
        expect_title(tab, "Whose video is this?")
        expect(tab.locator("#visit")).to_be_hidden()


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_a_copied_link_has_a_card_and_what_it_shows_is_said_before(browser, fake_segmind_page, size):
    """The page says who sees what until when; the click shares the run, and copies its link."""
    with finished(browser, fake_segmind_page, size) as tab:
        expect(tab.locator("#share")).to_contain_text(TEXTS["share.mine"])
        said = TEXTS["share.seen"].split("{time}")[0]
        expect(tab.locator("#share")).to_contain_text(re.compile(f"{said}\\d+:\\d\\d"))
        link = tab.url
        assert card_title(link) == TEXTS["page.title"]
        tab.get_by_role("button", name=TEXTS["share.copy"]).click()
        expect(tab.locator("#share .said")).to_have_text(TEXTS["share.said.copied"])
        expect(tab.locator("#live")).to_have_text(TEXTS["share.said.copied"])
        assert tab.evaluate("navigator.clipboard.readText()") == link
        until = time.monotonic() + DONE / 1000
        while card_title(link) != TEXTS["card.title"]:
            assert time.monotonic() < until, "the run was not shared"
        poster = re.search('og:image" content="([^"]*)"', httpx.get(link, trust_env=False).text)
        assert poster
        assert poster[1].startswith(f"{fake_segmind_page.url}/shared/")
        assert httpx.get(poster[1], trust_env=False).headers["content-type"] == "image/jpeg"


def test_a_stranger_who_copies_a_link_does_not_share_the_run(browser, maker):
    """Only its maker decides on a card: another browser has no secret, and says nothing of a still."""
    with visited(browser, maker.url, permissions=CLIPBOARD) as tab:
        expect(tab.locator("#share")).not_to_contain_text(TEXTS["share.mine"], timeout=DONE)
        tab.get_by_role("button", name=TEXTS["share.copy"]).click()
        expect(tab.locator("#share .said")).to_have_text(TEXTS["share.said.copied"])
        assert tab.evaluate("infinitalk.secretOfRun()") == ""
    assert card_title(maker.url) == TEXTS["page.title"]


def test_a_browser_that_neither_copies_nor_shares_files_shows_the_address(browser, fake_segmind_page):
    """It stands there, selected, to be copied by hand, and no button is there that would do nothing."""
    with finished(browser, fake_segmind_page, script=NO_CLIPBOARD + NO_SHARING) as tab:
        expect(tab.get_by_role("button", name=TEXTS["share.share"], exact=True)).to_have_count(0)
        tab.get_by_role("button", name=TEXTS["share.copy"]).click()
        box = tab.get_by_label(TEXTS["share.address"])
        expect(box).to_have_value(tab.url)
        expect(tab.locator("#share .said")).to_have_text(TEXTS["share.said.by_hand"])
        assert box.evaluate("box => box.selectionEnd - box.selectionStart") == len(tab.url)


def test_a_phone_shares_the_file_itself(browser, fake_segmind_page):
    """Its sheet gets the whole video without a link, so the run is not shared; each end of it is said."""
    ends = {
        "": "shared",
        "AbortError": "cancelled",
        "NotAllowedError": "press_again",
        "DataError": "unsupported",
    }
    with finished(browser, fake_segmind_page, PHONE, SHEET) as tab:
        played(tab)
        for error, name in ends.items():
            tab.evaluate("(error) => { window.sheetEnds = error }", error)
            tab.get_by_role("button", name=TEXTS["share.share"], exact=True).click()
            expect(tab.locator("#share .said")).to_have_text(TEXTS[f"share.said.{name}"])
        given = tab.evaluate("given")
        address = tab.locator("#result video").evaluate("video => video.currentSrc")
        size = int(httpx.get(address, trust_env=False).headers["content-length"])
        assert given == {"name": "talking.mp4", "type": "video/mp4", "size": size, "url": None}
        assert card_title(tab.url) == TEXTS["page.title"]
