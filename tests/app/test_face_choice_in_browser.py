"""In a browser: one of several people is chosen, or a face is marked where none was found, and talks."""

import re
from pathlib import Path

import httpx
import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from infinitalk_app.ui.text.catalogue import texts_in
from infinitalk_media import mp4
from tests.app.browsing import DESKTOP, DONE, PHONE, choose_paid, expect_title, opened, paid_engine, played
from tests.app.conftest import KEY
from tests.app.paid import MODEL
from tests.app.test_access import grave
from tests.app.test_face_choice import MOUTHS
from tests.preview import animals
from tests.preview.videos import frames_of, moved

WAYS = pytest.mark.parametrize(
    ("size", "way"), [(PHONE, "pointer"), (DESKTOP, "keyboard")], ids=["telephone", "keyboard"]
)

# The part that will be sent has the shape of the whole pair.
WHOLE_IS_SHOWN = """() => {
    const { clientWidth, clientHeight } = document.querySelector("#face .part");
    return Math.abs(clientWidth / clientHeight - 1216 / 640) < 0.09;
}"""


@pytest.fixture(scope="module")
def pictures(tmp_path_factory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pictures")
    drawn = {"pair": animals.pair(), "dog": animals.dog(), "wall": np.full((480, 640, 3), 140, np.uint8)}
    return {name: animals.saved(picture, folder / f"{name}.png") for name, picture in drawn.items()}


def bring_picture(tab: Page, picture: Path) -> None:
    """Put another picture in the place of the one that is there."""
    tab.locator("#picture [title='Remove Image']").click()
    chooser = tab.locator("#picture input[type=file]")
    expect(chooser).to_be_attached(timeout=DONE)
    chooser.set_input_files(str(picture))
    expect(tab.locator("#picture [title='Remove Image']")).to_be_visible(timeout=DONE)


def choice(tab: Page) -> str:
    """Return what the form hands over."""
    return str(tab.evaluate("infinitalk.faceValue()"))


def made(tab: Page, folder: Path) -> list[np.ndarray]:
    """Click, wait for the preview, and return its frames."""
    tab.locator("#generate").click()
    expect_title(tab, "Your preview is ready")
    played(tab)
    path = folder / "talk.mp4"
    path.write_bytes(httpx.get(tab.locator("#result video").evaluate("video => video.currentSrc")).content)
    assert mp4.inspect(path).frames > 0
    return frames_of(path)


def walk(tab: Page, place: tuple[float, float]) -> None:
    """Move the cross from where it is to a place in parts of the picture's sides, and mark that."""
    now = tab.evaluate("infinitalk.state.form.face.cross ?? [0.5, 0.5]")
    for axis, (less, more) in enumerate((("ArrowLeft", "ArrowRight"), ("ArrowUp", "ArrowDown"))):
        way = place[axis] - now[axis]
        coarse, fine = divmod(round(abs(way) / 0.005), 4)
        for key, times in ((less if way < 0 else more, coarse), (f"Shift+{less if way < 0 else more}", fine)):
            for _ in range(times):
                tab.keyboard.press(key)
    tab.keyboard.press("Enter")


def mark(tab: Page, way: str, places: list[tuple[float, float]]) -> None:
    shot = tab.locator("#face .shot")
    if way == "keyboard":
        shot.focus()
    for place in places:
        if way == "keyboard":
            walk(tab, place)
        else:
            box = shot.bounding_box()
            shot.click(position={"x": place[0] * box["width"], "y": place[1] * box["height"]})


def dogs_places() -> list[tuple[float, float]]:
    width, height = animals.DOG_SIZE
    numbers = animals.DOG
    return [(numbers[at] / width, numbers[at + 1] / height) for at in (0, 2, 4)]


@WAYS
def test_the_second_of_two_people_talks_alone(browser, shared_page, pictures, tmp_path, size, way):
    """Both are shown with names, the largest chosen; the other one is chosen, and is the one that talks."""
    with opened(browser, shared_page.url, size) as tab:
        expect(tab.locator("#face")).to_be_hidden()
        bring_picture(tab, pictures["pair"])
        first, second = (
            tab.get_by_role("radio", name=f"Person {n}, {at}") for n, at in ((1, "left"), (2, "right"))
        )
        expect(first).to_be_checked(timeout=DONE)
        expect(tab.get_by_role("group", name=texts_in()["face.title"])).to_be_visible()
        expect(tab.locator("#face .shot")).to_have_count(0)
        if way == "keyboard":
            first.focus()
            tab.keyboard.press("ArrowRight")
        else:
            second.check()
        expect(second).to_be_checked()
        expect(tab.locator("#check")).to_contain_text("person 2 talks", timeout=DONE)
        assert choice(tab) == "2"
        if way == "keyboard":
            return  # the form hands over what it does after a click, and that is drawn in the other run
        frames = made(tab, tmp_path)
    scale = frames[0].shape[1] / 1216
    rests, talks = ((scale * x, scale * y) for x, y in MOUTHS)
    assert moved(frames, talks, 30) > 4
    assert moved(frames, rests, 30) < 1


@WAYS
def test_an_animal_is_marked_and_talks(browser, shared_page, pictures, tmp_path, size, way):
    """Each step is said, a mark can be taken back, and three of them make a face."""
    with opened(browser, shared_page.url, size) as tab:
        bring_picture(tab, pictures["dog"])
        shot, undo = tab.locator("#face .shot"), tab.get_by_role("button", name="Undo")
        expect(shot).to_be_visible(timeout=DONE)
        expect(tab.locator("#face .next")).to_have_text(texts_in()["face.mark.left_eye"])
        expect(undo).to_be_hidden()
        expect(tab.locator("#face input")).to_have_count(0)
        left, right, mouth = dogs_places()
        mark(tab, way, [left, (0.1, 0.1)])
        expect(tab.locator("#face .dot")).to_have_count(2)
        expect(tab.locator("#face .next")).to_have_text(texts_in()["face.mark.mouth"])
        expect(tab.locator("#check")).to_contain_text("2 of 3 marks", timeout=DONE)
        tab.keyboard.press("Backspace") if way == "keyboard" else undo.click()
        expect(tab.locator("#face .next")).to_have_text(texts_in()["face.mark.right_eye"])
        mark(tab, way, [right, mouth])
        expect(tab.locator("#face .next")).to_have_text(texts_in()["face.mark.done"])
        expect(tab.locator("#live")).to_have_text(texts_in()["face.mark.done"])
        expect(tab.locator("#check .warn")).to_have_count(0, timeout=DONE)
        numbers = [float(part) for part in choice(tab).split(",")]
        assert numbers == pytest.approx(animals.DOG, abs=3)
        if way == "keyboard":
            return  # the form hands over what it does after a click, and that is drawn in the other run
        frames = made(tab, tmp_path)
    scale = frames[0].shape[1] / animals.DOG_SIZE[0]
    assert moved(frames, (scale * animals.DOG[4], scale * animals.DOG[5])) > 4


def test_a_choice_is_for_its_picture_alone(browser, shared_page, pictures):
    """Another picture has its own people and no marks, and so has the page after a reload."""
    with opened(browser, shared_page.url) as tab:
        bring_picture(tab, pictures["pair"])
        tab.get_by_role("radio", name="Person 2, right").check(timeout=DONE)
        assert choice(tab) == "2"
        bring_picture(tab, pictures["dog"])
        assert choice(tab) == ""
        expect(tab.locator("#face .shot")).to_be_visible(timeout=DONE)
        expect(tab.locator("#face .dot")).to_have_count(0)
        mark(tab, "pointer", dogs_places())
        assert choice(tab)
        bring_picture(tab, pictures["pair"])
        expect(tab.get_by_role("radio", name="Person 1, left")).to_be_checked(timeout=DONE)
        assert choice(tab) == "1"
        tab.locator("#examples .gallery-item").nth(1).click()
        expect(tab.locator("#face")).to_be_hidden(timeout=DONE)
        assert choice(tab) == ""


def test_an_earlier_run_lends_its_choice_to_no_other_picture(browser, shared_page, pictures):
    """A reload keeps who talks; to use its settings again brings them, and not who talked in its picture."""
    with opened(browser, shared_page.url) as tab:
        bring_picture(tab, pictures["pair"])
        tab.get_by_role("radio", name="Person 2, right").check(timeout=DONE)
        expect(tab.locator("#check")).to_contain_text("person 2 talks", timeout=DONE)
        tab.locator("#generate").click()
        expect_title(tab, "Your preview is ready")
        tab.get_by_role("button", name="Details of this run").click()
        expect(tab.locator("#details dl")).to_contain_text("face 2")
        tab.reload()
        expect_title(tab, "Your preview is ready")
        expect(tab.get_by_role("radio", name="Person 2, right")).to_be_checked(timeout=DONE)
        assert choice(tab) == "2"
        bring_picture(tab, pictures["wall"])
        expect(tab.locator("#face .shot")).to_be_visible(timeout=DONE)
        bring_picture(tab, pictures["pair"])
        expect(tab.get_by_role("radio", name="Person 1, left")).to_be_checked(timeout=DONE)
        tab.locator("#history").get_by_role("button", name=re.compile("Use again")).first.click()
        expect(tab.get_by_role("radio", name="Person 1, left")).to_be_checked()
        assert choice(tab) == "1"


def test_unfinished_marks_are_an_error_at_the_click(browser, shared_page, pictures):
    """Nothing is started with one mark of three: the line names the field, and the focus goes there."""
    with opened(browser, shared_page.url) as tab:
        bring_picture(tab, pictures["wall"])
        expect(tab.locator("#face .shot")).to_be_visible(timeout=DONE)
        mark(tab, "pointer", [(0.4, 0.4)])
        expect(tab.locator("#check")).to_contain_text("1 of 3 marks", timeout=DONE)
        tab.locator("#generate").click()
        expect(tab.locator("#check .bad")).to_contain_text("face has 2 numbers, not six", timeout=DONE)
        assert tab.evaluate("document.activeElement.closest('#face') !== null")
        expect_title(tab, "A sample. Yours will play here.")


def test_a_telephones_picture_is_marked_as_it_is_seen(browser, shared_page, tmp_path):
    """A picture that is stored lying on its side is shown, marked and animated upright."""
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned clockwise by whoever shows it
    Image.fromarray(animals.dog()).rotate(90, expand=True).save(tmp_path / "phone.jpg", exif=exif, quality=95)
    with opened(browser, shared_page.url, PHONE) as tab:
        bring_picture(tab, tmp_path / "phone.jpg")
        expect(tab.locator("#face .shot")).to_be_visible(timeout=DONE)
        box = tab.locator("#face .shot").bounding_box()
        width, height = animals.DOG_SIZE
        assert box["width"] / box["height"] == pytest.approx(width / height, rel=0.02)
        mark(tab, "pointer", dogs_places())
        assert [float(part) for part in choice(tab).split(",")] == pytest.approx(animals.DOG, abs=3)
        frames = made(tab, tmp_path)
    assert frames[0].shape[1] > frames[0].shape[0]
    scale = frames[0].shape[1] / width
    assert moved(frames, (scale * animals.DOG[4], scale * animals.DOG[5])) > 4


def test_what_the_paid_engine_will_be_sent_is_shown(browser, shared_page, segmind, pictures):
    """The part around the chosen person, before the click; a tick keeps the whole one; no marks are asked."""
    with opened(browser, shared_page.url) as tab:
        bring_picture(tab, pictures["pair"])
        tab.get_by_role("radio", name="Person 2, right").check(timeout=DONE)
        choose_paid(tab, KEY)
        part = tab.locator("#face .part")
        expect(part).to_be_visible()
        expect(tab.locator("#face .hint")).to_have_text(texts_in().fill("face.choose.sent", model=MODEL))
        expect(tab.locator("#check")).to_contain_text("Cropped around person 2", timeout=DONE)
        shown = part.evaluate("part => part.clientWidth / part.clientHeight")
        whole = tab.get_by_label(texts_in()["face.choose.whole"])
        whole.check()
        tab.wait_for_function(WHOLE_IS_SHOWN, timeout=DONE)
        assert choice(tab) == ""
        expect(tab.locator("#check")).not_to_contain_text("Cropped", timeout=DONE)
        whole.uncheck()
        assert choice(tab) == "2"
        expect(tab.locator("#check")).to_contain_text("Cropped around person 2", timeout=DONE)
        tab.locator("#generate").click()
        expect_title(tab, "Your video is ready")
        expect(tab.locator("#status .notes")).to_contain_text("cropped around person 2")
        tab.get_by_role("button", name="Details of this run").click()
        details = tab.locator("#details dl")
        expect(details).to_contain_text("of 1216×640 pixels, around person 2")  # noqa: RUF001
        width, height = re.search(r"(\d+)×(\d+) of", details.inner_text()).groups()  # noqa: RUF001
        assert shown == pytest.approx(int(width) / int(height), rel=0.05)
        assert "--face" not in tab.locator("#details").inner_text()
        bring_picture(tab, pictures["dog"])
        expect(tab.locator("#face")).to_be_hidden(timeout=DONE)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious_in_the_choice(browser, shared_page, pictures, theme):
    """Both states, with what will be sent, in both themes on a telephone."""
    with opened(browser, f"{shared_page.url}?__theme={theme}", PHONE) as tab:
        bring_picture(tab, pictures["pair"])
        tab.get_by_role("radio", name="Person 2, right").check(timeout=DONE)
        paid_engine(tab).check()
        expect(tab.locator("#face .part")).to_be_visible()
        assert grave(tab) == []
        tab.get_by_role("radio", name="Free preview").check()
        bring_picture(tab, pictures["dog"])
        expect(tab.locator("#face .shot")).to_be_visible(timeout=DONE)
        mark(tab, "pointer", dogs_places()[:2])
        assert grave(tab) == []
