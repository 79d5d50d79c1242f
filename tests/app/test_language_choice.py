"""Which language a visitor gets, by the address and by the browser's wish, and the page in another one."""

import pytest

from infinitalk_app.application import Application
from infinitalk_app.config import Settings
from infinitalk_app.ui.cards import Example
from infinitalk_app.ui.page import page
from infinitalk_app.ui.text.choice import language_of
from tests.app.forking import ROOT
from tests.app.pages import PICTURE, VOICE

SAMPLE = ROOT / "examples/sample/preview.mp4"
KNOWN = ["ar", "de", "en", "es", "fr", "zh-CN"]


@pytest.mark.parametrize(
    ("query", "accepted", "language"),
    [
        ("", "de-AT,de;q=0.9,en;q=0.8", "de"),
        ("", "en;q=0.5, fr ; q=0.9", "fr"),
        ("", "ja,es;q=0.5", "es"),
        ("", "zh", "zh-CN"),
        ("", "zh-tw", "zh-CN"),
        ("", "ja", "en"),
        ("", "", "en"),
        ("", "*", "en"),
        ("", "de;q=0,fr;q=0.1", "fr"),
        ("", "de;q=much", "en"),
        ("lang=ar", "de", "ar"),
        ("run=1&lang=ZH-cn", "", "zh-CN"),
        ("lang=tlh", "de", "de"),
        ("lang=", "de", "de"),
        ("lang=../en", "", "en"),
    ],
)
def test_the_address_comes_first_and_then_the_browsers_wishes(query, accepted, language):
    """`lang` in the address, else the most wanted known language of Accept-Language, else the page's own."""
    assert language_of(query, accepted, KNOWN, "en") == language


def test_the_pages_own_language_is_for_who_wants_none_of_the_others():
    """INFINITALK_LANGUAGE decides where neither the address nor the browser does."""
    assert language_of("", "ja", KNOWN, "es") == "es"


def without_ids(props):
    """Return properties without the ids of a dataset's samples, which the browser does not use."""
    samples = [{**sample, "id": None} for sample in props.get("component_props", ())]
    return {**props, "component_ids": None, "component_props": samples}


async def test_a_page_that_is_built_twice_is_the_same(tmp_path):
    """Languages differ in what components say alone: no property but a sample's names an id."""
    application = Application(Settings(infinitalk_state_dir=tmp_path))
    examples = [Example(PICTURE, PICTURE, VOICE, "Hello.")]
    first, second = (page(application, examples, SAMPLE).config["components"] for _ in range(2))
    for one, other in zip(first, second, strict=True):
        assert without_ids(one["props"]) == without_ids(other["props"])
