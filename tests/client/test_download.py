"""The download: streamed, resumed, checked, and nothing left behind when it fails."""

import base64

import httpx
import pytest

from infinitalk_client import (
    DownloadError,
    JobExpired,
    JobFailed,
    Unreachable,
)
from tests.client.fakes import (
    BASE,
    REQUEST_ID,
    Body,
    Fake,
    completed,
    error,
    finished,
    media,
    submitted,
)


def done(url=None, **script) -> Fake:
    answer = finished(url) if url else finished()
    return Fake(status=completed(), result=answer, **script)


def rest(video: bytes, start: int, **headers: str) -> httpx.Response:
    given = {"content_range": f"bytes {start}-{len(video) - 1}/{len(video)}"} | headers
    return media(video[start:], status=206, **given)


@pytest.fixture
def cut(tiny_mp4):
    """A transfer that breaks in the middle."""
    return media(tiny_mp4[:1000], httpx.ReadError("reset"))


def test_a_finished_job_becomes_a_file(connect, tiny_mp4, tmp_path):
    """The file appears under its name with every byte, and nothing else is in the folder."""
    path = connect(done(media=media(tiny_mp4))).job(REQUEST_ID).download(tmp_path / "talk.mp4")
    assert path.read_bytes() == tiny_mp4
    assert list(tmp_path.iterdir()) == [path]


def test_generate_is_all_of_it(connect, talk, tiny_mp4, tmp_path):
    """One call submits once, waits, and leaves the file."""
    fake = done(submit=submitted(), media=media(tiny_mp4))
    assert connect(fake).generate(talk, str(tmp_path / "talk.mp4")).read_bytes() == tiny_mp4
    assert fake.count["submit"] == 1


def test_an_expired_job_is_recovered_by_the_history(connect, tiny_mp4, tmp_path):
    """Where the history still names the video, it is fetched without asking for status or result."""
    record = {"model_status": "COMPLETED", "generation_url": f"{BASE}/outputs/talk.mp4"}
    fake = Fake(history=httpx.Response(200, json=record), media=media(tiny_mp4))
    path = connect(fake).job(REQUEST_ID).recover(tmp_path / "talk.mp4")
    assert path.read_bytes() == tiny_mp4
    assert "x-api-key" not in fake.last("media").headers


@pytest.mark.parametrize(
    ("answer", "wanted"),
    [
        (httpx.Response(200, json={"model_status": "COMPLETED", "generation_url": None}), JobExpired),
        (httpx.Response(200, json={"model_status": "FAILED", "error": "no face"}), JobFailed),
        (error(404), JobExpired),
    ],
)
def test_a_job_that_cannot_be_recovered_says_why(connect, tmp_path, answer, wanted):
    """No video in the record, a failed job, or no record: an error with the id, and nothing on the disk."""
    with pytest.raises(wanted) as caught:
        connect(Fake(history=answer)).job(REQUEST_ID).recover(tmp_path / "talk.mp4")
    assert caught.value.request_id == REQUEST_ID
    assert list(tmp_path.iterdir()) == []


def test_a_broken_transfer_is_resumed(connect, tiny_mp4, cut, tmp_path):
    """After a reset only the rest is asked for, if it is still the same file, and the whole is right."""
    fake = done(media=[cut, rest(tiny_mp4, 1000)])
    path = connect(fake).job(REQUEST_ID).download(tmp_path / "talk.mp4")
    assert path.read_bytes() == tiny_mp4
    again = fake.last("media").headers
    assert (again["range"], again["if-range"]) == ("bytes=1000-", '"v1"')


def test_a_file_that_has_changed_is_fetched_anew(connect, tiny_mp4, cut, tmp_path):
    """A 200 in answer to a Range starts over."""
    fake = done(media=[cut, media(tiny_mp4, etag='"v2"')])
    assert connect(fake).job(REQUEST_ID).download(tmp_path / "t.mp4").read_bytes() == tiny_mp4


def test_an_error_in_between_does_not_lose_what_has_arrived(connect, tiny_mp4, cut, tmp_path):
    """A 503 between two parts keeps the first part."""
    fake = done(media=[cut, error(503), rest(tiny_mp4, 1000)])
    assert connect(fake).job(REQUEST_ID).download(tmp_path / "t.mp4").read_bytes() == tiny_mp4


@pytest.mark.parametrize("status", [206, 416])
def test_another_part_than_was_asked_for_starts_over(connect, tiny_mp4, cut, tmp_path, status):
    """A wrong Content-Range, or none to be had, is answered by fetching the whole."""
    wrong = rest(tiny_mp4, 500) if status == 206 else error(416)
    fake = done(media=[cut, wrong, media(tiny_mp4)])
    assert connect(fake).job(REQUEST_ID).download(tmp_path / "t.mp4").read_bytes() == tiny_mp4
    assert "range" not in fake.last("media").headers


def test_the_rest_of_another_file_is_not_taken(connect, tiny_mp4, cut, tmp_path):
    """A storage that does not know If-Range shows another file by its ETag: fetch the whole."""
    fake = done(media=[cut, rest(tiny_mp4, 1000, etag='"v2"'), media(tiny_mp4, etag='"v2"')])
    assert connect(fake).job(REQUEST_ID).download(tmp_path / "t.mp4").read_bytes() == tiny_mp4
    assert fake.count["media"] == 3
    assert "range" not in fake.last("media").headers


@pytest.mark.parametrize("headers", [{"etag": 'W/"v1"'}, {"etag": ""}])
def test_without_a_strong_validator_nothing_is_resumed(connect, tiny_mp4, tmp_path, headers):
    """A weak ETag does not promise the same bytes, so the whole is fetched again."""
    first = media(tiny_mp4[:1000], httpx.ReadError("reset"), **headers)
    fake = done(media=[first, media(tiny_mp4)])
    assert connect(fake).job(REQUEST_ID).download(tmp_path / "t.mp4").read_bytes() == tiny_mp4
    assert "range" not in fake.last("media").headers


@pytest.mark.parametrize(
    "fault",
    [
        httpx.ConnectError("no"),
        httpx.ReadTimeout("slow"),
        error(429),
        error(500),
        httpx.Response(502, html="<html>"),
        httpx.Response(200, html="<html>Welcome to the hotel's network</html>"),
    ],
    ids=str,
)
def test_a_fault_before_the_first_byte_is_retried(connect, tiny_mp4, tmp_path, fault):
    """Each of these passes: the file arrives all the same."""
    fake = done(media=[fault, fault, media(tiny_mp4)])
    assert connect(fake).job(REQUEST_ID).download(tmp_path / "t.mp4").read_bytes() == tiny_mp4


def test_a_truncated_file_is_fetched_again_and_never_kept(connect, tiny_mp4, tmp_path):
    """A body that ends early without an error is noticed by the boxes of the MP4."""
    fake = done(media=[media(tiny_mp4[:-200]), media(tiny_mp4)])
    assert connect(fake).job(REQUEST_ID).download(tmp_path / "t.mp4").read_bytes() == tiny_mp4


@pytest.mark.parametrize(
    "body", [b"", b"<html>not found</html>", b"\x00" * 5000], ids=["empty", "html", "zeros"]
)
def test_what_is_no_video_is_refused(connect, tmp_path, body):
    """After three whole transfers that are no MP4 the answer is DownloadError, and the folder is empty."""
    fake = done(media=media(body))
    with pytest.raises(DownloadError, match="no whole video") as caught:
        connect(fake).job(REQUEST_ID).download(tmp_path / "talk.mp4")
    assert caught.value.request_id == REQUEST_ID
    assert fake.count["media"] == 3
    assert list(tmp_path.iterdir()) == []


KINDS = [
    *("text/plain", "application/x-mp4", "audio/mp4", "binary/octet-stream", "application/octet-stream"),
    *(
        "VIDEO/MP4; codecs=avc1",
        "Application/Octet-Stream; charset=binary",
        "image/gif",
        "nonsense",
        "",
        None,
    ),
]


@pytest.mark.parametrize("kind", KINDS)
def test_the_file_decides_and_not_its_label(connect, tiny_mp4, tmp_path, kind):
    """A whole MP4 is a video under any type but that of a web page or of JSON, and under none."""
    labels = {} if kind is None else {"content-type": kind}
    fake = done(media=httpx.Response(200, headers=labels, stream=Body(tiny_mp4)))
    assert connect(fake).job(REQUEST_ID).download(tmp_path / "t.mp4").read_bytes() == tiny_mp4
    assert fake.count["media"] == 1


@pytest.mark.parametrize("kind", ["text/plain", "application/octet-stream", "", "video/mp4"])
def test_the_result_itself_may_be_the_video(connect, tiny_mp4, tmp_path, kind):
    """An answer whose body is the MP4 is the video, whatever it is called."""
    answer = httpx.Response(200, headers={"content-type": kind}, content=tiny_mp4)
    job = connect(Fake(status=completed(), result=answer)).job(REQUEST_ID)
    assert job.download(tmp_path / "t.mp4").read_bytes() == tiny_mp4


@pytest.mark.parametrize("kind", ["text/plain", "application/x-mp4", ""])
def test_what_is_no_video_ends_after_three_transfers_whatever_its_label(connect, tmp_path, clock, kind):
    """The wrong file under a wrong label is an error after three transfers, not after five minutes."""
    fake = done(media=httpx.Response(200, headers={"content-type": kind}, stream=Body(b"x" * 500)))
    with pytest.raises(DownloadError, match="no whole video"):
        connect(fake).job(REQUEST_ID).download(tmp_path / "t.mp4")
    assert fake.count["media"] == 3
    assert clock.slept == []


PAGES = ["text/html", "TEXT/HTML; charset=utf-8", "application/xhtml+xml"]
WORDS = ["application/json", "Application/Problem+JSON; charset=utf-8", "text/json"]


@pytest.mark.parametrize("kind", PAGES + WORDS)
def test_a_page_instead_of_the_video_is_retried(connect, tiny_mp4, tmp_path, clock, kind):
    """A gateway's page or words with status 200 are retried, and never taken for the file."""
    page = httpx.Response(200, headers={"content-type": kind}, content=b"<html>Back soon</html>")
    fake = done(media=[page, page, media(tiny_mp4)])
    assert connect(fake).job(REQUEST_ID).download(tmp_path / "t.mp4").read_bytes() == tiny_mp4
    assert clock.slept == [1, 2]


def test_a_storage_that_stays_away_is_unreachable(connect, tmp_path):
    """After 300 s the download is given up with the id, and nothing is left."""
    with pytest.raises(Unreachable) as caught:
        connect(done(media=httpx.ConnectError("no"))).job(REQUEST_ID).download(tmp_path / "talk.mp4")
    assert caught.value.request_id == REQUEST_ID
    assert list(tmp_path.iterdir()) == []


def test_base64_is_checked_like_any_other(connect, tiny_mp4, tmp_path):
    """Bytes inside the answer become the same checked file."""
    whole = finished(base64.b64encode(tiny_mp4).decode())
    job = connect(Fake(status=completed(), result=whole)).job(REQUEST_ID)
    assert job.download(tmp_path / "t.mp4").read_bytes() == tiny_mp4
    broken = finished(base64.b64encode(tiny_mp4[:400]).decode())
    job = connect(Fake(status=completed(), result=broken)).job(REQUEST_ID)
    with pytest.raises(DownloadError):
        job.download(tmp_path / "u.mp4")
    assert [path.name for path in tmp_path.iterdir()] == ["t.mp4"]
