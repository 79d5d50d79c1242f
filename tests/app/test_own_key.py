"""A visitor's own key: checked for free, shown by its last letters, forgotten at a click, kept nowhere."""

import re

import httpx
import pytest
from playwright.sync_api import expect

from infinitalk_app.ui.text.catalogue import texts_in
from tests.app.browsing import (
    DESKTOP,
    DONE,
    PHONE,
    choose_paid,
    expect_title,
    opened,
    paid_engine,
    played,
    settle,
    visited,
)
from tests.app.fake_segmind import GOOD, SLOW_BALANCE, SPENDING, WRONG
from tests.app.paid import ENGINE, MODEL, SERVICE


def test_a_key_is_checked_shown_and_forgotten(browser, fake_segmind_page, fake_service):
    """Leaving the field asks for the balance; nothing is bought, and "Forget it" empties the field."""
    posts = dict(fake_service[1].posts)
    with opened(browser, fake_segmind_page.url) as tab:
        choose_paid(tab, GOOD, consent=False)
        tab.locator("#key input").blur()
        expect(tab.locator("#keynote")).to_contain_text("Key …1111: 100.00 credits", timeout=DONE)
        expect(tab.locator("#check .ok").filter(has_text="100.00 credits")).to_be_visible(timeout=DONE)
        tab.get_by_role("button", name="Forget it").click()
        expect(tab.locator("#key input")).to_have_value("")
        expect(tab.locator("#keynote p")).to_have_count(0)
        tab.locator("#key input").fill(WRONG)
        tab.locator("#key input").blur()
        expect(tab.locator("#check .bad")).to_have_text("The key was refused", timeout=DONE)
    assert fake_service[1].posts == posts


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_balance_moves_nothing(browser, fake_segmind_page, size):
    """Whoever clicks when the balance arrives hits what was aimed at: its room was there before."""
    top = "document.querySelector('#consent').getBoundingClientRect().top + scrollY"
    with opened(browser, fake_segmind_page.url, size) as tab:
        choose_paid(tab, GOOD, consent=False)
        settle(tab)
        expect(tab.locator("#keynote")).not_to_contain_text("credits")
        before = tab.evaluate(top)
        tab.locator("#key input").blur()
        expect(tab.locator("#keynote")).to_contain_text("credits", timeout=DONE)
        assert tab.evaluate(top) == before


def test_a_balance_is_shown_beside_its_key_alone(browser, fake_segmind_page, fake_service, monkeypatch):
    """After a paid run its buyer sees there what is left; who opens the run's link sees no balance at all."""
    with opened(browser, fake_segmind_page.url) as tab:
        choose_paid(tab, SPENDING)
        expect(tab.locator("#keynote")).to_contain_text("100.00 credits", timeout=DONE)
        monkeypatch.setitem(fake_service[1].credits, SPENDING, 87.65)
        tab.locator("#generate").click()
        expect_title(tab, "Your video is ready")
        expect(tab.locator("#keynote")).to_contain_text("87.65 credits", timeout=DONE)
        link = tab.url
    with visited(browser, link) as stranger:
        expect_title(stranger, "Your video is ready")
        told = stranger.evaluate("JSON.stringify(infinitalk.state.run.panel)")
        assert "Request id" in told
        seen = told + stranger.locator("body").inner_text()
        assert re.search("credits|balance", seen, re.IGNORECASE) is None


def test_a_key_that_is_brought_after_a_preview_is_shown(browser, fake_segmind_page):
    """A free run changes nothing at the note of a key, which is not there yet."""
    with opened(browser, fake_segmind_page.url) as tab:
        tab.locator("#generate").click()
        expect_title(tab, "Your preview is ready")
        played(tab)
        choose_paid(tab, GOOD)
        expect(tab.locator("#keynote")).to_contain_text("100.00 credits", timeout=DONE)


def test_what_a_click_lacked_is_shown_until_the_form_changes(browser, fake_segmind_page):
    """A click leaves the key's field, too: what is found out about the key later does not take its place."""
    with opened(browser, fake_segmind_page.url) as tab:
        choose_paid(tab, SLOW_BALANCE, consent=False)
        tab.locator("#generate").click()
        lacked = tab.locator("#check .bad")
        expect(lacked).to_have_text(texts_in()["refused.need_consent"], timeout=DONE)
        expect(tab.locator("#keynote")).to_contain_text("100.00 credits", timeout=DONE)
        settle(tab)
        expect(lacked).to_have_text(texts_in()["refused.need_consent"])
        tab.locator("#consent input").check()
        expect(tab.locator("#check")).to_contain_text("100.00 credits", timeout=DONE)
        expect(lacked).to_have_count(0)


def test_a_key_that_was_used_is_nowhere_to_be_found(browser, fake_segmind_page):
    """After a paid run: in no variable, storage, cookie, address, text, configuration, dump, file or log."""
    with opened(browser, fake_segmind_page.url) as tab:
        session = []
        tab.on("request", lambda sent: session.append(sent.url))
        choose_paid(tab, GOOD)
        tab.locator("#generate").click()
        expect_title(tab, "Your video is ready")
        played(tab)
        tab.get_by_role("button", name="Details of this run").click()
        expect(tab.locator("#details pre", has_text="_API_KEY")).to_have_count(3)
        stored = "{...localStorage}, {...sessionStorage}, location.href, document.cookie"
        kept = tab.evaluate(f"JSON.stringify([infinitalk, {stored}])")
        assert GOOD not in kept
        assert GOOD not in tab.content()
        assert not any(GOOD in url for url in session)
    for path in ("config", "gradio_api/info", "gradio_api/deep_link?session_hash=x", "monitoring/summary"):
        assert GOOD not in httpx.get(f"{fake_segmind_page.url}/{path}").text
    for path in fake_segmind_page.state.rglob("*"):
        if path.is_file():
            assert GOOD.encode() not in path.read_bytes(), path


NAMES = {"service": SERVICE, "model": MODEL}
TERMS = [
    {
        "text": texts_in().fill(f"terms.{name}", **NAMES),
        "link": texts_in().fill(f"terms.{name}_link", **NAMES),
        "to": to if ENGINE == "infinitetalk" else "",
    }
    for name, to in (
        ("who", "https://www.segmind.com"),
        ("price", "https://www.segmind.com/models/infinite-talk/pricing"),
        ("key", "https://cloud.segmind.com/console/api-keys"),
    )
]


def test_after_a_preview_one_click_leads_to_the_paid_engine(browser, fake_segmind_page, fake_service):
    """The button "Choose the full video" keeps the inputs, asks for key and tick, and buys nothing."""
    posts = dict(fake_service[1].posts)
    with opened(browser, fake_segmind_page.url) as tab:
        tab.locator("#more > button").click()
        tab.locator("#prompt textarea").fill("A speaker who stays.")
        tab.locator("#generate").click()
        expect_title(tab, "Your preview is ready")
        tab.locator("#status [data-do=paid]").click()
        expect(tab.locator("#key input")).to_be_visible(timeout=DONE)
        buys = "Make the full video, paid"
        expect(tab.get_by_role("button", name=buys)).to_have_count(1)  # no other one has its name
        for term in TERMS:
            expect(tab.locator("#terms").get_by_text(term["text"])).to_be_visible()
            links = tab.locator("#terms").get_by_role("link", name=term["link"])
            if term["to"]:
                expect(links).to_have_attribute("href", term["to"])
        expect(tab.locator("#consent input")).not_to_be_checked()
        expect(tab.locator("#prompt textarea")).to_have_value("A speaker who stays.")
        expect(tab.locator("#generate")).to_have_text(buys)
    assert fake_service[1].posts == posts


OTHER = """() => {
    const [name, known] = Object.entries(infinitalk.providers).find(([, one]) => !one.free);
    const key = { label: "Your Small key", info: "Of your own.", placeholder: "SM_" };
    const terms = [{ text: "Two cents.", link: "", to: "" }];
    infinitalk.providers[name] = { ...known, key, terms, resolutions: [["576p", "576p"]], fps: [18, 24] };
}"""


def test_the_form_asks_and_offers_what_the_chosen_provider_does(browser, shared_page):
    """Its key, what it costs, its resolutions and frames per second take the place of another's."""
    with opened(browser, shared_page.url) as tab:
        tab.evaluate(OTHER)
        tab.locator("#more > button").click()
        paid_engine(tab).check()
        expect(tab.get_by_label("Your Small key")).to_have_attribute("placeholder", "SM_")
        expect(tab.get_by_text("Two cents.")).to_be_visible()
        expect(tab.locator("#resolution input")).to_have_value("576p")
        expect(tab.locator("#fps input[type=range]")).to_have_attribute("max", "24")
        tab.get_by_role("radio", name=re.compile("^Free preview")).check()
        expect(tab.locator("#key")).to_be_hidden()
        expect(tab.locator("#fps input[type=range]")).to_have_attribute("max", "30")
