"""Faces are found, in every skin tone and state of the picture, and nothing else is taken for one."""

import json
import subprocess
import sys
from functools import cache

import numpy as np
import pytest
from PIL import Image

from infinitalk_preview.detect import detector, faces
from tests.preview import nonfaces
from tests.preview.perturbations import FACES, LANDMARKS, PERTURBATIONS, Marks, load
from tests.preview.videos import ROOT

TONES = [name for name in LANDMARKS if name.startswith("tone")]
HARD = ["dark_laugh", "beard_glasses", "turned", "grey_laugh", "cartoon"]
# Known limits, as measured: the corners of a drawn mouth in pictures that have lost most of what they showed.
CORNERS_UNSURE = {
    ("tone03", "grey"): 0.1,
    ("tone09", "low contrast"): 0.1,
    ("tone10", "low contrast"): 0.15,
    ("tone10", "JPEG 15"): 0.11,
}


@cache
def found_in(name: str, state: str) -> tuple[faces.Face | None, Marks]:
    """Detect a drawn face in a state of its picture, once for all tests."""
    picture, marks = PERTURBATIONS[state](*load(name))
    return faces.find(picture), marks


def distances(found: faces.Face, marks: Marks) -> tuple[float, float]:
    """Return the errors of pupils and mouth corners, in distances of the eyes."""
    truth = {name: np.array(point) for name, point in marks.items()}
    unit = np.hypot(*(truth["right_eye"] - truth["left_eye"]))
    eyes = found.frame.pixels(np.array([[-0.5, 0], [0.5, 0]], np.float32))
    corners = found.frame.pixels(found.mouth.corners)
    off = [
        max(np.hypot(*(spots[0] - truth[f"left_{what}"])), np.hypot(*(spots[1] - truth[f"right_{what}"])))
        for spots, what in ((eyes, "eye"), (corners, "corner"))
    ]
    return off[0] / unit, off[1] / unit


@pytest.mark.parametrize("state", PERTURBATIONS)
@pytest.mark.parametrize("name", TONES)
def test_a_face_of_any_skin_tone_is_found_in_any_state(name, state):
    """Eight drawn people, light to dark: flipped, tilted, small, large, grey, flat, squeezed, noisy."""
    found, marks = found_in(name, state)
    assert found is not None
    eyes, corners = distances(found, marks)
    assert eyes < 0.06
    assert corners <= CORNERS_UNSURE.get((name, state), 0.08)


@pytest.mark.parametrize("name", [*HARD, "moustache_smile"])
def test_a_difficult_face_is_found(name):
    """A laugh, a black beard with glasses, a turned head, a grey picture, big cartoon eyes, a moustache."""
    found, marks = found_in(name, "untouched")
    assert found is not None
    eyes, corners = distances(found, marks)
    assert eyes < 0.06
    assert corners <= 0.1
    assert found.tier == "full"


@pytest.mark.parametrize("state", ["untouched", "JPEG 15", "noise"])
def test_an_open_mouth_is_seen(state):
    """A mouth that is open in the picture is recognized as open, and a closed one as closed."""
    for name in ("tone06", "dark_laugh", "moustache_smile"):
        assert found_in(name, state)[0].gap >= 0.09, name
    for name in ("tone01", "tone05", "tone09", "tone10"):
        assert found_in(name, state)[0].gap == 0, name


@pytest.mark.parametrize("name", ["tone06", "dark_laugh", "grey_laugh"])
def test_a_laugh_in_black_and_white_talks(name):
    """Without colour an open mouth may count as closed, but it talks."""
    found, _ = found_in(name, "grey")
    assert found.tier != "none"


@pytest.mark.parametrize("name", ["tone01", "tone03", "tone05", "tone07", "tone09", "tone10"])
def test_both_lids_are_measured_on_skin_of_any_colour(name):
    """The lids are above and below the pupils, as far apart as in an open eye."""
    found, _ = found_in(name, "untouched")
    for eye, at in zip(found.eyes, (-0.5, 0.5), strict=True):
        pupil = np.array([at], np.float32)
        assert eye.upper_at(pupil) < -0.02
        assert eye.lower_at(pupil) > 0.02
        assert 0.1 < eye.opening < 0.35
        assert eye.left < at - 0.12 < at + 0.12 < eye.right


@pytest.mark.parametrize("name", ["mira", "otto", "lena", "kwame", "mika"])
def test_every_example_can_talk(name):
    """All landmarks of the portraits that the page offers are found."""
    with Image.open(ROOT / f"examples/portraits/{name}.jpg") as image:
        found = faces.find(np.asarray(image.convert("RGB")))
    assert found is not None
    assert found.tier == "full"


def test_a_real_face_is_found():
    """A face is found in a public-domain photograph of somebody in a space suit."""
    from skimage.data import astronaut

    found = faces.find(astronaut())
    assert found.tier == "full"
    assert found.frame.origin == pytest.approx((224, 101), abs=6)


@pytest.mark.parametrize("state", ["untouched", "flip", "half", "triple", "low contrast", "noise"])
def test_a_real_smile_is_no_closed_mouth(state):
    """The open mouth of a photograph is recognized, so that no second row of teeth is painted."""
    from skimage.data import astronaut

    picture, _ = PERTURBATIONS[state](astronaut(), {})
    assert faces.find(picture).gap == pytest.approx(0.16, abs=0.05)


@pytest.mark.parametrize("kind", nonfaces.KINDS)
def test_nothing_else_is_taken_for_a_face(kind):
    """Fifty made pictures without a face: noise, clouds in the colours of skin, sockets, house fronts."""
    assert [name for name, picture in nonfaces.pictures(kind) if faces.find(picture)] == []


def test_of_two_faces_one_talks():
    """With several people the chosen face is one of them."""
    left, right = load("tone03"), load("tone07")
    both = np.concatenate([left[0], right[0]], axis=1)
    found = faces.find(both)
    middle = found.frame.origin
    assert min(abs(middle[0] - 320), abs(middle[0] - 960)) < 20


def test_of_two_people_the_larger_one_talks():
    """Of two people the larger one talks, on whichever side the smaller one is."""
    large, small = load("tone03")[0], PERTURBATIONS["half"](*load("tone07"))[0]
    behind = np.pad(small, ((0, len(large) - len(small)), (0, 0), (0, 0)), mode="edge")
    for pair, middle in (((large, behind), 320), ((behind, large), 320 + behind.shape[1])):
        assert abs(faces.find(np.concatenate(pair, axis=1)).frame.origin[0] - middle) < 20


@pytest.mark.parametrize(("nose", "tier"), [(0.0, "full"), (0.7, "weak"), (1.2, "none")])
def test_a_face_from_the_side_does_not_pretend(nose, tier):
    """A face with its farther eye hidden does not blink; with half of its mouth hidden it does not talk."""
    picture, marks = load("tone03")
    eyes, corners = ([marks[f"{side}_{what}"] for side in ("left", "right")] for what in ("eye", "corner"))
    middle, along = np.mean(eyes, axis=0), np.subtract(eyes[1], eyes[0])
    points = np.array([*eyes, middle + nose * along + (0, 40), *corners], np.float32)
    assert faces.measured(picture, detector.Detection(1.0, points)).tier == tier


def test_what_is_seen_is_printed_as_a_line_of_json_a_picture(tmp_path):
    """The command prints eyes, corners, lip line, opening and lids of each face in pixels, and draws them."""
    faces = [FACES / f"{name}.jpg" for name in ("tone03", "tone06")]
    nobody = tmp_path / "nobody.png"
    Image.new("RGB", (300, 200), "teal").save(nobody)
    drawn = tmp_path / "drawn.jpg"
    command = [sys.executable, "-m", "infinitalk_preview.detect", *map(str, [nobody, *faces])]
    run = subprocess.run([*command, "--draw", str(drawn)], cwd=ROOT, capture_output=True, check=True)
    empty, *seen = map(json.loads, run.stdout.splitlines())
    assert (empty["picture"], empty["faces"]) == (str(nobody), [])
    for path, line in zip(faces, seen, strict=True):
        (one,) = line["faces"]
        marks = LANDMARKS[path.stem]
        assert np.allclose(one["eyes"], [marks["left_eye"], marks["right_eye"]], atol=8)
        assert np.allclose(one["corners"], [marks["left_corner"], marks["right_corner"]], atol=10)
        assert np.allclose([one["lip_line"][0], one["lip_line"][-1]], one["corners"], atol=0.2)
        assert set(one["lids"]) == {"left", "right"}
        assert line["ms"] > 0
    assert seen[0]["faces"][0]["gap"] == 0 < seen[1]["faces"][0]["gap"]
    with Image.open(drawn) as painted, Image.open(faces[-1]) as plain:
        assert painted.size == plain.size
        assert np.abs(np.asarray(painted, int) - np.asarray(plain.convert("RGB"), int)).max() > 100


def test_a_file_that_is_no_picture_is_a_sentence(tmp_path):
    """The command goes on with the other pictures, and ends with exit code 2."""
    bad = tmp_path / "notes.jpg"
    bad.write_text("no picture")
    command = [sys.executable, "-m", "infinitalk_preview.detect", str(bad), str(FACES / "tone03.jpg")]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    error, seen = map(json.loads, run.stdout.splitlines())
    assert error["error"].endswith(".")
    assert len(seen["faces"]) == 1
    assert run.returncode == 2
