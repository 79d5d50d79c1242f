"""The shape of the page: what is in view, what is cut off, and what covers what, in any window."""

import pytest
from playwright.sync_api import Page, expect

from tests.app.browsing import DONE, bring, choose_paid, expect_title, opened, played
from tests.app.conftest import KEY

LAPTOP, SHORT, ZOOMED = (1280, 800), (360, 640), (640, 400)
WIDTHS = (320, 360, 390, 599, 600, 768, 959, 960, 1000, 1100, 1240, 1280, 1920)
# What can be used or read, and is cut off by a box around it or by the edge of the window.
CUT_OFF = """() => [...document.querySelectorAll("#page :is(button, time, .time, [role=button], .label)")]
    .filter((part) => {
        const inner = part.getBoundingClientRect();
        if (!inner.width || getComputedStyle(part).visibility === "hidden") return false;
        if (inner.left < 0 || inner.right > innerWidth) return true;
        for (let box = part.parentElement; box && box.id !== "page"; box = box.parentElement) {
            const { overflow, borderTopLeftRadius } = getComputedStyle(box);
            if (overflow === "visible") continue;
            const outer = box.getBoundingClientRect();
            if (inner.right > outer.right + 1 || inner.bottom > outer.bottom + 1) return true;
            if (inner.left < outer.left - 1 || inner.top < outer.top - 1) return true;
            const text = part.matches(".label") && inner.left === outer.left && inner.top === outer.top;
            if (text && borderTopLeftRadius !== "0px") return true;
        }
        return false;
    })
    .map((part) => `${part.ariaLabel || part.textContent.trim()} in ${part.closest("[id]").id}`)"""
# What lies over its neighbour in the player's bar; with a tolerance of one pixel.
OVERLAPPING = """() => [...document.querySelectorAll("#result .controls .inner > *")]
    .map((part) => part.getBoundingClientRect())
    .filter((part, i, all) => i && part.left < all[i - 1].right - 1).length"""
# Whether the bar with the main button lies over what has the focus.
COVERED = """() => {
    const focused = document.activeElement;
    const bar = document.querySelector("#go");
    if (bar.contains(focused)) return false;
    const part = (focused.closest("label") ?? focused).getBoundingClientRect();
    const over = bar.getBoundingClientRect();
    return part.bottom > over.top + 1 && part.top < over.bottom && part.left < over.right;
}"""


def in_view(tab: Page, selector: str) -> bool:
    """Tell whether the whole of an element can be seen without scrolling."""
    return bool(
        tab.locator(selector).first.evaluate(
            """(element) => {
                const { top, left, right, bottom } = element.getBoundingClientRect();
                return top >= 0 && left >= 0 && right <= innerWidth && bottom <= innerHeight;
            }"""
        )
    )


def test_the_finished_video_is_on_the_screen_of_who_ordered_it(browser, shared_page):
    """On a laptop the stage stays in view: engine, key and consent lie further down the form."""
    with opened(browser, shared_page.url, LAPTOP) as tab:
        bring(tab)
        choose_paid(tab, KEY)
        tab.locator("#generate").click()
        expect_title(tab, "Your video is ready")
        played(tab)
        expect(tab.locator("#waiting .wait")).to_be_hidden()
        assert [part for part in ("#result", "#status .st") if not in_view(tab, part)] == []


def test_forced_colours_show_what_is_chosen_and_hide_what_lies_below_the_bar(browser, shared_page):
    """The chosen engine and a typed voice have a background of their own, and that of the bar is opaque."""
    with opened(browser, shared_page.url, LAPTOP, forced_colors="active") as tab:
        same = tab.evaluate(
            """() => ["engine"].filter((group) => {
                const of = (label) => getComputedStyle(document.querySelector(label)).backgroundColor;
                return of(`#${group} label.selected`) === of(`#${group} label:not(.selected)`);
            })"""
        )
        assert same == []
        bar = tab.locator("#go").evaluate("(bar) => getComputedStyle(bar).backgroundColor")
        assert bar.startswith("rgb("), bar


@pytest.mark.parametrize("query", ["", "?embed=1"], ids=["page", "frame"])
def test_nothing_is_cut_off_at_any_width(browser, shared_page, query):
    """From 320 to 1920 pixels each button and time is whole, and none lies over another in the player."""
    with opened(browser, f"{shared_page.url}/{query}", LAPTOP) as tab:
        expect(tab.locator("#voice .controls .play-pause-button")).to_be_visible(timeout=DONE)
        found = {}
        for width in WIDTHS:
            tab.set_viewport_size({"width": width, "height": 800})
            tab.wait_for_timeout(100)  # what listens to the window's size has drawn
            found[width] = [*tab.evaluate(CUT_OFF), *["player"] * tab.evaluate(OVERLAPPING)]
        assert {width: parts for width, parts in found.items() if parts} == {}


def test_what_will_be_sent_is_there_when_it_is_looked_at(browser, shared_page):
    """Unfolded on a fresh page, the part of the voice is there with its length, with nothing changed."""
    with opened(browser, shared_page.url) as tab:
        tab.locator("#more > button").click()
        expect(tab.locator("#clip .play-pause-button")).to_be_visible(timeout=DONE)
        expect(tab.locator("#more .hint").first).to_contain_text("6.6 s, level", timeout=DONE)


def test_the_bar_never_covers_what_has_the_focus(browser, shared_page):
    """From the picture to the button by Tab, each control can be seen, with all of the form unfolded."""
    with opened(browser, shared_page.url, LAPTOP) as tab:
        tab.locator("#more > button").click()
        for width, height in (LAPTOP, SHORT, ZOOMED):
            tab.set_viewport_size({"width": width, "height": height})
            tab.locator("#picture button").first.focus()
            assert covered_on_the_way(tab) == [], (width, height)
            expect(tab.locator("#generate")).to_be_focused()


def covered_on_the_way(tab: Page) -> list[str]:
    """Press Tab until the main button has the focus, and return what had it under the bar."""
    covered = []
    for _ in range(80):
        tab.keyboard.press("Tab")
        if tab.evaluate("document.activeElement.id === 'generate'"):
            break
        if tab.evaluate(COVERED):
            covered.append(tab.evaluate("document.activeElement.outerHTML"))
    return covered


def test_the_first_screen_has_form_and_button(browser, shared_page):
    """On a small telephone, and on a laptop at 200 %, nobody scrolls to find the way in."""
    with opened(browser, shared_page.url, SHORT) as tab:
        for width, height in (SHORT, ZOOMED):
            tab.set_viewport_size({"width": width, "height": height})
            assert in_view(tab, "#generate")
            form = tab.locator("#picture").bounding_box()["y"]
            assert form + 100 <= tab.locator("#go").bounding_box()["y"]


def test_a_typed_voice_fits_its_card(browser, shared_page):
    """Text, voice, pace and button are whole at any width; voice and pace share a row where there is room."""
    with opened(browser, shared_page.url, LAPTOP) as tab:
        tab.get_by_role("button", name="Type", exact=True).click()
        expect(tab.locator("#hear")).to_be_visible()
        rows, found = {}, {}
        for width in WIDTHS:
            tab.set_viewport_size({"width": width, "height": 800})
            boxes = [tab.locator(part).bounding_box() for part in ("#speaker", "#pace")]
            rows[width] = boxes[0]["y"] == boxes[1]["y"]
            found[width] = tab.evaluate(CUT_OFF)
        assert {width: parts for width, parts in found.items() if parts} == {}
        assert (rows[320], rows[768], rows[1920]) == (False, True, True)
