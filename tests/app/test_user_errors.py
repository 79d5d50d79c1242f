"""Errors and warnings of a retired model, a full disk, and an unknown state."""

import re
from dataclasses import replace

import pytest

from infinitalk_app.messages import Message, Trouble
from infinitalk_app.runs.manager import Run, Snapshot
from infinitalk_app.runs.pipeline import UNKNOWN_STATE_WARNED_S, Pipeline
from infinitalk_app.runs.user_errors import explain
from infinitalk_app.ui.status_panel import ACTIONS
from infinitalk_app.ui.text.catalogue import Texts
from infinitalk_client import (
    DiskError,
    DownloadError,
    InvalidRequest,
    JobFailed,
    JobState,
    JobStatus,
    ModelRetired,
)
from infinitalk_client._messages import message
from infinitalk_media.sentences import say
from tests.app import pseudo_locale
from tests.app.english import line
from tests.app.providers import PREVIEW, SEGMIND

PSEUDO = Texts(pseudo_locale.templates())
RUN = Snapshot("a" * 32, SEGMIND, 0.0)
BOUGHT = Snapshot("a" * 32, SEGMIND, 0.0, request_id="abcdef")
DRAWN = replace(BOUGHT, provider=PREVIEW)


def test_a_retired_model_has_its_own_error_and_is_free():
    """Whoever orders from a model that is gone reads that, that it was free, and what still works."""
    assert explain(ModelRetired("Gone.", status=410), RUN) == Trouble.of("retired", reason="Gone.")


def test_a_video_that_the_disk_refuses_is_charged_and_can_be_downloaded_again():
    """After the purchase nothing is said to be free, and no path of the server is shown."""
    error = DiskError(
        "It cannot be written to /srv/x.", request_id="abcdef", detail="No space left on device"
    )
    trouble = explain(error, BOUGHT)
    assert "is charged. No space left on device." in line(trouble)
    assert "/srv" not in line(trouble)
    assert "poll_again" in ACTIONS[trouble.code]


@pytest.mark.parametrize(("elapsed_s", "told"), [(0.0, False), (59.0, False), (60.0, True), (900.0, True)])
def test_an_unknown_state_is_a_warning_after_a_minute(elapsed_s, told):
    """A visitor who waits for a run in a state that nobody knows here learns what Segmind calls it, once."""
    run = Run(BOUGHT)
    for late in (0.0, 1.0):
        status = JobStatus("abcdef", JobState.PROCESSING, elapsed_s + late * told, unknown_word="HIBERNATING")
        Pipeline._update(None, run, status)
    warning = Message.of("notes.unknown_state", service="Segmind", word="HIBERNATING")
    assert run.snapshot.warnings == (warning,) * told
    assert (run.snapshot.state, UNKNOWN_STATE_WARNED_S) == ("PROCESSING", 60.0)


def failed_with(code: str, **values: object) -> JobFailed:
    """Return the error of a preview whose server named the reason by a code."""
    error = JobFailed("The job failed.", request_id="abcdef", detail="In English.")
    error.service_code, error.service_values = code, values
    return error


@pytest.mark.parametrize(
    ("error", "run", "value"),
    [
        (InvalidRequest(message("prompt_length", most=2000)), RUN, "2000"),
        (DownloadError(text := message("download_refused", status=403), detail=text), BOUGHT, "403"),
        (DownloadError(message("video_not_whole", reason=say("mp4_cut_off"))), BOUGHT, "cut off"),
        (DownloadError("Not whole.", detail=say("mp4_cut_off")), BOUGHT, "cut off"),
        (failed_with("picture_too_small", width=1, height=2, least=256), DRAWN, "256"),
        (failed_with("render_timeout", most_s=3.5), DRAWN, f"3{pseudo_locale.POINT}5"),
    ],
    ids=["request", "storage", "nested", "media", "input", "render"],
)
def test_the_reasons_of_libraries_are_told_in_any_language(error, run, value):
    """What client, media and server say reaches the visitor by its code, with nothing left in English."""
    trouble = explain(error, run)
    told = PSEUDO.line(trouble, service="", model="")
    assert told.count(pseudo_locale.MARKS[0]) >= 2, told
    assert value in told
    assert pseudo_locale.strays(told, re.compile("$^")) == ""
