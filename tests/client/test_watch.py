"""Looking at a job: how often, what ends the wait, and what is only weather."""

import httpx
import pytest

from infinitalk_client import (
    APIError,
    BadRequest,
    InfinitalkError,
    InsufficientCredits,
    JobExpired,
    JobFailed,
    JobState,
    JobTimeout,
    NotAuthorized,
    Progress,
    Unreachable,
)
from tests.client.conftest import KEY
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

WEATHER = [
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
    """The looks come in order with the wire's states and metrics, and the wait ends with the result."""
    fake = Fake(
        post=submitted(), look=[state("QUEUED"), state("PROCESSING"), completed()], result=finished(seed=7)
    )
    job = connect(fake).submit(talk)
    looks = list(job.watch())
    assert [look.state for look in looks] == [JobState.QUEUED, JobState.PROCESSING, JobState.COMPLETED]
    assert looks[-1].metrics.cost == 0.46
    assert looks[-1].metrics.remaining_credits == 12.30
    result = job.wait()
    assert (result.url, result.seed, result.request_id) == (VIDEO_URL, 7, REQUEST_ID)
    assert result.metrics.total_time == 283.4


def test_addresses_are_built_from_the_base_url(connect, talk):
    """A status_url on another host is ignored: the key never goes to a host named in an answer."""
    fake = Fake(post=submitted(), look=completed(), result=finished())
    connect(fake).submit(talk).wait()
    assert {request.url.host for request in fake.requests} == {"fake.test"}


def test_a_handle_sends_nothing(connect):
    """Making a handle of a known id needs no exchange; `request_id` is everything."""
    fake = Fake()
    assert connect(fake).job(REQUEST_ID).request_id == REQUEST_ID
    assert fake.requests == []


def test_the_first_look_comes_at_once_and_the_pauses_grow_to_five_seconds(connect, time):
    """Pauses are min(1 + elapsed/4, 5): a bad input shows at once, a long job costs few looks."""
    fake = Fake(look=[state("PROCESSING")] * 8 + [completed()])
    looks = list(connect(fake).job(REQUEST_ID).watch())
    assert looks[0].elapsed_s == 0
    assert time.slept == pytest.approx([1, 1.25, 1.5625, 1.953, 2.441, 3.052, 3.815, 4.768], abs=0.001)


def test_a_job_of_283_seconds_costs_61_looks(connect, time):
    """The vendor's average job is seen through with about 61 looks, where a look each second would be 283."""
    fake = Fake(look=[state("PROCESSING")])
    job = connect(fake).job(REQUEST_ID)
    for look in job.watch():
        if look.elapsed_s >= 283:
            break
    assert 58 <= fake.count["look"] <= 63


def test_poll_every_caps_the_pause(connect, time):
    """The page looks at its own embedded server four times a second."""
    fake = Fake(look=[state("PROCESSING")] * 4 + [completed()])
    list(connect(fake).job(REQUEST_ID).watch(poll_every=0.25))
    assert time.slept == [0.25] * 4


def test_jitter_spreads_by_ten_per_cent(connect, time):
    """Chance is an argument: its ends move the pause by ten per cent down and up."""
    pauses = []
    for chance in (0.0, 1.0):
        client = connect(Fake(look=[state("PROCESSING"), completed()]))
        inner = getattr(client, "inner", client)
        object.__setattr__(inner._means, "rng", lambda chance=chance: chance)
        list(client.job(REQUEST_ID).watch())
        pauses.append(time.slept.pop())
    assert pauses == pytest.approx([0.9, 1.1])


@pytest.mark.parametrize("fault", WEATHER, ids=_name)
def test_a_fault_in_mid_poll_never_ends_a_wait(connect, talk, fault):
    """After each fault, twice in a row and at every stage, the job still ends well, bought once."""
    fake = Fake(
        post=submitted(),
        look=[fault, fault, state("PROCESSING"), fault, completed()],
        result=[fault, fault, finished()],
    )
    assert connect(fake).submit(talk).wait().url == VIDEO_URL
    assert fake.count["post"] == 1


def test_weather_backs_off_to_thirty_seconds_and_starts_anew_after_a_good_answer(connect, time):
    """Pauses double from 1 to 30 s; one good answer resets them."""
    bad = httpx.ReadTimeout("slow")
    fake = Fake(look=[bad] * 7 + [state("PROCESSING"), bad, completed()])
    list(connect(fake).job(REQUEST_ID).watch())
    assert time.slept[:7] == [1, 2, 4, 8, 16, 30, 30]
    assert time.slept[8] == 1


def test_a_named_pause_is_kept_while_polling(connect, time):
    """A 429 with a time is waited for as asked."""
    fake = Fake(look=[error(429, "later", **{"retry-after": "20"}), completed()])
    list(connect(fake).job(REQUEST_ID).watch())
    assert time.slept == [20]


def test_five_minutes_without_a_good_answer_are_unreachable_with_the_id(connect, time):
    """The wait is given up after 300 s of nothing but faults, names the job, and says how to go on."""
    fake = Fake(look=[state("PROCESSING"), httpx.ReadTimeout("slow")])
    with pytest.raises(Unreachable, match=rf'client\.job\("{REQUEST_ID}"\)\.wait\(\)') as caught:
        connect(fake).job(REQUEST_ID).wait()
    assert caught.value.request_id == REQUEST_ID
    assert 300 <= time.now - 1000 <= 302


def test_the_deadline_ends_the_wait_and_not_the_job(connect, time):
    """At the deadline there is one last look, then JobTimeout with the id and the way to go on."""
    fake = Fake(look=state("PROCESSING"))
    with pytest.raises(JobTimeout, match="it goes on") as caught:
        connect(fake).job(REQUEST_ID).wait(timeout=60)
    assert caught.value.request_id == REQUEST_ID
    assert isinstance(caught.value, TimeoutError)
    assert time.now == pytest.approx(1060)


def test_the_deadline_also_ends_bad_weather(connect, time):
    """No back-off sleeps beyond the deadline."""
    fake = Fake(look=httpx.ReadTimeout("slow"))
    with pytest.raises(Unreachable):
        connect(fake).job(REQUEST_ID).wait(timeout=10)
    assert time.now == pytest.approx(1010)


@pytest.mark.parametrize("status", [200, 422])
def test_a_failed_job_says_why(connect, talk, status):
    """FAILED comes as 422, from older deployments as 200; the reason and the id are in the error."""
    fake = Fake(post=submitted(), look=state("FAILED", status, error="content blocked"))
    with pytest.raises(JobFailed, match="content blocked") as caught:
        connect(fake).submit(talk).wait()
    assert caught.value.request_id == REQUEST_ID
    assert caught.value.detail == "content blocked"


def test_one_look_at_a_failed_job_is_a_state(connect):
    """`status()` tells, it does not judge."""
    look = connect(Fake(look=state("FAILED", 422, error="broken"))).job(REQUEST_ID).status()
    assert (look.state, look.error) == (JobState.FAILED, "broken")


def test_a_job_that_fails_between_status_and_result_is_a_failed_job(connect):
    """The result's 422 is the job's end, not a refused value."""
    fake = Fake(look=completed(), result=state("FAILED", 422, error="late"))
    with pytest.raises(JobFailed, match="late"):
        connect(fake).job(REQUEST_ID).wait()


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
    fake = Fake(look=state(word), result=finished())
    assert connect(fake).job(REQUEST_ID).wait().url == VIDEO_URL


@pytest.mark.parametrize("word", BAD_WORDS)
def test_other_words_for_failed(connect, time, word):
    """Any word that means a bad end ends a wait at once, however it is written."""
    with pytest.raises(JobFailed):
        connect(Fake(look=state(word, error="x"))).job(REQUEST_ID).wait()
    assert time.slept == []


@pytest.mark.parametrize("word", ["PENDING", "running", "in_progress", "In Progress", "IN_QUEUE", "starting"])
def test_other_words_for_running(connect, word):
    """A job that goes on in other words is nothing to tell of."""
    fake = Fake(look=[state(word), completed()])
    looks = list(connect(fake).job(REQUEST_ID).watch())
    assert [(look.state, look.unknown_word) for look in looks] == [
        (JobState.PROCESSING, None),
        (JobState.COMPLETED, None),
    ]


@pytest.mark.parametrize("word", ["WARMING_UP", "3", "\u8fdb\u884c\u4e2d", "completed with errors"])
def test_an_unknown_word_is_a_running_job_and_is_handed_on(connect, word):
    """A state nobody has heard of does not end a wait, and the caller learns it."""
    fake = Fake(look=[state(word), completed()])
    looks = list(connect(fake).job(REQUEST_ID).watch())
    assert [look.state for look in looks] == [JobState.PROCESSING, JobState.COMPLETED]
    assert [look.unknown_word for look in looks] == [word, None]


def test_an_unknown_word_is_told_when_the_wait_is_over(connect):
    """Whoever waited in vain for a job in an unknown state is told what the service calls it."""
    fake = Fake(look=state("HIBERNATING"))
    with pytest.raises(JobTimeout, match="“HIBERNATING”") as caught:
        connect(fake).job(REQUEST_ID).wait(timeout=60)
    assert caught.value.request_id == REQUEST_ID


@pytest.mark.parametrize("word", ["<b>x</b>", "x" * 500, f"of {KEY}", "a\r\nb\tc"], ids=len)
def test_an_unknown_word_is_cleaned_like_any_other(connect, word):
    """Markup, the key, line breaks and length of a stranger's word go no further."""
    look = connect(Fake(look=state(word))).job(REQUEST_ID).status()
    assert look.state is JobState.PROCESSING
    assert look.unknown_word in {None, "x" * 40, "of …", "a b c"}


def test_an_unknown_word_with_422_is_a_failed_job(connect):
    """The service serves a failed job with 422, whatever it calls it: nobody waits half an hour for it."""
    with pytest.raises(JobFailed):
        connect(Fake(look=httpx.Response(422, json={"status": "TIMED_OUT"}))).job(REQUEST_ID).wait()


def test_a_new_job_may_be_unknown_for_fifteen_seconds(connect, talk, time):
    """Right after our own submission a 404 is weather."""
    fake = Fake(post=submitted(), look=[error(404), error(404), error(404), completed()], result=finished())
    assert connect(fake).submit(talk).wait().url == VIDEO_URL


def test_a_new_job_that_stays_unknown_is_expired(connect, talk, time):
    """After fifteen seconds of 404 the patience ends."""
    fake = Fake(post=submitted(), look=error(404))
    with pytest.raises(JobExpired):
        connect(fake).submit(talk).wait()
    assert 15 <= time.now - 1000 <= 16


def test_a_known_job_that_is_not_found_any_more_is_expired_at_once(connect, talk, time):
    """After one good answer a 404 means that the hour is over."""
    fake = Fake(post=submitted(), look=[state("PROCESSING"), error(404)])
    with pytest.raises(JobExpired, match="one hour") as caught:
        connect(fake).submit(talk).wait()
    assert caught.value.request_id == REQUEST_ID
    assert time.now - 1000 < 3


def test_a_job_taken_up_later_is_expired_at_once(connect, time):
    """A 404 on somebody's old id is no weather."""
    with pytest.raises(JobExpired):
        connect(Fake(look=error(404))).job(REQUEST_ID).wait()
    assert time.slept == []


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        *((400, BadRequest), (401, NotAuthorized), (402, InsufficientCredits), (403, NotAuthorized)),
        *((405, APIError), (406, BadRequest), (410, APIError), (302, APIError), (307, APIError)),
    ],
)
def test_a_refusal_ends_a_wait_names_the_job_and_says_how_to_go_on(connect, time, status, kind):
    """What will not get better is raised at once, a redirect too; the id and the way on are in its text."""
    fake = Fake(look=error(status, "because", location="https://elsewhere.test/"))
    with pytest.raises(APIError, match=rf'client\.job\("{REQUEST_ID}"\)\.wait\(\)') as caught:
        connect(fake).job(REQUEST_ID).wait()
    assert (type(caught.value), caught.value.request_id, caught.value.detail) == (kind, REQUEST_ID, "because")
    assert fake.count == {"look": 1}
    assert time.slept == []


@pytest.mark.parametrize("fault", [httpx.UnsupportedProtocol("ftp"), httpx.LocalProtocolError("bad")])
def test_what_cannot_be_sent_is_no_weather(connect, fault):
    """A request that httpx refuses to send is raised as it is."""
    fake = Fake(look=fault)
    with pytest.raises(type(fault)):
        connect(fake).job(REQUEST_ID).wait()
    assert fake.count["look"] == 1


@pytest.mark.parametrize(
    "early", [state("PROCESSING"), httpx.Response(202), error(404), error(409), error(425)]
)
def test_a_result_that_lags_behind_the_status_is_waited_for(connect, early):
    """COMPLETED may be seen before the result is there."""
    fake = Fake(look=completed(), result=[early, finished()])
    assert connect(fake).job(REQUEST_ID).wait().url == VIDEO_URL


def test_the_result_of_a_running_job_is_none(connect):
    """`result()` asks once, and an unfinished job has none."""
    fake = Fake(result=[state("PROCESSING"), finished()])
    job = connect(fake).job(REQUEST_ID)
    assert job.result() is None
    assert job.result().url == VIDEO_URL


def test_a_finished_job_without_a_video_is_an_error_at_once(connect, time):
    """An answer that names no video will not name one later."""
    fake = Fake(look=completed(), result=finished(output=None))
    with pytest.raises(InfinitalkError, match="names no video") as caught:
        connect(fake).job(REQUEST_ID).wait()
    assert caught.value.request_id == REQUEST_ID
    assert time.slept == []


def test_extras_of_the_embedded_server_are_read(connect):
    """Progress, queue position and unknown metrics come through; nonsense in them harms nobody."""
    fake = Fake(
        look=[
            state("QUEUED", queue_position=2),
            state("PROCESSING", progress={"done": 12, "total": 125}, metrics={"renderer": "talking"}),
            state("PROCESSING", progress="soon", queue_position=[], metrics=["fast"]),
            completed(),
        ]
    )
    looks = list(connect(fake).job(REQUEST_ID).watch())
    assert looks[0].queue_position == 2
    assert looks[1].progress == Progress(12, 125)
    assert looks[1].metrics.extra == {"renderer": "talking"}
    assert looks[2].progress is None


def test_elapsed_time_counts_from_our_own_submission(connect, talk, time):
    """A watch that begins late still tells how long the job has been under way."""
    fake = Fake(post=submitted(), look=completed())
    job = connect(fake).submit(talk)
    time.now += 40
    assert job.status().elapsed_s == 40
