"""The words of a service for the states of a job, known and unknown."""

import httpx
import pytest

from infinitalk_client import (
    JobFailed,
    JobState,
    JobTimeout,
)
from tests.client.conftest import KEY
from tests.client.fakes import (
    REQUEST_ID,
    VIDEO_URL,
    Fake,
    completed,
    finished,
    state,
)

GOOD_WORDS = ["completed", "complete", "SUCCEEDED", "success", "Successful", "finished", "DONE"]
BAD_WORDS = [
    *("failed", "failure", "error", "errored", "CANCELLED", "canceled", "aborted", "EXPIRED", "TIMEOUT"),
    *("rejected", "refused", "denied", "declined", "invalid", "blocked", "interrupted", "terminated"),
    *("killed", "stopped", "crashed", "dead", "deleted", "unsuccessful"),
    *("TIMED_OUT", "timed out", "Timed-Out", " Failed\n", "un-successful"),
]


@pytest.mark.parametrize("word", GOOD_WORDS)
def test_other_words_for_completed(connect, word):
    """Any word that means a good end ends a wait well."""
    fake = Fake(status=state(word), result=finished())
    assert connect(fake).job(REQUEST_ID).wait().url == VIDEO_URL


@pytest.mark.parametrize("word", BAD_WORDS)
def test_other_words_for_failed(connect, clock, word):
    """Any word that means a bad end ends a wait at once, however it is written."""
    with pytest.raises(JobFailed):
        connect(Fake(status=state(word, error="x"))).job(REQUEST_ID).wait()
    assert clock.slept == []


@pytest.mark.parametrize("word", ["PENDING", "running", "in_progress", "In Progress", "IN_QUEUE", "starting"])
def test_other_words_for_running(connect, word):
    """A known word for a running job is not handed on as an unknown one."""
    fake = Fake(status=[state(word), completed()])
    statuses = list(connect(fake).job(REQUEST_ID).watch())
    assert [(status.state, status.unknown_word) for status in statuses] == [
        (JobState.PROCESSING, None),
        (JobState.COMPLETED, None),
    ]


@pytest.mark.parametrize("word", ["WARMING_UP", "3", "\u8fdb\u884c\u4e2d", "completed with errors"])
def test_an_unknown_word_is_a_running_job_and_is_handed_on(connect, word):
    """A state that the client does not know does not end a wait, and the caller gets its name."""
    fake = Fake(status=[state(word), completed()])
    statuses = list(connect(fake).job(REQUEST_ID).watch())
    assert [status.state for status in statuses] == [JobState.PROCESSING, JobState.COMPLETED]
    assert [status.unknown_word for status in statuses] == [word, None]


def test_an_unknown_word_is_in_the_timeout(connect):
    """A wait that ends with a job in an unknown state has the service's name of it in its error."""
    fake = Fake(status=state("HIBERNATING"))
    with pytest.raises(JobTimeout, match="“HIBERNATING”") as caught:
        connect(fake).job(REQUEST_ID).wait(timeout=60)
    assert caught.value.request_id == REQUEST_ID


@pytest.mark.parametrize("word", ["<b>x</b>", "x" * 500, f"of {KEY}", "a\r\nb\tc"], ids=len)
def test_an_unknown_word_is_cleaned(connect, word):
    """Markup, the key, line breaks and length of the service's word go no further."""
    status = connect(Fake(status=state(word))).job(REQUEST_ID).status()
    assert status.state is JobState.PROCESSING
    assert status.unknown_word in {None, "x" * 40, "of …", "a b c"}


def test_an_unknown_word_with_422_is_a_failed_job(connect):
    """The service serves a failed job with 422, whatever it calls it: the wait ends at once."""
    with pytest.raises(JobFailed):
        connect(Fake(status=httpx.Response(422, json={"status": "TIMED_OUT"}))).job(REQUEST_ID).wait()
