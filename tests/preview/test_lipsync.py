"""The lips follow the voice, as measured from finished MP4s by code that the renderer does not use."""

import pytest

from infinitalk_preview import render
from tests.preview import lipsync
from tests.preview.perturbations import FACES
from tests.preview.videos import ROOT

PICTURES = {
    "mira": ROOT / "examples/portraits/mira.jpg",
    "lena": ROOT / "examples/portraits/lena.jpg",
    "tone03": FACES / "tone03.jpg",
}
VOICES = {
    "hello": ROOT / "tests/preview/hello.mp3",
    "morning": ROOT / "tests/preview/morning.mp3",
    "example": ROOT / "examples/voices/mira.mp3",
}


@pytest.mark.parametrize(
    ("name", "voice"), [("mira", "hello"), ("mira", "example"), ("lena", "morning"), ("tone03", "hello")]
)
def test_lips_follow_the_voice(tmp_path, name, voice):
    """The correlation is .55 or more, within 45 ms of the sound, and well above chance."""
    target = tmp_path / "talk.mp4"
    report = render.render(PICTURES[name], VOICES[voice], target, render.Options(seed=7))
    assert report.renderer == "talking"
    sync = lipsync.measure(target)
    assert sync.correlation >= 0.55, sync
    assert abs(sync.lag_ms) <= 45, sync
    assert sync.correlation - sync.control >= 0.25, sync
