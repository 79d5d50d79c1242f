"""What a TalkRequest refuses before anything is sent."""

import dataclasses
import json
import math

import httpx
import pytest

from infinitalk_client import DEFAULT_PROMPT, APIError, Client, InfinitalkError, InvalidRequest, TalkRequest

GOOD = {"image": "https://example.com/a.jpg", "audio": "http://example.com/a.mp3"}


def test_two_addresses_are_enough():
    """Every other value has the vendor's default."""
    talk = TalkRequest(**GOOD)
    assert dataclasses.asdict(talk) == GOOD | {
        "prompt": DEFAULT_PROMPT,
        "resolution": "480p",
        "fps": 25,
        "seed": 42424242,
        "base64": False,
        "face": None,
        "words": (),
        "phonemes": (),
    }
    assert DEFAULT_PROMPT.startswith("A professional woman speaks confidently")


@pytest.mark.parametrize(
    ("field", "values"),
    {
        "image": [
            *(
                "",
                "a.jpg",
                "/etc/passwd",
                "file:///a.jpg",
                "data:image/png;base64,AA==",
                "https://",
                "ftp://a/b",
            ),
            *("https://exa mple.com/a", "https://a.test/\n", "https://[::1/a", "https://a:x/b"),
            *(None, 5, b"https://a/b"),
        ],
        "audio": ["", "voice.mp3", "data:audio/mp3;base64,AA==", None],
        "prompt": [
            "",
            "   ",
            "x" * 2001,
            "half \ud83d",
            "a\0b",
            "\x1b[2J",
            "a\x07",
            "a\x7f",
            "\x9b1m",
            None,
            5,
        ],
        "resolution": ["480", "8k", "480P", "480p ", "0480p", "", None, 480],
        "fps": [15, 31, 0, -25, 10**400, 25.0, "25", True, None],
        "seed": [-2, 2**64, 10**300, 10**5000, -(10**400), 1.5, "7", True, None],
        "base64": [0, 1, "false", None],
        "face": [
            0,
            -1,
            True,
            1.5,
            "1",
            [],
            [1] * 5,
            [1] * 7,
            [1, 2, 3, 4, 5, "6"],
            [1, 2, 3, 4, 5, math.nan],
        ],
    }.items(),
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_value_out_of_range_is_refused_by_name(field, values):
    """Each bad value is an InvalidRequest (and a ValueError) whose sentence names the field."""
    for value in values:
        with pytest.raises(InvalidRequest, match=field) as caught:
            TalkRequest(**GOOD | {field: value})
        assert isinstance(caught.value, ValueError)
        assert isinstance(caught.value, InfinitalkError)


@pytest.mark.parametrize(
    ("field", "values"),
    {
        "image": [
            "https://a.test/x.mp4?sig=1%20",
            "http://127.0.0.1:7860/gradio_api/file=/x.jpg",
            "https://[::1]/a",
        ],
        "prompt": ["x", "x" * 2000, "Ünïcode 說話", "Two\nlines,\ta tab", "👩\u200d🦰 smiles"],
        "resolution": ["360p", "480p", "1080p"],
        "fps": [16, 30],
        "seed": [-1, 0, 2**63, 2**64 - 1],
        "base64": [True],
        "face": [1, 12, (10, 20, 30.5, 20, 20, 40), [10, 20, 30.5, 20, 20, 40]],
    }.items(),
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_ends_of_every_range_are_accepted(field, values):
    """What the vendor allows is not refused here."""
    for value in values:
        assert getattr(TalkRequest(**GOOD | {field: value}), field) == value


def test_a_request_is_frozen():
    """A value that was checked stays what it was."""
    with pytest.raises(dataclasses.FrozenInstanceError):
        TalkRequest(**GOOD).fps = 99


def test_a_face_is_sent_only_if_it_is_set():
    """Without a face the body has the vendor's fields alone; with one, it goes anywhere but to Segmind."""
    sent: list[dict[str, object]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(json.loads(request.content))
        return httpx.Response(200, json={"request_id": "a" * 32, "status": "QUEUED"})

    transport = httpx.MockTransport(answer)
    near, vendor = (
        Client("SG_x", base_url=base, transport=transport)
        for base in ("http://near.test", "https://api.segmind.com/v1")
    )
    near.submit(TalkRequest(**GOOD))
    near.submit(TalkRequest(**GOOD, face=(1, 2, 30, 2, 15, 40)))
    vendor.submit(TalkRequest(**GOOD))
    with pytest.raises(InvalidRequest, match="face is a field of the preview's server"):
        vendor.submit(TalkRequest(**GOOD, face=2))
    assert [body.get("face", "unsaid") for body in sent] == ["unsaid", [1, 2, 30, 2, 15, 40], "unsaid"]


def test_words_are_sent_only_if_they_are_known():
    """They go to the preview's server, never to Segmind; what is no text with two times is refused."""
    sent: list[dict[str, object]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(json.loads(request.content))
        return httpx.Response(200, json={"request_id": "a" * 32, "status": "QUEUED"})

    talk = TalkRequest(**GOOD, words=(("Hi", 0.1, 0.4),), phonemes=(("HH", 0.1, 0.2), ("AY", 0.2, 0.4)))
    transport = httpx.MockTransport(answer)
    Client("SG_x", base_url="http://near.test", transport=transport).submit(talk)
    assert (sent[0]["words"], sent[0]["phonemes"]) == (
        [["Hi", 0.1, 0.4]],
        [["HH", 0.1, 0.2], ["AY", 0.2, 0.4]],
    )
    with pytest.raises(InvalidRequest, match="fields of the preview's server"):
        Client("SG_x", base_url="https://api.segmind.com", transport=transport).submit(talk)
    assert len(sent) == 1
    for wrong in (("Hi", 0.1), ("Hi", "0", "1"), (1, 0.1, 0.4), ("Hi", 0.1, math.nan), "Hi"):
        with pytest.raises(InvalidRequest, match=r"\(text, start_s, end_s\)"):
            TalkRequest(**GOOD, words=(wrong,))


@pytest.mark.parametrize(("method", "more"), [("submit", ()), ("generate_now", ("talk.mp4",))])
def test_segmind_is_asked_for_its_own_resolutions_alone(method, more):
    """Another one is refused before any POST to Segmind; any other service decides by itself."""
    sent: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(json.loads(request.content)["resolution"])
        return httpx.Response(406, json={"error": "no"})

    near, vendor = (
        Client("SG_x", base_url=base, transport=httpx.MockTransport(answer))
        for base in ("http://near.test", "https://api.segmind.com")
    )
    with pytest.raises(InvalidRequest, match="resolution must be one of 480p, 576p, 720p"):
        getattr(vendor, method)(TalkRequest(**GOOD | {"resolution": "360p"}), *more)
    assert sent == []
    with pytest.raises(APIError):
        getattr(near, method)(TalkRequest(**GOOD | {"resolution": "360p"}), *more)
    assert sent == ["360p"]
