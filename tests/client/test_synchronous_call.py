"""The synchronous call: one request, which is never repeated, and whose answer is the video."""

import httpx
import pytest

from infinitalk_client import (
    APIError,
    InsufficientCredits,
    NotFound,
    RateLimited,
    SubmitUncertain,
    Unreachable,
)
from tests.client.conftest import KEY, full_disk
from tests.client.fakes import Fake, error, media


def test_the_synchronous_call_returns_the_file_and_its_facts(connect, talk, tiny_mp4, tmp_path):
    """v1 answers with the video itself and sends cost and id in headers; the read time-out is long."""
    facts = {"x_cost": "0.46", "x_remaining_credits": "11.5", "x_request_id": "r1", "x_seed_value": "7"}
    fake = Fake(generate_now=media(tiny_mp4, x_generation_time="281", **facts))
    result = connect(fake).generate_now(talk, tmp_path / "talk.mp4")
    assert result.path.read_bytes() == tiny_mp4
    assert (result.metrics.cost, result.metrics.remaining_credits, result.seed) == (0.46, 11.5, 7)
    assert result.request_id == "r1"
    assert fake.last("generate_now").extensions["timeout"]["read"] >= 600
    assert fake.last("generate_now").headers["x-api-key"] == KEY


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (httpx.ConnectError("no"), Unreachable),
        (httpx.ReadTimeout("slow"), SubmitUncertain),
        (error(502), SubmitUncertain),
        (httpx.Response(200, json={"request_id": "x"}), SubmitUncertain),
        (error(406, "Insufficient credits"), InsufficientCredits),
        (error(429), RateLimited),
        (error(404), NotFound),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_the_synchronous_call_is_never_repeated(connect, talk, tmp_path, clock, fault, kind):
    """Each fault of v1 has its error after one POST, and leaves nothing on disk."""
    fake = Fake(generate_now=fault)
    with pytest.raises(kind):
        connect(fake).generate_now(talk, tmp_path / "talk.mp4")
    assert fake.count["generate_now"] == 1
    assert clock.slept == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("status", [400, 401, 402, 404, 406, 410, 422, 429])
def test_the_words_of_a_refused_synchronous_call_are_in_its_error(connect, talk, tmp_path, status):
    """The service's reason reaches the caller of v1 too, although its answer was to be a video."""
    fake = Fake(generate_now=error(status, "the sky is too blue"))
    with pytest.raises(APIError, match="the sky is too blue. Nothing was charged") as caught:
        connect(fake).generate_now(talk, tmp_path / "talk.mp4")
    assert (caught.value.status, caught.value.detail) == (status, "the sky is too blue")


@pytest.mark.filterwarnings("ignore:Async generator:ResourceWarning")  # httpx, as in the downloads
def test_a_full_disk_in_the_synchronous_call_names_its_request(connect, talk, tiny_mp4, tmp_path):
    """The money is spent, and the video cannot be kept: SubmitUncertain, with the id from the headers."""
    fake = Fake(generate_now=media(tiny_mp4, x_request_id="r1"))
    with full_disk(0), pytest.raises(SubmitUncertain, match="File too large") as caught:
        connect(fake).generate_now(talk, tmp_path / "talk.mp4")
    assert caught.value.request_id == "r1"
    assert list(tmp_path.iterdir()) == []


def test_a_video_that_broke_off_is_uncertain_and_names_its_request(connect, talk, tiny_mp4, tmp_path):
    """The money is spent by then: the id from the headers is how the video is found again."""
    fake = Fake(generate_now=media(tiny_mp4[:900], httpx.ReadError("reset"), x_request_id="r1"))
    with pytest.raises(SubmitUncertain) as caught:
        connect(fake).generate_now(talk, tmp_path / "talk.mp4")
    assert caught.value.request_id == "r1"
