"""Every shape in which a finished job has been seen to name its video."""

import base64

import httpx
import pytest

from infinitalk_client import Client
from tests.client.fakes import BASE, REQUEST_ID, Fake, finished

URL = "https://images.segmind.com/talk.mp4"
MP4 = b"\x00\x00\x00\x18ftypisom" + b"\x00" * 12
WEBM = b"\x1a\x45\xdf\xa3" + b"\x00" * 12
B64 = base64.b64encode(MP4).decode()


def result_of(answer: httpx.Response):
    client = Client("k", base_url=BASE, transport=httpx.MockTransport(Fake(result=answer)))
    return client.job(REQUEST_ID).result()


@pytest.mark.parametrize(
    ("output", "url", "data"),
    [
        (URL, URL, None),
        (f" {URL}\n", URL, None),
        ("HTTPS://images.segmind.com/talk.mp4", "HTTPS://images.segmind.com/talk.mp4", None),
        (f"data:video/mp4;base64,{B64}", None, MP4),
        (B64, None, MP4),
        (base64.b64encode(WEBM).decode(), None, WEBM),
        ([URL], URL, None),
        ([None, "", {"video": URL}], URL, None),
        ({"url": URL}, URL, None),
        ({"video": {"url": URL}}, URL, None),
        ({"video_url": URL}, URL, None),
        ({"result": [URL]}, URL, None),
        ({"output": {"output": URL}}, URL, None),
        ({"video": B64}, None, MP4),
    ],
    ids=str,
)
def test_output(output, url, data):
    """An address, a data URI, base64, a list, and dicts under any of the known keys are understood."""
    result = result_of(finished(output))
    assert (result.url, result.data) == (url, data)


@pytest.mark.parametrize("key", ["video", "video_url", "result"])
def test_top_level(key):
    """Without `output` the other keys of the answer are searched."""
    value = {"url": URL} if key == "video" else URL
    assert result_of(finished(None, **{key: value})).url == URL


def test_an_answer_that_is_the_video():
    """A body of type video/* is the result itself."""
    answer = httpx.Response(200, content=MP4, headers={"content-type": "video/mp4"})
    assert result_of(answer).data == MP4


def test_an_address_without_a_status_is_completed():
    """A 200 that names a video needs no status."""
    assert result_of(httpx.Response(200, json={"output": URL})).url == URL


@pytest.mark.parametrize(
    "output",
    [
        *(None, "", "talk.mp4", "aGVsbG8=", "data:video/mp4,plain", "file:///etc/passwd"),
        *(5, {}, [], {"url": None}, {"a": URL}, [[[[[[[[URL]]]]]]]]),
    ],
    ids=str,
)
def test_what_is_no_video_is_not_taken_for_one(output):
    """Text, base64 of something else, other schemes and endless nesting are refused, without a crash."""
    with pytest.raises(Exception, match="names no video"):
        result_of(finished(output))


def test_bytes_are_not_printed():
    """The repr of a result with fifty megabytes stays short."""
    assert len(repr(result_of(finished(B64)))) < 400


@pytest.mark.parametrize(
    ("sent", "seed"),
    [
        (7, 7),
        ("7", 7),
        (7.0, 7),
        ("7.0", 7),
        (2**63 - 1, 2**63 - 1),
        (str(2**53 + 1), 2**53 + 1),
        (True, None),
    ],
)
def test_numbers_as_strings(sent, seed):
    """The wire sometimes sends numbers as strings; a long seed keeps its last digit."""
    assert result_of(finished(URL, seed=sent)).seed == seed
