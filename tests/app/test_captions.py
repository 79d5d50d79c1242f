"""The words of a voice become captions of its video, for programs and in paid videos."""

import asyncio
import secrets
from pathlib import Path
from typing import Any

import av
import httpx
import pytest
from gradio_client import handle_file
from gradio_client.exceptions import AppError

from infinitalk_app.application import Application
from infinitalk_app.config import Settings
from infinitalk_app.runs.manager import Run
from infinitalk_client import DEFAULT_PROMPT
from infinitalk_media import mp4
from infinitalk_media.timeline import Timeline
from infinitalk_server.config import ServerConfig
from tests.app.conftest import KEY
from tests.app.english import TEXTS
from tests.app.mcp_client import call_tool
from tests.app.owner_page import close
from tests.app.pages import PICTURE, VOICE, inputs
from tests.app.paid import ENGINE
from tests.app.test_api import inline
from tests.server.serving import serving

pytestmark = pytest.mark.usefixtures("quick_polls")
TEXT = "Hello there, my friend."
SAID = "Hello. This picture learned to talk a moment ago."  # in the first four seconds of the voice
PAID = {"engine": ENGINE, "api_key": KEY, "consent": True}


def path_of(video: Any) -> str:
    return str(video["video"] if isinstance(video, dict) else video)


def words_in(video: Any) -> str:
    """Return the words of the text track of an MP4; "" without one."""
    with av.open(path_of(video)) as media:
        tracks = media.streams.subtitles
        assert [track.codec_context.name for track in tracks] in ([], ["mov_text"])
        texts = [bytes(packet)[2:].decode() for packet in media.demux(tracks)] if tracks else []
    return " ".join(" ".join(texts).split())


def typed(**more: object) -> dict[str, object]:
    """Return the named arguments of /generate for a text in the place of a voice."""
    image = handle_file(str(PICTURE))
    return {"image": image, "text": TEXT, "seconds": 8, "fps": 16} | more


def test_a_picture_and_a_text_become_a_video(shared_page):
    """Without a voice, the text is spoken; its words are a text track, which makes the MP4 no longer."""
    video, status = shared_page.client().predict(**typed(text=f"{TEXT} {SAID}"), api_name="/generate")
    assert (status["state"], status["warnings"]) == ("COMPLETED", [])
    assert words_in(video) == f"{TEXT} {SAID}"
    facts = mp4.inspect(Path(path_of(video)))
    assert facts.faststart
    assert "AI-generated" in facts.comment
    assert facts.duration_s == pytest.approx(facts.picture_s, abs=0.1)


def test_an_assistant_sends_a_text_alone(shared_page):
    """By MCP the voice may be left out, too."""
    words = {"image": inline(PICTURE), "text": TEXT, "voice": "heart", "pace": 1.4, "fps": 16}
    assert "COMPLETED" in asyncio.run(call_tool(shared_page.url, words))


def test_the_text_of_a_recording_becomes_its_captions(shared_page):
    """With a voice the text is not spoken: its words are found, in the part that is sent."""
    whole = "Give it your own voice, and it will say whatever you like."
    sent = inputs(text=f"{SAID} {whole}")
    video, status = shared_page.client().predict(**sent, api_name="/generate")
    said = words_in(video)
    assert status["warnings"] == []
    assert said.startswith(SAID)
    assert not said.endswith("like.")


def test_a_text_that_is_not_said_is_a_note(shared_page):
    """The video comes without captions, and says why."""
    other = "Ladies and gentlemen, in a few minutes we will be landing at the airport of Heraklion. " * 3
    video, status = shared_page.client().predict(**inputs(text=other), api_name="/generate")
    assert status["state"] == "COMPLETED"
    assert "not what is said in the recording; captions are left out" in " ".join(status["warnings"])
    assert words_in(video) == ""


@pytest.mark.parametrize(
    ("change", "sense"),
    [
        ({"voice": "hal"}, "There is no voice of this name here: hal"),
        ({"pace": 9}, "pace must be between 0.7 and 1.4"),
        ({"text": "Здравствуйте"}, "reads English only"),
        ({"text": ""}, "Add a voice"),
    ],
    ids=["voice", "pace", "script", "no text"],
)
def test_a_wrong_text_or_voice_gets_a_sentence(shared_page, change, sense):
    """A program is told what is wrong, and that it was free."""
    with pytest.raises(AppError, match=sense) as caught:
        shared_page.client().predict(**typed(**change), api_name="/generate")
    assert "Nothing was charged" in str(caught.value)


def page_of(folder: Path, service: str) -> Application:
    page = Application(Settings(infinitalk_state_dir=folder, infinitalk_base_url=service, hosting="segmind"))
    page.pipeline.speeches.voices.fetch_in_background = lambda: None  # not from the real Hub
    return page


async def bought(page: Application, token: str, **more: object) -> Run:
    """Order a paid run of a typed text."""
    files = {"picture": str(PICTURE), "voice": None, "text": TEXT, "prompt": DEFAULT_PROMPT, "face": ""}
    values = {"resolution": "480p", "fps": 25, "seed": 7, "start_s": 0, "seconds": 5, "visitor": "anna"}
    return await page.run_service.generate(token, **files | values | PAID | more)


async def test_a_paid_video_is_marked_and_has_captions(tmp_path, service):
    """The service gets a voice and no words; its video gets the mark and the words, and is whole."""
    page = page_of(tmp_path / "state", service)
    run = await bought(page, secrets.token_hex(16))
    await run.task
    await close(page)
    page.remove_inputs()
    end = run.snapshot
    assert end.state == "COMPLETED"
    history = f"{service}/inference-request/request-history/{end.request_id}"
    async with httpx.AsyncClient(headers={"x-api-key": KEY}) as http:
        body = (await http.get(history)).json()["request_body"]
    assert {"image", "audio", "prompt"} <= set(body)
    assert {"words", "phonemes", "text"} & set(body) == set()
    assert "friend" not in str(body)
    assert [word.text for word in end.timeline.words] == TEXT.split()
    facts = mp4.inspect(end.video)
    assert facts == end.facts
    assert facts.faststart
    assert "AI-generated video, made with" in facts.comment
    assert facts.duration_s == pytest.approx(0.5, abs=0.03)  # what it was before
    assert words_in(end.video) == "Hello"  # the stand-in's video is that short


async def test_captions_survive_a_restart(tmp_path, service, held):
    """Stopped between order and video: the next page adds the words, and the one after it shows them."""
    held.touch()
    first, token = page_of(tmp_path / "state", service), secrets.token_hex(16)
    run = await bought(first, token)
    async for snapshot in run.watch():
        if snapshot.state == "PROCESSING":  # the id is in the journal by then
            break
    await close(first)
    first.remove_inputs()
    held.unlink()
    second = page_of(tmp_path / "state", service)
    run = await second.run_service.resume(token, ENGINE, KEY)
    await run.task
    await close(second)
    assert run.snapshot.state == "COMPLETED"
    assert words_in(run.snapshot.video) == "Hello"
    third = page_of(tmp_path / "state", service)
    again = await third.run_service.resume(token, ENGINE)
    await close(third)
    assert [word.text for word in again.snapshot.timeline.words] == TEXT.split()


async def test_a_paid_run_goes_on_without_its_captions(tmp_path, service):
    """Words that are not said are a note; the video is bought, and marked."""
    page = page_of(tmp_path / "state", service)
    run = await bought(page, secrets.token_hex(16), voice=str(VOICE), text="Something else. " * 30)
    await run.task
    await close(page)
    page.remove_inputs()
    assert run.snapshot.state == "COMPLETED"
    notes = [TEXTS.say(note) for note in run.snapshot.warnings]
    assert any("captions are left out" in note for note in notes)
    assert "AI-generated" in mp4.inspect(run.snapshot.video).comment
    assert words_in(run.snapshot.video) == ""


@pytest.mark.parametrize("why", ["no credits", "no address"])
async def test_a_run_without_a_job_leaves_no_words(tmp_path, monkeypatch, why):
    """What a visitor typed is kept neither for a refused order nor for one that was not sent."""

    async def cannot(*_: object) -> None:
        raise OSError("no address")

    with serving(ServerConfig(no_credits=402)) as broke:
        page = page_of(tmp_path / "state", broke)
        if why == "no address":
            monkeypatch.setattr(page.pipeline, "_publish", cannot)
        run = await bought(page, secrets.token_hex(16))
        await run.task
        await close(page)
    page.remove_inputs()
    assert run.snapshot.state == "FAILED"
    assert [word.text for word in run.snapshot.timeline.words] == TEXT.split()
    assert list((tmp_path / "state" / "results").iterdir()) == []


def test_a_text_track_that_cannot_be_added_does_not_lose_the_video(tmp_path, tiny_mp4, monkeypatch):
    """The video is paid for: without room for another copy it stays as it came."""
    page = Application(Settings(infinitalk_state_dir=tmp_path / "state"))
    video = tmp_path / "video.mp4"
    video.write_bytes(tiny_mp4)
    before = mp4.inspect(video)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(mp4, "remux", full)
    timeline = Timeline.of([["Hello", 0.0, 0.4]], [])
    assert page.pipeline._inspect_and_mark(video, page.providers.paid, timeline) == before
    assert video.read_bytes() == tiny_mp4
