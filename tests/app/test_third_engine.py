"""An engine that was added by the recipe of docs/extending.md, and of which nobody said that it is free."""

import pytest
from gradio_client.exceptions import AppError
from playwright.sync_api import expect

from tests.abuse.test_budgets import OWNER
from tests.app.browsing import opened
from tests.app.conftest import KEY
from tests.app.pages import inputs, page
from tests.app.third_engine import NAME

PROGRAM = "tests.app.third_engine"


def test_an_engine_that_does_not_say_free_asks_for_key_consent_and_budget(tmp_path, segmind):
    """It holds all the rules of a paid one, and its service is sent no address of this machine's page."""
    with page(tmp_path / "state", program=PROGRAM, OTHER_URL=segmind, **OWNER) as running:
        client = running.client()

        def order(**more):
            return client.predict(**inputs(engine=NAME, **more), api_name="/generate")[1]

        with pytest.raises(AppError, match="Tick the box"):
            order()
        told = order(consent=True)  # the service fetches nothing from loopback
        assert (told["state"], told["engine"]) == ("COMPLETED", NAME)
        assert any("Segmind's storage was used" in note for note in told["warnings"])
        assert order(consent=True)["state"] == "COMPLETED"
        with pytest.raises(AppError, match="Enough for today"):
            order(consent=True)
        assert order(consent=True, api_key=KEY)["state"] == "COMPLETED"


def test_without_a_key_it_is_refused_and_nowhere_called_free(browser, tmp_path, segmind):
    """The form asks for a key and a tick when it is chosen, and neither the button nor the sum says free."""
    with page(tmp_path / "state", program=PROGRAM, OTHER_URL=segmind) as running:
        with pytest.raises(AppError, match="needs a Segmind key"):
            running.client().predict(**inputs(engine=NAME, consent=True), api_name="/generate")
        with opened(browser, running.url) as tab:
            tab.get_by_role("radio", name="Other").check()
            expect(tab.locator("#key input")).to_be_visible()
            expect(tab.locator("#consent input")).to_be_visible()
            expect(tab.locator("#generate")).to_have_text("Render elsewhere")
            expect(tab.locator("#check .sum")).to_contain_text("Paid")
