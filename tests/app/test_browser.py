"""The page as a visitor uses it, in a real browser."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from infinitalk_app.journal import Journal
from tests.app import pages
from tests.app.conftest import KEY
from tests.tools import need

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DONE = 30_000  # ms
# What Gradio itself says of its open stream when a page is left.
OF_A_LEFT_PAGE = ("AbortError: signal is aborted", "errored out")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=need("chromium"), args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(params=[(1280, 900), (390, 844)], ids=["desktop", "phone"])
def size(request) -> tuple[int, int]:
    return request.param


@pytest.fixture
def tab(browser, shared_page, size) -> Iterator[Page]:
    """Open the page; an error on its console fails the test."""
    complaints: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error" and not any(known in message.text for known in OF_A_LEFT_PAGE):
            complaints.append(message.text)

    context = browser.new_context(viewport={"width": size[0], "height": size[1]})
    tab = context.new_page()
    tab.on("console", hear)
    tab.on("pageerror", lambda error: str(error).startswith(OF_A_LEFT_PAGE) or complaints.append(str(error)))
    tab.goto(shared_page.url)
    expect(tab.locator("#generate")).to_be_visible(timeout=DONE)
    yield tab
    context.close()
    assert complaints == []


def bring(tab: Page) -> None:
    """Upload a picture and a voice by the first and the second file input of the document."""
    inputs = tab.locator("input[type=file]")
    inputs.nth(1).set_input_files(str(pages.VOICE))  # a filled picture has no input any more
    expect(tab.locator("#voice").get_by_text("0:07").first).to_be_visible(timeout=DONE)
    inputs.nth(0).set_input_files(str(pages.PICTURE))
    expect(tab.locator("#picture img").first).to_be_visible(timeout=DONE)


def played(tab: Page) -> dict[str, float]:
    """Wait until the result can be played, and return what the browser knows of it."""
    tab.wait_for_function(
        "() => { const v = document.querySelector('#result video'); return v && v.readyState >= 2 }",
        timeout=DONE,
    )
    return tab.evaluate(
        "() => { const v = document.querySelector('#result video');"
        " return { duration: v.duration, width: v.videoWidth, state: v.readyState } }"
    )


def test_files_become_a_video_that_plays(tab):
    """Upload, one click, and within seconds the browser plays a checked preview."""
    bring(tab)
    tab.locator("#generate").click()
    expect(tab.get_by_text("Your preview is ready")).to_be_visible(timeout=DONE)
    video = played(tab)
    assert video["duration"] == pytest.approx(6.5, abs=0.2)
    assert video["width"] > 400
    expect(tab.get_by_text("H.264 + AAC").first).to_be_visible()


def test_what_will_be_sent_can_be_heard(tab, shared_page):
    """Opened, the part of the voice is there to play, cut to its length; none of it stays in our folders."""
    bring(tab)
    tab.get_by_role("button", name="Use only a part of the voice").click()
    tab.get_by_label("From second").fill("2")
    tab.get_by_label("From second").blur()
    expect(tab.locator("#clip").get_by_text("0:05").first).to_be_visible(timeout=DONE)
    expect(tab.get_by_text(re.compile(r"4\.5 s, level -\d+ dB"))).to_be_visible(timeout=DONE)
    assert shared_page.left_behind() == []


def test_nothing_is_wider_than_the_window(tab, size):
    """There is no horizontal scroll."""
    assert tab.evaluate("document.documentElement.scrollWidth") <= size[0]


@pytest.mark.parametrize("size", [(1280, 900)], ids=["desktop"], indirect=True)
def test_a_reload_in_mid_run_comes_back(tab, shared_page):
    """The address carries the run: after a reload its video appears, and it was started once."""
    before = len(list(Journal(shared_page.state / "journal")))
    bring(tab)
    tab.locator("#generate").click()
    tab.wait_for_url(re.compile(r"\?(run|job)="), timeout=DONE)
    tab.reload()
    expect(tab.get_by_text("Your preview is ready")).to_be_visible(timeout=DONE)
    played(tab)
    assert len(list(Journal(shared_page.state / "journal"))) == before + 1


@pytest.mark.parametrize("size", [(1280, 900)], ids=["desktop"], indirect=True)
def test_a_double_click_is_one_run(tab, shared_page):
    """Two quick clicks are one run in the journal."""
    before = len(list(Journal(shared_page.state / "journal")))
    bring(tab)
    tab.locator("#generate").dblclick()
    expect(tab.get_by_text("Your preview is ready")).to_be_visible(timeout=DONE)
    assert len(list(Journal(shared_page.state / "journal"))) == before + 1


@pytest.mark.parametrize("size", [(1280, 900)], ids=["desktop"], indirect=True)
def test_what_is_missing_is_said(tab):
    """A click without files names what is missing, and costs nothing."""
    tab.goto(tab.url + "?__theme=dark")
    fresh = tab.locator("#picture button[aria-label='Clear']")
    if fresh.count():
        fresh.first.click()
    tab.locator("#generate").click()
    expect(tab.get_by_text("Add a picture").first).to_be_visible(timeout=DONE)


@pytest.mark.parametrize("size", [(1280, 900)], ids=["desktop"], indirect=True)
def test_a_paid_run_with_an_own_key_leaves_no_key_in_the_browser(tab):
    """The video of the paid engine appears; neither storage nor address nor page text holds the key."""
    bring(tab)
    tab.get_by_role("radio", name=re.compile("^InfiniteTalk")).check()
    tab.locator("#key input").fill(KEY)
    tab.locator("#consent input").check()
    tab.locator("#generate").click()
    expect(tab.get_by_text("Your video is ready")).to_be_visible(timeout=DONE)
    played(tab)
    kept = tab.evaluate(
        "JSON.stringify([{...localStorage}, {...sessionStorage}, location.href, document.cookie])"
    )
    assert KEY not in kept
    assert KEY not in tab.content()
