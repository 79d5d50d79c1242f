"""Who talks: the largest face, the one with a number, or one that was marked by hand."""

import itertools
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image, ImageDraw

from infinitalk_media import MediaError, sound
from infinitalk_preview import face_choice, render, source
from infinitalk_preview.detect import faces, selection
from tests.preview import animals
from tests.preview.perturbations import PERTURBATIONS
from tests.preview.videos import HELLO, ROOT, frames_of, moved

ANIMALS = {"dog": (animals.dog, animals.DOG), "cat": (animals.cat, animals.CAT)}


def mouth_of(found: faces.Face, scale: float) -> tuple[float, float]:
    x, y = scale * found.frame.pixels(found.mouth.corners.mean(axis=0))
    return float(x), float(y)


@pytest.fixture(scope="module")
def voice(tmp_path_factory):
    path = tmp_path_factory.mktemp("voice") / "voice.mp3"
    sound.prepare(HELLO, path, seconds=1.5)
    return path


def video(tmp_path, picture, choice, voice) -> list[np.ndarray]:
    path = animals.saved(picture, tmp_path / "picture.png")
    report = render.render(path, voice, tmp_path / "talk.mp4", render.Options(fps=16, face=choice))
    assert report.renderer == "talking"
    return frames_of(tmp_path / "talk.mp4")


@pytest.mark.parametrize(("choice", "who"), [(None, 0), (1, 0), (2, 1)])
def test_of_two_people_the_chosen_one_talks_alone(tmp_path, voice, choice, who):
    """The first of the list talks by default; the mouth of the other one does not move."""
    picture = animals.pair()
    found = faces.find_all(picture)
    assert len(found) == 2
    frames = video(tmp_path, picture, choice, voice)
    scale = frames[0].shape[1] / picture.shape[1]
    talks, rests = (mouth_of(found[one], scale) for one in (who, 1 - who))
    assert moved(frames, talks) > 4
    assert moved(frames, rests) < 1


@pytest.mark.parametrize("name", ANIMALS)
def test_a_marked_animal_talks(tmp_path, voice, name):
    """Where no face is detected, three marks are enough to animate one; else the whole picture moves."""
    draw, places = ANIMALS[name]
    picture = draw()
    assert faces.find_all(picture) == []
    frames = video(tmp_path, picture, face_choice.read(places), voice)
    scale = frames[0].shape[1] / picture.shape[1]
    x, y = places[4:]
    assert moved(frames, (scale * x, scale * y)) > 4
    assert moved(frames, (45, 45)) < 1


def test_a_wall_with_marks_is_not_torn():
    """Without any lips between the marks the line is straight, the mouth shut, and the eyes do not blink."""
    wall = np.full((400, 600, 3), 140, np.uint8)
    found = selection.select(wall, face_choice.read([200, 150, 300, 150, 250, 260]))
    assert found is not None
    assert (found.tier, found.gap) == ("weak", 0)
    line = found.mouth.at(np.linspace(-0.37, 0.37, 9, dtype=np.float32))
    assert np.ptp(line) < 0.01
    assert found.frame.pixels(found.mouth.corners).mean(axis=0) == pytest.approx((249.5, 259.5), abs=0.5)


@pytest.mark.parametrize(("half_px", "half"), [(20, 0.2), (37, 0.37)])
def test_a_small_mouth_stays_small(half_px, half):
    """The mouth is as wide as the drawn line, also where that is half as wide as in people."""
    image = Image.new("RGB", (400, 400), (236, 205, 180))
    draw = ImageDraw.Draw(image)
    for x in (150, 250):
        draw.ellipse((x - 16, 130, x + 16, 170), fill=(40, 60, 140))
    draw.line((200 - half_px, 245, 200 + half_px, 245), fill=(150, 70, 70), width=4)
    found = selection.select(np.asarray(image), face_choice.read([150, 150, 250, 150, 200, 245]))
    assert (found.mouth.right - found.mouth.left) / 2 == pytest.approx(half, abs=0.02)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_marks_on_a_face_that_is_seen_mean_it(order):
    """Marks near a detected face choose it as its number does; the eyes may be in any order."""
    picture = animals.pair()
    wanted = faces.find_all(picture)[1]
    marks = faces.landmarks(wanted)
    mouth = np.mean(marks["corners"], axis=0)
    eyes = [marks["eyes"][one] for one in order]
    found = selection.select(picture, face_choice.read([*np.ravel(eyes) + 6, *mouth - 5]))
    assert faces.landmarks(found) == marks


def test_marks_are_in_pixels_of_the_uploaded_picture(tmp_path):
    """Marks are in pixels of the upright picture, also when it is shrunk or turned before it is drawn."""
    places = np.array(animals.DOG)
    wanted = selection.select(animals.dog(), face_choice.read(list(places)))
    large = Image.fromarray(animals.dog()).resize((4320, 3840), Image.Resampling.BICUBIC)
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned clockwise by whoever shows it
    large.rotate(90, expand=True).save(tmp_path / "phone.jpg", exif=exif)
    image = source.read(tmp_path / "phone.jpg", tmp_path)
    assert image.rgb.shape[:2] == (1820, 2048)
    found = selection.select(image.rgb, face_choice.read(list(6 * places)), image.shrunk)
    back = 720 / 2048
    assert found.frame.scaled(back, back).origin == pytest.approx(wanted.frame.origin, abs=1)
    assert found.frame.iod * back == pytest.approx(wanted.frame.iod, rel=0.01)


def test_marks_anywhere_can_be_drawn(tmp_path, voice):
    """Marks near an edge, close together or far apart become a talking face, not an error."""
    picture = animals.dog()
    height, width = picture.shape[:2]
    small = PERTURBATIONS["half"](picture, {})[0]
    for left, apart, below in itertools.product((4, width / 4), (20, width / 4), (0.5, 2.4)):
        top = min(12, height - apart * below - 2)
        places = [left, top, left + apart, top + 2, left + apart / 2, min(top + apart * below, height)]
        path = animals.saved(small, tmp_path / "small.png")
        options = render.Options(fps=4, face=face_choice.read([part / 2 for part in places]))
        if apart / 2 >= face_choice.EYES_APART_PX:
            report = render.render(path, voice, tmp_path / "talk.mp4", options)
            assert (report.renderer, report.reason) == ("talking", None), places


@pytest.mark.parametrize(
    ("choice", "sense"),
    [
        (3, "face 3 does not exist: 2 faces were found"),
        ([100, 100, 300, 100, 200, 900], "face: the mouth at 200, 900 lies outside of the picture"),
        ([-5, 100, 200, 100, 150, 200], "face: the left eye at -5, 100 lies outside"),
    ],
)
def test_a_choice_that_the_picture_does_not_have_is_refused(tmp_path, choice, sense):
    """A bad choice is one sentence that names the field, and there is no video."""
    path = animals.saved(animals.pair(), tmp_path / "picture.png")
    with pytest.raises(MediaError, match=sense):
        render.render(path, HELLO, tmp_path / "talk.mp4", render.Options(face=face_choice.read(choice)))
    assert not (tmp_path / "talk.mp4").exists()


def test_a_number_without_any_face_is_refused():
    """A landscape has no first face."""
    with pytest.raises(MediaError, match="face 1 does not exist: no face was found"):
        selection.select(np.full((400, 600, 3), 140, np.uint8), 1)


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
def test_what_cannot_be_a_face_is_refused_without_the_picture(value, sense):
    """Bad numbers, too few marks and impossible places are refused with a sentence that names the field."""
    with pytest.raises(face_choice.BadFace, match=sense) as caught:
        face_choice.read(value)
    assert str(caught.value).startswith("face")


def test_the_command_line_takes_a_choice(tmp_path):
    """`--face` reaches the renderer; five numbers and a face that is not there are refused."""
    path = animals.saved(animals.pair(), tmp_path / "picture.png")

    def run(choice: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "infinitalk_preview", path, HELLO]
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
