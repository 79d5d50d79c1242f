"""Every number of the page has a range: outside it there is a sentence, and nothing is sent."""

import asyncio
import math
from typing import Any

import pytest

from infinitalk_app.application import Application
from infinitalk_app.config import Settings
from infinitalk_app.inputs.preprocess import VoiceClip
from infinitalk_app.runs.timings import Timing
from infinitalk_app.ui.preflight import FormValues
from infinitalk_media import MediaError, sound
from tests.app.pages import PICTURE, VOICE
from tests.app.providers import PROVIDERS
from tests.app.test_bad_inputs import refused

HUGE = [10**400, -(10**400), 10**300, 1e308, math.inf, -math.inf, math.nan]
NAMES = ["fps", "seed", "start_s", "seconds"]


@pytest.mark.parametrize("value", HUGE, ids=lambda value: str(value)[:6])
@pytest.mark.parametrize("name", NAMES)
async def test_a_number_of_any_size_is_an_error(tmp_path, name, value):
    """A sentence that names the value, no incident, nothing charged, and nothing sent."""
    given: dict[str, Any] = {"picture": str(PICTURE), "voice": str(VOICE), name: value}
    await refused(tmp_path, " must be ", **given)


@pytest.mark.parametrize("value", [*HUGE, "4", True, [4]], ids=lambda value: str(value)[:6])
def test_what_is_found_out_before_the_click_takes_any_number(value):
    """The line above the button is not broken by a number that no float holds, or by what is none."""
    given = dict.fromkeys(("start_s", "seconds", "fps"), value) | {"voice": str(VOICE), "engine": "preview"}
    form = FormValues.of(given, PROVIDERS, lambda script: VOICE)
    assert all(isinstance(number, float) for number in (form.voice.start_s, form.voice.seconds, form.fps))
    assert not Timing("preview", "480p", 4.0, 2.0).is_comparable("preview", "480p", form.seconds)


@pytest.mark.parametrize("value", HUGE, ids=lambda value: str(value)[:6])
@pytest.mark.parametrize("name", ["start_s", "seconds"])
async def test_a_part_of_any_size_is_an_error(tmp_path, name, value):
    """An impossible part of a voice is refused before the sound is read."""
    application = Application(Settings(infinitalk_state_dir=tmp_path / "state"))
    part = {"start_s": 0.0, "seconds": 4.0} | {name: value}
    with pytest.raises(MediaError, match="must be"):
        await asyncio.to_thread(VoiceClip(VOICE, **part).cut, application.pipeline.pool, tmp_path / "a.mp3")
    await application.preview.close()
    with pytest.raises(MediaError, match="must be"):
        await asyncio.to_thread(sound.prepare, VOICE, tmp_path / "a.mp3", **part)
