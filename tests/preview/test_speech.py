"""What the mouth makes of a voice: open on vowels, shut in pauses, whoever speaks and however loudly.

The phone times beside this file are what flite printed (-psdur) when it spoke the two clips there: each
phone with the second at which it ends.
"""

from pathlib import Path

import numpy as np
import pytest

from infinitalk_media import sound
from infinitalk_preview.animate import speech
from infinitalk_preview.prompt import LEAST, MOST, movement_scale

HERE = Path(__file__).parent
FPS = 100  # finer than any video, so that short phones have frames of their own
CLASSES = {
    "open": {"aa", "ae", "ah", "ao", "aw", "ay", "eh", "ow", "oy", "ey"},
    "close": {"ih", "iy", "uw", "uh", "er"},
    "fricative": {"s", "z", "sh", "f", "v", "th", "ch", "jh"},
    "lips shut": {"p", "b", "m"},
    "pause": {"pau"},
}


def heard(samples: np.ndarray) -> speech.Tracks:
    return speech.tracks(samples, len(samples) * FPS // speech.RATE, FPS)


@pytest.fixture(scope="module", params=["hello", "morning"])
def voice(request) -> tuple[str, np.ndarray]:
    path = HERE / f"{request.param}.mp3"
    return request.param, sound.decode(path, rate=speech.RATE)


def by_class(name: str, track: np.ndarray) -> dict[str, float]:
    """Return the mean of a track over each class of phones; for shut lips, of their lowest values."""
    begins, values = 0.0, {kind: [] for kind in CLASSES}
    for word in (HERE / f"{name}-phones.txt").read_text().split():
        phone, _, ends = word.partition(":")
        for kind, phones in CLASSES.items():
            part = track[round(begins * FPS) : max(round(begins * FPS) + 1, round(float(ends) * FPS))]
            if phone in phones and len(part):
                values[kind].append(part.min() if kind == "lips shut" else np.median(part))
        begins = float(ends)
    return {kind: float(np.mean(found)) for kind, found in values.items()}


def test_openness_follows_the_phones(voice):
    """The mouth opens most for open vowels, then close ones, fricatives, shut lips and pauses."""
    name, samples = voice
    opening = by_class(name, heard(samples).open)
    assert opening["open"] > opening["close"] > opening["fricative"], opening
    assert opening["fricative"] > opening["pause"]
    assert opening["lips shut"] <= 0.2
    assert opening["pause"] <= 0.05


def test_loudness_does_not_matter(voice):
    """A whisper moves the lips as far as a shout: 0.03 times the volume gives the same tracks."""
    _, samples = voice
    loud, quiet = heard(samples), heard(samples * 0.03)
    for track in ("open", "wide", "press"):
        assert np.abs(getattr(loud, track) - getattr(quiet, track)).max() < 0.02


def test_silence_keeps_the_mouth_shut():
    """Silence moves nothing, and neither does a faint mains hum."""
    still = np.zeros(speech.RATE * 3, np.float32)
    hum = np.sin(np.arange(speech.RATE * 3) * 0.02).astype(np.float32) * 1e-5
    for samples in (still, hum):
        assert heard(samples).open.max() < 0.02


@pytest.mark.parametrize("what", ["noise", "drone"])
def test_noise_and_music_do_not_make_it_flap(what):
    """A steady noise or chord is no speech: the lips stay nearly where they are."""
    time = np.arange(speech.RATE * 4) / speech.RATE
    sounds = {
        "noise": np.random.default_rng(1).normal(0, 0.1, len(time)),
        "drone": sum(np.sin(2 * np.pi * pitch * time) for pitch in (220, 277, 330)) * 0.1,
    }
    opening = heard(sounds[what].astype(np.float32)).open[50:-50]
    assert np.abs(np.diff(opening)).mean() * FPS < 0.8  # full openings per second; speech has some 3


def test_tracks_stay_in_their_ranges(voice):
    """Whatever is said, no track leaves its range."""
    tracks = heard(voice[1])
    assert tracks.open.min() >= 0
    assert tracks.open.max() <= 1.05
    assert np.abs(tracks.wide).max() <= 1
    assert tracks.press.min() >= 0
    assert tracks.press.max() <= 1.01
    assert tracks.open.max() > 0.7


@pytest.mark.parametrize("samples", [np.zeros(1), np.zeros(200), np.full(3000, np.float32(0.5))])
def test_odd_sounds_do_no_harm(samples):
    """A single sample, a short silence and a constant give tracks of the requested length."""
    tracks = speech.tracks(samples.astype(np.float32), 7, 25)
    assert len(tracks.open) == 7
    assert np.isfinite(tracks.open).all()


@pytest.mark.parametrize(
    ("prompt", "head", "mouth"),
    [
        ("", 0, 0),
        ("A person speaks calmly.", -1, -1),
        ("She whispers a secret.", -1, -1),
        ("Sitting still, serious.", -1, 0),
        ("Confident, gesturing at the audience.", 1, 1),
        ("An EXCITED man shouts!", 1, 1),
        ("not excited", 0, 0),
        ("distillery", 0, 0),
        ("Er spricht begeistert.", 0, 0),
    ],
)
def test_a_prompt_changes_the_movement_a_little(prompt, head, mouth):
    """Words of energy make head and mouth move more or less, within limits; anything else changes nothing."""
    found = movement_scale(prompt)
    assert np.sign(round(found.head - 1, 3)) == head
    assert mouth == 0 or np.sign(found.mouth - 1) == mouth
    assert LEAST.head <= found.head <= MOST.head
    assert LEAST.mouth <= found.mouth <= MOST.mouth
