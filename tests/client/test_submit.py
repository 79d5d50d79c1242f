"""What the one POST that costs money does under each fault."""

import json

import httpx
import pytest

from infinitalk_client import (
    APIError,
    BadRequest,
    InsufficientCredits,
    ModelRetired,
    NotAuthorized,
    NotFound,
    RateLimited,
    SubmitUncertain,
    Unreachable,
)
from tests.client.fakes import REQUEST_ID, Fake, error, submitted

NEVER_SENT = [
    httpx.ConnectError("refused"),
    httpx.ConnectTimeout("slow"),
    httpx.PoolTimeout("full"),
    httpx.ProxyError("no"),
]
MAYBE_SENT = [
    httpx.ReadTimeout("slow"),
    httpx.WriteTimeout("slow"),
    httpx.ReadError("reset"),
    httpx.WriteError("reset"),
    httpx.CloseError("reset"),
    httpx.RemoteProtocolError("cut"),
    httpx.DecodingError("garbled"),
]
NOT_SENDABLE = [httpx.UnsupportedProtocol("ftp"), httpx.LocalProtocolError("bad header")]
LOST = [
    error(408),
    error(500),
    httpx.Response(502, html="<html>Bad Gateway</html>"),
    error(503),
    error(504),
    httpx.Response(200, text="<html>welcome</html>"),
    httpx.Response(200, content=b'{"request_id": "0123'),
    httpx.Response(200, json={"status": "QUEUED"}),
    httpx.Response(200, json={"request_id": ""}),
    httpx.Response(200, json={"request_id": 12}),
    httpx.Response(200, json=["request_id"]),
    httpx.Response(200, content=b""),
]
REFUSED = [
    (400, BadRequest),
    (401, NotAuthorized),
    (402, InsufficientCredits),
    (403, NotAuthorized),
    (404, NotFound),
    (405, APIError),
    (410, ModelRetired),
    (422, BadRequest),
    (302, APIError),
    (307, APIError),
]


def _name(value):
    return type(value).__name__ if isinstance(value, Exception) else None


def test_submit_sends_every_parameter_once_with_the_key(connect, talk):
    """A submission is one POST with the key and all seven parameters, and gives a handle."""
    fake = Fake(submit=submitted())
    job = connect(fake).submit(talk)
    assert job.request_id == REQUEST_ID
    assert fake.count == {"submit": 1}
    sent = fake.last("submit")
    assert sent.headers["x-api-key"] == "SG_a_made_up_key"
    assert sent.headers["content-type"] == "application/json"
    assert sent.headers["user-agent"].startswith("infinitalk-client/")
    assert json.loads(sent.content) == {
        "image": "https://example.com/a.jpg",
        "audio": "https://example.com/a.mp3",
        "prompt": talk.prompt,
        "resolution": "480p",
        "fps": 25,
        "seed": 7,
        "base64": False,
    }


@pytest.mark.parametrize("fault", NEVER_SENT, ids=_name)
def test_what_was_never_sent_is_tried_five_times(connect, talk, clock, fault):
    """A connection that never came about is tried again after 1, 2, 4 and 8 s, and then given up."""
    fake = Fake(submit=fault)
    with pytest.raises(Unreachable, match="nothing was started") as caught:
        connect(fake).submit(talk)
    assert fake.count["submit"] == 5
    assert clock.slept == [1, 2, 4, 8]
    assert isinstance(caught.value, ConnectionError)


@pytest.mark.parametrize("fault", NEVER_SENT, ids=_name)
def test_a_connection_that_comes_about_late_submits_once(connect, talk, fault):
    """After failed connections the submission goes through as if nothing had been."""
    fake = Fake(submit=[fault, fault, submitted()])
    assert connect(fake).submit(talk).request_id == REQUEST_ID
    assert fake.count["submit"] == 3


@pytest.mark.parametrize("fault", MAYBE_SENT, ids=_name)
def test_a_lost_answer_is_never_sent_again(connect, talk, clock, fault):
    """Once the request may have gone out, a fault is SubmitUncertain at once, and there is no second POST."""
    fake = Fake(submit=[fault, submitted()])
    with pytest.raises(SubmitUncertain, match="may be charged"):
        connect(fake).submit(talk)
    assert fake.count["submit"] == 1
    assert clock.slept == []


@pytest.mark.parametrize("answer", LOST, ids=lambda r: f"{r.status_code} {r.text[:12]}")
def test_an_answer_without_a_verdict_is_uncertain(connect, talk, clock, answer):
    """408, 5xx and a 200 without an id do not tell whether the job was taken: one POST, SubmitUncertain."""
    fake = Fake(submit=[answer, submitted()])
    with pytest.raises(SubmitUncertain) as caught:
        connect(fake).submit(talk)
    assert caught.value.status == answer.status_code
    assert fake.count["submit"] == 1
    assert clock.slept == []


@pytest.mark.parametrize("fault", NOT_SENDABLE, ids=_name)
def test_what_cannot_be_sent_is_raised_as_it_is(connect, talk, fault):
    """A request that httpx refuses to send is a mistake here, and not retried."""
    fake = Fake(submit=fault)
    with pytest.raises(type(fault)):
        connect(fake).submit(talk)
    assert fake.count["submit"] == 1


@pytest.mark.parametrize(("status", "kind"), REFUSED)
def test_a_refusal_is_final(connect, talk, clock, status, kind):
    """Every other status has its error, with the service's words and that it was free; no repetition."""
    fake = Fake(submit=[error(status, "because"), submitted()])
    with pytest.raises(APIError) as caught:
        connect(fake).submit(talk)
    assert type(caught.value) is kind
    assert caught.value.status == status
    assert caught.value.detail == "because"
    assert str(caught.value).endswith(": because. Nothing was charged.")
    assert fake.count["submit"] == 1
    assert clock.slept == []


@pytest.mark.parametrize("call", ["submit", "generate_now"])
def test_a_retired_model_has_its_error(connect, talk, tmp_path, call):
    """HTTP 410 is an error of its own, on both paid calls: what happened, and that it was free."""
    gone = error(410, "Model infinite-talk is no longer available")
    client = connect(Fake(submit=gone, generate_now=gone))
    with pytest.raises(ModelRetired) as caught:
        client.submit(talk) if call == "submit" else client.generate_now(talk, tmp_path / "talk.mp4")
    assert str(caught.value) == (
        "This model was retired by the service (HTTP 410): Model infinite-talk is no longer available. "
        "Nothing was charged."
    )


def test_too_many_requests_waits_as_asked(connect, talk, clock):
    """A 429 started nothing: it is tried again after the pause that the service asks for."""
    fake = Fake(submit=[error(429, "slow down", **{"retry-after": "7"}), submitted()])
    assert connect(fake).submit(talk).request_id == REQUEST_ID
    assert fake.count["submit"] == 2
    assert clock.slept == [7]


def test_too_many_requests_without_a_time_waits_longer_each_time(connect, talk, clock):
    """Without a named time the pauses are 1, 2, 4 and 8 s, and the fifth refusal is the answer."""
    fake = Fake(submit=error(429))
    with pytest.raises(RateLimited):
        connect(fake).submit(talk)
    assert fake.count["submit"] == 5
    assert clock.slept == [1, 2, 4, 8]


def test_faults_of_both_retried_kinds_share_the_five_tries(connect, talk):
    """Refused connections and 429 together are five tries, not five each."""
    fake = Fake(
        submit=[error(429), httpx.ConnectError("no"), error(429), httpx.ConnectError("no"), submitted()]
    )
    assert connect(fake).submit(talk).request_id == REQUEST_ID
    assert fake.count["submit"] == 5
