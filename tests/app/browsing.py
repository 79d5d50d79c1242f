"""A real browser for the tests of the page: tabs whose console errors fail the test."""

import contextlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, expect

from infinitalk_app.ui.text.catalogue import texts_in
from tests.app import pages
from tests.app.paid import ENGINE

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
ARRIVED = 10_000  # ms; an update that does not arrive is given up 16 s or more after it was due
DESKTOP, TABLET, PHONE, NARROW = (1280, 860), (768, 1024), (390, 844), (360, 740)
# What Gradio itself says of its open stream when a page is left, and of a sound that no browser can play.
OF_GRADIO = ("AbortError: signal is aborted", "errored out", "Waveform load error", "ERR_ABORTED")


@contextlib.contextmanager
def opened(
    browser: Browser,
    address: str,
    size: tuple[int, int] = DESKTOP,
    *,
    forgiving: tuple[str, ...] = (),
    **context: Any,
) -> Iterator[Page]:
    """Open a tab of an empty browser; an error on its console that is not forgiven fails the test.

    Unless a test says otherwise, its visitor wants no motion: drawn in software, that is half of the work.
    """
    window = _window(browser, **{"reduced_motion": "reduce"} | context)
    with tab_of(window, address, size, forgiving=forgiving) as tab:
        try:
            yield tab
        finally:
            _forget(window, tab, address)


@cache
def _window(browser: Browser, **context: Any) -> BrowserContext:
    """Return the window that the tests of a module share: with what it keeps, a page loads in two thirds."""
    return browser.new_context(**context)


def _forget(window: BrowserContext, tab: Page, address: str) -> None:
    """Leave nothing to the next test but files that do not change."""
    tab.goto("about:blank")  # what a page writes when it is left is written now
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(address))
    session = window.new_cdp_session(tab)
    session.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": "all,cookies"})
    session.detach()


@contextlib.contextmanager
def tab_of(
    window: BrowserContext,
    address: str,
    size: tuple[int, int] = DESKTOP,
    *,
    forgiving: tuple[str, ...] = (),
    **goto: Any,
) -> Iterator[Page]:
    """Open one more tab in a window that is there."""
    complaints: list[str] = []

    def complain(text: str) -> None:
        if not any(known in text for known in OF_GRADIO + forgiving):
            complaints.append(text)

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error":
            complain(message.text)

    tab = window.new_page()
    tab.set_viewport_size({"width": size[0], "height": size[1]})
    tab.on("console", hear)
    tab.on("pageerror", lambda error: complain(str(error)))
    tab.goto(address, **goto)
    ready(tab)
    yield tab
    tab.close()
    assert not complaints, complaints


@contextlib.contextmanager
def visited(
    browser: Browser, link: str, size: tuple[int, int] = DESKTOP, **context: object
) -> Iterator[Page]:
    """Open a link in a browser that did not make its run."""
    window = browser.new_context(**{"reduced_motion": "reduce"} | context)
    tab = window.new_page()
    tab.set_viewport_size({"width": size[0], "height": size[1]})
    tab.goto(link)
    expect(tab.get_by_role("link", name=texts_in()["visit.own"])).to_be_visible(timeout=DONE)
    yield tab
    window.close()


def ready(tab: Page) -> None:
    """Wait until the form has come to life: the line above the button has been filled by the server."""
    expect(tab.locator("#generate")).to_be_visible(timeout=DONE)
    expect(tab.locator("#check .sum")).not_to_be_empty(timeout=DONE)


def settle(tab: Page) -> None:
    """Wait until every update of the page has arrived."""
    tab.wait_for_function("infinitalk.pendingUpdates.size === 0", timeout=ARRIVED)


def bring(tab: Page, picture: Path = pages.PICTURE, voice: Path = pages.VOICE) -> None:
    """Upload a picture and a voice by the first and the second file input of the document."""
    files = ((picture, "#picture [title='Remove Image']"), (voice, "#voice [title='Clear']"))
    for nth, (file, filled) in enumerate(files):
        with tab.expect_response(lambda answer: "/upload" in answer.url and answer.ok, timeout=DONE):
            tab.locator("input[type=file]").nth(nth).set_input_files(str(file))
        expect(tab.locator(filled)).to_be_visible(timeout=DONE)


def paid_engine(tab: Page) -> Locator:
    """Return the choice of the paid engine that the tests order from."""
    return tab.locator(f"#engine input[value='{ENGINE}']")


def choose_paid(tab: Page, key: str, *, consent: bool = True) -> None:
    """Choose the paid engine, paste a key, and tick the box."""
    paid_engine(tab).check()
    tab.locator("#key input").fill(key)
    if consent:
        tab.locator("#consent input").check()


def expect_title(tab: Page, title: str, timeout: int = DONE) -> None:
    expect(tab.locator("#status h2")).to_have_text(title, timeout=timeout)


def played(tab: Page) -> dict[str, Any]:
    """Wait until the result can be played, and return what the browser knows of it."""
    tab.wait_for_function(
        "() => { const v = document.querySelector('#result video'); return v && v.readyState >= 2 }",
        timeout=DONE,
    )
    return dict(
        tab.evaluate(
            """async () => {
                const video = document.querySelector('#result video');
                await video.play().catch(() => {});
                await new Promise((done) => setTimeout(done, 300));
                const heard = video.webkitAudioDecodedByteCount > 0;
                return { duration: video.duration, width: video.videoWidth, sound: heard };
            }"""
        )
    )


def stays(tab: Page) -> dict[str, list[float]]:
    """Return where stage, status card and its buttons begin, and how high they are."""
    return dict(
        tab.evaluate(
            """() => Object.fromEntries(['#result', '#status .st', '#status .acts'].map((name) => {
                const box = document.querySelector(name).getBoundingClientRect();
                return [name, [Math.round(box.top + scrollY), Math.round(box.height)]];
            }))"""
        )
    )
