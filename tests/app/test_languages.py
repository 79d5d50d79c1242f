"""The page in the language of each visitor."""

import re
import string

import httpx
import pytest
from playwright.sync_api import expect

from infinitalk_app.ui.text.catalogue import ENGLISH, languages, texts_in
from tests.app.browsing import DESKTOP, DONE, NARROW, expect_title, opened, visited
from tests.app.pages import client_of
from tests.app.visible_texts import visible

GERMAN = texts_in("de")
LANGUAGES = pytest.mark.parametrize("language", languages())


def english_texts() -> list[re.Pattern[str]]:
    """Return a pattern for each line of an English text that German says in another way."""
    lines = []
    for code in texts_in():
        if texts_in()[code] == GERMAN[code] or code == "language.name":
            continue
        for line in texts_in()[code].split("\n"):
            parts = [re.escape(text) for text, *_ in string.Formatter().parse(line)]
            if any(len(part) > 1 for part in parts):
                lines.append(re.compile(".+".join(parts)))
    return lines


def expect_no_english(tab) -> None:
    known, said = english_texts(), visible(tab)
    assert [text for text in said if any(line.fullmatch(text) for line in known)] == []


def test_a_german_page_says_nothing_in_english_and_its_link_is_read_in_any_language(browser, shared_page):
    """With ?lang=de all is German, also after a preview; an English visitor of its link reads English."""
    with opened(browser, f"{shared_page.url}/?lang=de") as tab:
        tab.locator("#more > button").click()
        expect_no_english(tab)
        tab.locator("#engine input").nth(1).check()
        expect(tab.locator("#key")).to_be_visible()
        expect_no_english(tab)
        tab.locator("#engine input").nth(0).check()
        tab.locator("#generate").click()
        expect_title(tab, GERMAN["states.completed.title"])
        expect_no_english(tab)
        token = tab.evaluate("infinitalk.state.run.panel.run")
    with visited(browser, f"{shared_page.url}/?run={token}") as tab:
        expect(tab.get_by_role("heading", name=texts_in()["visit.title"])).to_be_visible(timeout=DONE)


def test_the_browser_chooses_and_the_address_knows_better(browser, shared_page):
    """An Austrian's browser gets German, events too; ?lang=en gets English all the same."""
    with opened(browser, shared_page.url, locale="de-AT") as tab:
        expect(tab.locator("#head h1")).to_have_text(GERMAN["page.title"])
        expect(tab.locator("#check")).to_contain_text(GERMAN["preflight.face"])
    with opened(browser, f"{shared_page.url}/?lang=en", locale="de-AT") as tab:
        expect(tab.locator("#head h1")).to_have_text(texts_in()["page.title"])
        expect(tab.locator("#check")).to_contain_text(texts_in()["preflight.face"])


def test_the_choice_on_the_page_goes_into_the_address(browser, shared_page):
    """Each language is named by itself; the one that is chosen joins all else in the address."""
    with opened(browser, f"{shared_page.url}/?fps=20") as tab:
        choice = tab.get_by_label(texts_in()["language.choose"])
        assert choice.locator("option").all_inner_texts() == [
            texts_in(language)["language.name"] for language in languages()
        ]
        expect(choice).to_have_value(ENGLISH)
        choice.select_option(GERMAN["language.name"])
        expect(tab.locator("#head h1")).to_have_text(GERMAN["page.title"], timeout=DONE)
        assert tab.url.endswith("/?fps=20&lang=de")
        expect(tab.get_by_label(GERMAN["language.choose"])).to_have_value("de")


def test_what_gradio_does_itself_follows_the_address(browser, shared_page):
    """In German a click on an example fills the form, and the emptied box asks for a picture in German."""
    with opened(browser, f"{shared_page.url}/?lang=de") as tab:
        picture = tab.locator("#picture img")
        before = picture.get_attribute("src")
        tab.locator("#examples .gallery-item").nth(1).click()
        expect(picture).not_to_have_attribute("src", before, timeout=DONE)
        tab.locator("#picture [title='Bild entfernen'], #picture [title='Remove Image']").click()
        expect(tab.locator("#picture")).to_contain_text("Bild hier ablegen")


@LANGUAGES
def test_the_document_says_its_language(shared_page, language):
    """Before any script runs, `lang` and `dir` are those of the language; caches tell languages apart."""
    page = httpx.get(shared_page.url, params={"lang": language}, trust_env=False)
    direction = texts_in(language)["language.direction"]
    assert re.search(f'<html lang="{language}" dir="{direction}"', page.text)
    assert page.headers["content-language"] == language
    assert "accept-language" in page.headers["vary"].lower()


@LANGUAGES
def test_each_language_fits_a_narrow_phone(browser, shared_page, language):
    """No text is cut off, and nothing is too wide; on a large screen the form is where reading begins."""
    with opened(browser, f"{shared_page.url}/?lang={language}", NARROW) as tab:
        assert tab.evaluate("document.documentElement.scrollWidth") <= NARROW[0]
        cut_off = """() => [...document.querySelectorAll("h1, h2, p, button, label span, .steps li")]
          .filter((box) => box.offsetParent && box.innerText?.trim() && box.scrollWidth > box.clientWidth + 1
            && (box.matches("[data-do], #generate") || getComputedStyle(box).overflowX !== "visible"))
          .map((box) => box.innerText)"""
        assert tab.evaluate(cut_off) == []
        tab.set_viewport_size({"width": DESKTOP[0], "height": DESKTOP[1]})
        form, output = (tab.locator(name).bounding_box() for name in ("#form", "#output"))
        from_right = texts_in(language)["language.direction"] == "rtl"
        assert (form["x"] > output["x"]) == from_right


def test_programs_are_answered_in_english(shared_page):
    """/status says its error in English, whatever the language of the request."""
    program = client_of(shared_page.url, headers={"accept-language": "de"})
    with pytest.raises(Exception, match=re.escape(texts_in()["errors.whose.title"])):
        program.predict("unknown-id", "", api_name="/status")
