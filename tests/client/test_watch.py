"""Polling a job: how often, what ends the wait, and which faults are retried."""

import httpx
import pytest

from infinitalk_client import (
    APIError,
    BadRequest,
    InfinitalkError,
    InsufficientCredits,
    JobFailed,
    JobState,
    JobTimeout,
    NotAuthorized,
    Progress,
    Unreachable,
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

TRANSIENT = [
    httpx.ConnectError("refused"),
    httpx.ConnectTimeout("slow"),
    httpx.PoolTimeout("full"),
    httpx.ProxyError("no"),
    httpx.ReadTimeout("slow"),
    httpx.ReadError("reset"),
    httpx.WriteError("reset"),
    httpx.RemoteProtocolError("cut"),
    httpx.DecodingError("garbled"),
    error(408),
    error(429),
    error(500),
    httpx.Response(502, html="<html>Bad Gateway</html>"),
    error(503),
    error(504),
    httpx.Response(200, text="<html>welcome</html>"),
    httpx.Response(200, content=b'{"status": "PROC'),
    httpx.Response(200, json={}),
    httpx.Response(200, json=["PROCESSING"]),
]


def _name(value):
    return type(value).__name__ if isinstance(value, Exception) else f"{value.status_code} {value.text[:12]}"


def test_a_job_is_watched_to_its_end(connect, talk):
    """The statuses come in order with states and metrics, and the wait ends with the result."""
    fake = Fake(
        submit=submitted(),
        status=[state("QUEUED"), state("PROCESSING"), completed()],
        result=finished(seed=7),
    )
    job = connect(fake).submit(talk)
    statuses = list(job.watch())
    assert [status.state for status in statuses] == [JobState.QUEUED, JobState.PROCESSING, JobState.COMPLETED]
    assert statuses[-1].metrics.cost == 0.46
    assert statuses[-1].metrics.remaining_credits == 12.30
    result = job.wait()
    assert (result.url, result.seed, result.request_id) == (VIDEO_URL, 7, REQUEST_ID)
    assert result.metrics.total_time == 283.4


def test_addresses_are_built_from_the_base_url(connect, talk):
    """A status_url on another host is ignored: the key never goes to a host named in an answer."""
    fake = Fake(submit=submitted(), status=completed(), result=finished())
    connect(fake).submit(talk).wait()
    assert {request.url.host for request in fake.requests} == {"fake.test"}


def test_a_handle_sends_nothing(connect):
    """Making a handle of a known id needs no exchange; `request_id` is everything."""
    fake = Fake()
    assert connect(fake).job(REQUEST_ID).request_id == REQUEST_ID
    assert fake.requests == []


def test_the_first_poll_comes_at_once_and_the_intervals_grow_to_five_seconds(connect, clock):
    """Intervals are min(1 + elapsed/4, 5): a bad input shows at once, a long job costs few polls."""
    fake = Fake(status=[state("PROCESSING")] * 8 + [completed()])
    statuses = list(connect(fake).job(REQUEST_ID).watch())
    assert statuses[0].elapsed_s == 0
    assert clock.slept == pytest.approx([1, 1.25, 1.5625, 1.953, 2.441, 3.052, 3.815, 4.768], abs=0.001)


def test_a_job_of_283_seconds_costs_61_polls(connect, clock):
    """The vendor's average job takes about 61 polls, where a poll each second would be 283."""
    fake = Fake(status=[state("PROCESSING")])
    job = connect(fake).job(REQUEST_ID)
    for status in job.watch():
        if status.elapsed_s >= 283:
            break
    assert 58 <= fake.count["status"] <= 63


def test_poll_every_caps_the_interval(connect, clock):
    """The page polls its own embedded server four times a second."""
    fake = Fake(status=[state("PROCESSING")] * 4 + [completed()])
    list(connect(fake).job(REQUEST_ID).watch(poll_every=0.25))
    assert clock.slept == [0.25] * 4


def test_jitter_spreads_by_ten_per_cent(connect, clock):
    """Chance is an argument: its ends move the pause by ten per cent down and up."""
    pauses = []
    for chance in (0.0, 1.0):
        client = connect(Fake(status=[state("PROCESSING"), completed()]))
        inner = getattr(client, "inner", client)
        object.__setattr__(inner._context, "rng", lambda chance=chance: chance)
        list(client.job(REQUEST_ID).watch())
        pauses.append(clock.slept.pop())
    assert pauses == pytest.approx([0.9, 1.1])


@pytest.mark.parametrize("fault", TRANSIENT, ids=_name)
def test_a_fault_in_mid_poll_never_ends_a_wait(connect, talk, fault):
    """After each fault, twice in a row and at every stage, the job still ends well, bought once."""
    fake = Fake(
        submit=submitted(),
        status=[fault, fault, state("PROCESSING"), fault, completed()],
        result=[fault, fault, finished()],
    )
    assert connect(fake).submit(talk).wait().url == VIDEO_URL
    assert fake.count["submit"] == 1


def test_retries_back_off_to_thirty_seconds_and_starts_anew_after_a_good_answer(connect, clock):
    """Pauses double from 1 to 30 s; one good answer resets them."""
    bad = httpx.ReadTimeout("slow")
    fake = Fake(status=[bad] * 7 + [state("PROCESSING"), bad, completed()])
    list(connect(fake).job(REQUEST_ID).watch())
    assert clock.slept[:7] == [1, 2, 4, 8, 16, 30, 30]
    assert clock.slept[8] == 1


def test_a_requested_pause_is_kept_while_polling(connect, clock):
    """A 429 with a time is waited for as asked."""
    fake = Fake(status=[error(429, "later", **{"retry-after": "20"}), completed()])
    list(connect(fake).job(REQUEST_ID).watch())
    assert clock.slept == [20]


def test_five_minutes_without_a_good_answer_are_unreachable_with_the_id(connect, clock):
    """The wait is given up after 300 s of nothing but faults, names the job, and says how to go on."""
    fake = Fake(status=[state("PROCESSING"), httpx.ReadTimeout("slow")])
    with pytest.raises(Unreachable, match=rf'client\.job\("{REQUEST_ID}"\)\.wait\(\)') as caught:
        connect(fake).job(REQUEST_ID).wait()
    assert caught.value.request_id == REQUEST_ID
    assert 300 <= clock.now - 1000 <= 302


def test_the_deadline_ends_the_wait_and_not_the_job(connect, clock):
    """At the deadline there is one last poll, then JobTimeout with the id and the way to go on."""
    fake = Fake(status=state("PROCESSING"))
    with pytest.raises(JobTimeout, match="it goes on") as caught:
        connect(fake).job(REQUEST_ID).wait(timeout=60)
    assert caught.value.request_id == REQUEST_ID
    assert isinstance(caught.value, TimeoutError)
    assert clock.now == pytest.approx(1060)


def test_the_deadline_also_ends_retries(connect, clock):
    """No back-off sleeps beyond the deadline."""
    fake = Fake(status=httpx.ReadTimeout("slow"))
    with pytest.raises(Unreachable):
        connect(fake).job(REQUEST_ID).wait(timeout=10)
    assert clock.now == pytest.approx(1010)


@pytest.mark.parametrize("status", [200, 422])
def test_a_failed_job_says_why(connect, talk, status):
    """FAILED comes as 422, from older deployments as 200; the reason and the id are in the error."""
    fake = Fake(submit=submitted(), status=state("FAILED", status, error="content blocked"))
    with pytest.raises(JobFailed, match="content blocked") as caught:
        connect(fake).submit(talk).wait()
    assert caught.value.request_id == REQUEST_ID
    assert caught.value.detail == "content blocked"


def test_one_poll_of_a_failed_job_is_a_state(connect):
    """`status()` returns FAILED and raises nothing."""
    status = connect(Fake(status=state("FAILED", 422, error="broken"))).job(REQUEST_ID).status()
    assert (status.state, status.error) == (JobState.FAILED, "broken")


def test_a_job_that_fails_between_status_and_result_is_a_failed_job(connect):
    """The result's 422 is the job's end, not a refused value."""
    fake = Fake(status=completed(), result=state("FAILED", 422, error="late"))
    with pytest.raises(JobFailed, match="late"):
        connect(fake).job(REQUEST_ID).wait()


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        *((400, BadRequest), (401, NotAuthorized), (402, InsufficientCredits), (403, NotAuthorized)),
        *((405, APIError), (406, BadRequest), (410, APIError), (302, APIError), (307, APIError)),
    ],
)
def test_a_refusal_ends_a_wait_names_the_job_and_says_how_to_go_on(connect, clock, status, kind):
    """A final refusal is raised at once, a redirect too; the id and the way on are in its text."""
    fake = Fake(status=error(status, "because", location="https://elsewhere.test/"))
    with pytest.raises(APIError, match=rf'client\.job\("{REQUEST_ID}"\)\.wait\(\)') as caught:
        connect(fake).job(REQUEST_ID).wait()
    assert (type(caught.value), caught.value.request_id, caught.value.detail) == (kind, REQUEST_ID, "because")
    assert fake.count == {"status": 1}
    assert clock.slept == []


@pytest.mark.parametrize("fault", [httpx.UnsupportedProtocol("ftp"), httpx.LocalProtocolError("bad")])
def test_what_cannot_be_sent_is_not_retried(connect, fault):
    """A request that httpx refuses to send is raised as it is."""
    fake = Fake(status=fault)
    with pytest.raises(type(fault)):
        connect(fake).job(REQUEST_ID).wait()
    assert fake.count["status"] == 1


@pytest.mark.parametrize(
    "early", [state("PROCESSING"), httpx.Response(202), error(404), error(409), error(425)]
)
def test_a_result_that_lags_behind_the_status_is_waited_for(connect, early):
    """COMPLETED may be seen before the result is there."""
    fake = Fake(status=completed(), result=[early, finished()])
    assert connect(fake).job(REQUEST_ID).wait().url == VIDEO_URL


def test_the_result_of_a_running_job_is_none(connect):
    """`result()` asks once, and an unfinished job has none."""
    fake = Fake(result=[state("PROCESSING"), finished()])
    job = connect(fake).job(REQUEST_ID)
    assert job.result() is None
    assert job.result().url == VIDEO_URL


def test_a_finished_job_without_a_video_is_an_error_at_once(connect, clock):
    """An answer that names no video will not name one later."""
    fake = Fake(status=completed(), result=finished(output=None))
    with pytest.raises(InfinitalkError, match="names no video") as caught:
        connect(fake).job(REQUEST_ID).wait()
    assert caught.value.request_id == REQUEST_ID
    assert clock.slept == []


def test_extras_of_the_embedded_server_are_read(connect):
    """Progress, queue position and unknown metrics come through; malformed ones count as absent."""
    fake = Fake(
        status=[
            state("QUEUED", queue_position=2),
            state("PROCESSING", progress={"done": 12, "total": 125}, metrics={"renderer": "talking"}),
            state("PROCESSING", progress="soon", queue_position=[], metrics=["fast"]),
            completed(),
        ]
    )
    statuses = list(connect(fake).job(REQUEST_ID).watch())
    assert statuses[0].queue_position == 2
    assert statuses[1].progress == Progress(12, 125)
    assert statuses[1].metrics.extra == {"renderer": "talking"}
    assert statuses[2].progress is None


def test_elapsed_time_counts_from_our_own_submission(connect, talk, clock):
    """A watch that begins late still counts the time since the submission."""
    fake = Fake(submit=submitted(), status=completed())
    job = connect(fake).submit(talk)
    clock.now += 40
    assert job.status().elapsed_s == 40
