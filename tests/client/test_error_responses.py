"""How an answer that is no success becomes an error with the service's words."""

import httpx
import pytest

from infinitalk_client import (
    APIError,
    BadRequest,
    Client,
    InsufficientCredits,
    JobExpired,
    JobFailed,
    NotAuthorized,
)
from tests.client.conftest import KEY
from tests.client.fakes import BASE, REQUEST_ID, Fake, error, state


def refusal(answer: httpx.Response) -> APIError:
    client = Client(KEY, base_url=BASE, transport=httpx.MockTransport(Fake(credits=answer)))
    with pytest.raises(APIError) as caught:
        client.credits()
    return caught.value


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Insufficient credits", InsufficientCredits),
        ("Your balance is too low", InsufficientCredits),
        ("Team spend limit reached", InsufficientCredits),
        ("", InsufficientCredits),
        ("Invalid content type", BadRequest),
        ("resolution must be one of 480p, 576p, 720p", BadRequest),
    ],
)
def test_the_text_of_a_406_tells_what_it_is(text, kind):
    """406 is about money, a content type or a value; without a text the vendor's table means money."""
    assert type(refusal(error(406, text))) is kind


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ({"error": "no"}, "no"),
        ({"detail": "no"}, "no"),
        ({"message": "no"}, "no"),
        ({"error": {"message": "no"}}, "no"),
        (
            {"detail": [{"loc": ["body"], "msg": "field required"}, {"msg": "too long"}]},
            "field required; too long",
        ),
        ({"error": None, "message": " a \n b "}, "a b"),
        ({"error": 5}, None),
        ("no", "no"),
        ([], None),
    ],
    ids=str,
)
def test_words_in_json(body, detail):
    """The usual places for an error's words are all read."""
    assert refusal(httpx.Response(401, json=body)).detail == detail


def test_plain_text():
    """A refusal in plain text is quoted."""
    assert refusal(httpx.Response(401, text="who are you")).detail == "who are you"


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(405, html="<!doctype html><title>405 Method Not Allowed</title>"),
        httpx.Response(405, text="<html><body>no</body></html>"),
        httpx.Response(400, json={"error": "<script>alert(1)</script>"}),
        httpx.Response(400, json={"error": " " * 5000 + "<b>late</b>"}),
    ],
)
def test_html_is_never_quoted(answer):
    """Markup of a stranger does not get into a sentence that a page may show."""
    found = refusal(answer)
    assert found.detail is None
    assert "<" not in str(found)


def test_a_comparison_is_no_markup():
    """A sentence may say that one number is less than another."""
    assert refusal(error(400, "length 3 < minimum 4")).detail == "length 3 < minimum 4"


def test_long_words_are_cut():
    """Two hundred characters are enough to say what is wrong."""
    assert len(refusal(error(400, "x" * 5000)).detail) == 200


def test_the_key_is_taken_out_of_the_words():
    """A service that repeats the key in its refusal does not get it into the errors."""
    found = refusal(error(401, f"key {KEY} is invalid"))
    assert isinstance(found, NotAuthorized)
    assert found.detail == "key … is invalid"
    assert KEY not in repr(found) + str(found) + repr(vars(found))


def test_nested_without_end():
    """JSON that is nested too deep to read is no JSON."""
    deep = httpx.Response(400, content=b"[" * 100_000, headers={"content-type": "application/json"})
    assert refusal(deep).detail is None


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"", b"null", b"NaN", b"\x00" * 50])
def test_garbage(content):
    """Bytes that are no text are no words, and no crash."""
    assert refusal(httpx.Response(400, content=content)).status == 400


def nested(depth: int) -> dict:
    return {"code": "inner", "values": {"inner": nested(depth - 1)} if depth else {}}


LONG = {"text": "x" * 201}
CODES = {
    "absent": ({}, None, {}),
    "code alone": ({"code": "busy"}, "busy", {}),
    "both": (
        {"code": "a_1", "values": {"n": 1.5, "b": True, "t": "x"}},
        "a_1",
        {"n": 1.5, "b": True, "t": "x"},
    ),
    "nested": ({"code": "a", "values": {"why": nested(1)}}, "a", {"why": nested(1)}),
    "cleaned": (
        {"code": "a", "values": {"t": f"of {KEY}", "h": "<b>x</b>"}},
        "a",
        {"t": "of …", "h": ""},
    ),
    "no text": ({"code": 401, "values": {"n": 1}}, None, {}),
    "odd code": ({"code": "Not-A code", "values": {"n": 1}}, None, {}),
    "long code": ({"code": "a" * 81}, None, {}),
    "values alone": ({"values": {"n": 1}}, None, {}),
    **{
        f"values {str(values)[:20]}": ({"code": "a", "values": values}, "a", {})
        for values in (
            *([1], "n", 5, None, LONG, {"n": [1]}, {"n": None}, {"n": {}}, {"n": {"code": "a"}}, {"a b": 1}),
            *({f"n{n}": n for n in range(21)}, {"n": 1e300}, {"why": {"code": "a", "values": LONG}}),
            {"why": nested(50)},
        )
    },
}


@pytest.mark.parametrize(("body", "code", "values"), CODES.values(), ids=CODES)
def test_code_and_values_of_a_server_that_sends_them(connect, body, code, values):
    """A refusal, a failed and an expired job have the service's code; what is malformed is as if absent."""
    refused = refusal(error(409, "no", body))
    assert (refused.service_code, refused.service_values) == (code, values)
    assert refused.detail == "no"
    job = connect(Fake(status=state("FAILED", 422, error="no", **body))).job(REQUEST_ID)
    status = job.status()
    assert (status.service_code, status.service_values, status.error) == (code, values, "no")
    for fake, kind in (
        (job, JobFailed),
        (connect(Fake(status=error(404, "no", body))).job(REQUEST_ID), JobExpired),
    ):
        with pytest.raises(kind) as caught:
            fake.wait()
        assert (caught.value.service_code, caught.value.service_values) == (code, values)
        assert caught.value.code in {"job_failed", "job_expired"}


def test_a_code_does_not_bring_the_key():
    """A key that looks like a code is not taken for one, nor for the name of a value."""
    for body in ({"code": "of_sg_1"}, {"code": "a", "values": {"sg_1": 1}}):
        fake = httpx.MockTransport(Fake(credits=error(400, "no", body)))
        with pytest.raises(BadRequest) as caught:
            Client("sg_1", base_url=BASE, transport=fake).credits()
        assert "sg_1" not in repr(vars(caught.value))


def test_numbers_that_are_none():
    """NaN and infinity, which JSON does not have, are no values."""
    for number in ("NaN", "Infinity", "-Infinity", "9" * 4000):
        body = f'{{"error": "no", "code": "a", "values": {{"n": {number}}}}}'
        found = refusal(httpx.Response(400, content=body.encode()))
        assert (found.service_code, found.service_values) == ("a", {})
