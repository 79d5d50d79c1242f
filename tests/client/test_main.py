"""The exit code and the text that the command line has for each error."""

import argparse
from pathlib import Path

import pytest

from infinitalk_client import (
    DownloadError,
    InvalidRequest,
    JobExpired,
    JobFailed,
    JobTimeout,
    NotAuthorized,
    SubmitUncertain,
    Unreachable,
)
from infinitalk_client.__main__ import explain
from infinitalk_media import MediaError

RESUME = "python -m infinitalk_client resume r1 -o 'my talk.mp4' --base-url http://near.test"
AGAIN = "--submit-again"


@pytest.mark.parametrize(
    ("error", "code", "sense"),
    [
        (InvalidRequest("fps."), 2, "fps. Nothing was sent."),
        (InvalidRequest("No place.", request_id="r1"), 1, "No place. To get its video:"),
        (MediaError("No sound."), 2, "No sound. Nothing was sent."),
        (SubmitUncertain("Lost."), 1, AGAIN),
        (JobTimeout("It goes on.", request_id="r1", hint='client.job("r1").wait()'), 3, RESUME),
        (Unreachable("It goes on.", request_id="r1", hint='client.job("r1").wait()'), 3, RESUME),
        (Unreachable("Nobody answered; nothing was started."), 1, "nothing was started"),
        (DownloadError("Half a video.", request_id="r1"), 1, RESUME),
        (NotAuthorized("Whose is it?", request_id="r1"), 1, RESUME),
        (JobFailed("No face.", request_id="r1"), 1, "No face."),
        (JobExpired("Gone.", request_id="r1"), 1, AGAIN),
        (OSError(28, "No space left on device"), 1, "No space left"),
        (OSError(), 1, "OSError"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_each_error_has_its_exit_code_and_a_way_on(error, code, sense):
    """A job that can still be fetched comes with the command for it, and no Python call is shown."""
    chosen = argparse.Namespace(
        command="generate", output=Path("my talk.mp4"), base_url="http://near.test", json=False
    )
    found, text = explain(error, chosen)
    assert found == code
    assert sense in text
    assert "client.job" not in text
    assert (AGAIN in text) is (sense == AGAIN)
