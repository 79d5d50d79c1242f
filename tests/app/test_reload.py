"""A reload: the form holds what the visitor had, and nothing of what the visitor did not have."""

import re

from playwright.sync_api import Page, expect

from tests.app.browsing import (
    DONE,
    bring,
    choose_paid,
    expect_title,
    opened,
    paid_engine,
    ready,
    settle,
    tab_of,
)
from tests.app.conftest import KEY
from tests.app.pages import PICTURE, VOICE

OTTO = PICTURE.with_name("otto.jpg")


def fill(tab: Page) -> None:
    """Bring another person with another voice, and change what can be changed."""
    bring(tab, OTTO, VOICE)
    tab.locator("#fps input[type=number]").fill("16")
    tab.locator("#more > button").click()
    tab.locator("#prompt textarea").fill("A calm man, who stays.")
    tab.locator("#start input").fill("1")
    expect(tab.locator("#check")).to_contain_text("5.5", timeout=DONE)
    settle(tab)


def held(tab: Page) -> dict[str, object]:
    """Return what the form says of picture, voice, prompt and start."""
    settle(tab)
    return {
        "files": tab.evaluate("infinitalk.state.form.files"),
        "picture": tab.locator("#picture img").get_attribute("src"),
        "prompt": tab.locator("#prompt textarea").input_value(),
        "start": tab.locator("#start input").input_value(),
    }


def test_a_reload_beside_a_run_keeps_the_form(browser, shared_page):
    """Picture, voice, part, prompt and quality are those of the run, and a click makes another such run."""
    with opened(browser, shared_page.url) as tab:
        fill(tab)
        tab.locator("#generate").click()
        expect_title(tab, "Your preview is ready")
        before = held(tab)
        assert "otto" in str(before["files"])
        tab.reload()
        ready(tab)
        expect_title(tab, "Your preview is ready")
        tab.locator("#more > button").click()
        expect(tab.locator("#fps input[type=number]")).to_have_value("16")
        assert held(tab) == before
        first = tab.url
        tab.locator("#generate").click()
        tab.wait_for_url(lambda address: address != first, timeout=DONE)
        expect_title(tab, "Your preview is ready")
        kept = tab.evaluate("infinitalk.readEntries().map(({ files, settings }) => [files, settings.prompt])")
        assert kept == [[before["files"], before["prompt"]]] * 2


def test_a_reload_keeps_neither_key_nor_consent(browser, shared_page):
    """The paid engine stays chosen, and asks again; the key is not in the tab's storage."""
    with opened(browser, shared_page.url) as tab:
        choose_paid(tab, KEY)
        tab.locator("#more > button").click()
        tab.locator("#prompt textarea").fill("A calm speaker.")
        tab.wait_for_function("JSON.stringify(sessionStorage).includes('A calm speaker.')", timeout=DONE)
        assert KEY not in tab.evaluate("JSON.stringify(sessionStorage)")
        tab.reload()
        ready(tab)
        expect(paid_engine(tab)).to_be_checked(timeout=DONE)
        expect(tab.locator("#key input")).to_have_value("")
        expect(tab.locator("#consent input")).not_to_be_checked()


def test_a_file_that_is_gone_leaves_its_box_empty(browser, shared_page):
    """The server keeps uploads for an hour: after that nobody else stands in the place of the picture."""
    with opened(browser, shared_page.url, forgiving=("403",)) as tab:
        fill(tab)
        name = str(held(tab)["picture"]).split("/")[-2]
        for path in (shared_page.state / "uploads").glob(f"*/{name}/{OTTO.name}"):
            path.unlink()
        tab.reload()
        ready(tab)
        tab.locator("#more > button").click()
        expect(tab.locator("#prompt textarea")).to_have_value("A calm man, who stays.", timeout=DONE)
        expect(tab.locator("#picture img")).to_have_count(0)
        expect(tab.locator("#voice [title='Clear']")).to_be_visible()


def test_a_fresh_visit_holds_the_example(browser, shared_page):
    """Another tab of the same browser, opened by the run's link, and the same tab by the page's address."""
    with opened(browser, shared_page.url) as tab:
        fill(tab)
        with tab_of(tab.context, tab.url) as other:
            other.locator("#more > button").click()
            expect(other.locator("#prompt textarea")).to_have_value(re.compile("gesturing naturally"))
        tab.goto(f"{shared_page.url}?seed=7")
        ready(tab)
        tab.locator("#more > button").click()
        expect(tab.locator("#prompt textarea")).to_have_value(re.compile("gesturing naturally"))
        assert "mira" in str(tab.locator("#picture img").get_attribute("src"))
