"""What a paid run costs, as the form says it in a browser before the click."""

import pytest
from playwright.sync_api import Page, expect

from infinitalk_app.runs.timings import Timings
from tests.app.browsing import DONE, opened, paid_engine
from tests.app.pages import page
from tests.app.paid import ENGINE
from tests.app.test_price import PLAIN, bought


def choose_resolution(tab: Page, name: str) -> None:
    tab.locator("#resolution input").click()
    tab.get_by_role("option", name=name).click()


@pytest.mark.parametrize("known", [True, False])
def test_the_price_stands_at_the_engine_before_the_click(browser, tmp_path, segmind, known):
    """The record's price follows the chosen resolution; without one the form says that a run is paid for."""
    state = tmp_path / "state"
    state.mkdir()
    if known:
        bought(Timings(state / "times.jsonl"), 0.46, 0.46, 0.46, engine=ENGINE)
    settings = {"INFINITALK_BASE_URL": segmind, "HOSTING": "segmind"}
    with page(state, **settings) as running, opened(browser, running.url) as tab:
        paid_engine(tab).check()
        cost = tab.locator("#terms p").nth(1)
        expect(cost).to_contain_text("About $0.46 at 480p for 7 s" if known else PLAIN, timeout=DONE)
        choose_resolution(tab, "720p")
        expect(cost).to_contain_text(PLAIN, timeout=DONE)
        choose_resolution(tab, "480p")
        expect(cost).to_contain_text("About $0.46" if known else PLAIN, timeout=DONE)
