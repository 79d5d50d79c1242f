"""What the browser itself keeps of runs: tokens of clicks, and the strip of this browser's videos."""

import json
import re
import secrets
import time
from collections.abc import Mapping

from playwright.sync_api import Page, Request, Route, expect

from infinitalk_app.runs.journal import Entry, Journal
from infinitalk_app.ui.text.catalogue import texts_in
from infinitalk_client import Client, TalkRequest
from tests.app.browsing import DONE, choose_paid, expect_title, opened, ready, visited
from tests.app.fake_segmind import GOOD
from tests.app.pages import PICTURE, VOICE
from tests.app.paid import ENGINE
from tests.app.test_resume import runs_of

HOUR_MS = 3_600_000
LOST = ("Failed to load resource", "net::ERR", "Failed to fetch", "Connection to the server")
EVIL = '"><img src=x onerror="window.evil = 1">${window.evil = 1}{{window}}`\''


def put(tab: Page, *entries: Mapping[str, object]) -> None:
    """Put entries into this browser's storage, and come to the page anew."""
    for entry in entries:
        text = json.dumps({"job": "", "engine": "preview", "kind": "ready", "settings": {}} | dict(entry))
        tab.evaluate("([run, text]) => { localStorage[`infinitalk ${run}`] = text }", [entry["run"], text])
    tab.reload()
    ready(tab)


def now_ms() -> float:
    return 1000 * time.time()


def tokens_sent(tab: Page) -> list[str]:
    """Return a list that gets the run token of each click from now on."""
    tokens: list[str] = []

    def hear(sent: Request) -> None:
        if "/queue/join" in sent.url:
            last = json.loads(sent.post_data or "{}")["data"][-1:]
            tokens.extend(one for one in last if re.fullmatch("[0-9a-f]{32}", str(one)))

    tab.on("request", hear)
    return tokens


def lose_an_answer(route: Route) -> None:
    """Let the server take a click, and a gateway answer in its place."""
    route.fetch()
    route.fulfill(status=502, content_type="text/html", body="<h1>Bad gateway</h1>")


def test_a_click_that_repeats_a_lost_one_is_the_same_run(browser, fake_segmind_page):
    """The server took the first click, and its answer was lost: the second has its token, for one run."""
    before = runs_of(fake_segmind_page)
    with opened(browser, fake_segmind_page.url, forgiving=LOST) as tab:
        tokens = tokens_sent(tab)
        # Asking for updates would find the run before the second click.
        tab.evaluate("infinitalk.pendingUpdates.set = () => {}")
        tab.route("**/queue/join*", lose_an_answer, times=1)
        tab.locator("#generate").click()
        tab.wait_for_function(
            "infinitalk.state.run.token && !document.querySelector('#player.covered')", timeout=DONE
        )
        tab.locator("#generate").click()
        expect_title(tab, "Your preview is ready")
    assert tokens == [tokens[0]] * 2
    assert runs_of(fake_segmind_page) == before + 1


def test_the_click_after_a_refused_one_is_a_run_of_its_own(browser, fake_segmind_page):
    """The refused token is not used again, and the address names the new run."""
    with opened(browser, fake_segmind_page.url) as tab:
        tokens = tokens_sent(tab)
        choose_paid(tab, GOOD, consent=False)
        tab.locator("#generate").click()
        expect(tab.locator("#check .bad")).to_be_visible(timeout=DONE)
        assert "run=" not in tab.url
        tab.locator("#consent input").check()
        tab.locator("#generate").click()
        expect_title(tab, "Your video is ready")
        refused, taken = tokens
        assert refused != taken
        entry = tab.evaluate("infinitalk.readEntries()[0]")
        assert (entry["run"], tab.evaluate("infinitalk.readEntries().length")) == (taken, 1)


def test_a_link_to_a_run_that_needs_a_key_opens_the_keys_field(browser, fake_segmind_page):
    """The link may name no engine: the field is there all the same, and so is the question whose it is."""
    token = secrets.token_hex(16)
    journal = Journal(fake_segmind_page.state / "journal")
    journal.write(Entry(token, ENGINE, "submitted", time.time(), secrets.token_hex(8)))
    with visited(browser, f"{fake_segmind_page.url}?run={token}") as tab:
        tab.get_by_role("button", name=texts_in()["visit.bought"]).click()
        expect_title(tab, "Whose video is this?")
        expect(tab.locator("#key input")).to_be_visible(timeout=DONE)


def test_a_paid_run_of_the_strip_is_found_by_its_job_id_on_a_new_disk(
    browser, fake_segmind_page, fake_service
):
    """The page has never heard of its token: the plain address asks for the key, and then has the video."""
    with Client(GOOD, base_url=fake_service[0]) as client:
        job = client.submit(TalkRequest(client.upload(PICTURE), client.upload(VOICE)))
    entry = {"run": secrets.token_hex(16), "job": job.request_id, "engine": ENGINE, "kind": "busy"}
    with opened(browser, fake_segmind_page.url) as tab:
        put(tab, entry | {"began": now_ms()})
        expect_title(tab, "Whose video is this?")
        tab.locator("#key input").fill(GOOD)
        tab.get_by_role("button", name="Look again").click()
        expect_title(tab, "Your video is ready")


def test_markup_in_this_browsers_storage_is_letters_in_the_strip(browser, fake_segmind_page):
    """Whoever can write there, an extension for one, makes nothing run."""
    odd = {"run": EVIL, "poster": EVIL, "began": now_ms(), "ended": now_ms()}
    with opened(browser, fake_segmind_page.url) as tab:
        put(tab, odd | {"settings": {"resolution": EVIL, "fps": EVIL}})
        expect(tab.locator("#history .cap")).to_have_text(f"{EVIL}, {EVIL} fps")
        assert tab.locator("#history img").count() == 0
        assert tab.evaluate("window.evil === undefined")


def test_the_twenty_first_run_pushes_out_the_first(browser, fake_segmind_page):
    """The strip has twenty places, and so has the storage."""
    kept = [{"run": f"{n:032x}", "began": now_ms() - n * 60_000, "ended": now_ms()} for n in range(1, 21)]
    with opened(browser, fake_segmind_page.url) as tab:
        put(tab, *kept)
        expect(tab.locator("#history li")).to_have_count(20)
        tab.locator("#generate").click()
        expect(tab.locator(f"#history li[data-run='{20:032x}']")).to_have_count(0, timeout=DONE)
        expect(tab.locator("#history li")).to_have_count(20)
        runs = tab.evaluate("infinitalk.readEntries().map((entry) => entry.run)")
        assert runs[1:] == [entry["run"] for entry in kept[:19]]
        expect_title(tab, "Your preview is ready")


def test_after_two_hours_the_strip_says_that_a_video_is_gone(browser, fake_segmind_page):
    """And a minute before, that it is still kept."""
    ages = {"a": HOUR_MS * 2 + 1000, "b": HOUR_MS * 2 - 50_000}
    entries = [
        {"run": run, "began": now_ms() - 3 * HOUR_MS, "ended": now_ms() - age} for run, age in ages.items()
    ]
    with opened(browser, fake_segmind_page.url) as tab:
        put(tab, *entries)
        gone, kept = tab.locator("#history li[data-run=a]"), tab.locator("#history li[data-run=b]")
        expect(gone).to_have_class("gone")
        expect(gone).to_contain_text("Expired")
        expect(gone).to_contain_text("file is gone")
        expect(kept).to_contain_text("kept 1 min")
