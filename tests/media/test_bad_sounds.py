"""The rows of the table that are sounds: what each gets, with no path shown and nothing left behind."""

import pytest

from infinitalk_media import sound
from tests.asked import asked_server
from tests.media.bad_pictures import ACCEPTED_PICTURES, REFUSED_PICTURES
from tests.media.bad_sounds import (
    ACCEPTED_SOUNDS,
    NOT_A_SOUND,
    ODD,
    REFUSED_SOUNDS,
    large_wav,
    ten_silent_hours,
    two_hours,
)
from tests.media.checks import measured, refused
from tests.media.make_files import speech, write, write_wav


def test_every_row_of_the_table_is_here():
    """There are 44 rows; 44, a server path or a private address, belongs to the page and to the server."""
    tables = (REFUSED_SOUNDS, ACCEPTED_SOUNDS, REFUSED_PICTURES, ACCEPTED_PICTURES)
    assert {int(row.split()[0]) for table in tables for row in table} == set(range(1, 44))


@pytest.mark.parametrize("row", REFUSED_SOUNDS)
def test_a_bad_sound_gets_a_sentence(tmp_path, row):
    """Each bad sound is refused in one sentence that fits it; no path is in it, and nothing is left."""
    make, sense = REFUSED_SOUNDS[row]
    refused(sound.prepare, make(tmp_path), tmp_path / "clip.mp3", sense)


@pytest.mark.parametrize("row", ACCEPTED_SOUNDS)
def test_an_odd_sound_is_taken(tmp_path, row):
    """Each odd but usable sound becomes the same speech at its own level, and its real length is said."""
    make, seconds = ACCEPTED_SOUNDS[row]
    facts = sound.prepare(make(tmp_path), tmp_path / "clip.mp3", seconds=15)
    assert facts.duration_s == pytest.approx(seconds, abs=0.35)
    assert facts.peak_dbfs == pytest.approx(-10.5, abs=1.5)
    assert facts.speech_s > 0.7 * min(seconds, facts.end_s)
    sent = sound.decode(tmp_path / "clip.mp3")
    assert abs(sent).max() == pytest.approx(0.3, abs=0.06)


def test_row_22_and_25_no_request_is_made(tmp_path):
    """A playlist that points to an http address is refused without asking that address."""
    with asked_server() as (server, asked):
        address = f"{server}/a.mp3"
        for text in (
            f"#EXTM3U\n#EXTINF:5,\n{address}\n#EXT-X-ENDLIST\n",
            f"ffconcat version 1.0\nfile {address}\n",
        ):
            refused(sound.prepare, write(tmp_path / "a.mp3", text), tmp_path / "clip.mp3", NOT_A_SOUND)
    assert asked == []


TRIM = """
from infinitalk_media import MediaError, sound
def work(source, target, short):
    try:
        sound.prepare(Path(source), Path(target), seconds=15)
    except MediaError as error:
        return error
def warm_up(source, target, short):
    sound.prepare(Path(short), Path(target))
"""


@pytest.mark.parametrize(
    ("make", "sense", "most_s"),
    [
        pytest.param(ten_silent_hours, "no sound in the chosen part", 5, id="10 ten silent hours"),
        pytest.param(two_hours, "None", 5, id="11 two hours of mp3"),
        pytest.param(large_wav, "None", 5, id="11 wav of 1.4 GB"),
        pytest.param(REFUSED_SOUNDS["8 wav claiming 2 GHz"][0], ODD, 30, id="8 wav claiming 2 GHz"),
    ],
)
def test_memory_and_time_of_trimming_do_not_grow_with_the_input(tmp_path, make, sense, most_s):
    """Hours of sound add at most 80 MB to this process or to ffmpeg; nobody waits for the whole of them."""
    short = write_wav(tmp_path / "short.wav", speech(4))
    cost = measured(TRIM, make(tmp_path), tmp_path / "clip.mp3", short)
    assert max(cost.added_mb, cost.child_mb) < 80
    assert cost.seconds < most_s
    assert sense in cost.result
