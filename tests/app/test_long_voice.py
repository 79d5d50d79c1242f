"""A voice that is longer than what may be sent of it: what page and programs are told."""

import pytest
from playwright.sync_api import expect

from tests.app.browsing import DONE, opened
from tests.app.pages import inputs


def test_a_voice_that_is_cut_leads_to_its_part(browser, fake_segmind_page):
    """The line below the button warns, and opens the choice of the part; another start ends the warning."""
    with opened(browser, fake_segmind_page.url) as tab:
        warning = tab.locator("#check .warn")
        expect(warning).to_contain_text("First 3.5 s of 0:07.", timeout=DONE)
        expect(tab.locator("#start input")).to_be_hidden()
        for _ in range(2):  # a part that is open stays open
            tab.get_by_role("button", name="Choose another part").click()
            expect(tab.locator("#start input")).to_be_focused(timeout=DONE)
        tab.locator("#start input").fill("1")
        expect(tab.locator("#check .ok").nth(1)).to_have_text("3.5 s of voice", timeout=DONE)
        expect(warning).to_have_count(0)


@pytest.mark.parametrize(("seconds", "warned"), [(3.5, True), (3, False)])
def test_a_program_is_told_that_a_voice_was_cut(fake_segmind_page, seconds, warned):
    """As much as is allowed was used, and not all: that is a warning; whoever asks for less gets none."""
    call = inputs(seconds=seconds, fps=25)
    _, status = fake_segmind_page.client().predict(**call, api_name="/generate")
    assert ("Only the first 3.5 s of 0:07 are used." in status["warnings"]) == warned
