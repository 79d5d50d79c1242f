"""What styles and scripts take hold of in Gradio's own elements, looked for in the real page."""

from playwright.sync_api import expect

from infinitalk_app.gradio_compat.selectors import SELECTORS
from tests.app.browsing import DONE, opened
from tests.app.forking import ROOT


def test_the_browser_finds_what_styles_and_scripts_take_hold_of(browser, shared_page):
    """Each inner element is where it was, scripts may answer with an update, and a file has Gradio's form."""
    with opened(browser, f"{shared_page.url}/?__theme=dark") as tab:
        tab.evaluate("talk.choose(talk.one(false))")
        for fold in ("trim", "more", "details"):
            tab.locator(f"#{fold} > button").click()
        expect(tab.locator("#key input")).to_be_visible(timeout=DONE)  # by talk.gradio.update
        missing = [selector for selector, _ in SELECTORS if tab.locator(selector).count() == 0]
        assert missing == []
        tab.locator("#voicefile input").set_input_files(str(ROOT / "examples/voices/morning.mp3"))
        expect(tab.locator("#voice").get_by_text("0:06").first).to_be_visible(timeout=DONE)
