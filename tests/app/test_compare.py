"""A full video beside the preview of the same inputs."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from infinitalk_app.ui.text.catalogue import texts_in
from tests.app import pages
from tests.app.browsing import (
    DESKTOP,
    DONE,
    NARROW,
    bring,
    choose_paid,
    expect_title,
    opened,
    played,
    settle,
    visited,
)
from tests.app.fake_segmind import GOOD, fake_segmind
from tests.app.forking import ROOT

TEXTS = texts_in()
SAMPLE = ROOT / "examples/sample/preview.mp4"
OTHER_PICTURE = ROOT / "examples/portraits/otto.jpg"
# What both videos do, and how many seconds they are apart.
BOTH = """() => {
    const [preview, full] = document.querySelectorAll("#compare video");
    const same = (name) => preview[name] === full[name] && full[name];
    return {
        apart: Math.abs(preview.currentTime - full.currentTime), at: full.currentTime,
        playing: !preview.paused && !full.paused, paused: same("paused"), rate: same("playbackRate"),
        ready: !preview.seeking && !full.seeking && preview.readyState > 2 && full.readyState > 2,
        muted: [preview.muted, full.muted], rested: document.querySelector("#result video").paused,
    };
}"""


@pytest.fixture(scope="module")
def long_videos(tmp_path_factory: pytest.TempPathFactory) -> Iterator[pages.Page]:
    """Yield a page whose full videos are long enough to be watched."""
    folder = tmp_path_factory.mktemp("segmind")
    with fake_segmind(folder, SAMPLE.read_bytes()) as (base, _):
        settings = {"INFINITALK_BASE_URL": base, "HOSTING": "segmind"}
        with pages.page(tmp_path_factory.mktemp("compare"), **settings) as running:
            yield running


def buy_after_preview(tab: Page, picture: Path | None = None) -> None:
    """Make a preview of the form, and then a full video, of another picture if there is one."""
    tab.locator("#generate").click()
    expect_title(tab, "Your preview is ready")
    if picture:
        bring(tab, picture)
    choose_paid(tab, GOOD)
    tab.locator("#generate").click()
    expect_title(tab, "Your video is ready")
    played(tab)


@pytest.fixture(scope="module")
def bought(browser: Browser, long_videos: pages.Page) -> Iterator[Page]:
    """Yield a tab with a full video that was made after a preview of the same inputs."""
    with opened(browser, long_videos.url) as tab:
        buy_after_preview(tab)
        yield tab


def offer(tab: Page) -> None:
    tab.get_by_role("button", name=TEXTS["compare.open"]).click()


def wait_for(tab: Page, condition: str) -> None:
    """Wait until something holds for what both videos do."""
    tab.wait_for_function(f"() => {{ const both = ({BOTH})(); return {condition}; }}", timeout=DONE)


def on(tab: Page, name: str, action: str) -> None:
    tab.locator(f"#compare video.{name}").evaluate(f"video => {{ {action} }}")


def test_both_videos_play_in_step_and_one_is_heard(bought):
    """Play, pause, seek and rate of one are the other's; the preview is silent, and the player rests."""
    offer(bought)
    wait_for(bought, "both.playing && both.ready && both.apart < 0.2 && both.at > 0")
    both = bought.evaluate(BOTH)
    assert both["muted"] == [True, False]
    assert both["rested"]
    for leads, seconds in (("sounding", 4), ("silent", 2)):
        on(bought, leads, f"video.currentTime = {seconds}")
        wait_for(bought, f"both.playing && both.ready && both.at >= {seconds} && both.apart < 0.2")
    on(bought, "sounding", "video.playbackRate = 0.5")
    wait_for(bought, "both.rate === 0.5 && both.playing")
    bought.locator("#compare video.silent").click()
    wait_for(bought, "both.paused")
    on(bought, "silent", "video.currentTime = 1; video.play()")
    wait_for(bought, "both.playing && both.ready && both.apart < 0.2")
    on(bought, "sounding", "video.pause()")
    wait_for(bought, "both.paused")
    expect(bought.locator("#result")).to_be_hidden()
    bought.set_viewport_size({"width": NARROW[0], "height": NARROW[1]})
    assert bought.evaluate("document.documentElement.scrollWidth <= innerWidth")
    bought.set_viewport_size({"width": DESKTOP[0], "height": DESKTOP[1]})
    bought.get_by_role("button", name=TEXTS["compare.close"]).click()


def test_the_keyboard_opens_and_closes_the_comparison(bought):
    """Enter on the offer leads to the full video, whose bar serves both; Close leads back to the offer."""
    bought.get_by_role("button", name=TEXTS["compare.open"]).press("Enter")
    expect(bought.get_by_role("region", name=TEXTS["compare.title"])).to_be_visible()
    expect(bought.get_by_label(TEXTS["compare.full"], exact=True)).to_be_focused()
    bought.get_by_role("button", name=TEXTS["compare.close"]).press("Enter")
    expect(bought.get_by_role("button", name=TEXTS["compare.open"])).to_be_focused()
    expect(bought.locator("#compare video")).to_have_count(0)
    expect(bought.locator("#result")).to_be_visible()


def test_a_click_makes_room_for_its_own_run(browser, long_videos):
    """The comparison closes at the click, even one that is refused, and a preview has no offer."""
    with opened(browser, long_videos.url) as tab:
        buy_after_preview(tab)
        offer(tab)
        expect(tab.locator("#compare video")).to_have_count(2)
        tab.locator("#consent input").uncheck()
        tab.locator("#generate").click()
        expect(tab.locator("#check .bad")).to_have_text(TEXTS["refused.need_consent"], timeout=DONE)
        expect(tab.locator("#compare video")).to_have_count(0)
        expect(tab.locator("#compare [data-do=open]")).to_be_visible()
        tab.get_by_role("radio", name="Free preview").check()
        tab.locator("#generate").click()
        expect_title(tab, "Your preview is ready")
        expect(tab.locator("#compare button")).to_have_count(0)


def test_another_picture_has_no_preview_to_compare_with(browser, long_videos):
    """A full video of other inputs is offered without a comparison."""
    with opened(browser, long_videos.url) as tab:
        buy_after_preview(tab, OTHER_PICTURE)
        settle(tab)
        expect(tab.locator("#compare button")).to_have_count(0)


def test_a_preview_that_is_gone_or_somebody_elses_is_not_offered(browser, long_videos):
    """The server has to have both videos, and the browser has to have made them."""
    with opened(browser, long_videos.url) as tab:
        buy_after_preview(tab)
        expect(tab.locator("#compare [data-do=open]")).to_be_visible(timeout=DONE)
        with visited(browser, tab.url) as stranger:
            expect_title(stranger, "Your video is ready")
            settle(stranger)
            expect(stranger.locator("#compare button")).to_have_count(0)
        tab.reload()
        expect(tab.locator("#compare [data-do=open]")).to_be_visible(timeout=DONE)
        preview = tab.evaluate("infinitalk.runsToCompare()[0]")
        (long_videos.state / "results" / f"{preview}.mp4").unlink()
        tab.reload()
        expect_title(tab, "Your video is ready")
        settle(tab)
        expect(tab.locator("#compare button")).to_have_count(0)
