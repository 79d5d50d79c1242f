"""Files that are dragged onto picture and voice, by the browser's own input events."""

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from infinitalk_app.ui.text.catalogue import texts_in
from tests.app.browsing import DONE, opened
from tests.app.pages import PICTURE, ROOT

OTHER, VOICE = ROOT / "examples/portraits/otto.jpg", ROOT / "tests/preview/morning.mp3"


def named(file: Path) -> re.Pattern[str]:
    return re.compile(rf"/{file.name}$")


def drag(tab: Page, file: Path, box: str) -> None:
    """Drag a file from the desktop onto a box."""
    place = tab.locator(box).bounding_box()
    assert place is not None
    middle = {"x": place["x"] + place["width"] / 2, "y": place["y"] + place["height"] / 2}
    dragged = {"items": [], "files": [str(file)], "dragOperationsMask": 1}
    session = tab.context.new_cdp_session(tab)
    for step in ("dragEnter", "dragOver", "drop"):
        session.send("Input.dispatchDragEvent", {"type": step, "data": dragged} | middle)
    session.detach()


def test_a_file_that_is_dropped_on_a_box_is_used_or_refused_with_a_sentence(browser, shared_page, tmp_path):
    """Filled or empty, the box holds what was dropped; a file of another kind changes nothing."""
    notes = tmp_path / "<b>notes.txt"
    notes.write_text("not a picture")
    with opened(browser, shared_page.url) as tab:
        picture, line = tab.locator("#picture img"), tab.locator("#check .bad")
        drag(tab, notes, "#picture")
        expect(line).to_have_text(texts_in().fill("dropped.wrong", name=notes.name))
        expect(picture).to_have_attribute("src", named(PICTURE))
        expect(tab.locator(".dropping")).to_have_count(0)
        drag(tab, OTHER, "#picture")
        expect(picture).to_have_attribute("src", named(OTHER), timeout=DONE)
        expect(line).to_have_count(0)
        tab.locator("#picture [title='Remove Image']").click()
        expect(picture).to_have_count(0)
        drag(tab, notes, "#picture")
        expect(line).to_be_visible()
        drag(tab, PICTURE, "#picture")
        expect(picture).to_have_attribute("src", named(PICTURE), timeout=DONE)
        drag(tab, notes, "#voice")
        expect(line).to_be_visible()
        drag(tab, VOICE, "#voice")
        expect(tab.locator("#voiceways small")).to_have_text("6.0 s", timeout=DONE)
        expect(tab.locator(".toast-body")).to_have_count(0)
