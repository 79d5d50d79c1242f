"""The ways to a picture and to a voice: the words at the bottom of the two cards."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.app.browsing import DONE, FLAGS, expect_title, opened
from tests.app.pages import ROOT
from tests.app.test_dropped_files import OTHER, VOICE, drag, named
from tests.tools import BROWSERS, need

DEVICES = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
LONG = "This sentence is said again and again. " * 8


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Yield a browser that has a camera and a microphone."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=need(*BROWSERS), args=[*FLAGS, *DEVICES])
        yield chromium
        chromium.close()


def test_upload_replaces_what_a_card_holds(browser, shared_page):
    """A file is chosen for the picture and for the voice; until it is there, the card stays as it was."""
    with opened(browser, shared_page.url) as tab:
        for box, file in (("picture", OTHER), ("voice", VOICE)):
            with tab.expect_file_chooser() as chooser:
                tab.locator(f"#{box}card").get_by_role("button", name="Upload").click()
            expect(tab.locator("#picture img")).to_be_visible()
            chooser.value.set_files(str(file))
        expect(tab.locator("#picture img")).to_have_attribute("src", named(OTHER), timeout=DONE)
        expect(tab.locator("#voiceways small")).to_have_text("6.0 s", timeout=DONE)


def test_camera_and_microphone_are_offered_in_place_of_what_a_card_holds(browser, shared_page):
    """Camera asks for it, and Record shows the recorder, also while a text is typed."""
    with opened(browser, shared_page.url) as tab:
        tab.get_by_role("button", name="Camera").click()
        expect(tab.get_by_role("button", name="Click to Access Webcam")).to_be_visible(timeout=DONE)
        tab.get_by_role("button", name="Type", exact=True).click()
        expect(tab.locator("#text")).to_be_visible()
        tab.locator("#voiceways").get_by_role("button", name="Record").click()
        expect(tab.locator("#voice .record-button")).to_be_visible(timeout=DONE)
        expect(tab.locator("#text")).to_be_hidden()


@pytest.mark.parametrize("way", ["upload", "drop"])
def test_a_voice_that_is_brought_while_a_text_is_typed_is_used(browser, shared_page, way):
    """An uploaded or dropped voice takes the place of the text box; the text is still there behind Type."""
    with opened(browser, shared_page.url) as tab:
        typed = tab.get_by_role("button", name="Type", exact=True)
        typed.click()
        expect(typed).to_have_attribute("aria-pressed", "true")
        tab.locator("#text textarea").fill("Good morning.")
        if way == "drop":
            drag(tab, VOICE, "#voicecard")
        else:
            tab.locator("input[type=file]").nth(1).set_input_files(str(ROOT / "tests/preview/morning.mp3"))
        expect(tab.locator("#voice")).to_be_visible(timeout=DONE)
        expect(tab.locator("#voiceways small")).to_have_text("6.0 s", timeout=DONE)
        expect(typed).to_have_attribute("aria-pressed", "false")
        typed.click()
        expect(tab.locator("#text textarea")).to_have_value("Good morning.")


def test_a_text_that_takes_too_long_is_told_at_the_button(browser, fake_segmind_page):
    """The click ends with a sentence below the button and the focus in the text; the panel is as before."""
    with opened(browser, fake_segmind_page.url) as tab:
        tab.get_by_role("button", name="Type", exact=True).click()
        tab.locator("#text textarea").fill(LONG)
        tab.locator("#generate").click()
        expect(tab.locator("#check .bad")).to_contain_text("3.5 s are the most; shorten it", timeout=DONE)
        expect(tab.locator("#text textarea")).to_be_focused(timeout=DONE)
        expect_title(tab, "A sample. Yours will play here.")
        expect(tab.locator("#generate")).to_be_enabled()
        expect(tab.locator("#history li")).to_have_count(0)
        assert "run=" not in tab.url
