"""Every way in which a paid run goes wrong: what the page says, whether it cost anything, what it offers."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from infinitalk_app.ui.text.catalogue import texts_in
from tests.app import pages
from tests.app.browsing import DONE, choose_paid, expect_title, opened, paid_engine, tab_of, visited
from tests.app.fake_segmind import (
    BLOCKED,
    BUSY,
    EMPTY_402,
    FAILING,
    GONE,
    LOST,
    OWN_WORDS,
    POOR,
    REFUSING,
    WRONG,
)
from tests.app.paid import ENGINE, GONE_SAYS, SERVICE

# key -> title, sense of the second line, buttons, and how many submissions reached the service
FREE, PAYER = "Free preview instead", f"Open {SERVICE}"
ROWS = {
    "a refused key": (WRONG, "The key was refused", "Nothing was charged", [PAYER, FREE], 0),
    "an empty account": (EMPTY_402, "Not enough credits", "Nothing was charged", [PAYER, FREE], 0),
    "too little credit": (POOR, "Not enough credits", "Nothing was charged", [PAYER, FREE], 1),
    "a refused value": (REFUSING, f"{SERVICE} said no", "Nothing was charged", [FREE], 1),
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


@pytest.fixture(scope="module")
def payer(browser: Browser, fake_segmind_page: pages.Page) -> Iterator[Page]:
    """Yield a tab in which one order after another goes wrong."""
    with opened(browser, fake_segmind_page.url) as tab:
        yield tab


def order(tab: Page, key: str) -> None:
    """Order with a key, and wait until the panel tells of this order and of no other before it."""
    told = "infinitalk.state.run.panel?.run"
    before = tab.evaluate(told)
    choose_paid(tab, key)
    tab.locator("#key input").blur()  # the key is checked when its field is left
    expect(tab.locator("#keynote p")).to_contain_text(key[-4:], timeout=DONE)
    tab.locator("#generate").click()
    tab.wait_for_function(f"before => {told} && {told} !== before", arg=before, timeout=DONE)


@pytest.mark.parametrize("row", ROWS)
def test_each_error_says_what_it_cost_and_what_to_do(payer, fake_service, row):
    """Title, charge line and buttons are those of the table; no error is bought a second time by itself."""
    key, title, sense, buttons, posts = ROWS[row]
    before = fake_service[1].posts.get(key, 0)
    order(payer, key)
    expect_title(payer, title)
    expect(payer.locator("#status .st")).to_contain_text(sense)
    assert payer.locator("#status .acts button").all_text_contents() == buttons
    expect(payer.locator("#generate")).to_be_enabled()
    assert fake_service[1].posts.get(key, 0) - before == posts


def test_a_result_that_is_gone_says_for_how_long_it_was_kept(browser, fake_segmind_page, fake_service):
    """By its link, hours later: the settings can be used again, and nothing is bought."""
    before = fake_service[1].posts.get(GONE, 0)
    with visited(browser, f"{fake_segmind_page.url}?job={'0' * 32}&engine={ENGINE}") as tab:
        tab.get_by_role("button", name=texts_in()["visit.bought"]).click()
        expect_title(tab, "Whose video is this?")
        tab.locator("#key input").fill(GONE)
        tab.get_by_role("button", name="Look again").click()
        expect_title(tab, "This video is gone")
        expect(tab.locator("#status .st")).to_contain_text(GONE_SAYS)
        assert tab.locator("#status .acts button").all_text_contents() == ["Use these settings"]
    assert fake_service[1].posts.get(GONE, 0) == before


@pytest.mark.parametrize("key", [REFUSING, FAILING])
def test_foreign_words_are_shown_as_they_are(payer, key):
    """Signs of markup and of templates in the service's words are letters, and nothing runs."""
    order(payer, key)
    expect(payer.locator("#status .st p").first).to_contain_text(OWN_WORDS, timeout=DONE)


def test_a_busy_service_is_waited_for(browser, fake_segmind_page):
    """A 429 is told with the time of the next try, while the run goes on by itself."""
    with opened(browser, fake_segmind_page.url) as tab:
        choose_paid(tab, BUSY)
        tab.locator("#generate").click()
        expect_title(tab, f"{SERVICE} keeps us waiting")
        expect(tab.locator("#status .st")).to_contain_text("We try again in 8 s")


def lose_an_answer(tab: Page) -> None:
    """Buy a run whose answer never comes."""
    choose_paid(tab, LOST)
    tab.locator("#generate").click()
    expect_title(tab, "Sent, but no answer came")


def test_submit_again_is_a_second_deliberate_purchase(browser, fake_segmind_page, fake_service):
    """After a lost answer only a click on "Submit again" posts once more, under a token of its own."""
    before = fake_service[1].posts.get(LOST, 0)
    with opened(browser, fake_segmind_page.url) as tab:
        lose_an_answer(tab)
        link = tab.url
        assert fake_service[1].posts[LOST] == before + 1
        tab.get_by_role("button", name="Submit again").click()
        expect(tab.locator("#generate")).to_be_disabled(timeout=DONE)
        expect_title(tab, "Sent, but no answer came")
        assert tab.url != link
    assert fake_service[1].posts[LOST] == before + 2


def lost_order_of_otto(tab: Page) -> None:
    """Order a video of another example than the first, whose answer is lost."""
    tab.locator("#examples button").nth(1).click()
    tab.wait_for_function("infinitalk.state.form.files.includes('otto.mp3')", timeout=DONE)
    tab.locator("#more > button").click()
    tab.locator("#prompt textarea").fill("A quiet speaker.")
    lose_an_answer(tab)


def test_submit_again_never_sends_the_example(browser, fake_segmind_page, fake_service):
    """Another tab's form holds it: settings come back, files are asked for, the warning stays."""
    with opened(browser, fake_segmind_page.url) as first:
        lost_order_of_otto(first)
        posts = fake_service[1].posts[LOST]
        with tab_of(first.context, first.url) as tab:
            expect_title(tab, "Sent, but no answer came")
            tab.get_by_role("button", name="Submit again").click()
            expect(tab.locator("#status .notes")).to_have_text(texts_in()["panel.bring"])
            expect(tab.locator("#live")).to_have_text(texts_in()["panel.bring"])
            expect(tab.locator("#status .st")).to_contain_text("so you do not pay twice")
            assert tab.locator("#status .acts button").all_text_contents() == [PAYER]
            tab.locator("#more > button").click()
            expect(tab.locator("#prompt textarea")).to_have_value("A quiet speaker.")
            expect(tab.locator("#generate")).to_be_enabled()
    assert fake_service[1].posts[LOST] == posts


def test_after_a_reload_submit_again_finds_the_files_in_the_form(browser, fake_segmind_page, fake_service):
    """The form holds what was sent, but for the key: the note says so, and nothing is sent by itself."""
    with opened(browser, fake_segmind_page.url) as tab:
        lost_order_of_otto(tab)
        posts = fake_service[1].posts[LOST]
        tab.reload()
        expect_title(tab, "Sent, but no answer came")
        tab.wait_for_function("infinitalk.state.form.files.includes('otto.mp3')", timeout=DONE)
        tab.get_by_role("button", name="Submit again").click()
        expect(tab.locator("#status .notes")).to_have_text(texts_in()["panel.there"])
    assert fake_service[1].posts[LOST] == posts


@pytest.mark.parametrize("what", ["picture", "engine"])
def test_submit_again_never_sends_a_changed_form(payer, fake_service, what):
    """Another picture or engine is sent by the form's own button, to which "Submit again" then leads."""
    order(payer, LOST)
    expect_title(payer, "Sent, but no answer came")
    posts = fake_service[1].posts[LOST]
    if what == "picture":
        payer.locator("#examples button:not([aria-pressed=true])").first.click()
    else:
        payer.get_by_role("radio", name=re.compile("^Free preview")).check()
    payer.wait_for_function("infinitalk.state.form.sentRun === ''", timeout=DONE)
    payer.get_by_role("button", name="Submit again").click()
    expect(payer.locator("#status .notes")).to_have_text(texts_in()["panel.changed"])
    expect(payer.locator("#generate")).to_be_focused()
    expect_title(payer, "Sent, but no answer came")
    expect(payer.locator("#generate")).to_be_enabled()
    assert fake_service[1].posts[LOST] == posts


def test_a_click_that_lacked_something_changes_nothing_about_the_run_before(
    browser, fake_segmind_page, fake_service
):
    """The card comes back, and "Submit again" still knows that the form holds what that run sent."""
    before = fake_service[1].posts.get(LOST, 0)
    with opened(browser, fake_segmind_page.url) as tab:
        lose_an_answer(tab)
        tab.locator("#consent input").uncheck()
        tab.locator("#generate").click()
        expect(tab.locator("#check .bad")).to_have_text(texts_in()["refused.need_consent"], timeout=DONE)
        expect_title(tab, "Sent, but no answer came")
        tab.locator("#consent input").check()
        tab.get_by_role("button", name="Submit again").click()
        expect(tab.locator("#generate")).to_be_disabled(timeout=DONE)
        expect_title(tab, "Sent, but no answer came")
    assert fake_service[1].posts[LOST] == before + 2


def test_a_number_out_of_its_range_is_an_error_message(browser, shared_page):
    """What can be typed beside a slider or into a box is judged by the run, not by an error of Gradio's."""
    with opened(browser, shared_page.url) as tab:
        tab.locator("#more").get_by_role("button").first.click()
        paid_engine(tab).check()
        # What Gradio has just opened sets its value once more, within less time than a person needs.
        expect(tab.locator("#check")).to_contain_text("Paid", timeout=DONE)
        tab.locator("#fps input[type=number]").fill("99")
        expect(tab.locator("#check")).to_contain_text("99 fps", timeout=DONE)
        tab.get_by_role("radio", name=re.compile("^Free preview")).check()
        tab.locator("#start input").fill("-5")
        tab.locator("#start input").blur()
        tab.locator("#generate").click()
        expect_title(tab, "This will not do yet")
        expect(tab.locator("#status .st")).to_contain_text(texts_in()["refused.bad_start"])
        expect(tab.locator(".toast-body")).to_have_count(0)


def test_an_unknown_link_says_so(browser, shared_page):
    """A run that nobody knows is no error without words."""
    with visited(browser, f"{shared_page.url}?run={'0' * 32}") as tab:
        expect_title(tab, "No such run")
        expect(tab.locator("#status")).to_contain_text(f"look at {SERVICE}")


def test_a_free_preview_is_one_click_away(payer):
    """The button "Free preview instead" chooses the preview, and starts nothing."""
    order(payer, POOR)
    expect_title(payer, "Not enough credits")
    told = payer.url
    payer.get_by_role("button", name="Free preview instead").click()
    expect(payer.get_by_role("radio", name=re.compile("^Free preview"))).to_be_checked()
    expect(payer.locator("#generate")).to_have_text("Make it talk, free")
    assert payer.url == told
