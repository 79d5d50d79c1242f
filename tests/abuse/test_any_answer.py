"""Whatever a service answers, the client returns a value of its own kind or raises one of its own errors."""

import contextlib
import json

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infinitalk_client import (
    Client,
    Credits,
    HistoryEntry,
    InfinitalkError,
    Job,
    JobStatus,
    Result,
    TalkRequest,
)
from tests.client.fakes import REQUEST_ID
from tests.server.test_fuzz import JSON

pytestmark = pytest.mark.fuzz

NAMES = [
    "status",
    "request_id",
    "metrics",
    "progress",
    "queue_position",
    "error",
    "detail",
    "output",
    "video",
]
NAMES += [
    "url",
    "seed",
    "credits",
    "free-credits",
    "file_urls",
    "model_status",
    "request_body",
    "generation_url",
]
WORDS = st.sampled_from(
    ["QUEUED", "completed", "FAILED", "SUCCESS", "1e999", "-1", "http://[", "data:,", "https://xn--a/x.mp4"]
)
BODIES = st.dictionaries(st.sampled_from(NAMES), WORDS | JSON, max_size=8) | JSON
STATUSES = st.sampled_from(
    [200, 201, 202, 204, 206, 301, 400, 401, 402, 404, 406, 409, 418, 422, 429, 500, 503]
)
KINDS = st.sampled_from(
    ["application/json", "text/html", "text/plain; charset=x", "video/mp4", "", "a/b; c=é"]
)
HEADERS = st.dictionaries(
    st.sampled_from(
        ["retry-after", "date", "x-rate-limit-reset-at-utc", "location", "x-seed-value", "x-cost"]
    ),
    st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=20),
    max_size=3,
)
CONTENTS = BODIES.map(lambda body: json.dumps(body).encode()) | st.binary(max_size=60)


class Time:
    """A clock that only sleeping moves."""

    now = 0.0

    def sleep(self, seconds: float) -> None:
        assert seconds >= 0
        self.now += seconds


@settings(max_examples=120, deadline=None, derandomize=True)
@given(status=STATUSES, kind=KINDS, headers=HEADERS, content=CONTENTS)
def test_any_answer_is_a_value_or_an_error_of_ours(tmp_path_factory, status, kind, headers, content):
    """No answer makes the client stumble, wait without end, or leave a file that is no video."""
    time, folder = Time(), tmp_path_factory.getbasetemp()
    kinds = {"content-type": kind} if kind.isascii() else {}

    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(status, headers=kinds | headers, content=content)

    picture, target = folder / "a.jpg", folder / "talk.mp4"
    picture.write_bytes(b"x")
    talk = TalkRequest("https://example.org/a.jpg", "https://example.org/a.mp3")
    with Client(
        "SG_x",
        base_url="https://api.example.org",
        transport=httpx.MockTransport(answer),
        sleep=time.sleep,
        clock=lambda: time.now,
        rng=lambda: 0.5,
    ) as client:
        job = client.job(REQUEST_ID)
        for call, kinds_of_value in (
            (lambda: client.submit(talk), Job),
            (lambda: client.upload(picture, timeout=9), str),
            (lambda: client.credits(timeout=9), Credits),
            (lambda: client.history(REQUEST_ID, timeout=9), HistoryEntry),
            (job.status, JobStatus),
            (job.result, Result | None),
            (lambda: job.wait(timeout=60), Result),
            (lambda: job.download(target, timeout=60), None),
            (lambda: client.generate_now(talk, target), None),
        ):
            began = time.now
            with contextlib.suppress(InfinitalkError):
                assert isinstance(call(), kinds_of_value)
            assert time.now - began < 400
    assert not target.exists()
