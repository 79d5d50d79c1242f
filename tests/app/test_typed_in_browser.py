"""What the person says is typed, heard, and shown as captions; in a browser."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from infinitalk_media.text_to_speech import estimated_s
from tests.app import pages
from tests.app.browsing import DESKTOP, DONE, PHONE, bring, expect_title, opened, played
from tests.app.test_access import focus, grave
from tests.app.test_captions import SAID

TEXT = "Hello there, my friend. Nice day."
WHOLE = f"{SAID} Give it your own voice, and it will say whatever you like."
CUE = re.compile(r"^(\d\d):(\d\d):(\d\d)[.,](\d{3}) --> (\d\d):(\d\d):(\d\d)[.,](\d{3})$")
SHOWN = """() => [...document.querySelector("#result video").textTracks].map((track) => [
    track.mode, [...(track.cues ?? [])].map((cue) => cue.text).join(" ")])"""


def type_text(tab: Page, text: str) -> None:
    """Choose to type, write the text, and leave the box."""
    tab.get_by_role("button", name="Type", exact=True).click()
    tab.get_by_role("textbox", name="What the person says").fill(text)
    tab.get_by_role("textbox", name="What the person says").blur()


def tracks(tab: Page) -> list[list[str]]:
    """Return mode and text of each text track of the player."""
    return [[mode, " ".join(text.split())] for mode, text in tab.evaluate(SHOWN)]


def about(text: str, pace: float = 1.0) -> float:
    """Return the seconds that the server, which counts by the same rule, expects."""
    return round(estimated_s(text, pace), 1)


def parsed(text: str) -> list[tuple[float, float, str]]:
    """Return the cues of SRT or VTT: start and end in seconds, and the words."""
    found = []
    for block in text.replace("WEBVTT\n", "").strip().split("\n\n"):
        lines = [line for line in block.splitlines() if not line.isdigit()]
        h, m, s, ms, h2, m2, s2, ms2 = map(int, CUE.match(lines[0]).groups())
        times = 3600 * h + 60 * m + s + ms / 1000, 3600 * h2 + 60 * m2 + s2 + ms2 / 1000
        found.append((*times, " ".join(lines[1:])))
    return found


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["1280 px", "390 px"])
def test_the_keyboard_alone_makes_a_video_with_captions(browser, fake_segmind_page, size):
    """Type, hear, render, hide the captions and show them, and save both files: by Tab, arrow and Enter."""
    with opened(browser, fake_segmind_page.url, size) as tab:
        focus(tab, "[data-do=type]")
        tab.keyboard.press("Enter")
        expect(tab.locator("#text textarea")).to_be_visible()
        assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
        focus(tab, "#text")
        tab.keyboard.type(TEXT)
        focus(tab, "#hear")
        tab.keyboard.press("Enter")
        expect(tab.locator("#heard")).to_be_visible(timeout=DONE)
        focus(tab, "#generate")
        tab.keyboard.press("Enter")
        expect_title(tab, "Your preview is ready")
        played(tab)
        tab.wait_for_function(f"() => ({SHOWN})().some(([, text]) => text)", timeout=DONE)
        assert tracks(tab) == [["showing", TEXT]]
        focus(tab, "#status [data-do=captions]")
        for label, mode in (("Show captions", "hidden"), ("Hide captions", "showing")):
            tab.keyboard.press("Enter")
            expect(tab.locator("[data-do=captions]")).to_have_text(label)
            assert tracks(tab) == [[mode, TEXT]]
        for kind in ("srt", "vtt"):
            focus(tab, f"#status [data-do={kind}]")
            with tab.expect_download() as download:
                tab.keyboard.press("Enter")
            assert download.value.suggested_filename == f"talking.{kind}"
            content = download.value.path().read_text("utf-8")
            assert content.startswith("WEBVTT\n\n" if kind == "vtt" else "1\n")
            times = parsed(content)
            assert " ".join(words for *_, words in times) == TEXT
            assert all(start < end <= 3.6 for start, end, _ in times)


def test_captions_leave_with_their_video(browser, fake_segmind_page):
    """The next video, whose words are not known, has neither the captions of the last one nor its buttons."""
    with opened(browser, fake_segmind_page.url) as tab:
        type_text(tab, TEXT)
        tab.locator("#generate").click()
        expect_title(tab, "Your preview is ready")
        expect(tab.locator("[data-do=captions]")).to_be_visible()
        tab.wait_for_function(f"() => ({SHOWN})().some(([, text]) => text)", timeout=DONE)
        tab.get_by_role("button", name="Type", exact=True).click()
        expect(tab.locator("#voice")).to_be_visible()
        tab.locator("#more > button").click()
        tab.get_by_role("textbox", name="What is said in it").fill("")
        before = tab.locator("#result video").get_attribute("src")
        tab.locator("#generate").click()
        expect(tab.locator("[data-do=captions]")).to_have_count(0, timeout=DONE)
        expect_title(tab, "Your preview is ready")
        expect(tab.locator("#result video")).not_to_have_attribute("src", before, timeout=DONE)
        played(tab)
        assert [text for _, text in tracks(tab) if text] == []


def test_the_words_of_a_recording_become_captions(browser, fake_segmind_page):
    """What is said in the own recording is written below the voice."""
    with opened(browser, fake_segmind_page.url) as tab:
        bring(tab)
        tab.locator("#more > button").click()
        tab.get_by_role("textbox", name="What is said in it").fill(WHOLE)
        tab.locator("#generate").click()
        expect_title(tab, "Your preview is ready")
        tab.wait_for_function(f"() => ({SHOWN})().some(([, text]) => text)", timeout=DONE)
        assert tracks(tab)[0][1].startswith("Hello. This picture")


def test_the_estimate_follows_the_typing(browser, fake_segmind_page):
    """Letters, a pasted text and the pace count; beyond the longest clip it is red, and says what to do."""
    with opened(browser, fake_segmind_page.url) as tab:
        tab.get_by_role("button", name="Type", exact=True).click()
        hint, box = tab.locator("#estimate .hint"), tab.locator("#text textarea")
        expect(hint).to_be_hidden()
        box.press_sequentially("Hello there, my friend, it is")
        expect(hint).to_have_text(f"About {about('Hello there, my friend, it is'):g} s of 3.5 s")
        expect(hint).not_to_have_class(re.compile("bad"))
        box.press_sequentially(more := " good to see you, all 7 of you again.")
        expect(hint).to_have_class(re.compile("bad"))
        expect(hint).to_contain_text("shorten it, or choose a quicker pace")
        tab.locator("#pace input[type=number]").fill("1.4")
        quick = about(f"Hello there, my friend, it is{more}", 1.4)
        assert quick <= 3.5
        expect(hint).to_have_text(f"About {quick:g} s of 3.5 s")
        expect(hint).not_to_have_class(re.compile("bad"))
        box.fill("")
        expect(hint).to_be_hidden()
        box.focus()
        tab.keyboard.insert_text(TEXT)  # as it is pasted
        expect(hint).to_have_text(f"About {about(TEXT, 1.4):g} s of 3.5 s")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Доброе утро", "The voice reads English only; it cannot read Добреут."),
        ("Say <b onclick=x>this</b>", "The text has tags such as <b onclick=x; write plain words."),
        ("", "There is no text; write what the person says."),
    ],
    ids=["another script", "tags", "nothing"],
)
def test_a_text_that_cannot_be_read_is_told_above_the_button(browser, fake_segmind_page, text, said):
    """The click leaves the panel as it is, and the focus goes to the text."""
    with opened(browser, fake_segmind_page.url) as tab:
        type_text(tab, text)
        if text:
            expect(tab.locator("#check")).to_contain_text(said, timeout=DONE)
        before = tab.locator("#status").inner_text()
        tab.locator("#generate").click()
        expect(tab.locator("#text textarea")).to_be_focused(timeout=DONE)
        expect(tab.locator("#check")).to_contain_text(said)
        assert tab.locator("#status").inner_text() == before
        assert "run=" not in tab.url


def test_axe_finds_nothing_serious_in_the_typed_voice(browser, fake_segmind_page):
    """Each input has a name for screen readers, and each text a contrast that can be read."""
    with opened(browser, fake_segmind_page.url, PHONE) as tab:
        type_text(tab, TEXT)
        tab.locator("#hear").click()
        expect(tab.locator("#heard")).to_be_visible(timeout=DONE)
        assert grave(tab) == []
        for role, name in (
            ("button", "Type"),
            ("textbox", "What the person says"),
            ("combobox", "Whose voice"),
            ("slider", "Pace"),
            ("button", "Hear it"),
        ):
            expect(tab.get_by_role(role, name=re.compile(name)).first).to_be_visible()


@pytest.fixture(scope="module")
def mute_page(tmp_path_factory) -> Iterator[pages.Page]:
    """Yield a page without hibari and PocketSphinx."""
    with pages.page(tmp_path_factory.mktemp("mute") / "state", program="tests.app.without_speech") as running:
        yield running


def test_without_the_packages_the_page_has_recordings_alone(browser, mute_page):
    """No choice of ways, no box for words; the button works as it did."""
    with opened(browser, mute_page.url) as tab:
        for name in ("[data-do=type]", "#text", "#said"):
            expect(tab.locator(name)).to_be_hidden()
        expect(tab.locator("#voice")).to_be_visible()
        tab.locator("#generate").click()
        expect_title(tab, "Your preview is ready")
        expect(tab.locator("[data-do=captions]")).to_have_count(0)
