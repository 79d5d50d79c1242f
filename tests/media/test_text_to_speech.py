"""Text to speech: how the voice sounds in numbers, how long it takes, and what becomes of bad texts."""

import itertools
import subprocess
import sys
import tempfile
import wave
from pathlib import Path

import numpy as np
import pytest

from infinitalk_media import MediaError, text_to_speech
from infinitalk_media.pool import Pool
from tests.media.bad_texts import REFUSED_TEXTS, SPOKEN_TEXTS
from tests.media.checks import refused
from tests.media.make_files import write
from tests.media.spoken import LONG, SENTENCES, said
from tests.tools import need_module

TEXT = "Good evening. I was only a drawing, until somebody wrote these words. Shall we begin?"
WITHOUT = """
import sys
sys.modules.update({name: None for name in sys.argv[1:]})
from infinitalk_media import alignment, pool, text_to_speech, worker
print(text_to_speech.available(), alignment.available())
loaded = {"hibari", "onnxruntime", "pocketsphinx"} & {name for name, one in sys.modules.items() if one}
print(sorted(loaded))
"""


@pytest.fixture(scope="module")
def children():
    pool = Pool(1)
    yield pool
    pool.close()


@pytest.fixture
def voice():
    need_module("hibari")


def prepare(source: Path, target: Path, **more) -> text_to_speech.Facts:
    return text_to_speech.prepare(source, target, **more)


@pytest.mark.parametrize(
    ("hidden", "answer"),
    [([], "True True"), (["pocketsphinx"], "True False"), (["hibari", "onnxruntime"], "False False")],
)
def test_without_the_packages_there_is_no_speech_and_no_error(voice, hidden, answer):
    """Everything can be imported, says what it can, and loads none of the packages before it is needed."""
    need_module("pocketsphinx")
    run = subprocess.run([sys.executable, "-c", WITHOUT, *hidden], capture_output=True, text=True, check=True)
    assert run.stdout == f"{answer}\n[]\n"


def test_the_voice_is_a_wav_of_the_length_that_is_told(voice, tmp_path):
    """It is 24 kHz, mono, 16 bits; its three sentences end in order, the last with it."""
    facts = prepare(write(tmp_path / "text.txt", TEXT), tmp_path / "voice.wav")
    with wave.open(str(tmp_path / "voice.wav")) as file:
        assert file.getparams()[:3] == (1, 2, 24_000)
        assert file.getnframes() / 24_000 == pytest.approx(facts.duration_s, abs=0.001)
    assert len(facts.sentence_ends_s) == 3
    assert list(facts.sentence_ends_s) == sorted(facts.sentence_ends_s)
    assert facts.sentence_ends_s[-1] == facts.duration_s
    assert 5 < facts.duration_s < 9


def test_the_voice_is_loud_enough_and_never_pauses_for_long(voice):
    """Its peak is 3 dB below full scale, its speech about -20 dB, and no pause inside takes a second."""
    samples = said(TEXT)
    frames = samples[: len(samples) // 240 * 240].reshape(-1, 240)
    level = 20 * np.log10(np.sqrt(np.square(frames).mean(axis=1)) + 1e-9)
    assert np.abs(samples).max() == pytest.approx(0.7, abs=0.01)
    assert -26 < 10 * np.log10(np.mean(10 ** (level[level > -45] / 10))) < -14
    quiet = [sum(1 for _ in group) for silent, group in itertools.groupby(level < -45) if silent]
    assert max(quiet) * 0.01 < 1


def test_the_same_text_is_the_same_file(voice, tmp_path, children):
    """Again, and in a child process, byte by byte."""
    text = write(tmp_path / "text.txt", TEXT)
    first, other = tmp_path / "first.wav", tmp_path / "other.wav"
    prepare(text, first)
    children.text(text, other, voice=text_to_speech.VOICE, model=None, pace=1.0, longest_s=40.0)
    assert first.read_bytes() == other.read_bytes()
    prepare(text, other)
    assert first.read_bytes() == other.read_bytes()


def test_a_slower_pace_is_longer(voice):
    """The length goes with the pace, within a tenth; a pace outside of the range is refused."""
    own, slow, fast = (len(said(TEXT, pace)) for pace in (1.0, 0.7, 1.4))
    assert slow == pytest.approx(own / 0.7, rel=0.1)
    assert fast == pytest.approx(own / 1.4, rel=0.1)
    with pytest.raises(MediaError, match="pace must be between 0.7 and 1.4"):
        text_to_speech.check(TEXT, 1.5)


def test_a_text_that_takes_too_long_is_told_its_seconds(voice, tmp_path):
    """They are those of the voice, where it was made to know them."""
    seconds = len(said(TEXT)) / 24_000
    refused(
        lambda source, target: prepare(source, target, longest_s=5.0),
        write(tmp_path / "text.txt", TEXT),
        tmp_path / "voice.wav",
        f"takes {seconds:.1f} s to say, and 5 s are the most",
    )


def test_the_estimate_is_within_a_fifth(voice):
    """For ten sentences that it was not fitted to, with numbers, abbreviations and pauses, and for three."""
    for text in [*SENTENCES, " ".join(SENTENCES[3:6])]:
        assert text_to_speech.estimated_s(text) == pytest.approx(len(said(text)) / 24_000, rel=0.2), text
    assert text_to_speech.estimated_s(TEXT, 0.7) == pytest.approx(len(said(TEXT, 0.7)) / 24_000, rel=0.2)


def test_the_estimate_is_that_of_the_page():
    """The same figures stand in tests/browser_unit/form.test.js."""
    assert text_to_speech.estimated_s("") == 0
    mixed = "Dr. Lee bought 15 books\n for $42.50 on the BBC.com. Yes"
    assert round(text_to_speech.estimated_s(mixed), 1) == 7.6
    assert round(text_to_speech.estimated_s("Good evening.", 0.7), 1) == 2


def test_forty_seconds_without_a_full_stop_fit_into_a_child(voice, tmp_path, children):
    """Also at the fastest pace, where the text is longest; it is cut between words."""
    text = write(tmp_path / "text.txt", LONG * 10)
    facts = children.text(text, tmp_path / "a.wav", voice="heart", model=None, pace=1.4, longest_s=40.0)
    assert 30 < facts.duration_s < 40
    assert len(facts.sentence_ends_s) > 2


def test_a_child_that_speaks_leaves_nothing_and_reports_to_nobody(voice, tmp_path):
    """Of onnxruntime's telemetry there is neither a device's id nor a queue of events in the child's home."""
    pool = Pool(1)
    try:
        text = write(tmp_path / "text.txt", "Zorblatt.")
        pool.text(text, tmp_path / "a.wav", voice="heart", model=None, pace=1.0, longest_s=40.0)
        assert list(Path(tempfile.gettempdir()).iterdir()) == []
    finally:
        pool.close()


@pytest.mark.parametrize("row", REFUSED_TEXTS)
def test_a_bad_text_gets_a_sentence(voice, tmp_path, row):
    """Each bad text is refused in one sentence that fits it, and no file is left."""
    text, sense = REFUSED_TEXTS[row]
    refused(prepare, write(tmp_path / "text.txt", text), tmp_path / "voice.wav", sense)


@pytest.mark.parametrize("row", SPOKEN_TEXTS)
def test_an_odd_text_is_said(voice, tmp_path, row):
    """Each odd text that has something to say becomes a sound, and nothing else is written."""
    facts = prepare(write(tmp_path / "text.txt", SPOKEN_TEXTS[row]), tmp_path / "voice.wav")
    assert 0.3 < facts.duration_s < 40
    assert {path.name for path in tmp_path.iterdir()} == {"text.txt", "voice.wav"}
