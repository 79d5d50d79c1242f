"""A page whose network or server has gone: what it says, and what stays."""

from playwright.sync_api import expect

from infinitalk_app.ui.text.catalogue import texts_in
from tests.app.browsing import DONE, expect_title, opened, ready
from tests.app.pages import page
from tests.app.test_resume import CUT, begin, runs_of
from tests.ports import free_port


def test_a_click_while_offline_sends_nothing_and_says_so(browser, fake_segmind_page):
    """The result before it stays, in sight and after the network has come back; then the click works."""
    before = runs_of(fake_segmind_page)
    with opened(browser, fake_segmind_page.url, forgiving=CUT) as tab:
        tab.locator("#generate").click()
        expect_title(tab, "Your preview is ready")
        expect(tab.locator("#player.covered")).to_have_count(0, timeout=DONE)
        link = tab.url
        tab.context.set_offline(True)
        try:
            tab.locator("#generate").click()
            expect(tab.locator("#check .bad")).to_have_text(texts_in()["preflight.offline"])
            expect(tab.locator("#live")).to_have_text(texts_in()["preflight.offline"])
            assert (tab.url, tab.locator("#player.covered").count()) == (link, 0)
        finally:
            tab.context.set_offline(False)
        expect(tab.locator("#check .bad")).to_have_count(0)
        expect_title(tab, "Your preview is ready")
        assert runs_of(fake_segmind_page) == before + 1
        tab.locator("#generate").click()
        expect(tab).not_to_have_url(link, timeout=DONE)
        expect_title(tab, "Your preview is ready")


def test_a_page_on_this_computer_needs_no_network(browser, fake_segmind_page):
    """A browser without any network makes a preview, since the page's server answers all the same."""
    with opened(browser, fake_segmind_page.url) as tab:
        tab.evaluate("Object.defineProperty(navigator, 'onLine', { get: () => false })")
        tab.locator("#generate").click()
        expect_title(tab, "Your preview is ready")


def test_a_server_that_goes_in_mid_run_stops_the_clock_and_is_found_again(browser, tmp_path):
    """The panel says it, offers a way on, and after the restart what was in the form is known to be there."""
    texts, port, state = texts_in(), free_port(), tmp_path / "state"
    window = browser.new_context(reduced_motion="reduce")
    tab = window.new_page()
    with page(state, port=port, kill=True) as running:
        tab.goto(running.url)
        ready(tab)
        begin(tab)
        expect_title(tab, texts["states.processing.title"])
    expect_title(tab, texts["panel.lost"])
    clock = tab.locator("#status .clock")
    stopped_at = clock.text_content()
    expect(tab.locator("#status")).to_contain_text(texts["panel.lost_line"])
    tab.get_by_role("button", name=texts["buttons.poll_again"]).click()
    tab.wait_for_timeout(1200)
    assert clock.text_content() == stopped_at
    with page(state, port=port):
        expect_title(tab, texts["errors.preview_died.title"])
        tab.wait_for_function("infinitalk.state.form.files", timeout=DONE)
        tab.get_by_role("button", name="Try again").click()
        expect(tab.locator("#status .notes")).to_have_text(texts["panel.there"])
        tab.locator("#generate").click()
        expect_title(tab, texts["states.completed.title"])
    window.close()
