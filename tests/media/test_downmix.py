"""What nobody hears in a recording is no sound: offsets, drift, rumble, and what is above hearing."""

from pathlib import Path

import numpy as np
import pytest

from infinitalk_media import sound
from tests.media.checks import refused
from tests.media.make_files import run_ffmpeg, speech, write

RATE = 44_100
TIME = np.arange(6 * RATE) / RATE
VOICE = np.interp(TIME, np.arange(6 * 16_000) / 16_000, speech(6, volume=0.3) / 32767)  # 0.3 at full level
NOISE = np.random.default_rng(1).uniform(-1, 1, len(TIME))


def wav(folder: Path, *channels: np.ndarray, rate: int = RATE) -> Path:
    """Write channels of samples from -1 to 1 as 16-bit WAV."""
    raw = write(folder / "a.raw", (np.column_stack(channels).clip(-1, 1) * 32767).astype("<i2").tobytes())
    path = folder / "a.wav"
    form = ("-f", "s16le", "-ar", str(rate), "-ac", str(len(channels)))
    return _converted(raw, path, *form)


def _converted(raw: Path, path: Path, *form: str, codec: str = "pcm_s16le") -> Path:
    run_ffmpeg(*form, "-i", raw, "-c:a", codec, path)
    raw.unlink()
    return path


def tone(hertz: float, turns: float = 0) -> np.ndarray:
    return np.sin(2 * np.pi * (hertz * TIME + turns))


SILENT = {
    "an offset": 0.2 + 0 * TIME,
    "an offset, nearly full": -0.98 + 0 * TIME,
    "an offset under faint noise": 0.2 + 0.0005 * NOISE,
    "an offset that begins with a click": 0.2 + 0.05 * (TIME < 0.002),
    "an offset that begins late": 0.3 * (TIME > 3),
    "a drift": 0.8 * TIME / 6,
    "a slow swing": 0.8 * tone(0.1),
    "an offset that fades": 0.7 * np.exp(-TIME / 0.8),
    "rumble of 20 Hz": 0.5 * tone(20),
    "rumble of 20 Hz, from its crest": 0.9 * tone(20, 0.25),
    "rumble of 7 Hz": 0.9 * tone(7, 0.1),
    "rumble of 25 Hz": 0.9 * tone(25, 0.4),
    "above hearing": 0.5 * tone(21_500),
}


@pytest.mark.parametrize("name", SILENT)
def test_what_nobody_hears_is_no_sound(tmp_path, name):
    """However large its numbers are, it is told as silence; alone, on both sides, or on one."""
    for channels in ([SILENT[name]], [SILENT[name], SILENT[name]], [0 * TIME, SILENT[name]]):
        refused(sound.prepare, wav(tmp_path, *channels), tmp_path / "clip.mp3", "no sound in the chosen part")


@pytest.mark.parametrize("zero", [127, 128, 200])
def test_an_even_recording_of_eight_bits_is_silent(tmp_path, zero):
    """Eight bits have no sign: whichever number stands for zero, it is no sound."""
    raw = write(tmp_path / "a.raw", bytes([zero]) * len(TIME))
    path = _converted(raw, tmp_path / "a.wav", "-f", "u8", "-ar", str(RATE), "-ac", "1", codec="pcm_u8")
    refused(sound.prepare, path, tmp_path / "clip.mp3", "no sound in the chosen part")


BESIDE = {
    "an offset": 0.5 + 0 * TIME,
    "a drift": 0.5 * TIME / 6,
    "a slow swing": 0.5 * tone(0.3),
    "rumble": 0.5 * tone(20),
}


@pytest.mark.parametrize("name", BESIDE)
def test_a_voice_is_judged_and_sent_without_what_nobody_hears(tmp_path, name):
    """Level, speech and the clip are those of the voice alone, from its first tenth of a second on."""
    alone = sound.prepare(wav(tmp_path, VOICE), tmp_path / "alone.mp3")
    facts = sound.prepare(wav(tmp_path, VOICE + BESIDE[name]), tmp_path / "clip.mp3")
    assert facts.level_dbfs == pytest.approx(alone.level_dbfs, abs=0.5)
    assert facts.speech_s == pytest.approx(alone.speech_s, abs=0.15)
    assert facts.warnings == alone.warnings
    sent, wanted = (sound.decode(tmp_path / name)[1600:-1600] for name in ("clip.mp3", "alone.mp3"))
    assert np.abs(sent - wanted).max() < 0.05


@pytest.mark.parametrize("name", BESIDE)
@pytest.mark.parametrize("side", [0, 1])
def test_a_channel_without_a_voice_does_not_drown_the_other(tmp_path, name, side):
    """A quiet voice beside a channel with an offset or rumble is sent at its own level."""
    alone = sound.prepare(wav(tmp_path, VOICE / 5), tmp_path / "alone.mp3")
    channels = [VOICE / 5, VOICE / 5]
    channels[side] = -0.96 * BESIDE[name]
    facts = sound.prepare(wav(tmp_path, *channels), tmp_path / "clip.mp3")
    assert facts.level_dbfs == pytest.approx(alone.level_dbfs, abs=0.5)
    assert facts.speech_s == pytest.approx(alone.speech_s, abs=0.15)
    sent = sound.decode(tmp_path / "clip.mp3")[1600:-1600]
    assert np.abs(sent).max() == pytest.approx(0.06, abs=0.01)


def test_what_the_preview_hears_is_mixed_in_the_same_way(tmp_path):
    """`decode` takes neither the offset of a dead channel nor half of a voice beside it."""
    heard = sound.decode(wav(tmp_path, 0 * TIME - 0.48, VOICE))
    assert np.abs(heard).max() == pytest.approx(0.3, abs=0.05)
    assert abs(heard.mean()) < 0.001


def test_a_dead_channel_at_full_scale_is_not_called_clipped(tmp_path):
    """Clipping is looked for where there is a voice."""
    facts = sound.prepare(wav(tmp_path, 0 * TIME + 1, VOICE), tmp_path / "clip.mp3")
    assert facts.warnings == ()


@pytest.mark.parametrize("hertz", [80, 220, 3000, 12_000])
def test_what_is_heard_keeps_its_level(tmp_path, hertz):
    """The lowest voice and the highest hiss are as loud as they were."""
    facts = sound.prepare(wav(tmp_path, 0.3 * tone(hertz)), tmp_path / "clip.mp3")
    assert facts.level_dbfs == pytest.approx(-13.5, abs=0.2)
