"""Stop: a paid run goes on and guards the purse, and a free preview is ended with its renderer."""

import time

from playwright.sync_api import expect

from infinitalk_app.ui.text.catalogue import texts_in
from tests.app.browsing import DONE, choose_paid, expect_title, opened
from tests.app.fake_segmind import SLOW
from tests.app.pages import Page
from tests.app.test_resume import begin
from tests.processes import assert_gone, children_of, command_of

ASK = texts_in()["second.ask"]


def renderer_of(page: Page) -> int:
    """Return the process that renders the preview, once there is one."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        for pid in children_of(page.process.pid):
            if b"infinitalk_preview" in command_of(pid) and b"talk.mp4" in command_of(pid):
                return pid
        time.sleep(0.02)
    raise AssertionError("nothing renders")


def test_a_preview_that_is_stopped_is_ended_with_its_renderer(browser, shared_page):
    """Stop leaves no process behind, and the next preview works."""
    with opened(browser, shared_page.url) as tab:
        begin(tab)
        renderer = renderer_of(shared_page)
        tab.get_by_role("button", name="Stop", exact=True).click()
        expect_title(tab, "Stopped")
        assert_gone(renderer)
        expect(tab.locator("#status .st")).to_contain_text(texts_in()["states.cancelled.line"])
        tab.locator("#generate").click()
        expect_title(tab, "Your preview is ready")


def test_a_second_purchase_is_asked_for_while_the_first_goes_on(browser, fake_segmind_page, fake_service):
    """The run is named at the button; only "Buy a second one" buys, and a free preview is not asked for."""
    service = fake_service[1]
    with opened(browser, fake_segmind_page.url) as tab, service.holding():
        second, generate = tab.locator("#second"), tab.locator("#generate")
        choose_paid(tab, SLOW)
        begin(tab)
        tab.wait_for_url("**/?job=*", timeout=DONE)
        posts = service.posts[SLOW]
        tab.get_by_role("button", name="Stop watching").click()
        expect(second).to_contain_text("goes on", timeout=DONE)
        expect(second).not_to_contain_text(ASK)
        expect(tab.locator("#history li b")).to_have_text(texts_in()["history.states.unseen"], timeout=DONE)
        expect(generate).to_be_enabled()
        generate.click()
        expect(second).to_contain_text(ASK)
        expect(tab.locator("#live")).to_contain_text(ASK)
        tab.get_by_role("button", name="Not now").click()
        expect(second).not_to_contain_text(ASK)
        expect(generate).to_be_focused()
        assert service.posts[SLOW] == posts
        generate.click()
        tab.get_by_role("button", name="Buy a second one").click()
        expect(generate).to_be_disabled(timeout=DONE)
        tab.wait_for_url("**/?job=*", timeout=DONE)
        expect(second).to_contain_text("goes on")
        assert service.posts[SLOW] == posts + 1
