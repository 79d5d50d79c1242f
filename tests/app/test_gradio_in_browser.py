"""What styles and scripts take hold of in Gradio's own elements, looked for in the real page."""

from playwright.sync_api import expect

from infinitalk_app.gradio_compat.selectors import SELECTORS
from tests.app.browsing import DONE, opened, paid_engine
from tests.app.forking import ROOT


def test_the_browser_finds_what_styles_and_scripts_take_hold_of(browser, shared_page):
    """Each inner element is where it was, scripts may answer with an update, and a file has Gradio's form."""
    with opened(browser, f"{shared_page.url}/?__theme=dark") as tab:
        paid_engine(tab).check()
        tab.locator("#more > button").click()
        expect(tab.locator("#key input")).to_be_visible(timeout=DONE)  # by `update` in frontend.js
        tab.get_by_role("button", name="Type", exact=True).click()
        expect(tab.locator("#text")).to_be_visible()
        typed = {selector for selector, _ in SELECTORS if tab.locator(selector).count()}
        tab.get_by_role("button", name="Type", exact=True).click()
        expect(tab.locator("#voice")).to_be_visible()
        for selector in [selector for selector, _ in SELECTORS if selector not in typed]:
            expect(tab.locator(selector).first).to_be_attached(timeout=DONE)
        tab.locator("#voicefile input").set_input_files(str(ROOT / "tests/preview/morning.mp3"))
        expect(tab.locator("#voiceways small")).to_have_text("6.0 s", timeout=DONE)
