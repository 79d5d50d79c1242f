"""How much of a response is read, and how much it may unpack to."""

import gzip
import tracemalloc
import zlib
from collections.abc import Iterator
from functools import cache

import httpx
import pytest

from infinitalk_client import BadAnswer, DownloadError, InfinitalkError, SubmitUncertain
from infinitalk_client._response_body import ANSWER_MAX
from tests.client.fakes import REQUEST_ID, Body, Fake, completed, error, finished, media

# httpx's own generators are left unfinished when a body is, and trio remarks on it; the connection is closed.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
MB = 1024**2
PEAK_MAX = 4 * ANSWER_MAX


@cache
def bomb() -> bytes:
    """Return 320 MB of spaces, packed by gzip."""
    packer = zlib.compressobj(1, wbits=31)
    return b"".join(packer.compress(b" " * MB) for _ in range(320)) + packer.flush()


@cache
def nested() -> bytes:
    return gzip.compress(bomb())


def answer(content: bytes, coding: str = "", kind: str = "application/json") -> httpx.Response:
    headers = {"content-type": kind} | ({"content-encoding": coding} if coding else {})
    return httpx.Response(200, headers=headers, stream=Body(*pieces(content)))


def pieces(content: bytes) -> Iterator[bytes]:
    return (content[at : at + 65536] for at in range(0, len(content), 65536))


LARGE = {
    "much in gzip": lambda: answer(bomb(), "gzip"),
    "much in gzip in gzip": lambda: answer(nested(), "gzip, gzip"),
    "more than fits": lambda: httpx.Response(200, stream=Body(*[b" " * MB] * (ANSWER_MAX // MB + 1))),
    "gzip that holds nothing": lambda: answer(
        b"\x1f\x8b\x08" + bytes(7) + b"\0\0\0\xff\xff" * 14 * MB, "gzip"
    ),
}


@pytest.fixture
def memory():
    """Tell the most memory that Python held since the test began."""
    tracemalloc.start()
    yield lambda: tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()


@pytest.mark.parametrize("large", LARGE.values(), ids=LARGE)
def test_an_answer_without_end_is_an_error_and_no_memory(connect, memory, large):
    """64 MB are read at most, packed or not; the error is the client's own, and nothing is asked again."""
    fake = Fake(credits=large())
    with pytest.raises(BadAnswer, match=r"larger than 64 MB|packed as gzip, gzip"):
        connect(fake).credits()
    assert memory() < PEAK_MAX
    assert fake.count["credits"] == 1


def test_every_call_has_the_bound(connect, tmp_path):
    """Whatever is asked for, an answer that is not read is the same error."""
    large, picture = answer(nested(), "gzip, gzip"), tmp_path / "a.jpg"
    picture.write_bytes(b"x")
    client = connect(Fake(credits=large, history=large, status=large, result=large, upload=large))
    job = client.job(REQUEST_ID)
    asks = [client.credits, job.status, job.result, job.wait]
    asks += [lambda: client.history(REQUEST_ID), lambda: client.upload(picture)]
    for ask in asks:
        with pytest.raises(BadAnswer, match="packed as gzip, gzip"):
            ask()


@pytest.mark.parametrize("large", [LARGE["much in gzip"], LARGE["much in gzip in gzip"]])
def test_a_submission_whose_answer_is_too_large_is_uncertain(connect, talk, memory, large, tmp_path):
    """It was sent, and may have been taken; it is not sent again."""
    fake = Fake(submit=large(), generate_now=large())
    with pytest.raises(SubmitUncertain):
        connect(fake).submit(talk)
    with pytest.raises(SubmitUncertain):
        connect(fake).generate_now(talk, tmp_path / "talk.mp4")
    assert fake.count == {"submit": 1, "generate_now": 1}
    assert memory() < PEAK_MAX


def test_a_packed_video_is_unpacked_piece_by_piece(connect, memory, tmp_path):
    """Of a download, too, no piece is larger than 64 kB, and a video's bound holds for what is unpacked."""
    for coding, body in (("gzip", bomb()), ("gzip, gzip", nested())):
        video = media(*pieces(body), content_encoding=coding)
        fake = Fake(status=completed(), result=finished(), media=video)
        with pytest.raises((BadAnswer, DownloadError), match=r"larger than 300 MB|packed as gzip, gzip"):
            connect(fake).job(REQUEST_ID).download(tmp_path / "talk.mp4")
    assert list(tmp_path.iterdir()) == []
    assert memory() < 20 * MB


@pytest.mark.parametrize("coding", ["gzip", "deflate", "identity", ""])
def test_an_answer_that_is_packed_although_nobody_asked_is_read(connect, tiny_mp4, tmp_path, coding):
    """Gateways pack what they like: gzip and deflate are unpacked, to the last byte."""
    pack = {"gzip": gzip.compress, "deflate": zlib.compress}.get(coding, bytes)
    video = media(*pieces(pack(tiny_mp4)), content_encoding=coding or "identity")
    status = answer(pack(completed().content), coding)
    client = connect(fake := Fake(status=status, result=finished(), media=video))
    path = client.job(REQUEST_ID).download(tmp_path / "talk.mp4")
    assert path.read_bytes() == tiny_mp4
    assert fake.last("status").headers["accept-encoding"] == "identity"


@pytest.mark.parametrize("coding", ["br", "zstd", "gzip, deflate", "x" * 5000])
def test_a_packing_that_is_not_read_is_named(connect, coding):
    """What cannot be bounded is not unpacked; the name is cut."""
    with pytest.raises(BadAnswer, match=coding[:20]) as caught:
        connect(Fake(credits=answer(b"x", coding))).credits()
    assert len(str(caught.value)) < 200


def test_a_damaged_packing_is_an_error_of_the_clients(connect):
    """No error of zlib's gets out."""
    with pytest.raises(BadAnswer, match="damaged"):
        connect(Fake(credits=answer(b"no gzip", "gzip"))).credits()


CROWDED = {
    "lists": b"[" + b"[]," * (5 * MB) + b"[]]",
    "words": b"a " * (8 * MB),
}


@pytest.mark.parametrize("content", CROWDED.values(), ids=CROWDED)
@pytest.mark.parametrize("status", [200, 404, 422])
def test_an_answer_of_many_values_takes_no_more_memory_than_its_bytes(connect, memory, status, content):
    """Millions of empty lists or short words are no answer, and are not spread out in memory."""
    crowded = httpx.Response(status, stream=Body(*pieces(content)))
    client = connect(Fake(status=crowded))
    with pytest.raises(InfinitalkError):
        list(client.job(REQUEST_ID).watch(timeout=1))
    assert memory() < 100 * MB


def test_a_long_refusal_is_judged_by_its_status(connect, talk):
    """A refusal of several megabytes is a refusal: nothing is uncertain, and nothing was charged."""
    long = httpx.Response(402, headers={"content-type": "text/plain"}, stream=Body(*[b"no " * MB] * 5))
    with pytest.raises(type(caught_of(connect, talk)), match="Nothing was charged"):
        connect(Fake(submit=long)).submit(talk)


def caught_of(connect, talk) -> Exception:
    with pytest.raises(InfinitalkError) as caught:
        connect(Fake(submit=error(402))).submit(talk)
    return caught.value
