"""The video on its way to the disk: streamed, resumed, checked, and nothing left behind when it fails."""

import base64
import os
import socket
from pathlib import Path

import anyio
import httpx
import pytest

from infinitalk_client import (
    AsyncClient,
    Client,
    DiskError,
    DownloadError,
    InvalidRequest,
    JobExpired,
    JobFailed,
    Unreachable,
)
from infinitalk_client import _part as part_module
from tests.client.conftest import KEY
from tests.client.disks import full_disk
from tests.client.fakes import (
    BASE,
    REQUEST_ID,
    VIDEO_URL,
    Body,
    Fake,
    completed,
    error,
    finished,
    media,
    state,
    submitted,
)


def done(url=None, **script) -> Fake:
    answer = finished(url) if url else finished()
    return Fake(look=completed(), result=answer, **script)


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
    fake = done(post=submitted(), media=media(tiny_mp4))
    assert connect(fake).generate(talk, str(tmp_path / "talk.mp4")).read_bytes() == tiny_mp4
    assert fake.count["post"] == 1


def test_an_expired_job_is_recovered_by_the_record(connect, tiny_mp4, tmp_path):
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


def test_the_key_stays_away_from_the_storage(connect, tiny_mp4, tmp_path):
    """The video's address gets neither key nor cookie, be it foreign or the API's own origin."""
    for url in ("https://images.segmind.com/talk.mp4", f"{BASE}/outputs/talk.mp4"):
        fake = done(url, media=media(tiny_mp4, set_cookie="a=b"))
        connect(fake).job(REQUEST_ID).download(tmp_path / "talk.mp4")
        assert not {"x-api-key", "authorization", "cookie"} & set(fake.last("media").headers)
        assert KEY not in str(fake.last("media").headers.raw)


@pytest.mark.parametrize(
    "url",
    [
        "http://images.segmind.com/talk.mp4",
        "http://fake.test:81/talk.mp4",
        "https://localhost/a.mp4",
        "https://127.0.0.1/a.mp4",
        "https://10.0.0.8/a.mp4",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/a.mp4",
        "https://[::ffff:10.0.0.1]/a.mp4",
        "https://[fd00::1]/a.mp4",
        "https://[fec0::1]/a.mp4",
        "https://[::7f00:1]/a.mp4",
        "https://[64:ff9b::a00:1]/a.mp4",
        "https://2130706433/a.mp4",
        "https://0x7f.1/a.mp4",
        "https://intranet/a.mp4",
        "https://printer.local/a.mp4",
        "https://metadata.google.internal/a.mp4",
        "https://user:pass@images.segmind.com/a.mp4",
    ],
)
def test_forbidden_addresses_are_not_fetched(connect, tiny_mp4, tmp_path, url):
    """Only public https and the very origin of the API are fetched from; directly or after a redirect."""
    direct = done(url, media=media(tiny_mp4))
    with pytest.raises(DownloadError) as caught:
        connect(direct).job(REQUEST_ID).download(tmp_path / "talk.mp4")
    assert caught.value.request_id == REQUEST_ID
    assert direct.count["media"] == 0
    bent = done(media=httpx.Response(302, headers={"location": url}))
    with pytest.raises(DownloadError):
        connect(bent).job(REQUEST_ID).download(tmp_path / "talk.mp4")
    assert bent.count["media"] == 1
    assert list(tmp_path.iterdir()) == []


def test_redirects_are_followed_without_the_key(connect, tiny_mp4, tmp_path):
    """A redirect to another public address, relative or not, is held to the same rule and followed."""
    moved = [
        httpx.Response(302, headers={"location": "/b.mp4"}),
        httpx.Response(307, headers={"location": "https://cdn.example.com/c.mp4"}),
        media(tiny_mp4),
    ]
    fake = done(media=moved)
    connect(fake).job(REQUEST_ID).download(tmp_path / "talk.mp4")
    assert [str(r.url) for r in fake.requests[-2:]] == [f"{BASE}/b.mp4", "https://cdn.example.com/c.mp4"]


def test_redirects_without_end_are_given_up(connect, tmp_path):
    """Five redirects are enough."""
    fake = done(media=httpx.Response(302, headers={"location": "/again"}))
    with pytest.raises(DownloadError):
        connect(fake).job(REQUEST_ID).download(tmp_path / "talk.mp4")
    assert fake.count["media"] == 6


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
    """A storage that does not know If-Range tells of another file by its ETag: fetch the whole."""
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
def test_a_fault_before_the_first_byte_is_weather(connect, tiny_mp4, tmp_path, fault):
    """Each of these passes: the file arrives all the same."""
    fake = done(media=[fault, fault, media(tiny_mp4)])
    assert connect(fake).job(REQUEST_ID).download(tmp_path / "t.mp4").read_bytes() == tiny_mp4


def test_a_slow_line_that_makes_progress_is_not_given_up(connect, tiny_mp4, tmp_path, time):
    """Bytes are a good answer: a line that breaks every few hundred bytes still brings the file."""
    step = 300
    starts = range(0, len(tiny_mp4), step)
    parts = [
        media(
            tiny_mp4[at : at + step],
            httpx.ReadError("reset"),
            status=206 if at else 200,
            **({"content_range": f"bytes {at}-{len(tiny_mp4) - 1}/{len(tiny_mp4)}"} if at else {}),
        )
        for at in starts[:-1]
    ]
    fake = done(media=[*parts, rest(tiny_mp4, starts[-1])])
    assert connect(fake).job(REQUEST_ID).download(tmp_path / "t.mp4").read_bytes() == tiny_mp4
    assert max(time.slept) == 1


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


REFUSED = [400, 401, 403, 404, 410]


@pytest.mark.parametrize("status", REFUSED)
@pytest.mark.parametrize("times", [1, 2])
def test_a_refused_address_is_asked_for_anew(connect, tiny_mp4, tmp_path, time, status, times):
    """A signed address that has expired, or one that is too new: the service names another, and it serves."""
    results = [finished(f"{BASE}/outputs/{number}.mp4") for number in range(times + 1)]
    fake = Fake(look=completed(), result=results, media=[*[error(status)] * times, media(tiny_mp4)])
    path = connect(fake).job(REQUEST_ID).download(tmp_path / "talk.mp4")
    assert path.read_bytes() == tiny_mp4
    asked = [request.url.path for request in fake.requests if request.url.path.startswith("/outputs/")]
    assert asked == [f"/outputs/{number}.mp4" for number in range(times + 1)]
    assert time.slept == [1, 2][:times]


@pytest.mark.parametrize("status", REFUSED)
def test_a_video_that_is_gone_is_said_so(connect, tmp_path, status):
    """A storage that refuses three addresses ends the download, with the id and the way on."""
    fake = done(media=error(status))
    with pytest.raises(DownloadError, match=str(status)) as caught:
        connect(fake).job(REQUEST_ID).download(tmp_path / "talk.mp4")
    assert f'client.job("{REQUEST_ID}").wait()' in str(caught.value)
    assert caught.value.detail == f"The video could not be fetched (HTTP {status})."
    assert caught.value.status == status
    assert (fake.count["media"], fake.count["result"]) == (3, 3)
    assert list(tmp_path.iterdir()) == []


def test_a_refused_address_of_an_expired_job_is_an_expired_job(connect, tmp_path):
    """When the service does not know the job any more either, that is what is told."""
    fake = Fake(look=completed(), result=[finished(), error(404)], media=error(403))
    with pytest.raises(JobExpired) as caught:
        connect(fake).job(REQUEST_ID).download(tmp_path / "talk.mp4")
    assert caught.value.request_id == REQUEST_ID
    assert list(tmp_path.iterdir()) == []


def test_bytes_may_come_instead_of_a_fresh_address(connect, tiny_mp4, tmp_path):
    """Whatever form the second answer has, it is read as the first."""
    whole = finished(base64.b64encode(tiny_mp4).decode())
    fake = Fake(look=completed(), result=[finished(), whole], media=error(403))
    assert connect(fake).job(REQUEST_ID).download(tmp_path / "t.mp4").read_bytes() == tiny_mp4


def test_a_refused_address_of_the_record_is_asked_for_anew(connect, tiny_mp4, tmp_path):
    """The service's own record names a fresh address, too."""
    entry = httpx.Response(200, json={"model_status": "COMPLETED", "generation_url": VIDEO_URL})
    fake = Fake(history=entry, media=[error(403), media(tiny_mp4)])
    assert connect(fake).job(REQUEST_ID).recover(tmp_path / "t.mp4").read_bytes() == tiny_mp4
    assert fake.count["history"] == 2


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
    job = connect(Fake(look=completed(), result=answer)).job(REQUEST_ID)
    assert job.download(tmp_path / "t.mp4").read_bytes() == tiny_mp4


@pytest.mark.parametrize("kind", ["text/plain", "application/x-mp4", ""])
def test_what_is_no_video_ends_after_three_transfers_whatever_its_label(connect, tmp_path, time, kind):
    """The wrong file under a wrong label is told within three transfers, and not fetched for five minutes."""
    fake = done(media=httpx.Response(200, headers={"content-type": kind}, stream=Body(b"x" * 500)))
    with pytest.raises(DownloadError, match="no whole video"):
        connect(fake).job(REQUEST_ID).download(tmp_path / "t.mp4")
    assert fake.count["media"] == 3
    assert time.slept == []


PAGES = ["text/html", "TEXT/HTML; charset=utf-8", "application/xhtml+xml"]
WORDS = ["application/json", "Application/Problem+JSON; charset=utf-8", "text/json"]


@pytest.mark.parametrize("kind", PAGES + WORDS)
def test_a_page_in_the_videos_place_passes(connect, tiny_mp4, tmp_path, time, kind):
    """A gateway's page or words with status 200 are waited out, and never taken for the file."""
    page = httpx.Response(200, headers={"content-type": kind}, content=b"<html>Back soon</html>")
    fake = done(media=[page, page, media(tiny_mp4)])
    assert connect(fake).job(REQUEST_ID).download(tmp_path / "t.mp4").read_bytes() == tiny_mp4
    assert time.slept == [1, 2]


@pytest.mark.parametrize("location", ["http://[::1", "https://a:b/", "http://\x00", "//"], ids=ascii)
def test_a_redirect_to_nonsense_is_told_with_the_job(connect, tmp_path, location):
    """An address that is none is a DownloadError with the id and the way on, and leaves nothing."""
    moved = httpx.Response(302, headers={"location": location})
    with pytest.raises(DownloadError) as caught:
        connect(done(media=moved)).job(REQUEST_ID).download(tmp_path / "t.mp4")
    assert caught.value.request_id == REQUEST_ID
    assert f'client.job("{REQUEST_ID}").wait()' in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_a_storage_that_stays_away_is_unreachable(connect, tmp_path):
    """After 300 s the download is given up with the id, and nothing is left."""
    with pytest.raises(Unreachable) as caught:
        connect(done(media=httpx.ConnectError("no"))).job(REQUEST_ID).download(tmp_path / "talk.mp4")
    assert caught.value.request_id == REQUEST_ID
    assert list(tmp_path.iterdir()) == []


def test_a_video_that_is_too_large_is_refused_by_its_length(connect, tmp_path):
    """300 MB are enough for any talk: the announced length is looked at before the first byte."""
    fake = done(media=media(b"x", content_length=str(301 * 1024 * 1024)))
    with pytest.raises(DownloadError, match="larger than 300 MB"):
        connect(fake).job(REQUEST_ID).download(tmp_path / "talk.mp4")
    assert list(tmp_path.iterdir()) == []


def test_a_video_that_grows_without_end_is_cut_off(tmp_path):
    """Without an announced length the bytes are counted."""
    part = part_module.Part(tmp_path / "t.mp4", lambda: 0.0)
    with part, pytest.raises(DownloadError, match="larger"):
        part.begin(media())
        for _ in range(400):
            part.write(b"\x00" * 1024 * 1024)
    assert list(tmp_path.iterdir()) == []


# httpx does not close its nested generators when a body is abandoned; trio says so when they are collected.
@pytest.mark.filterwarnings("ignore:Async generator:ResourceWarning")
def test_a_drip_is_cut_off(connect, time, tmp_path):
    """One transfer may last 180 s, however small its pieces are."""

    class Drip(Body):
        def __iter__(self):
            for _ in range(300):
                time.now += 1
                yield b"x"

    fake = done(media=httpx.Response(200, headers={"content-type": "video/mp4"}, stream=Drip()))
    with pytest.raises(DownloadError, match="180 s"):
        connect(fake).job(REQUEST_ID).download(tmp_path / "talk.mp4")
    assert list(tmp_path.iterdir()) == []


def test_base64_is_checked_like_any_other(connect, tiny_mp4, tmp_path):
    """Bytes inside the answer become the same checked file."""
    whole = finished(base64.b64encode(tiny_mp4).decode())
    job = connect(Fake(look=completed(), result=whole)).job(REQUEST_ID)
    assert job.download(tmp_path / "t.mp4").read_bytes() == tiny_mp4
    broken = finished(base64.b64encode(tiny_mp4[:400]).decode())
    job = connect(Fake(look=completed(), result=broken)).job(REQUEST_ID)
    with pytest.raises(DownloadError):
        job.download(tmp_path / "u.mp4")
    assert [path.name for path in tmp_path.iterdir()] == ["t.mp4"]


def test_an_older_file_stays_until_the_new_one_is_whole(connect, tiny_mp4, tmp_path):
    """A failed download does not harm what is there; a good one replaces it."""
    path = tmp_path / "talk.mp4"
    path.write_bytes(b"old")
    with pytest.raises(DownloadError):
        connect(done(media=error(404))).job(REQUEST_ID).download(path)
    assert path.read_bytes() == b"old"
    connect(done(media=media(tiny_mp4))).job(REQUEST_ID).download(path)
    assert path.read_bytes() == tiny_mp4


def test_a_place_for_the_video_is_looked_for_before_it_is_paid_for(connect, talk, tmp_path):
    """A missing folder is found out before the POST."""
    fake = done(post=submitted())
    for path in (tmp_path / "missing" / "talk.mp4", tmp_path):
        with pytest.raises(InvalidRequest, match="cannot be written"):
            connect(fake).generate(talk, path)
        with pytest.raises(InvalidRequest, match="cannot be written"):
            connect(fake).generate_now(talk, path)
    assert fake.requests == []


def test_a_failed_job_leaves_no_file(connect, tmp_path):
    """The file beside the target is made only when there is a video to fetch."""
    with pytest.raises(JobFailed):
        connect(Fake(look=state("FAILED", 422, error="no"))).job(REQUEST_ID).download(tmp_path / "talk.mp4")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.filterwarnings("ignore:Async generator:ResourceWarning")  # httpx, as above
@pytest.mark.parametrize("most", [0, 1000], ids=["from the start", "in the middle"])
def test_a_full_disk_names_the_job_and_leaves_nothing(connect, tiny_mp4, tmp_path, most):
    """What the disk says comes with the id and the way on, and a second call brings the video."""
    job = connect(done(media=media(tiny_mp4))).job(REQUEST_ID)
    with full_disk(most), pytest.raises(DiskError, match="File too large") as caught:
        job.download(tmp_path / "talk.mp4")
    assert isinstance(caught.value, OSError)
    assert (caught.value.request_id, caught.value.detail) == (REQUEST_ID, "File too large")
    assert f'client.job("{REQUEST_ID}").wait()' in str(caught.value)
    assert list(tmp_path.iterdir()) == []
    assert job.download(tmp_path / "talk.mp4").read_bytes() == tiny_mp4


def test_a_place_that_is_lost_while_the_job_runs_names_the_job(connect, talk, tiny_mp4, tmp_path):
    """A folder that took the target's name after the check: the id, the way on, and nothing beside it."""
    target = tmp_path / "talk.mp4"

    class Late(Fake):
        def __call__(self, request):
            if self.count["post"] and not target.exists():
                target.mkdir()
            return super().__call__(request)

    fake = Late(post=submitted(), look=completed(), result=finished(), media=media(tiny_mp4))
    with pytest.raises(DiskError, match="Is a directory") as caught:
        connect(fake).generate(talk, target)
    assert caught.value.request_id == REQUEST_ID
    assert f'client.job("{REQUEST_ID}").wait()' in str(caught.value)
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("call", ["download", "recover"])
def test_a_job_without_a_place_is_told_as_such(connect, tmp_path, call):
    """Once there is a job, a folder that is not there is no mistake in a request that was free."""
    fake = Fake()
    with pytest.raises(DiskError, match="cannot be written") as caught:
        getattr(connect(fake).job(REQUEST_ID), call)(tmp_path / "missing" / "talk.mp4")
    assert (caught.value.request_id, caught.value.detail) == (REQUEST_ID, "No such file or directory")
    assert fake.requests == []


ODD_NAMES = {
    "255 bytes": "a" * 251 + ".mp4",
    "241 bytes of Japanese": "声" * 79 + ".mp4",
    "trailing dots and spaces": "talk.mp4. . ",
    "a space alone": " ",
    "beginning with a dash": "-talk.mp4",
    "hidden": ".talk",
    "a line break": "talk\n.mp4",
    "no text": os.fsdecode(b"talk\xff.mp4"),
    "shell's own letters": "$(x) & 'y' \"z\" *.mp4",
}


@pytest.mark.parametrize("name", ODD_NAMES.values(), ids=ODD_NAMES)
def test_any_name_that_a_file_can_have(connect, talk, tiny_mp4, tmp_path, name):
    """A legal name gets its video, however long or odd, with nothing beside it."""
    fake = done(post=submitted(), media=media(tiny_mp4))
    connect(fake).generate(talk, tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_bytes() == tiny_mp4


@pytest.mark.parametrize(
    "name",
    ["a" * 256, "声" * 86, "x\0.mp4", "", ".", "..", "missing/talk.mp4", "file/talk.mp4", "\ud800.mp4"],
    ids=ascii,
)
def test_a_name_that_no_file_can_have_is_refused_before_anything_is_sent(connect, talk, tmp_path, name):
    """Found out by writing a file there, and not after the purchase."""
    (tmp_path / "file").write_text("no folder")
    fake = done(post=submitted())
    with pytest.raises(InvalidRequest, match="cannot be written"):
        connect(fake).generate(talk, tmp_path / name)
    assert fake.requests == []
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize("place", ["fifo", "socket", "link to a device", "/proc/talk.mp4"])
def test_devices_and_closed_folders_are_refused(connect, talk, tmp_path, monkeypatch, place):
    """What is no file is not replaced by one, and a folder that takes none is found out before the POST."""
    monkeypatch.chdir(tmp_path)  # a socket's path must be short; no device of this machine is put at risk
    os.mkfifo("fifo")
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind("socket")
    Path("link to a device").symlink_to("/dev/null")
    there = {path: path.lstat().st_ino for path in tmp_path.iterdir()}
    fake = done(post=submitted())
    with pytest.raises(InvalidRequest, match="cannot be written"):
        connect(fake).generate(talk, place)
    assert fake.requests == []
    assert {path: path.lstat().st_ino for path in tmp_path.iterdir()} == there


@pytest.mark.filterwarnings("ignore:Async generator:ResourceWarning")  # httpx, as above
@pytest.mark.parametrize("anyio_backend", ["asyncio", "trio"])
async def test_a_cancelled_download_leaves_nothing(tmp_path, tiny_mp4, anyio_backend):
    """Cancelled in the middle of the body, the part goes, under asyncio and trio."""
    began = anyio.Event()

    class Hanging(Body):
        async def __aiter__(self):
            yield tiny_mp4[:100]
            began.set()
            await anyio.sleep_forever()

    fake = done(media=httpx.Response(200, headers={"content-type": "video/mp4"}, stream=Hanging()))
    client = AsyncClient(KEY, base_url=BASE, transport=httpx.MockTransport(fake))
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(client.job(REQUEST_ID).download, tmp_path / "talk.mp4")
        await began.wait()
        assert len(list(tmp_path.iterdir())) == 1
        tasks.cancel_scope.cancel()
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_in_mid_download_leaves_nothing(tmp_path, tiny_mp4):
    """An interrupted synchronous download takes its part along."""

    class Interrupted(Body):
        def __iter__(self):
            yield tiny_mp4[:100]
            assert len(list(tmp_path.iterdir())) == 1
            raise KeyboardInterrupt

    fake = done(media=httpx.Response(200, headers={"content-type": "video/mp4"}, stream=Interrupted()))
    client = Client(KEY, base_url=BASE, transport=httpx.MockTransport(fake))
    with pytest.raises(KeyboardInterrupt):
        client.job(REQUEST_ID).download(tmp_path / "talk.mp4")
    assert list(tmp_path.iterdir()) == []
