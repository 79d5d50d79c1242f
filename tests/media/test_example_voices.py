"""The voices of the examples: what each portrait says, how loudly and for how long."""

import json
import subprocess
from pathlib import Path

import pytest
from imageio_ffmpeg import get_ffmpeg_exe
from PIL import Image, ImageChops, ImageStat

from infinitalk_media import alignment, sound
from tests.tools import need_module

EXAMPLES = Path(__file__).parents[2] / "examples"
VOICES = sorted((EXAMPLES / "voices").glob("*.mp3"))
SMALL = sorted((EXAMPLES / "portraits/small").glob("*.jpg"))


@pytest.fixture(params=VOICES, ids=lambda path: path.stem)
def voice(request) -> Path:
    return request.param


def ffmpeg(voice: Path, *options: str) -> str:
    command = [get_ffmpeg_exe(), "-hide_banner", "-i", str(voice), *options]
    return subprocess.run(command, capture_output=True, text=True, check=False).stderr


def test_each_portrait_has_a_voice_and_each_voice_its_text():
    """They have the same names."""
    portraits = {path.stem for path in (EXAMPLES / "portraits").glob("*.jpg")}
    assert portraits == {path.stem for path in VOICES}
    assert portraits == {path.stem for path in (EXAMPLES / "voices").glob("*.txt")}


@pytest.mark.parametrize("small", SMALL, ids=lambda path: path.stem)
def test_each_portrait_has_a_small_picture_of_itself(small):
    """It is the square in the middle of the upper part, 96 pixels wide."""
    with Image.open(small) as shown, Image.open(EXAMPLES / "portraits" / small.name) as whole:
        left = (whole.width - (side := min(whole.size))) // 2
        square = whole.convert("RGB").crop((left, 0, left + side, side)).resize((96, 96))
        assert shown.size == (96, 96)
        difference = ImageChops.difference(shown.convert("RGB"), square)
    assert max(ImageStat.Stat(difference).mean) < 9


def test_no_portrait_lacks_its_small_picture():
    """They have the same names."""
    assert {path.name for path in SMALL} == {path.name for path in (EXAMPLES / "portraits").glob("*.jpg")}


def test_each_is_as_loud_as_the_others(voice):
    """-20 LUFS within 1, and no peak above -1 dBFS."""
    told = ffmpeg(voice, "-af", "loudnorm=print_format=json", "-f", "null", "-")
    measured = json.loads(told[told.rindex("{") : told.rindex("}") + 1])
    assert float(measured["input_i"]) == pytest.approx(-20, abs=1)
    assert float(measured["input_tp"]) <= -1


def test_each_is_short_and_has_no_long_pause(voice, tmp_path):
    """5 to 7 s (a longer one scrolls in the player of a phone), mostly speech, no pause of 1 s, < 150 kB."""
    facts = sound.prepare(voice, tmp_path / "clip.mp3")
    assert 5 <= facts.duration_s <= 7
    assert facts.speech_s > facts.duration_s / 2
    assert facts.warnings == ()
    assert voice.stat().st_size < 150_000
    assert "silence_start" not in ffmpeg(voice, "-af", "silencedetect=n=-45dB:d=1", "-f", "null", "-")


def test_none_has_metadata(voice):
    """MP3 at 44.1 kHz, mono, without title, date or the name of the program that wrote it."""
    told = ffmpeg(voice)
    assert "44100 Hz, mono" in told
    assert "Metadata" not in told


def test_each_says_its_text(voice, tmp_path):
    """Every written word is found in the recording, in its order."""
    need_module("pocketsphinx")
    text = voice.with_suffix(".txt").read_text()
    found = alignment.prepare(voice, tmp_path / "none", text=text).words
    assert [word for word, _, _ in found] == text.split()
