"""A job that the service does not know: for a while, or any more."""

import pytest

from infinitalk_client import (
    JobExpired,
)
from tests.client.fakes import (
    REQUEST_ID,
    VIDEO_URL,
    Fake,
    completed,
    error,
    finished,
    state,
    submitted,
)


def test_a_new_job_may_be_unknown_for_fifteen_seconds(connect, talk, clock):
    """Right after this client's submission a 404 is retried."""
    fake = Fake(
        submit=submitted(), status=[error(404), error(404), error(404), completed()], result=finished()
    )
    assert connect(fake).submit(talk).wait().url == VIDEO_URL


def test_a_new_job_that_stays_unknown_is_expired(connect, talk, clock):
    """After fifteen seconds of 404 the job is given up."""
    fake = Fake(submit=submitted(), status=error(404))
    with pytest.raises(JobExpired):
        connect(fake).submit(talk).wait()
    assert 15 <= clock.now - 1000 <= 16


def test_a_known_job_that_is_not_found_any_more_is_expired_at_once(connect, talk, clock):
    """After one good answer a 404 means that the hour is over."""
    fake = Fake(submit=submitted(), status=[state("PROCESSING"), error(404)])
    with pytest.raises(JobExpired, match="one hour") as caught:
        connect(fake).submit(talk).wait()
    assert caught.value.request_id == REQUEST_ID
    assert clock.now - 1000 < 3


def test_a_job_taken_up_later_is_expired_at_once(connect, clock):
    """A 404 on an id that another process submitted is not retried."""
    with pytest.raises(JobExpired):
        connect(Fake(status=error(404))).job(REQUEST_ID).wait()
    assert clock.slept == []
