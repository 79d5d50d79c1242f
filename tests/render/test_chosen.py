"""Who talks: the largest face, the one with a number, or one that was marked by hand."""

import itertools
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image, ImageDraw

from infinitalk_local import marks
from infinitalk_local.render import chosen, face, preview
from infinitalk_media import MediaError, sound
from tests.render import animals
from tests.render.films import HELLO, ROOT, frames_of, moved
from tests.render.perturbing import PERTURBATIONS

ANIMALS = {"dog": (animals.dog, animals.DOG), "cat": (animals.cat, animals.CAT)}


def mouth_of(found: face.Face, scale: float) -> tuple[float, float]:
    x, y = scale * found.frame.pixels(found.mouth.corners.mean(axis=0))
    return float(x), float(y)


@pytest.fixture(scope="module")
def voice(tmp_path_factory):
    path = tmp_path_factory.mktemp("voice") / "voice.mp3"
    sound.prepare(HELLO, path, seconds=1.5)
    return path


def film(tmp_path, picture, choice, voice) -> list[np.ndarray]:
    path = animals.saved(picture, tmp_path / "picture.png")
    report = preview.render(path, voice, tmp_path / "talk.mp4", preview.Options(fps=16, face=choice))
    assert report.renderer == "talking"
    return frames_of(tmp_path / "talk.mp4")


@pytest.mark.parametrize(("choice", "who"), [(None, 0), (1, 0), (2, 1)])
def test_of_two_people_the_chosen_one_talks_alone(tmp_path, voice, choice, who):
    """The first of the list unless told otherwise; the mouth of the other one rests."""
    picture = animals.pair()
    found = face.find_all(picture)
    assert len(found) == 2
    frames = film(tmp_path, picture, choice, voice)
    scale = frames[0].shape[1] / picture.shape[1]
    talks, rests = (mouth_of(found[one], scale) for one in (who, 1 - who))
    assert moved(frames, talks) > 4
    assert moved(frames, rests) < 1


@pytest.mark.parametrize("name", ANIMALS)
def test_a_marked_animal_talks(tmp_path, voice, name):
    """Where no face of a person is seen, three marks are enough; without them the picture sways."""
    draw, places = ANIMALS[name]
    picture = draw()
    assert face.find_all(picture) == []
    frames = film(tmp_path, picture, marks.read(places), voice)
    scale = frames[0].shape[1] / picture.shape[1]
    x, y = places[4:]
    assert moved(frames, (scale * x, scale * y)) > 4
    assert moved(frames, (45, 45)) < 1


def test_a_wall_with_marks_is_not_torn():
    """Where there are no lips at all, the line is straight, the mouth shut, and the eyes stay open."""
    wall = np.full((400, 600, 3), 140, np.uint8)
    found = chosen.of(wall, marks.read([200, 150, 300, 150, 250, 260]))
    assert found is not None
    assert (found.tier, found.gap) == ("weak", 0)
    line = found.mouth.at(np.linspace(-0.37, 0.37, 9, dtype=np.float32))
    assert np.ptp(line) < 0.01
    assert found.frame.pixels(found.mouth.corners).mean(axis=0) == pytest.approx((249.5, 259.5), abs=0.5)


@pytest.mark.parametrize(("half_px", "half"), [(20, 0.2), (37, 0.37)])
def test_a_small_mouth_stays_small(half_px, half):
    """Drawn faces have mouths half as wide as people's: what is opened is the line that is there."""
    image = Image.new("RGB", (400, 400), (236, 205, 180))
    draw = ImageDraw.Draw(image)
    for x in (150, 250):
        draw.ellipse((x - 16, 130, x + 16, 170), fill=(40, 60, 140))
    draw.line((200 - half_px, 245, 200 + half_px, 245), fill=(150, 70, 70), width=4)
    found = chosen.of(np.asarray(image), marks.read([150, 150, 250, 150, 200, 245]))
    assert (found.mouth.right - found.mouth.left) / 2 == pytest.approx(half, abs=0.02)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_marks_on_a_face_that_is_seen_mean_it(order):
    """They need not be exact: the face is measured as if chosen by its number, with its eyes in any order."""
    picture = animals.pair()
    wanted = face.find_all(picture)[1]
    told = face.told(wanted)
    mouth = np.mean(told["corners"], axis=0)
    eyes = [told["eyes"][one] for one in order]
    found = chosen.of(picture, marks.read([*np.ravel(eyes) + 6, *mouth - 5]))
    assert face.told(found) == told


def test_marks_are_in_pixels_of_the_picture_that_was_brought(tmp_path):
    """A picture that is shrunk before it is drawn, and one that a phone took upright, are marked as seen."""
    places = np.array(animals.DOG)
    wanted = chosen.of(animals.dog(), marks.read(list(places)))
    large = Image.fromarray(animals.dog()).resize((4320, 3840), Image.Resampling.BICUBIC)
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned clockwise by whoever shows it
    large.rotate(90, expand=True).save(tmp_path / "phone.jpg", exif=exif)
    from infinitalk_local.render import source

    still = source.still(tmp_path / "phone.jpg", tmp_path)
    assert still.rgb.shape[:2] == (1820, 2048)
    found = chosen.of(still.rgb, marks.read(list(6 * places)), still.shrunk)
    back = 720 / 2048
    assert found.frame.scaled(back, back).origin == pytest.approx(wanted.frame.origin, abs=1)
    assert found.frame.iod * back == pytest.approx(wanted.frame.iod, rel=0.01)


def test_marks_anywhere_can_be_drawn(tmp_path, voice):
    """Near an edge, close together or far apart, short or long: it becomes a talking face, not an error."""
    picture = animals.dog()
    height, width = picture.shape[:2]
    small = PERTURBATIONS["half"](picture, {})[0]
    for left, apart, below in itertools.product((4, width / 4), (20, width / 4), (0.5, 2.4)):
        top = min(12, height - apart * below - 2)
        places = [left, top, left + apart, top + 2, left + apart / 2, min(top + apart * below, height)]
        path = animals.saved(small, tmp_path / "small.png")
        options = preview.Options(fps=4, face=marks.read([part / 2 for part in places]))
        if apart / 2 >= marks.EYES_APART_PX:
            report = preview.render(path, voice, tmp_path / "talk.mp4", options)
            assert (report.renderer, report.reason) == ("talking", None), places


@pytest.mark.parametrize(
    ("choice", "sense"),
    [
        (3, "face 3 does not exist: 2 faces were found"),
        ([100, 100, 300, 100, 200, 900], "face: the mouth at 200, 900 lies outside of the picture"),
        ([-5, 100, 200, 100, 150, 200], "face: the left eye at -5, 100 lies outside"),
    ],
)
def test_a_choice_that_the_picture_does_not_have_is_told(tmp_path, choice, sense):
    """It is one sentence that names the field, and there is no video."""
    path = animals.saved(animals.pair(), tmp_path / "picture.png")
    with pytest.raises(MediaError, match=sense):
        preview.render(path, HELLO, tmp_path / "talk.mp4", preview.Options(face=marks.read(choice)))
    assert not (tmp_path / "talk.mp4").exists()


def test_a_number_without_any_face_is_told():
    """A landscape has no first face."""
    with pytest.raises(MediaError, match="face 1 does not exist: no face was found"):
        chosen.of(np.full((400, 600, 3), 140, np.uint8), 1)


@pytest.mark.parametrize(
    ("value", "sense"),
    [
        *((value, "face must be the number of a face") for value in (0, -1, 1.5, True, "2", {}, [])),
        *(([1] * count, f"face has {count} numbers, not six") for count in (2, 5, 7)),
        ([1, 2, 3, 4, 5, "6"], "six numbers"),
        ([1, 2, 3, 4, 5, float("nan")], "six numbers"),
        ([1, 2, 3, 4, 5, 10**400], "six numbers"),
        ([100, 100, 100, 100, 100, 200], "left and right of each other"),
        ([100, 100, 110, 300, 150, 400], "left and right of each other"),
        ([100, 100, 200, 100, 150, 90], "the mouth must lie below the eyes"),
        ([100, 100, 200, 100, 900, 110], "the mouth must lie below the eyes"),
    ],
)
def test_what_cannot_be_a_face_is_told_without_the_picture(value, sense):
    """Numbers of no face, too few marks, or marks in odd places: a sentence that names the field."""
    with pytest.raises(marks.BadFace, match=sense) as caught:
        marks.read(value)
    assert str(caught.value).startswith("face")


def test_the_command_line_takes_a_choice(tmp_path):
    """`--face` reaches the renderer; five numbers and a face that is not there are told."""
    path = animals.saved(animals.pair(), tmp_path / "picture.png")

    def run(choice: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "infinitalk_local.render", path, HELLO]
        arguments = ["-o", tmp_path / "talk.mp4", "--fps", "4", "--face", choice]
        return subprocess.run(
            [*command, *arguments], capture_output=True, text=True, check=False, cwd=ROOT, timeout=120
        )

    assert run("270,289,370,289,320,390").returncode == 0
    wrong = run("1,2,3,4,5")
    assert wrong.returncode == 2
    assert "face has 5 numbers, not six" in wrong.stderr
    beyond = run("3")
    assert beyond.returncode == 2
    assert "face 3 does not exist" in beyond.stderr
