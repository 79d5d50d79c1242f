"""The page inside of another one: a frame of a foreign origin, narrow, with no storage to rely on."""

import functools
import http.server
import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from tests.app.browsing import DONE, NARROW, opened
from tests.app.pages import ROOT
from tests.app.paid import ENGINE

# Storage of a foreign frame is closed to it, as some browsers do by themselves.
NO_STORAGE = """
for (const name of ["localStorage", "sessionStorage"])
  Object.defineProperty(window, name, { get() { throw new DOMException("closed", "SecurityError") } });
"""


@pytest.fixture
def host(tmp_path, fake_segmind_page) -> Iterator[str]:
    """Yield the address of a site that shows our example of an embedded page."""
    html = (ROOT / "examples/embed.html").read_text()
    (tmp_path / "index.html").write_text(html.replace("http://127.0.0.1:7860", fake_segmind_page.url))

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *args):
            pass

    handler = functools.partial(Quiet, directory=str(tmp_path))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as site:
        threading.Thread(target=site.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://localhost:{site.server_port}"  # not 127.0.0.1: another origin
        site.shutdown()


def framed(tab: Page) -> FrameLocator:
    frame = tab.frame_locator("iframe")
    expect(frame.locator("#check .sum")).not_to_be_empty(timeout=DONE)
    return frame


def test_a_frame_of_another_origin_makes_a_preview_without_storage(browser, host):
    """One column, no head and no footer, the presets of the address, and a preview that plays."""
    window = browser.new_context(viewport={"width": NARROW[0], "height": NARROW[1]})
    tab = window.new_page()
    tab.add_init_script(f"if (window !== window.top) {{ {NO_STORAGE} }}")
    tab.goto(host)
    frame = framed(tab)
    for hidden in ("#head", "#rest", "footer"):
        expect(frame.locator(hidden).first).to_be_hidden()
    expect(frame.get_by_role("link", name="Open the full page")).to_be_visible()
    frame.locator("#more > button").click()
    expect(frame.locator("#prompt textarea")).to_have_value("A calm speaker")
    assert frame.locator("html").evaluate("page => page.scrollWidth <= innerWidth")
    frame.locator("#generate").click()
    expect(frame.locator("#status h2")).to_have_text("Your preview is ready", timeout=DONE)
    window.close()


BOXES = ("#prompt textarea", "#resolution input", "#fps input[type=number]", "#seed input")


@pytest.mark.parametrize(
    ("query", "values"),
    [
        (
            "prompt=A%20lively%20%3Cb%3E%20speaker&resolution=720p&fps=30&seed=7",
            ["A lively <b> speaker", "720p, sharpest", "30", "7"],
        ),
        ("prompt=Calm.&resolution=8k&fps=90&seed=x", ["Calm.", "480p, quickest", "25", "42424242"]),
    ],
)
def test_the_address_presets_the_form(browser, shared_page, query, values):
    """A value that is allowed is taken over; any other leaves its box as it is."""
    with opened(browser, f"{shared_page.url}?{query}") as tab:
        tab.locator("#more > button").click()
        for box, value in zip(BOXES, values, strict=True):
            expect(tab.locator(box)).to_have_value(value, timeout=DONE)


def test_the_address_chooses_engine_and_theme(browser, shared_page):
    """With engine=infinitetalk the key field is there; __theme=dark is dark."""
    with opened(browser, f"{shared_page.url}?engine={ENGINE}&__theme=dark") as tab:
        expect(tab.locator("#key input")).to_be_visible(timeout=DONE)
        expect(tab.locator("#generate")).to_have_text("Make the full video, paid")
        assert tab.evaluate("document.body.classList.contains('dark')")


def test_a_denied_microphone_leaves_the_upload(browser, shared_page):
    """Without leave to record, the voice can still be uploaded and used."""
    with opened(browser, shared_page.url, forgiving=("NotAllowedError", "Permission denied")) as tab:
        tab.locator("#voicecard").get_by_role("button", name="Record").click()
        expect(tab.locator("#voice [title='Clear']")).to_be_visible()
        with tab.expect_file_chooser() as chooser:
            tab.locator("#voicecard").get_by_role("button", name="Upload").click()
        chooser.value.set_files(str(ROOT / "tests/preview/morning.mp3"))
        expect(tab.locator("#check")).to_contain_text("6.0", timeout=DONE)
