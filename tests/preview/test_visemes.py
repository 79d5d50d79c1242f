"""What the mouth makes of phonemes: lips that shut, bite, round and spread where the words ask for it."""

import numpy as np
import pytest

from infinitalk_media import sound
from infinitalk_media.timeline import PHONEMES, Spoken
from infinitalk_preview import render
from infinitalk_preview.animate import speech
from infinitalk_preview.animate.visemes import articulated
from tests.preview import lipsync
from tests.preview.phones import timeline
from tests.preview.videos import HELLO, MIRA, ROOT, frames_of

RATES = (16, 25)
FINE = 100  # frames per second, for what happens between two video frames


def tone(frames: int, level: float = 1.0, opening: float = 0.5) -> speech.Tracks:
    """Return the tracks of a sound that says nothing about the lips."""
    same = np.ones(frames, np.float32)
    return speech.Tracks(open=opening * level * same, wide=0 * same, press=0 * same, level=level * same)


def say(*names: str, each_s: float = 0.1, level: float = 1.0) -> speech.Tracks:
    """Return the tracks at FINE of phonemes that follow each other from 0 s on."""
    spoken = [Spoken(name, index * each_s, (index + 1) * each_s) for index, name in enumerate(names)]
    return articulated(tone(round(len(names) * each_s * FINE), level), spoken, FINE)


def middle(track: np.ndarray, index: int, each_s: float = 0.1) -> float:
    """Return the track at the middle of a phoneme of `say`."""
    return float(track[int((index + 0.5) * each_s * FINE)])


@pytest.fixture(scope="module", params=["hello", "morning"])
def voice(request) -> tuple[np.ndarray, tuple[Spoken, ...]]:
    path = ROOT / f"tests/preview/{request.param}.mp3"
    return sound.decode(path, rate=speech.RATE), timeline(request.param).phonemes


def nearest_frames(voice, fps: int, *names: str) -> tuple[speech.Tracks, speech.Tracks, list[int]]:
    """Return the tracks by sound, by phonemes, and the frames nearest to the middles of some phonemes."""
    samples, spoken = voice
    heard = speech.tracks(samples, len(samples) * fps // speech.RATE, fps)
    at = (np.arange(len(heard.open)) + 0.5) / fps
    found = [int(np.abs(at - (one.start_s + one.end_s) / 2).argmin()) for one in spoken if one.text in names]
    assert found
    return heard, articulated(heard, spoken, fps), found


@pytest.mark.parametrize("fps", RATES)
def test_lips_are_shut_in_the_middle_of_every_bilabial(voice, fps):
    """At p, b and m the nearest frame has shut and pressed lips, also at the lowest frame rate."""
    _, said, frames = nearest_frames(voice, fps, "P", "B", "M")
    assert said.open[frames].max() < 0.02
    assert said.press[frames].min() > 0.98


@pytest.mark.parametrize("start_s", np.arange(0.5, 0.57, 0.01))
def test_even_the_shortest_bilabial_has_a_frame(start_s):
    """A b of 10 ms between two open vowels shuts the lips, wherever it falls between the frames."""
    end_s = start_s + 0.01
    spoken = [Spoken("AA", 0, start_s), Spoken("B", start_s, end_s), Spoken("AA", end_s, 1)]
    assert articulated(tone(16), spoken, 16).open.min() < 0.01


@pytest.mark.parametrize("fps", RATES)
def test_the_lower_lip_meets_the_teeth_at_f_and_v(voice, fps):
    """At f and v the mouth is nearly shut, and by the lower lip alone: the upper one rises."""
    heard, said, frames = nearest_frames(voice, fps, "F", "V")
    assert said.open[frames].max() < 0.02
    shapes = speech.mouth_shapes(said, fps, gap=0, width=0.6, scale=1)
    assert all(shapes[frame].drop < 0 < shapes[frame].lift < 0.04 for frame in frames)
    assert np.max(heard.bite) == 0


@pytest.mark.parametrize("fps", RATES)
def test_oo_is_round_and_ee_is_spread(voice, fps):
    """Words tell what the sound only guesses: corners go in at w, oo and oh, and out at ee and ay."""
    heard, said, rounded = nearest_frames(voice, fps, "W", "UW", "OW")
    assert said.wide[rounded].max() < -0.15
    assert said.wide[rounded].mean() < heard.wide[rounded].mean() - 0.15
    _, said, spread = nearest_frames(voice, fps, "IY", "EY")
    assert said.wide[spread].min() > 0.1
    assert said.wide[spread].mean() > 0.35


def test_the_height_of_a_vowel_decides_the_opening():
    """Low vowels open further than middle ones, those than high ones, those than hisses."""
    opening = {name: middle(say("T", name, "T").open, 1) for name in ("AA", "AE", "EH", "IY", "UW", "S")}
    low, high = min(opening["AA"], opening["AE"]), max(opening["IY"], opening["UW"])
    assert low > opening["EH"] > high > opening["S"] > 0, opening


def test_a_consonant_takes_the_width_of_its_vowels():
    """A t is round between two oo and spread between two ee; a w stays round even there."""
    assert middle(say("UW", "T", "UW").wide, 1) < -0.5
    assert middle(say("IY", "T", "IY").wide, 1) > 0.5
    assert middle(say("IY", "W", "IY").wide, 1) < -0.3


def test_a_diphthong_moves():
    """The mouth closes from the first vowel of a diphthong to its second one."""
    said = say("AY", each_s=0.3)
    assert said.open[8] > 1.3 * said.open[22]
    assert said.wide[22] > said.wide[8] + 0.2


def test_loudness_scales_the_opening_and_silence_shuts_the_lips():
    """Where nothing sounds, phonemes open nothing; a loud vowel is wider than a faint one."""
    silent, faint, loud = (middle(say("AA", "AA", level=level).open, 1) for level in (0.0, 0.3, 1.0))
    assert silent == 0
    assert 0.2 < faint < 0.8 * loud


def test_a_pause_between_words_shuts_the_lips():
    """A gap between two phonemes is a pause, even if something else sounds in it."""
    said = articulated(tone(100), [Spoken("AA", 0, 0.4), Spoken("AA", 0.6, 1)], FINE)
    assert said.open[50] < 0.1 * said.open[20]


def test_far_from_all_phonemes_the_sound_decides():
    """Where a voice goes on after its last known phoneme, the lips follow the sound as they do without."""
    said = articulated(tone(200, opening=0.4), [Spoken("AA", 0, 0.5)], FINE)
    assert said.open[80:] == pytest.approx(0.4)
    assert said.press[80:] == pytest.approx(0)


@pytest.mark.parametrize("name", sorted(PHONEMES))
def test_every_phoneme_has_a_shape(name):
    """Every phoneme that a timeline may hold can be said, and no track leaves its range."""
    said = say("AA", name, "IY", "UW")
    assert said.open.min() >= 0
    assert said.open.max() <= 1
    assert np.abs(said.wide).max() <= 1
    assert said.press.max() <= 1


def test_odd_timelines_do_no_harm(voice):
    """Phonemes that overlap, last no time, or lie after the end give tracks in their ranges."""
    rng = np.random.default_rng(3)
    starts, names = np.sort(rng.uniform(0, 9, 300)), rng.choice(sorted(PHONEMES), 300)
    spoken = [
        Spoken(str(name), start, start + rng.choice([0, 0.05, 3]))
        for name, start in zip(names, starts, strict=True)
    ]
    said = articulated(speech.tracks(voice[0], 150, 25), spoken, 25)
    for track in (said.open, said.wide, said.press, said.bite):
        assert np.isfinite(track).all()
        assert np.abs(track).max() <= 1.05


def test_without_phonemes_no_pixel_changes(tmp_path):
    """A timeline without phonemes gives the very video that no timeline gives."""
    videos = []
    for words in ([], [["hello", 0.2, 0.7]]):
        target = tmp_path / f"{len(words)}.mp4"
        options = render.Options(fps=16, timeline=render.Timeline.of(words, []))
        render.render(MIRA, HELLO, target, options)
        videos.append(frames_of(target))
    assert np.array_equal(*videos)


def test_lips_that_say_the_phonemes_follow_the_voice(tmp_path):
    """In a finished MP4 they keep time with the sound, if less closely than by loudness alone.

    An m is loud, and shut.
    """
    target = tmp_path / "talk.mp4"
    render.render(MIRA, HELLO, target, render.Options(seed=7, timeline=timeline("hello")))
    sync = lipsync.measure(target)
    assert sync.correlation >= 0.45, sync
    assert abs(sync.lag_ms) <= 45, sync
    assert sync.correlation - sync.control >= 0.25, sync
