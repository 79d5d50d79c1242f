"""How a mouth moves, measured in frames of faces whose landmarks are known exactly."""

import numpy as np
import pytest

from tests.preview.drawn_faces import Scene, column, held, opening, painted, scene

CLOSED = ["tone01", "tone05", "tone08"]
OPEN = ["tone06", "dark_laugh"]


def mouth(name: str, **shape: float) -> Scene:
    return scene(name, held(**shape), alter=painted(name))


def parted(drawn: Scene, u: float = 0.0) -> float:
    return sum(opening(drawn, u))


def width(drawn: Scene) -> float:
    """Return how wide the opening is."""
    half = (drawn.face.mouth.right - drawn.face.mouth.left) / 2
    u = np.arange(-1.6 * half, 1.6 * half, 0.01)
    return 0.01 * sum(parted(drawn, float(at)) > 0.02 for at in u)


@pytest.mark.parametrize("name", CLOSED)
def test_the_upper_lip_takes_its_part(name):
    """The mouth opens by .17 to .30 eye distances, a fifth to a third by the upper lip, as in people."""
    up, down = opening(mouth(name, opening=1.0), 0)
    assert 0.17 <= up + down <= 0.30
    assert 0.20 <= up / (up + down) <= 0.38


@pytest.mark.parametrize("name", CLOSED)
def test_ee_is_wider_than_oo(name):
    """The corners go in for a round vowel and out for a spread one, by .15 eye distances or more in all."""
    oo, plain, ee = (width(mouth(name, opening=0.6, wide=wide)) for wide in (-1.0, 0.0, 1.0))
    assert oo < plain - 0.08
    assert ee > plain + 0.04
    assert ee - oo >= 0.15


@pytest.mark.parametrize("name", CLOSED)
def test_an_opening_is_widest_in_the_middle_and_shut_at_its_corners(name):
    """Nothing tears beside the mouth when the lips part."""
    drawn = mouth(name, opening=1.0)
    half = drawn.face.mouth.right
    widths = [parted(drawn, part * half) for part in (0.0, 0.5, 0.8, 1.15)]
    assert widths == sorted(widths, reverse=True)
    assert widths[-1] < 0.02


@pytest.mark.parametrize("name", OPEN)
def test_a_mouth_that_the_picture_shows_open_closes_for_speech(name):
    """A smiling mouth shuts, or nearly so, for p, b and m, and opens no further than others do."""
    rest = parted(mouth(name))
    assert parted(mouth(name, level=1.0, press=1.0)) < max(0.15 * rest, rest - 0.2)
    assert parted(mouth(name, level=1.0, opening=1.0)) < rest + 0.12


def test_the_teeth_of_a_smile_stay_where_they_are():
    """The lips move over the picture's own teeth, which belong to the skull."""
    rest, wide = (mouth("tone06", opening=value) for value in (0.0, 1.0))
    line, gap = float(rest.face.mouth.at(np.zeros(1))[0]), rest.face.gap
    v = np.arange(line + 0.2 * gap, line + 0.7 * gap, 0.004, dtype=np.float32)
    at_rest, opened = (
        v[column(drawn.talking.draw(0).y, drawn.face, 0, v) < 60].mean() for drawn in (rest, wide)
    )
    assert abs(at_rest - opened) < 0.015
    assert opening(wide, 0)[0] > 0.04


def inside(drawn: Scene) -> np.ndarray:
    """Return the brightness inside the opening, (depths, columns), 0 where lips are."""
    mouth = drawn.face.mouth
    seen = []
    for u in np.linspace(mouth.left, mouth.right, 41):
        up, down = opening(drawn, float(u))
        line = float(mouth.at(np.array([u], np.float32))[0])
        v = np.linspace(line - up + 0.02, line + down - 0.02, 20, dtype=np.float32)
        seen.append(
            column(drawn.talking.draw(0).y, drawn.face, float(u), v) if up + down > 0.05 else np.zeros(20)
        )
    return np.stack(seen, axis=1)


@pytest.mark.parametrize("name", CLOSED)
def test_teeth_show_from_a_real_opening_on_as_an_arch(name):
    """A slightly open mouth is dark inside; a wide one shows teeth in its middle, darker to the sides."""
    assert inside(mouth(name, opening=0.25)).max() < 70
    brightest = inside(mouth(name, opening=1.0)).max(axis=0)
    middle, aside = brightest[17:24].mean(), [*brightest[9:12], *brightest[29:32]]
    assert middle > 80
    assert max(aside) < 0.85 * middle


def test_a_prompt_of_energy_opens_the_mouth_further():
    """The mouth opens less for a whisper than usually, and more for a shout."""
    whisper, usual, shout = (
        parted(scene("tone01", held(opening=0.8), prompt=prompt, alter=painted("tone01")))
        for prompt in ("whispering", "", "shouting")
    )
    assert whisper < 0.9 * usual < 0.9 * 0.95 * shout
