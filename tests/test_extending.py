"""docs/extending.md, taken at its word: its code blocks are run as they stand."""

import re
import sys
from pathlib import Path

import httpx
import pytest

from infinitalk_client import Client, InfinitalkError, SubmitUncertain, TalkRequest
from infinitalk_local.settings import LocalSettings
from infinitalk_media import mp4
from tests.client.shell import PICTURE, VOICE
from tests.local.serving import serving

ROOT = Path(__file__).parent.parent


def block(name: str) -> str:
    text = (ROOT / "docs/extending.md").read_text()
    return re.search(rf"```python\n# {re.escape(name)}\n(.+?)```", text, re.DOTALL)[1]


def test_another_renderer_is_a_command(tmp_path):
    """The smallest renderer makes a whole video, and its words about itself arrive with the job's metrics."""
    script = tmp_path / "still.py"
    script.write_text(block("still.py"))
    settings = LocalSettings(render_command=(sys.executable, str(script)))
    with serving(settings) as service, Client("any", base_url=service) as client:
        request = TalkRequest(client.upload(PICTURE), client.upload(VOICE), fps=16)
        path = client.generate(request, tmp_path / "talk.mp4", poll_every=0.1)
    assert mp4.inspect(path).frames > 16


@pytest.fixture
def provider():
    scope: dict = {}
    exec(block("other_provider.py"), scope)  # noqa: S102  # our own documentation
    return scope["OtherProvider"]


def talk(provider, answer) -> Client:
    service = httpx.Client(base_url="https://other.example", transport=httpx.MockTransport(answer))
    return Client("any", transport=provider(service), sleep=lambda _: None)


REQUEST = TalkRequest("https://example.org/face.jpg", "https://example.org/voice.mp3")


def test_another_provider_is_a_transport(provider):
    """The client submits, watches and finds the video in the other service's words."""
    states = iter(["queued", "processing", "succeeded", "succeeded"])
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append((request.method, request.url.path))
        if request.method == "POST":
            return httpx.Response(201, json={"id": "j7"})
        state = next(states)
        video = "https://example.org/v.mp4" if state == "succeeded" else None
        return httpx.Response(200, json={"state": state, "video": video})

    with talk(provider, answer) as client:
        result = client.submit(REQUEST).wait()
    assert result.url == "https://example.org/v.mp4"
    assert result.request_id == "j7"
    assert asked == [("POST", "/jobs"), *[("GET", "/jobs/j7")] * 4]


def test_its_lost_answers_are_not_bought_again(provider):
    """A time-out there is as uncertain as here, and a refusal is a refusal."""
    posts = []

    def lose(request: httpx.Request) -> httpx.Response:
        posts.append(request)
        raise httpx.ReadTimeout("too slow")

    with talk(provider, lose) as client, pytest.raises(SubmitUncertain):
        client.submit(REQUEST)
    assert len(posts) == 1
    refuse = talk(provider, lambda _: httpx.Response(400, text="no such face"))
    with refuse as client, pytest.raises(InfinitalkError, match="no such face"):
        client.submit(REQUEST)
