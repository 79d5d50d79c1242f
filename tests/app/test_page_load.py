"""The page as a new visitor finds it: a sample that plays, a form that explains itself, a first preview."""

import re
from functools import partial

import pytest
from playwright.sync_api import expect

from infinitalk_app.ui.more import PHRASINGS
from infinitalk_app.ui.text.catalogue import texts_in
from tests.app.browsing import (
    DESKTOP,
    DONE,
    NARROW,
    PHONE,
    TABLET,
    bring,
    expect_title,
    opened,
    played,
    stays,
)

# As most people see it: with all that moves.
moving = partial(opened, reduced_motion="no-preference")
SIZES = pytest.mark.parametrize(
    "size", [DESKTOP, TABLET, PHONE, NARROW], ids=["desktop", "tablet", "phone", "narrow"]
)

# Collects the heights that the status of a run has, from one picture of the screen to the next.
HEIGHTS = """() => {
    window.heights = [];
    const look = () => {
        const status = document.querySelector("#status .st:not([data-state='SAMPLE'])");
        const height = status && Math.round(status.getBoundingClientRect().height);
        if (status && !heights.includes(height)) heights.push(height);
        requestAnimationFrame(look);
    };
    look();
}"""


@SIZES
def test_a_sample_is_there_to_play_and_the_button_is_in_view(browser, shared_page, size):
    """At first sight a labelled preview plays without sound, one button is filled, and nothing is cut off."""
    with moving(browser, shared_page.url, size) as tab:
        expect_title(tab, "A sample. Yours will play here.")
        assert played(tab)["width"] > 400
        assert tab.evaluate("document.querySelector('#result video').muted")
        assert tab.evaluate("document.documentElement.scrollWidth") <= size[0]
        box = tab.locator("#generate").bounding_box()
        assert box["y"] + box["height"] <= size[1]
        expect(tab.locator("#check .sum")).to_have_text(re.compile(r"^(a few seconds|\d.* s)$"))


def test_the_sample_gets_its_voice_at_a_click(browser, shared_page):
    """The button "Hear Mira speak" plays the sample from its beginning, and goes away."""
    with moving(browser, shared_page.url) as tab:
        played(tab)
        tab.get_by_role("button", name="Hear Mira speak").click()
        assert not tab.evaluate("document.querySelector('#result video').muted")
        expect(tab.get_by_role("button", name="Hear Mira speak")).to_be_hidden()


def test_nothing_moves_by_itself_where_motion_is_not_wanted(browser, shared_page):
    """With prefers-reduced-motion the sample waits until it is started."""
    with opened(browser, shared_page.url, reduced_motion="reduce") as tab:
        tab.wait_for_function("document.querySelector('#result video')?.readyState >= 2")
        assert tab.evaluate(
            """async () => {
                await new Promise((done) => setTimeout(done, 500));
                return document.querySelector('#result video').paused;
            }"""
        )


@pytest.mark.parametrize("size", [DESKTOP, NARROW], ids=["desktop", "narrow"])
def test_files_become_a_video_that_plays_and_nothing_jumps(browser, shared_page, size):
    """Upload, one click, and the browser plays a checked preview; the stage stays where it was."""
    with moving(browser, shared_page.url, size) as tab:
        bring(tab)
        first = stays(tab)
        tab.evaluate(HEIGHTS)
        tab.locator("#generate").click()
        expect(tab.locator("#generate")).to_have_text(
            texts_in()["provider.preview.button_busy"], timeout=DONE
        )
        expect(tab.locator("#generate")).to_be_disabled()
        during = stays(tab)
        expect_title(tab, "Your preview is ready")
        video = played(tab)
        assert video["duration"] == pytest.approx(6.5, abs=0.2)
        assert video["sound"]
        after = stays(tab)
        assert first["#result"] == during["#result"] == after["#result"]
        assert during["#status .st"] == after["#status .st"]
        assert tab.evaluate("heights") == [after["#status .st"][1]]
        if size[0] < 960:
            assert tab.evaluate("document.querySelector('#result').getBoundingClientRect().top") >= -1


def test_an_example_fills_the_form_and_costs_nothing(browser, shared_page):
    """A click on an example brings its picture and its voice, and starts nothing."""
    with opened(browser, shared_page.url) as tab:
        before = tab.locator("#picture img").first.get_attribute("src")
        tab.locator("#examples .gallery-item").nth(1).click()
        expect(tab.locator("#picture img").first).not_to_have_attribute("src", before, timeout=DONE)
        expect(tab.locator("#check")).to_contain_text("6.4", timeout=DONE)
        expect_title(tab, "A sample. Yours will play here.")
        expect(tab.locator("#generate")).to_be_enabled()


def test_seed_and_phrasing(browser, shared_page):
    """New seed rolls one, an unkept seed is rolled at the click, and a chip writes the direction."""
    with opened(browser, shared_page.url) as tab:
        tab.locator("#more > button").click()
        tab.locator("#ideas .gallery-item").first.click()
        expect(tab.locator("#prompt textarea")).to_have_value(PHRASINGS["warm"])
        seed = tab.locator("#seed input")
        tab.get_by_role("button", name="New seed").click()
        expect(seed).not_to_have_value("42424242")
        rolled = seed.input_value()
        tab.get_by_label("Keep this seed").uncheck()
        tab.locator("#generate").click()
        expect_title(tab, "Your preview is ready")
        expect(seed).not_to_have_value(rolled)
        tab.get_by_role("button", name="Details of this run").click()
        expect(tab.locator("#details dl")).to_contain_text(f"seed {seed.input_value()}")


def test_what_will_be_sent_can_be_heard(browser, shared_page):
    """Opened, the part of the voice is there to play, cut to its length; none of it stays in our folders."""
    with opened(browser, shared_page.url) as tab:
        bring(tab)
        tab.locator("#more > button").click()
        tab.get_by_label("From second").fill("2")
        tab.get_by_label("From second").blur()
        expect(tab.locator("#clip").get_by_text("0:05").first).to_be_visible(timeout=DONE)
        expect(tab.get_by_text(re.compile(r"4\.5 s, level -\d+ dB"))).to_be_visible(timeout=DONE)
        expect(tab.locator("#check")).to_contain_text("4.5", timeout=DONE)
        assert shared_page.left_behind() == []


def test_what_is_missing_is_shown_beside_the_button(browser, shared_page):
    """A click without a picture names it in red, moves the focus there, and touches nothing else."""
    with opened(browser, shared_page.url) as tab:
        tab.locator("#picture [title='Remove Image']").first.click()
        tab.locator("#generate").click()
        expect(tab.locator("#check .bad")).to_have_text("Add a picture.", timeout=DONE)
        assert tab.evaluate("document.activeElement.closest('#picture') !== null")
        expect_title(tab, "A sample. Yours will play here.")
        expect(tab.locator("#generate")).to_be_enabled()
        expect(tab.locator("#waiting .wait")).to_be_hidden()
        expect(tab.locator("#history li")).to_have_count(0)
        assert "?" not in tab.url


def test_a_bad_file_is_shown_before_the_click(browser, shared_page, tmp_path):
    """A text in the voice's place is named in the line below the button."""
    text = tmp_path / "voice.mp3"
    text.write_text("No sound at all. " * 200)
    with opened(browser, shared_page.url) as tab:
        bring(tab, voice=text)
        expect(tab.locator("#check .bad")).to_contain_text("not a sound file", timeout=DONE)


def test_a_picture_without_a_face_is_shown_before_the_click(browser, shared_page, tmp_path):
    """It may sway and not speak: the visitor knows before the preview is drawn."""
    from PIL import Image

    Image.linear_gradient("L").convert("RGB").resize((640, 480)).save(tmp_path / "wall.png")
    with opened(browser, shared_page.url) as tab:
        bring(tab, picture=tmp_path / "wall.png")
        expect(tab.locator("#check .warn")).to_contain_text("No face found", timeout=DONE)
