"""python -m docs.pictures: takes the pictures of the page in docs/pictures, from the running page itself."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect, sync_playwright

from infinitalk_server.config import ServerConfig
from tests.app.browsing import DONE, FLAGS, NARROW, PHONE, TABLET, expect_title, opened
from tests.app.pages import page
from tests.server.serving import serving
from tests.tools import BROWSERS, need

TARGET = Path(__file__).parent / "pictures"
KEY = "SG_any_key_will_do"
LAPTOP = (1280, 800)
SIZES = {"first-sight": LAPTOP, "wide": (1920, 1080), "tablet": TABLET, "phone": PHONE, "narrow": NARROW}


def main() -> None:
    TARGET.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as state, serving(ServerConfig(delay_s=12.0)) as segmind:
        settings = {"INFINITALK_BASE_URL": segmind, "HOSTING": "segmind"}
        with page(Path(state), **settings) as running, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=need(*BROWSERS), args=FLAGS)
            _take(browser, running.url)
            browser.close()


def _take(browser: Browser, url: str) -> None:
    for name, size in SIZES.items():
        _shot(browser, url, name, size)
    _shot(browser, f"{url}?__theme=dark", "dark", LAPTOP)
    _shot(browser, url, "forced-colours", LAPTOP, forced_colors="active")
    _shot(browser, f"{url}?lang=ar", "arabic", LAPTOP)
    _shot(browser, f"{url}?lang=ar", "arabic-phone", PHONE)
    _shot(browser, f"{url}?embed=1", "embed", (960, 800))
    _shot(browser, f"{url}?embed=1", "embed-narrow", NARROW)
    _shot(browser, url, "done", LAPTOP, _preview)
    _shot(browser, url, "done-phone", PHONE, _preview)
    _shot(browser, f"{url}?engine=infinitetalk", "running", LAPTOP, _paid)


def _shot(
    browser: Browser,
    url: str,
    name: str,
    size: tuple[int, int],
    act: Callable[[Page], None] = lambda _: None,
    **context: Any,
) -> None:
    with opened(browser, url, size, **context) as tab:
        expect(tab.locator("#check span").nth(2)).to_be_visible(timeout=DONE)
        tab.wait_for_timeout(1500)  # the sample opens its mouth
        act(tab)
        tab.wait_for_timeout(1000)
        tab.evaluate("scrollTo(0, 0)")
        tab.screenshot(path=TARGET / f"{name}.jpg", type="jpeg", quality=80)


def _preview(tab: Page) -> None:
    tab.locator("#generate").click()
    expect_title(tab, "Your preview is ready")


def _paid(tab: Page) -> None:
    tab.locator("#key input").fill(KEY)
    tab.locator("#consent input").check()
    tab.locator("#generate").click()
    expect_title(tab, "Rendering at InfiniteTalk")


if __name__ == "__main__":
    main()
