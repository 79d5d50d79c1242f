"""What stands on the page is true: of the sample, the person, the runs before, and the form."""

import re

from playwright.sync_api import expect

from infinitalk_app.ui.text.catalogue import texts_in
from tests.app.browsing import DONE, expect_title, opened, ready


def test_what_is_said_of_form_sample_and_history_is_true(browser, fake_segmind_page):
    """No example is called a woman, the sample is an example, and settings come back without the files."""
    texts = texts_in()
    with opened(browser, fake_segmind_page.url) as tab:
        expect(tab.locator("#status .say p")).to_have_text(texts["states.sample.line"])
        expect(tab.locator("#status .say p")).not_to_contain_text("in the form")
        tab.locator("#examples button").nth(1).click()
        tab.wait_for_function("infinitalk.state.form.files.includes('otto.mp3')", timeout=DONE)
        tab.locator("#more > button").click()
        expect(tab.locator("#prompt textarea")).not_to_have_value(re.compile("woman"))
        tab.locator("#fps input[type=number]").fill("16")
        tab.locator("#prompt textarea").fill("A quiet speaker.")
        tab.locator("#generate").click()
        expect_title(tab, texts["states.completed.title"])
        expect(tab.locator("#history .cap")).to_have_text("480p, 16 fps")
        tab.goto(fake_segmind_page.url)
        ready(tab)
        line = tab.locator("#check span").first
        tab.get_by_role("button", name=re.compile("^Use again")).click()
        expect(line).to_have_text(texts["history.words.bring"])
        tab.locator("#more > button").click()
        expect(tab.locator("#prompt textarea")).to_have_value("A quiet speaker.")
        expect(line).to_have_text(texts["history.words.bring"])
        tab.locator("#examples button").nth(1).click()
        expect(line).not_to_have_text(texts["history.words.bring"], timeout=DONE)
        tab.wait_for_function("infinitalk.state.form.files.includes('otto.mp3')", timeout=DONE)
        tab.get_by_role("button", name=re.compile("^Use again")).click()
        expect(line).to_have_text(texts["history.words.there"])
