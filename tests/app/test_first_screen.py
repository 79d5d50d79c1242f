"""The first screen, counted: words, stops of the Tab key, what moves, and what is fetched."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.app import pages
from tests.app.browsing import DONE, NARROW, PHONE, TABLET, opened, paid_engine, ready

LAPTOP, LARGE = (1280, 800), (1920, 1080)
SIZES = pytest.mark.parametrize(
    "size",
    [LAPTOP, LARGE, TABLET, PHONE, NARROW],
    ids=["laptop", "large", "tablet", "phone", "narrow"],
)
# Words in sight, with the values of boxes; what only screen readers get does not count.
WORDS = """() => {
    const texts = [...document.querySelectorAll("input:not([type=file], [type=radio], [type=range])")]
        .filter((box) => box.checkVisibility()).map((box) => box.value);
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let text = walker.nextNode(); text; text = walker.nextNode()) {
        const around = text.parentElement;
        const clipped = getComputedStyle(around).clipPath !== "none";
        const hidden = clipped || around.closest("script, style, .hidden, #live");
        if (!hidden && around.checkVisibility({ visibilityProperty: true })) texts.push(text.textContent);
    }
    return texts.join(" ").split(/\\s+/).filter((word) => /[\\p{L}\\p{N}]/u.test(word)).length;
}"""
MOVED = """() => {
    window.moved = 0;
    const add = (list) => list.getEntries().forEach(({ value }) => { moved += value; });
    new PerformanceObserver(add).observe({ type: "layout-shift", buffered: true });
}"""


@dataclass
class Fetched:
    """What a tab has fetched: addresses, and bytes on the wire."""

    addresses: dict[str, str] = field(default_factory=dict)
    sizes: dict[str, float] = field(default_factory=dict)

    def watch(self, tab: Page) -> None:
        session = tab.context.new_cdp_session(tab)
        session.on("Network.responseReceived", self._answered)
        session.on("Network.loadingFinished", self._finished)
        session.send("Network.enable")

    def _answered(self, event: dict) -> None:
        if (address := event["response"]["url"]).startswith("http"):
            self.addresses[event["requestId"]] = address

    def _finished(self, event: dict) -> None:
        self.sizes[event["requestId"]] = event["encodedDataLength"]

    @property
    def size(self) -> float:
        return sum(self.sizes.values())

    def size_of(self, part: str) -> float:
        """Return the bytes of what has this part in its address."""
        return sum(self.sizes.get(name, 0) for name, one in self.addresses.items() if part in one)


def fetched(browser: Browser, url: str, shown: str) -> Fetched:
    """Open a page in an empty browser, and return what it fetches until it is complete."""
    found = Fetched()
    window = browser.new_context(viewport={"width": LAPTOP[0], "height": LAPTOP[1]})
    tab = window.new_page()
    found.watch(tab)
    tab.goto(url)
    expect(tab.locator(shown)).to_be_visible(timeout=DONE)
    _complete(tab) if shown == "#generate" else _drawn(tab)
    window.close()
    return found


def _complete(tab: Page) -> None:
    """Wait until the form is alive, the sample plays, and the examples are drawn."""
    ready(tab)
    tab.wait_for_function("document.querySelector('#result video')?.readyState === 4")
    tab.wait_for_function(
        "[...document.querySelectorAll('#examples img')].filter((one) => one.naturalWidth).length === 5"
    )


def _drawn(tab: Page) -> None:
    """Wait until picture, sound and slider of the bare page are drawn, and nothing more is fetched."""
    for part in ("input[type=file] >> nth=1", "input[type=range]"):
        expect(tab.locator(part)).to_be_attached(timeout=DONE)
    tab.wait_for_load_state("networkidle")


@pytest.fixture(scope="module")
def bare_page(tmp_path_factory) -> Iterator[pages.Page]:
    """Yield a page of the same components, with nothing in them."""
    with pages.page(tmp_path_factory.mktemp("bare") / "state", program="tests.app.bare_page") as running:
        yield running


def test_a_new_visitor_reads_few_words(browser, shared_page):
    """With the preview chosen, at most 130 words are in sight on all of the page."""
    with opened(browser, shared_page.url, LAPTOP) as tab:
        expect(tab.locator("#voiceways small")).to_have_text("6.6 s")
        assert 60 < tab.evaluate(WORDS) <= 130


def test_the_button_is_twenty_stops_away(browser, shared_page):
    """From the top of a fresh page, Tab comes to the main button in at most 20 steps."""
    with opened(browser, shared_page.url, LAPTOP) as tab:
        expect(tab.locator("#voice .play-pause-button")).to_be_visible(timeout=DONE)
        stops = []
        while not tab.evaluate("document.activeElement.id === 'generate'"):
            assert len(stops) < 20, stops
            tab.keyboard.press("Tab")
            stops.append(tab.evaluate("document.activeElement.outerHTML.slice(0, 90)"))


@SIZES
def test_little_moves_while_the_page_is_drawn(browser, shared_page, size):
    """The layout shift of a first visit is below 0.1: each part has its place before it is there."""
    window = browser.new_context(viewport={"width": size[0], "height": size[1]})
    tab = window.new_page()
    tab.add_init_script(f"({MOVED})()")
    tab.goto(shared_page.url)
    _complete(tab)
    moved = tab.evaluate("moved")
    window.close()
    assert moved < 0.1


@pytest.fixture(scope="module")
def first_visit(browser: Browser, shared_page: pages.Page) -> Fetched:
    """Return what the page of the tests fetches for a new visitor."""
    return fetched(browser, shared_page.url, "#generate")


def test_a_first_visit_fetches_less_than_a_megabyte(browser, first_visit, bare_page):
    """That is with the sample; its requests are at most 15 more than those of Gradio's bare components."""
    bare = fetched(browser, bare_page.url, "button >> nth=0")
    assert first_visit.size < 1_000_000
    assert len(first_visit.addresses) - len(bare.addresses) <= 15
    assert first_visit.size_of("/hls-") < 1000


def test_the_pictures_of_the_examples_are_small(browser, shared_page, first_visit):
    """What is shown at 44 pixels has at most 96, and the five of them are fetched in 20 kB."""
    with opened(browser, shared_page.url, LAPTOP) as tab:
        _complete(tab)
        sizes = "[...document.querySelectorAll('#examples img')].map((one) => [one.width, one.naturalWidth])"
        assert {(shown <= 44, real <= 96) for shown, real in tab.evaluate(sizes)} == {(True, True)}
    others = ("otto.jpg", "lena.jpg", "kwame.jpg", "mika.jpg")
    assert 0 < sum(map(first_visit.size_of, others)) < 16_000


def test_only_what_is_needed_now_is_shown(browser, shared_page):
    """Sizes and engines are in sight; key, consent, choice of a face, history and details are not."""
    with opened(browser, shared_page.url, LAPTOP) as tab:
        for shown in ("#resolution", "#fps", "#engine", "#sound"):
            expect(tab.locator(shown)).to_be_visible()
        expect(tab.locator("#resolution input")).to_have_value("480p, quickest")
        for hidden in ("#key", "#consent", "#terms", "#face", "#history", "#details", "#prompt", "#seed"):
            expect(tab.locator(hidden)).to_be_hidden()
        paid_engine(tab).check()
        for shown in ("#key", "#consent", "#terms"):
            expect(tab.locator(shown)).to_be_visible()
        expect(tab.locator("#generate")).to_have_text("Make the full video, paid")


def test_the_picture_of_an_example_is_marked_while_it_is_in_the_form(browser, shared_page):
    """The first is pressed on a fresh page, then the one that was chosen, and none without a picture."""
    with opened(browser, shared_page.url, LAPTOP) as tab:
        pressed = tab.locator("#examples .gallery-item[aria-pressed=true]")
        expect(pressed).to_have_attribute("aria-label", "Try Mira, with a voice")
        tab.get_by_role("button", name="Try Otto, with a voice").click()
        expect(pressed).to_have_attribute("aria-label", "Try Otto, with a voice", timeout=DONE)
        tab.locator("#picture [title='Remove Image']").click()
        expect(pressed).to_have_count(0)


def test_how_it_works_is_one_click_away(browser, shared_page):
    """The link in the head opens what happens to a visitor's files; on a telephone its title does."""
    with opened(browser, shared_page.url, LAPTOP) as tab:
        privacy = tab.get_by_text("Whoever has the link sees the video.")
        expect(privacy).to_be_hidden()
        tab.get_by_role("link", name="How it works").click()
        expect(privacy).to_be_visible()
        tab.locator("#how summary").click()
        expect(privacy).to_be_hidden()
        tab.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
        tab.locator("#how summary").click()
        expect(privacy).to_be_visible()
