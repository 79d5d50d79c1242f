"""The shape of the page: what is in view, what is cut off, and what covers what, in any window."""

from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect

from infinitalk_app.runs.manager import Snapshot
from infinitalk_app.runs.timings import UsualTime
from infinitalk_app.ui.status_panel import StatusPanel
from infinitalk_app.ui.text.catalogue import languages, texts_in
from infinitalk_client import Progress
from tests.app.browsing import DONE, bring, choose_paid, expect_title, opened, played
from tests.app.conftest import KEY
from tests.app.fake_segmind import SLOW
from tests.app.paid import MODEL
from tests.app.providers import PREVIEW, SEGMIND

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
# Which of some texts make the panel of a run higher than it always is.
TOO_LONG = """([direction, said]) => {
    const panel = document.querySelector("#status .st");
    const usual = parseFloat(getComputedStyle(panel).minHeight);
    panel.dir = direction;
    panel.querySelector(".clock").textContent = "12:34";
    return said.filter(([title, line, usual_time]) => {
        panel.querySelector("h2").innerHTML = title;
        panel.querySelector(".say p").innerHTML = `${line} <span class="usual">${usual_time}</span>`;
        return panel.getBoundingClientRect().height > usual + 0.5;
    });
}"""
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


def said_of_a_run(language: str) -> list[tuple[str, str, str]]:
    """Return each title, line and usual time that the panel has while a run goes on, also when it is late."""
    panels = StatusPanel(texts_in(language), SEGMIND)
    made = []
    for provider, usual in ((SEGMIND, UsualTime(250.0, 590.0, 20)), (PREVIEW, UsualTime(8.0, 13.0, 20))):
        run = Snapshot("a" * 32, provider, 1000.0, request_id="f" * 32, committed=True)
        for state in ("PREPARING", "HOSTING", "QUEUED", "PROCESSING", "FETCHING", "VERIFYING"):
            in_state = replace(run, state=state)
            made += [panels.of(in_state, 1001.0), panels.of(in_state, 1001.0, usual)]
        made.append(panels.of(replace(run, state="QUEUED", queue_position=12), 1001.0, usual))
        made.append(panels.of(replace(run, state="PROCESSING", progress=Progress(999, 999)), 1001.0, usual))
        made.append(panels.of(replace(run, state="PROCESSING", retry_s=120), 1001.0, usual))
    return [(one["title"], one["line"], time) for one in made for time in (one["usual"], one["late"])]


def test_no_line_of_a_run_moves_the_buttons_below_it(browser, fake_segmind_page, fake_service):
    """In each language, from 360 pixels on, the panel of a run keeps its height, and notes come below."""
    with opened(browser, fake_segmind_page.url, LAPTOP) as tab, fake_service[1].holding():
        choose_paid(tab, SLOW)
        tab.locator("#generate").click()
        expect_title(tab, f"Rendering at {MODEL}")
        expect(tab.locator("#status .acts ~ .notes")).to_contain_text("storage was used", timeout=DONE)
        usual = tab.locator("#status .usual")
        expect(usual).to_have_text("5 of 5 frames.", timeout=DONE)  # the last update of a job that is held
        tab.evaluate("Object.assign(infinitalk.state.run.panel, { share: null, high: 0.1 })")
        expect(usual).to_have_text(texts_in()["panel.late"], timeout=DONE)
        too_long = {}
        for width in (width for width in WIDTHS if width >= 360):
            tab.set_viewport_size({"width": width, "height": 800})
            for language in languages():
                direction = texts_in(language)["language.direction"]
                found = tab.evaluate(TOO_LONG, [direction, said_of_a_run(language)])
                too_long |= {(width, language): found} if found else {}
        assert too_long == {}


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
