"""Errors after the download do not make a run fail that has its video."""

from pathlib import Path

import imageio_ffmpeg
import pytest

from infinitalk_app.runs.journal import Journal
from infinitalk_media import mp4
from tests.app.conftest import KEY
from tests.app.pages import inputs, page
from tests.app.paid import ENGINE

# An ffmpeg that does everything but to write a finished video anew.
STUBBORN = """#!/bin/sh
case "$*" in *comment=AI-generated*) exit 1;; esac
exec {ffmpeg} "$@"
"""


@pytest.mark.parametrize("engine", ["preview", ENGINE])
def test_a_time_that_cannot_be_noted_fails_no_run(tmp_path, segmind, engine):
    """The record of times cannot be written: the run is completed, here and in the journal."""
    state = tmp_path / "state"
    with page(state, INFINITALK_BASE_URL=segmind, HOSTING="segmind") as running:
        (state / "times.jsonl").mkdir()
        paid = {"engine": engine, "consent": True, "api_key": KEY, "run": "ab" * 16}
        _, status = running.client().predict(**inputs(**paid), api_name="/generate")
        assert status["state"] == "COMPLETED"
        assert running.client().predict(**inputs(**paid), api_name="/generate")[1] == status
    assert [entry.phase for entry in Journal(state / "journal")] == ["completed"]


def test_a_video_that_cannot_be_marked_is_shown(tmp_path, segmind):
    """Ffmpeg refuses to write the paid video anew: it is handed over as it came."""
    stubborn = tmp_path / "ffmpeg"
    stubborn.write_text(STUBBORN.format(ffmpeg=imageio_ffmpeg.get_ffmpeg_exe()))
    stubborn.chmod(0o755)
    settings = {"INFINITALK_BASE_URL": segmind, "HOSTING": "segmind", "FFMPEG_BINARY": str(stubborn)}
    with page(tmp_path / "state", **settings) as running:
        paid = {"engine": ENGINE, "consent": True, "api_key": KEY}
        video, status = running.client().predict(**inputs(**paid), api_name="/generate")
        path = Path(video["video"] if isinstance(video, dict) else video)
        assert status["state"] == "COMPLETED"
        assert not mp4.inspect(path).comment.startswith("AI-generated video")
