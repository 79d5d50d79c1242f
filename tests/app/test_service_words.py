"""What the page says of a service that retires its model, of a disk that is full, and of odd states."""

import pytest

from infinitalk_app import words
from infinitalk_app.explain import explain
from infinitalk_app.runs import Run, Snapshot
from infinitalk_app.work import UNKNOWN_TOLD_S, Workshop
from infinitalk_client import DiskError, JobState, JobStatus, ModelRetired
from tests.app.providers import SEGMIND

RUN = Snapshot("a" * 32, SEGMIND, 0.0)
BOUGHT = Snapshot("a" * 32, SEGMIND, 0.0, request_id="abcdef")


def test_a_retired_model_is_told_and_was_free():
    """Whoever orders from a model that is gone reads that, that it was free, and what still works."""
    assert (
        explain(ModelRetired("Gone.", status=410), RUN).sentence
        == words.ERRORS["retired"].naming("Segmind").sentence
    )


def test_a_video_that_the_disk_refuses_is_charged_and_can_be_looked_for_again():
    """After the purchase nothing is said to be free, and no path of the server is shown."""
    error = DiskError(
        "It cannot be written to /srv/x.", request_id="abcdef", detail="No space left on device"
    )
    trouble = explain(error, BOUGHT)
    assert "is charged. No space left on device." in trouble.sentence
    assert "/srv" not in trouble.sentence
    assert "look" in trouble.actions


@pytest.mark.parametrize(("elapsed_s", "told"), [(0.0, False), (59.0, False), (60.0, True), (900.0, True)])
def test_an_unknown_state_is_told_after_a_minute(elapsed_s, told):
    """A visitor who waits for a run in a state that nobody knows here learns what Segmind calls it, once."""
    run = Run(BOUGHT)
    for late in (0.0, 1.0):
        look = JobStatus("abcdef", JobState.PROCESSING, elapsed_s + late * told, unknown_word="HIBERNATING")
        Workshop._show(None, run, look)
    assert run.now.warnings == (words.UNKNOWN_STATE.format(service="Segmind", word="HIBERNATING"),) * told
    assert (run.now.state, UNKNOWN_TOLD_S) == ("PROCESSING", 60.0)
