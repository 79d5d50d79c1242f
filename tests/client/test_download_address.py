"""The address of a video: which are fetched, without the key, and when a fresh one is asked for."""

import base64

import httpx
import pytest

from infinitalk_client import (
    DownloadError,
    JobExpired,
)
from tests.client.conftest import KEY
from tests.client.fakes import (
    BASE,
    REQUEST_ID,
    VIDEO_URL,
    Fake,
    completed,
    error,
    finished,
    media,
)
from tests.client.test_download import done


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
    redirected = done(media=httpx.Response(302, headers={"location": url}))
    with pytest.raises(DownloadError):
        connect(redirected).job(REQUEST_ID).download(tmp_path / "talk.mp4")
    assert redirected.count["media"] == 1
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


REFUSED = [400, 401, 403, 404, 410]


@pytest.mark.parametrize("status", REFUSED)
@pytest.mark.parametrize("times", [1, 2])
def test_a_refused_address_is_asked_for_anew(connect, tiny_mp4, tmp_path, clock, status, times):
    """A signed address that has expired, or one that is too new: the service names another, and it serves."""
    results = [finished(f"{BASE}/outputs/{number}.mp4") for number in range(times + 1)]
    fake = Fake(status=completed(), result=results, media=[*[error(status)] * times, media(tiny_mp4)])
    path = connect(fake).job(REQUEST_ID).download(tmp_path / "talk.mp4")
    assert path.read_bytes() == tiny_mp4
    asked = [request.url.path for request in fake.requests if request.url.path.startswith("/outputs/")]
    assert asked == [f"/outputs/{number}.mp4" for number in range(times + 1)]
    assert clock.slept == [1, 2][:times]


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
    """When the service does not know the job any more either, the error is JobExpired."""
    fake = Fake(status=completed(), result=[finished(), error(404)], media=error(403))
    with pytest.raises(JobExpired) as caught:
        connect(fake).job(REQUEST_ID).download(tmp_path / "talk.mp4")
    assert caught.value.request_id == REQUEST_ID
    assert list(tmp_path.iterdir()) == []


def test_bytes_may_come_instead_of_a_fresh_address(connect, tiny_mp4, tmp_path):
    """Whatever form the second answer has, it is read as the first."""
    whole = finished(base64.b64encode(tiny_mp4).decode())
    fake = Fake(status=completed(), result=[finished(), whole], media=error(403))
    assert connect(fake).job(REQUEST_ID).download(tmp_path / "t.mp4").read_bytes() == tiny_mp4


def test_a_refused_address_of_the_history_is_asked_for_anew(connect, tiny_mp4, tmp_path):
    """The service's request history names a fresh address, too."""
    entry = httpx.Response(200, json={"model_status": "COMPLETED", "generation_url": VIDEO_URL})
    fake = Fake(history=entry, media=[error(403), media(tiny_mp4)])
    assert connect(fake).job(REQUEST_ID).recover(tmp_path / "t.mp4").read_bytes() == tiny_mp4
    assert fake.count["history"] == 2


@pytest.mark.parametrize("location", ["http://[::1", "https://a:b/", "http://\x00", "//"], ids=ascii)
def test_a_redirect_to_nonsense_names_the_job(connect, tmp_path, location):
    """An address that is none is a DownloadError with the id and the way on, and leaves nothing."""
    moved = httpx.Response(302, headers={"location": location})
    with pytest.raises(DownloadError) as caught:
        connect(done(media=moved)).job(REQUEST_ID).download(tmp_path / "t.mp4")
    assert caught.value.request_id == REQUEST_ID
    assert f'client.job("{REQUEST_ID}").wait()' in str(caught.value)
    assert list(tmp_path.iterdir()) == []
