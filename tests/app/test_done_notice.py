"""A visitor who does something else meanwhile hears of a run's end by the tab's title and a notification."""

import contextlib
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from infinitalk_app.ui.text.catalogue import texts_in
from tests.app import pages
from tests.app.browsing import DONE, choose_paid, expect_title, tab_of
from tests.app.fake_segmind import FAILING, GOOD, SLOW

TEXTS = texts_in()
PLAIN = TEXTS["page.title"]
# A visitor who answers the browser's question, and looks elsewhere or at the page.
NOTICES = """
window.asked = 0;
window.shown = [];
window.away = false;
window.Notification = class {
    static permission = "default";
    static async requestPermission() {
        window.asked += 1;
        return (Notification.permission = "ANSWER");
    }
    constructor(title, options) {
        window.shown.push({ title, ...options });
        window.notice = this;
    }
    close() {
        window.gone = true;
    }
};
Object.defineProperty(document, "hidden", { get: () => window.away });
"""

THROWS = """
Notification.permission = "granted";
Notification = new Proxy(Notification, { construct() { throw new TypeError() } });
"""


@contextlib.contextmanager
def visitor(browser: Browser, page: pages.Page, script: str = "", answer: str = "granted") -> Iterator[Page]:
    window = browser.new_context(reduced_motion="reduce")
    window.add_init_script(NOTICES.replace("ANSWER", answer) + script)
    with tab_of(window, page.url) as tab:
        yield tab
    window.close()


def titled(state: str) -> str:
    return TEXTS[f"tab.{state}"].replace("{title}", PLAIN)


def look_away(tab: Page, away: bool) -> None:
    tab.evaluate(
        """(away) => {
            window.away = away;
            document.dispatchEvent(new Event("visibilitychange"));
        }""",
        away,
    )


def test_a_paid_run_tells_its_end_to_a_visitor_who_is_elsewhere(browser, fake_segmind_page, fake_service):
    """The title counts and says "Ready", a notification leads back, and the title is as before once seen."""
    with visitor(browser, fake_segmind_page) as tab:
        choose_paid(tab, SLOW)
        assert tab.evaluate("asked") == 0
        with fake_service[1].holding():
            tab.locator("#generate").click()
            tab.wait_for_url(re.compile(r"\?job="), timeout=DONE)
            assert tab.evaluate("asked") == 1
            counts = re.escape(titled("busy")).replace(re.escape("{time}"), r"\d+:\d\d")
            expect(tab).to_have_title(re.compile(counts))
            look_away(tab, True)
        expect_title(tab, "Your video is ready")
        expect(tab).to_have_title(titled("ok"))
        line = TEXTS["states.completed.paid.line"]
        run = tab.evaluate("infinitalk.state.run.panel.run")
        assert tab.evaluate("shown") == [{"title": "Your video is ready", "body": line, "tag": run}]
        tab.evaluate("scrollTo({ top: document.body.scrollHeight, behavior: 'instant' })")
        tab.evaluate("notice.onclick()")
        expect(tab.locator("#result")).to_be_in_viewport()
        assert tab.evaluate("gone")
        look_away(tab, False)
        expect(tab).to_have_title(PLAIN)


def test_a_preview_asks_for_nothing_and_notifies_nobody(browser, fake_segmind_page):
    """Its end is in the title alone, until the next click."""
    with visitor(browser, fake_segmind_page) as tab:
        look_away(tab, True)
        tab.locator("#generate").click()
        expect_title(tab, "Your preview is ready")
        expect(tab).to_have_title(titled("ok"))
        assert (tab.evaluate("asked"), tab.evaluate("shown")) == (0, [])
        tab.evaluate("window.away = false")
        tab.locator("#status h2").click()
        expect(tab).to_have_title(PLAIN)


def test_a_failed_run_says_so_in_the_title(browser, fake_segmind_page):
    """A visitor who looks at the page gets no notification of it."""
    with visitor(browser, fake_segmind_page) as tab:
        choose_paid(tab, FAILING)
        tab.locator("#generate").click()
        expect(tab.locator("#status .is-bad")).to_be_visible(timeout=DONE)
        expect(tab).to_have_title(titled("bad"))
        assert (tab.evaluate("asked"), tab.evaluate("shown")) == (1, [])


def test_a_run_that_had_ended_before_changes_no_title(browser, fake_segmind_page):
    """Whoever comes back to a finished run sees it: nothing has to be told."""
    with visitor(browser, fake_segmind_page) as tab:
        choose_paid(tab, GOOD)
        tab.locator("#generate").click()
        expect_title(tab, "Your video is ready")
        tab.reload()
        expect_title(tab, "Your video is ready")
        expect(tab).to_have_title(PLAIN)


@pytest.mark.parametrize(
    ("script", "answer"),
    [
        ("delete window.Notification;", ""),
        ("", "denied"),
        (THROWS, ""),
    ],
)
def test_without_notifications_nothing_breaks(browser, fake_segmind_page, script, answer):
    """A phone has none, a visitor refuses, Android's browser throws: the title tells it all the same."""
    with visitor(browser, fake_segmind_page, script, answer) as tab:
        choose_paid(tab, GOOD)
        look_away(tab, True)
        tab.locator("#generate").click()
        expect_title(tab, "Your video is ready")
        expect(tab).to_have_title(titled("ok"))
        assert tab.evaluate("shown") == []
