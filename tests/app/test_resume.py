"""Whatever happens between the click and the video, the browser finds its run again, and it is one run."""

import json
import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from infinitalk_app.runs.journal import Journal
from infinitalk_app.ui import assets
from infinitalk_server.config import ServerConfig
from tests.app import pages
from tests.app.browsing import DONE, choose_paid, expect_title, opened, played, ready, tab_of
from tests.app.fake_segmind import GOOD, SLOW, SLOW_UPLOAD
from tests.app.paid import ENGINE, MODEL
from tests.app.reset_proxy import Crossing, cutting_proxy
from tests.ports import free_port
from tests.server.serving import copies, serving

# A page whose server goes away says so on its console; that is what these tests are about.
CUT = ("Failed to load resource", "net::ERR", "Connection to the server", "TypeError: network error", "fetch")


def runs_of(page: pages.Page) -> int:
    return len(list(Journal(page.state / "journal")))


@pytest.fixture
def slow_preview(tmp_path, tiny_mp4) -> Iterator[str]:
    """Yield a paid service whose renders take some seconds."""
    command = copies(tmp_path, tiny_mp4, seconds=4.0)
    with serving(ServerConfig(keys=(GOOD,), render_command=command)) as base:
        yield base


def begin(tab: Page) -> None:
    """Start a run, and wait until the address names it."""
    tab.locator("#generate").click()
    tab.wait_for_url(re.compile(r"\?(run|job)="), timeout=DONE)


@pytest.mark.parametrize("moment", ["at once", "with an id"])
def test_a_reload_during_a_run_resumes_it(browser, fake_segmind_page, moment):
    """The address carries the run from the click on: a reload shows its video, and it was started once."""
    before = runs_of(fake_segmind_page)
    with opened(browser, fake_segmind_page.url) as tab:
        begin(tab)
        if moment == "with an id":
            tab.wait_for_url(re.compile(r"\?job="), timeout=DONE)
        tab.reload()
        expect_title(tab, "Your preview is ready")
        played(tab)
    assert runs_of(fake_segmind_page) == before + 1


def test_a_double_click_is_one_run(browser, fake_segmind_page):
    """Two quick clicks are one run in the journal."""
    before = runs_of(fake_segmind_page)
    with opened(browser, fake_segmind_page.url) as tab:
        tab.locator("#generate").dblclick()
        expect_title(tab, "Your preview is ready")
    assert runs_of(fake_segmind_page) == before + 1


def test_a_closed_tab_and_a_second_one(browser, fake_segmind_page, fake_service):
    """The link shows the run in another tab; the plain address finds it when nobody looks at it any more."""
    window = browser.new_context(reduced_motion="reduce")
    with fake_service[1].holding(), tab_of(window, fake_segmind_page.url) as first:
        choose_paid(first, SLOW)
        begin(first)
        first.wait_for_url(re.compile(r"\?job="), timeout=DONE)
        with tab_of(window, first.url) as second:
            expect(second.locator("#status")).to_contain_text(f"Rendering at {MODEL}", timeout=DONE)
        with tab_of(window, fake_segmind_page.url) as third:
            expect_title(third, "A sample. Yours will play here.")
            expect(third.locator("#history li b")).to_have_text("Rendering")
    with tab_of(window, fake_segmind_page.url) as again:
        expect_title(again, "Your video is ready")
        played(again)
    window.close()


def test_several_runs_at_once_in_several_tabs(browser, fake_segmind_page):
    """Each tab has a run of its own, and ends with its own video."""
    window = browser.new_context(reduced_motion="reduce")
    with tab_of(window, fake_segmind_page.url) as one, tab_of(window, fake_segmind_page.url) as other:
        choose_paid(one, GOOD)
        choose_paid(other, GOOD)
        begin(one)
        begin(other)
        expect_title(one, "Your video is ready")
        expect_title(other, "Your video is ready")
        assert one.url != other.url
        expect(one.locator("#history li")).to_have_count(2)
    window.close()


def test_a_cut_connection_during_a_run_resumes_it(browser, fake_segmind_page, fake_service):
    """All open connections are reset while the run goes on: its video appears all the same, bought once."""
    before = runs_of(fake_segmind_page)
    with (
        cutting_proxy(fake_segmind_page.url) as proxy,
        opened(browser, proxy.url, forgiving=CUT) as tab,
    ):
        with fake_service[1].holding():
            choose_paid(tab, SLOW)
            begin(tab)
            tab.wait_for_url(re.compile(r"\?job="), timeout=DONE)
            proxy.cut()
        expect_title(tab, "Your video is ready")
        played(tab)
    assert runs_of(fake_segmind_page) == before + 1


def test_an_answer_that_gradio_leaves_lying_is_fetched(browser, fake_segmind_page):
    """A question that crosses Gradio's closing of its stream is asked after: click, video, and form."""
    with (
        cutting_proxy(fake_segmind_page.url, Crossing) as proxy,
        opened(browser, proxy.url) as tab,
    ):
        choose_paid(tab, GOOD)
        expect(tab.locator("#keynote")).to_contain_text("credits", timeout=DONE)
        begin(tab)
        expect_title(tab, "Your video is ready")
        played(tab)
    assert proxy.crossed.is_set()


def test_a_paid_job_outlives_a_restart(browser, tmp_path, slow_preview):
    """The page is killed and started again: its link asks for the key; a wrong one ends nothing."""
    state, port = tmp_path / "state", free_port()
    settings = {"INFINITALK_BASE_URL": slow_preview, "HOSTING": "segmind"}
    window = browser.new_context(reduced_motion="reduce")
    tab = window.new_page()
    with pages.page(state, port=port, kill=True, **settings) as first:
        tab.goto(first.url)
        ready(tab)
        choose_paid(tab, GOOD)
        begin(tab)
        tab.wait_for_url(re.compile(r"\?job="), timeout=DONE)
        link = tab.url
        tab.close()  # by itself it would reload at some moment, and a visit by the link with it
    with pages.page(state, port=port, **settings):
        tab = window.new_page()
        tab.goto(link)
        expect_title(tab, "Whose video is this?")
        tab.locator("#key input").fill("SG_somebody_elses")
        tab.get_by_role("button", name="Look again").click()
        expect_title(tab, "The key was refused")
        expect(tab.locator("#status")).not_to_contain_text("charged")
        tab.locator("#key input").fill(GOOD)
        tab.get_by_role("button", name="Look again").click()
        expect_title(tab, "Your video is ready")
        played(tab)
    window.close()
    assert (tmp_path / "runs").read_text() == "x"


def test_stop_before_anything_was_sent_costs_nothing(browser, fake_segmind_page, fake_service):
    """Stop in the preparation ends the run; the service has heard of no submission."""
    posts = dict(fake_service[1].posts)
    with opened(browser, fake_segmind_page.url) as tab:
        choose_paid(tab, SLOW_UPLOAD)
        tab.locator("#generate").click()
        expect_title(tab, "Making the files reachable")
        tab.get_by_role("button", name="Stop", exact=True).click()
        expect_title(tab, "Stopped")
        expect(tab.locator("#history li b").first).to_have_text("Stopped")
        expect(tab.locator("#generate")).to_be_enabled()
    assert fake_service[1].posts == posts


def test_stop_after_the_submission_only_stops_watching(browser, fake_segmind_page, fake_service):
    """The page says that the job goes on and will be charged; "Look again" brings its video."""
    with opened(browser, fake_segmind_page.url) as tab:
        with fake_service[1].holding():
            choose_paid(tab, SLOW)
            begin(tab)
            tab.wait_for_url(re.compile(r"\?job="), timeout=DONE)
            tab.get_by_role("button", name="Stop watching").click()
            expect_title(tab, "Not watching any more")
        expect(tab.locator("#status")).to_contain_text("will be charged")
        tab.get_by_role("button", name="Look again").click()
        expect_title(tab, "Your video is ready")


def test_the_history_of_this_browser(browser, fake_segmind_page):
    """A run shows up with its state, its settings can be used again, and it is forgotten at a click."""
    with opened(browser, fake_segmind_page.url) as tab:
        tab.locator("#more > button").click()
        tab.locator("#prompt textarea").fill("An excited speaker.")
        begin(tab)
        expect_title(tab, "Your preview is ready")
        entry = tab.locator("#history li").first
        expect(entry).to_contain_text("kept 120 min")
        tab.goto(fake_segmind_page.url)
        ready(tab)
        tab.get_by_role("button", name=re.compile("^Use again")).first.click()
        tab.locator("#more > button").click()
        expect(tab.locator("#prompt textarea")).to_have_value("An excited speaker.")
        tab.get_by_role("button", name=re.compile("^Open: ")).first.click()
        expect_title(tab, "Your preview is ready")
        tab.get_by_role("button", name="Forget all").click()
        expect(tab.locator("#history")).to_be_hidden()


def test_a_run_that_was_never_followed_to_its_end_does_not_render_for_ever(browser, fake_segmind_page):
    """Two hours after its click an entry claims nothing, and the page does not go back to it by itself."""
    entry = {"run": "0" * 32, "job": "", "engine": ENGINE, "kind": "busy", "settings": {}}
    left = entry | {"began": 1000 * (time.time() - 3 * 3600)}
    with opened(browser, fake_segmind_page.url) as tab:
        tab.evaluate("(left) => { localStorage[`infinitalk ${left.run}`] = JSON.stringify(left) }", left)
        tab.reload()
        expect(tab.locator("#history li b")).to_have_text("Not followed")
        expect_title(tab, "A sample. Yours will play here.")


def test_an_entry_that_cannot_be_read_is_dropped(browser, fake_segmind_page):
    """Half an entry, or one that is none, costs neither the other videos nor the way back to a run."""
    entry = {"run": "0" * 32, "job": "", "engine": "preview", "kind": "failed", "began": 1, "settings": {}}
    odd = {"half": '{"run": "', "null": "null", "number": "7", "bare": "{}", "good": json.dumps(entry)}
    keep = "(odd) => { for (const name in odd) localStorage[`infinitalk ${name}`] = odd[name] }"
    with opened(browser, fake_segmind_page.url) as tab:
        tab.evaluate(keep, odd)
        tab.reload()
        ready(tab)
        expect(tab.locator("#history li b")).to_have_text("Failed")
        begin(tab)
        expect_title(tab, "Your preview is ready")
        expect(tab.locator("#history li")).to_have_count(2)
        kept = tab.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('infinitalk ')).length")
        assert kept == 2


def test_a_late_update_does_not_undo_a_stop(browser):
    """What was on its way when the visitor stopped watching is dropped, until the visitor looks again."""
    tab = browser.new_page()
    tab.set_content("<div id=panel></div>")
    tab.add_script_tag(content=f"{assets.joined(assets.STATIC / 'page/main.js')}.start({{}})")
    seen = tab.evaluate(
        """() => {
            const element = document.querySelector("#panel"), seen = [];
            const props = { value: { kind: "idle", run: "a", stopped: true, elapsed_s: null } };
            let changed;
            const watch = (_, call) => (changed = call);
            infinitalk.components.status_panel({ props, element, watch, trigger() {} });
            const news = (value) => { props.value = value; changed(); seen.push(props.value.kind); };
            news({ kind: "busy", run: "a", elapsed_s: null });
            news({ kind: "ok", run: "a", elapsed_s: null });
            news({ kind: "busy", run: "b", elapsed_s: null });
            return seen;
        }"""
    )
    tab.close()
    assert seen == ["idle", "ok", "busy"]


def test_one_visit_of_these_tests_leaves_nothing_to_the_next(browser, fake_segmind_page):
    """They share a window for its cache; what a page has kept in it is gone, and so it is for each test."""
    with opened(browser, fake_segmind_page.url) as tab:
        tab.evaluate("localStorage.setItem('infinitalk x', '{}'); document.cookie = 'left=1; max-age=600'")
    with opened(browser, fake_segmind_page.url) as tab:
        assert tab.evaluate("[localStorage.getItem('infinitalk x'), document.cookie.includes('left')]") == [
            None,
            False,
        ]
