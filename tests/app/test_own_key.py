"""A visitor's own key: checked for free, shown by its last letters, forgotten at a click, kept nowhere."""

import re

import httpx
from playwright.sync_api import expect

from infinitalk_app import words
from tests.app.browsing import DONE, choose_paid, expect_title, opened, played
from tests.app.paid import MODEL, SNIPPETS
from tests.app.segminds import GOOD, PONDERING, WRONG


def test_a_key_is_checked_shown_and_forgotten(browser, moody_page, moody):
    """Leaving the field asks for the balance; nothing is bought, and "Forget it" empties the field."""
    posts = dict(moody[1].posts)
    with opened(browser, moody_page.url) as tab:
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
    assert moody[1].posts == posts


def test_what_a_click_lacked_stays_said_until_the_form_changes(browser, moody_page):
    """A click leaves the key's field, too: what is found out about the key later does not take its place."""
    with opened(browser, moody_page.url) as tab:
        choose_paid(tab, PONDERING, consent=False)
        tab.locator("#generate").click()
        lacked = tab.locator("#check .bad")
        expect(lacked).to_have_text(words.NEED_CONSENT, timeout=DONE)
        expect(tab.locator("#keynote")).to_contain_text("100.00 credits", timeout=DONE)
        tab.wait_for_function("talk.news.expected.size === 0", timeout=DONE)
        expect(lacked).to_have_text(words.NEED_CONSENT)
        tab.locator("#consent input").check()
        expect(tab.locator("#check")).to_contain_text("100.00 credits", timeout=DONE)
        expect(lacked).to_have_count(0)


def test_a_key_that_was_used_is_nowhere_to_be_found(browser, moody_page):
    """After a paid run: in no variable, storage, cookie, address, text, configuration, dump, file or log."""
    with opened(browser, moody_page.url) as tab:
        session = []
        tab.on("request", lambda sent: session.append(sent.url))
        choose_paid(tab, GOOD)
        tab.locator("#generate").click()
        expect_title(tab, "Your video is ready")
        played(tab)
        tab.get_by_role("button", name="Details of this run").click()
        expect(tab.locator("#details pre", has_text="SEGMIND_API_KEY")).to_have_count(SNIPPETS)
        kept = tab.evaluate(
            "JSON.stringify([talk, {...localStorage}, {...sessionStorage}, location.href, document.cookie])"
        )
        assert GOOD not in kept
        assert GOOD not in tab.content()
        assert not any(GOOD in url for url in session)
    for path in ("config", "gradio_api/info", "gradio_api/deep_link?session_hash=x", "monitoring/summary"):
        assert GOOD not in httpx.get(f"{moody_page.url}/{path}").text
    for path in moody_page.state.rglob("*"):
        if path.is_file():
            assert GOOD.encode() not in path.read_bytes(), path


def test_after_a_preview_one_click_leads_to_the_paid_engine(browser, moody_page, moody):
    """The button "Render with InfiniteTalk" keeps the inputs, asks for key and tick, and buys nothing."""
    posts = dict(moody[1].posts)
    with opened(browser, moody_page.url) as tab:
        tab.locator("#prompt textarea").fill("A speaker who stays.")
        tab.locator("#generate").click()
        expect_title(tab, "Your preview is ready")
        tab.locator("#status [data-do=paid]").click()
        expect(tab.locator("#key input")).to_be_visible(timeout=DONE)
        expect(tab.locator("#consent input")).not_to_be_checked()
        expect(tab.locator("#prompt textarea")).to_have_value("A speaker who stays.")
        expect(tab.locator("#generate")).to_have_text(f"Render with {MODEL}")
    assert moody[1].posts == posts


OTHER = """() => {
    const [name, known] = Object.entries(talk.providers).find(([, one]) => !one.free);
    const key = { label: "Your Small key", info: "Of your own.", placeholder: "SM_" };
    const own = { price_note: "Two <b>cents</b>.", resolutions: ["576p"], fps: [18, 24] };
    talk.providers[name] = { ...known, key, ...own };
}"""


def test_the_form_asks_and_offers_what_the_chosen_provider_does(browser, shared_page):
    """Its key, what it costs, its resolutions and frames per second take the place of another's."""
    with opened(browser, shared_page.url) as tab:
        tab.evaluate(OTHER)
        tab.get_by_role("button", name="More settings").click()
        tab.get_by_role("radio", name=MODEL).check()
        expect(tab.get_by_label("Your Small key")).to_have_attribute("placeholder", "SM_")
        expect(tab.get_by_text("Two <b>cents</b>.")).to_be_visible()
        expect(tab.locator("#resolution input")).to_have_value("576p")
        expect(tab.locator("#fps input[type=range]")).to_have_attribute("max", "24")
        tab.get_by_role("radio", name=re.compile("^Preview")).check()
        expect(tab.locator("#key")).to_be_hidden()
        expect(tab.locator("#fps input[type=range]")).to_have_attribute("max", "30")
