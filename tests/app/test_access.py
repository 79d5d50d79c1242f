"""The page for everybody: by keyboard alone, by screen reader, and by the rules of axe-core."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.app.browsing import DESKTOP, DONE, PHONE, expect_title, opened, paid_engine, played
from tests.app.fake_segmind import FAILING

# Gradio's own markup, which a page cannot change: rule, a part of the element, and why it is there.
OF_GRADIO = {
    ("label", 'type="file"'): "the hidden file inputs behind Gradio's upload buttons have no label",
    ("nested-interactive", "upload"): "Gradio's drop area is a button around its file input",
    ("aria-allowed-attr", 'class="label-wrap'): "Gradio's accordion",
    ("image-alt", "gallery"): "pictures in buttons that have a name",
    ("scrollable-region-focusable", "svelte"): "Gradio's own scrolling boxes",
    ("color-contrast", "footer"): "Gradio's footer",
    ("aria-prohibited-attr", "Empty value"): "Gradio's box for a sound that is not there yet",
    ("aria-progressbar-name", "progress"): "the player's progress bar",
}

COUNT_MESSAGES = """() => {
    window.said = [];
    const live = document.querySelector("#live");
    new MutationObserver(() => said.push(live.textContent)).observe(live, { childList: true });
}"""
# What is smaller than 24 pixels; a box with a label is as large as both.
PRESSED = "button, a, summary, input, select, textarea, [role=button]"
TOO_SMALL = f"""() => [...document.querySelectorAll("{PRESSED}")]
    .map((part) => [part, (part.closest("label, .wrap-inner") ?? part).getBoundingClientRect()])
    .filter(([, box]) => box.width && box.height && (box.width < 24 || box.height < 24))
    .map(([part]) => part.outerHTML)"""
# An id that two elements have.
TWICE = """() => [...document.querySelectorAll("[id]:not([id=''])")]
    .map((part) => part.id).filter((id, i, all) => all.indexOf(id) !== i)"""

# Repairs of Gradio's elements are made in the picture of the screen after they were drawn.
REPAIRED = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"

# What fades in has ended; what turns for ever does not count.
STILL = """Promise.all(document.getAnimations()
    .filter(change => change.effect.getComputedTiming().endTime !== Infinity)
    .map(change => change.finished.catch(() => null)))"""


def grave(tab: Page) -> list[str]:
    """Return the serious findings that are not Gradio's own, once every button has its last colour."""
    tab.evaluate(STILL)
    found = []
    for finding in Axe().run(tab).response["violations"]:
        if finding["impact"] in ("serious", "critical"):
            for node in finding["nodes"]:
                text = node["html"] + str(node["target"])
                if not any(finding["id"] == rule and part in text for rule, part in OF_GRADIO):
                    found.append(f"{finding['id']}: {node['html'][:160]} {node['target']}")
    return found


def grave_at_any_size(tab: Page) -> list[str]:
    found = []
    for width, height in (PHONE, DESKTOP):
        tab.set_viewport_size({"width": width, "height": height})
        found += grave(tab)
    return found


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious(browser, fake_segmind_page, theme):
    """First sight and a finished preview, in both themes, on a telephone and on a desktop."""
    with opened(browser, f"{fake_segmind_page.url}?__theme={theme}", PHONE) as tab:
        assert grave_at_any_size(tab) == []
        tab.locator("#generate").click()
        expect_title(tab, "Your preview is ready")
        tab.get_by_role("button", name="Details of this run").click()
        tab.locator("#more > button").click()
        assert grave_at_any_size(tab) == []


def test_axe_finds_nothing_serious_in_an_error(browser, fake_segmind_page):
    """The red card and the key's field are readable, too."""
    with opened(browser, fake_segmind_page.url) as tab:
        paid_engine(tab).check()
        tab.locator("#key input").fill(FAILING)
        tab.locator("#consent input").check()
        tab.locator("#generate").click()
        expect_title(tab, "It did not work out")
        assert grave(tab) == []


def focus(tab: Page, selector: str, most: int = 60) -> None:
    """Press Tab until the focus is in a part of the page."""
    for _ in range(most):
        if tab.evaluate(f"document.activeElement.closest({selector!r}) !== null"):
            return
        tab.keyboard.press("Tab")
    pytest.fail(f"Tab does not come to {selector}")


def test_the_keyboard_alone_can_do_it(browser, fake_segmind_page):
    """An example, the engine and back, the button, and the download are reached by Tab, arrows, Enter."""
    with opened(browser, fake_segmind_page.url) as tab:
        focus(tab, "#examples .gallery-item:nth-of-type(2)")
        tab.keyboard.press("Enter")
        expect(tab.locator("#voiceways small")).to_have_text("6.4 s", timeout=DONE)
        focus(tab, "#engine")
        tab.keyboard.press("ArrowRight")
        expect(tab.locator("#key input")).to_be_visible()
        tab.keyboard.press("ArrowLeft")
        expect(tab.get_by_role("radio", name=re.compile("^Free preview"))).to_be_checked()
        focus(tab, "#generate")
        outline = tab.evaluate("getComputedStyle(document.activeElement).outlineWidth")
        assert outline == "3px"
        tab.keyboard.press("Enter")
        expect_title(tab, "Your preview is ready")
        played(tab)
        focus(tab, "#status [data-do=download]")
        with tab.expect_download() as download:
            tab.keyboard.press("Enter")
        assert download.value.suggested_filename == "talking.mp4"


def test_one_region_speaks(browser, fake_segmind_page):
    """A preview is announced in one live region, in two messages at most, and the clock is not in it."""
    with opened(browser, fake_segmind_page.url) as tab:
        live = tab.locator("[aria-live=polite]#live")
        tab.evaluate(COUNT_MESSAGES)
        tab.locator("#generate").click()
        expect(live).to_contain_text("Your preview is ready", timeout=DONE)
        assert tab.evaluate("said.length") <= 2, tab.evaluate("said")
        assert live.locator("[role=timer]").count() == 0
        assert tab.locator("#status [aria-live]").count() == 0


def test_what_gradio_leaves_unnamed_has_a_name(browser, fake_segmind_page):
    """Examples have names, choices are groups, folds say that they are open, no id is there twice."""
    with opened(browser, f"{fake_segmind_page.url}/?lang=en", locale="de-DE") as tab:
        for name in ("Mira", "Otto", "Lena", "Kwame", "Mika"):
            expect(tab.get_by_role("button", name=f"Try {name}, with a voice")).to_be_visible()
        for group in ("Engine",):
            radios = tab.get_by_role("group", name=group, exact=True).get_by_role("radio")
            assert len({radio.get_attribute("name") for radio in radios.all()}) == 1, group
        tab.get_by_role("button", name=re.compile("^More"), expanded=False).click()
        expect(tab.get_by_role("button", name=re.compile("^More"), expanded=True)).to_be_visible()
        paid_engine(tab).check()
        expect(tab.locator("#clip .play-pause-button")).to_be_visible(timeout=DONE)
        expect(tab.locator("#key input")).to_be_visible()
        tab.evaluate(REPAIRED)
        assert tab.evaluate(TWICE) == []
        assert tab.evaluate(TOO_SMALL) == []
        expect(tab.locator("html")).to_have_attribute("lang", "en")
