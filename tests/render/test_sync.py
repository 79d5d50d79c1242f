"""The lips follow the voice: measured from finished MP4s, by code that shares nothing with the renderer."""

import pytest

from infinitalk_local.render import preview
from tests.render import lipsync
from tests.render.films import ROOT
from tests.render.perturbing import FACES

PICTURES = {
    "mira": ROOT / "examples/portraits/mira.jpg",
    "lena": ROOT / "examples/portraits/lena.jpg",
    "tone03": FACES / "tone03.jpg",
}


@pytest.mark.parametrize(("name", "voice"), [("mira", "hello"), ("lena", "morning"), ("tone03", "hello")])
def test_lips_follow_the_voice(tmp_path, name, voice):
    """Correlation of .55 or more, within 45 ms of the sound, and well above what chance gives."""
    target = tmp_path / "talk.mp4"
    report = preview.render(
        PICTURES[name], ROOT / f"examples/voices/{voice}.mp3", target, preview.Options(seed=7)
    )
    assert report.renderer == "talking"
    sync = lipsync.measure(target)
    assert sync.correlation >= 0.55, sync
    assert abs(sync.lag_ms) <= 45, sync
    assert sync.correlation - sync.control >= 0.25, sync
