"""Every way in which a paid run goes wrong: what the page says, whether it cost anything, what it offers."""

import re

import pytest
from playwright.sync_api import Page, expect

from infinitalk_app import words
from tests.app.browsing import DONE, choose_paid, expect_title, opened
from tests.app.paid import ENGINE, GONE_SAYS, MODEL, SERVICE
from tests.app.segminds import (
    BLOCKED,
    BUSY,
    CHOOSY,
    EMPTY_402,
    FAILING,
    GONE,
    LOST,
    OWN_WORDS,
    POOR,
    WRONG,
)

# key -> title, sense of the second line, buttons, and how many submissions reached the service
FREE, PAYER = "Free preview instead", f"Open {SERVICE}"
ROWS = {
    "a refused key": (WRONG, "The key was refused", "Nothing was charged", [PAYER, FREE], 0),
    "an empty account": (EMPTY_402, "Not enough credits", "Nothing was charged", [PAYER, FREE], 0),
    "too little credit": (POOR, "Not enough credits", "Nothing was charged", [PAYER, FREE], 1),
    "a refused value": (CHOOSY, f"{SERVICE} said no", "Nothing was charged", [FREE], 1),
    "a failed run": (FAILING, "It did not work out", "failed runs are free", ["Try again", FREE], 1),
    "blocked": (BLOCKED, f"{SERVICE} will not render this", "runs are free", ["Use another picture"], 1),
    "a lost answer": (
        LOST,
        "Sent, but no answer came",
        "so you do not pay twice",
        [PAYER, "Submit again"],
        1,
    ),
}


@pytest.mark.parametrize("row", ROWS)
def test_each_error_says_what_it_cost_and_what_to_do(browser, moody_page, moody, row):
    """Title, charge line and buttons are those of the table; no error is bought a second time by itself."""
    key, title, sense, buttons, posts = ROWS[row]
    before = moody[1].posts.get(key, 0)
    with opened(browser, moody_page.url) as tab:
        choose_paid(tab, key)
        expect(tab.locator("#keynote p")).to_be_visible(timeout=DONE)
        tab.locator("#generate").click()
        expect_title(tab, title)
        expect(tab.locator("#status .st")).to_contain_text(sense)
        assert tab.locator("#status .acts button").all_text_contents() == buttons
        expect(tab.locator("#generate")).to_be_enabled()
    assert moody[1].posts.get(key, 0) - before == posts


def test_a_result_that_is_gone_says_for_how_long_it_was_kept(browser, moody_page, moody):
    """By its link, hours later: the settings can be used again, and nothing is bought."""
    before = moody[1].posts.get(GONE, 0)
    with opened(browser, f"{moody_page.url}?job={'0' * 32}&engine={ENGINE}") as tab:
        expect_title(tab, "Whose video is this?")
        tab.locator("#key input").fill(GONE)
        tab.get_by_role("button", name="Look again").click()
        expect_title(tab, "This video is gone")
        expect(tab.locator("#status .st")).to_contain_text(GONE_SAYS)
        assert tab.locator("#status .acts button").all_text_contents() == ["Use these settings"]
    assert moody[1].posts.get(GONE, 0) == before


@pytest.mark.parametrize("key", [CHOOSY, FAILING])
def test_foreign_words_are_shown_as_they_are(browser, moody_page, key):
    """Signs of markup and of templates in the service's words are letters, and nothing runs."""
    with opened(browser, moody_page.url) as tab:
        choose_paid(tab, key)
        tab.locator("#generate").click()
        expect(tab.locator("#status .st p").first).to_contain_text(OWN_WORDS, timeout=DONE)


def test_a_busy_service_is_waited_for(browser, moody_page):
    """A 429 is told with the time of the next try, while the run goes on by itself."""
    with opened(browser, moody_page.url) as tab:
        choose_paid(tab, BUSY)
        tab.locator("#generate").click()
        expect_title(tab, f"{SERVICE} keeps us waiting")
        expect(tab.locator("#status .st")).to_contain_text("We try again by ourselves in 8 s")


def lose_an_answer(tab: Page) -> None:
    """Buy a run whose answer never comes."""
    choose_paid(tab, LOST)
    tab.locator("#generate").click()
    expect_title(tab, "Sent, but no answer came")


def test_submit_again_is_a_second_deliberate_purchase(browser, moody_page, moody):
    """After a lost answer only a click on "Submit again" posts once more, under a token of its own."""
    before = moody[1].posts.get(LOST, 0)
    with opened(browser, moody_page.url) as tab:
        lose_an_answer(tab)
        link = tab.url
        assert moody[1].posts[LOST] == before + 1
        tab.get_by_role("button", name="Submit again").click()
        expect(tab.locator("#generate")).to_be_disabled(timeout=DONE)
        expect_title(tab, "Sent, but no answer came")
        assert tab.url != link
    assert moody[1].posts[LOST] == before + 2


def test_submit_again_never_sends_the_example(browser, moody_page, moody):
    """After a reload the form holds it: settings come back, files are asked for, the warning stays."""
    with opened(browser, moody_page.url) as tab:
        tab.locator("#prompt textarea").fill("A quiet speaker.")
        lose_an_answer(tab)
        posts = moody[1].posts[LOST]
        tab.reload()
        expect_title(tab, "Sent, but no answer came")
        tab.get_by_role("button", name="Submit again").click()
        expect(tab.locator("#status .notes")).to_have_text(words.BRING)
        expect(tab.locator("#live")).to_have_text(words.BRING)
        expect(tab.locator("#status .st")).to_contain_text("so you do not pay twice")
        assert tab.locator("#status .acts button").all_text_contents() == [PAYER]
        expect(tab.locator("#prompt textarea")).to_have_value("A quiet speaker.")
        expect(tab.locator("#generate")).to_be_enabled()
    assert moody[1].posts[LOST] == posts


@pytest.mark.parametrize("what", ["picture", "engine"])
def test_submit_again_never_sends_a_changed_form(browser, moody_page, moody, what):
    """Another picture or engine is sent by the form's own button, to which "Submit again" then leads."""
    with opened(browser, moody_page.url) as tab:
        lose_an_answer(tab)
        posts = moody[1].posts[LOST]
        if what == "picture":
            tab.locator("#examples button").nth(1).click()
        else:
            tab.get_by_role("radio", name=re.compile("^Preview")).check()
        tab.wait_for_function("talk.sent === ''", timeout=DONE)
        tab.get_by_role("button", name="Submit again").click()
        expect(tab.locator("#status .notes")).to_have_text(words.CHANGED)
        expect(tab.locator("#generate")).to_be_focused()
        expect_title(tab, "Sent, but no answer came")
        expect(tab.locator("#generate")).to_be_enabled()
    assert moody[1].posts[LOST] == posts


def test_a_click_that_lacked_something_changes_nothing_about_the_run_before(browser, moody_page, moody):
    """The card comes back, and "Submit again" still knows that the form holds what that run sent."""
    before = moody[1].posts.get(LOST, 0)
    with opened(browser, moody_page.url) as tab:
        lose_an_answer(tab)
        tab.locator("#consent input").uncheck()
        tab.locator("#generate").click()
        expect(tab.locator("#check .bad")).to_have_text(words.NEED_CONSENT, timeout=DONE)
        expect_title(tab, "Sent, but no answer came")
        tab.locator("#consent input").check()
        tab.get_by_role("button", name="Submit again").click()
        expect(tab.locator("#generate")).to_be_disabled(timeout=DONE)
        expect_title(tab, "Sent, but no answer came")
    assert moody[1].posts[LOST] == before + 2


def test_a_number_out_of_its_range_is_told_in_words(browser, shared_page):
    """What can be typed beside a slider or into a box is judged by the run, not by an error of Gradio's."""
    with opened(browser, shared_page.url) as tab:
        for closed in ("#more", "#trim"):
            tab.locator(closed).get_by_role("button").first.click()
        tab.get_by_role("radio", name=MODEL).check()
        # What Gradio has just opened sets its value once more, within less time than a person needs.
        expect(tab.locator("#check")).to_contain_text("Paid", timeout=DONE)
        tab.locator("#fps input[type=number]").fill("99")
        expect(tab.locator("#check")).to_contain_text("99 fps", timeout=DONE)
        tab.get_by_role("radio", name=re.compile("^Preview")).check()
        tab.locator("#start input").fill("-5")
        tab.locator("#start input").blur()
        tab.locator("#generate").click()
        expect_title(tab, "This will not do yet")
        expect(tab.locator("#status .st")).to_contain_text(words.BAD_START)
        expect(tab.locator(".toast-body")).to_have_count(0)


def test_an_unknown_link_says_so(browser, shared_page):
    """A run that nobody knows is no error without words."""
    with opened(browser, f"{shared_page.url}?run={'0' * 32}") as tab:
        expect_title(tab, "No such run")
        expect(tab.locator("#status")).to_contain_text(f"look at {SERVICE}")
        expect(tab.locator("#status")).not_to_contain_text(words.NOT_SENT)


def test_a_free_preview_is_one_click_away(browser, moody_page):
    """The button "Free preview instead" chooses the preview, and starts nothing."""
    with opened(browser, moody_page.url) as tab:
        choose_paid(tab, POOR)
        tab.locator("#generate").click()
        tab.get_by_role("button", name="Free preview instead").click(timeout=DONE)
        expect(tab.get_by_role("radio", name=re.compile("^Preview"))).to_be_checked()
        expect(tab.locator("#generate")).to_have_text("Make a free preview")
