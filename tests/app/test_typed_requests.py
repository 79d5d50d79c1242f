"""A typed text in a request: spoken, or the words of a recording, or refused with a sentence."""

from pathlib import Path

import pytest

from infinitalk_app.application import Application
from infinitalk_app.config import Settings
from infinitalk_app.inputs.speeches import Script
from infinitalk_app.messages import Refusal
from infinitalk_app.runs.request import RunRequest, read_request
from infinitalk_client import DEFAULT_PROMPT
from infinitalk_media import text_to_speech
from tests.app.english import TEXTS, sentence
from tests.app.pages import PICTURE, VOICE
from tests.app.providers import PROVIDERS
from tests.app.test_bad_inputs import service

SPOKEN = Path("spoken.wav")
TEXT = "Good morning, everybody."
ODD = {
    "nothing": ("", "There is no text"),
    "spaces": (" \n\t ", "There is no text"),
    "no words": ("?! ...", "no words"),
    "another script": ("Доброе утро", "reads English only; it cannot read Добреут"),
    "tags": ("<speak>Hello</speak>", "tags such as <speak>"),
    "too long": ("a " * 2001, "4002 characters"),
}


def given(**more: object) -> dict[str, object]:
    files = {"picture": str(PICTURE), "voice": None, "prompt": DEFAULT_PROMPT, "engine": "preview"}
    values = {"resolution": "480p", "fps": 25, "seed": 7, "start_s": 0, "seconds": 10, "api_key": ""}
    return files | values | {"consent": False, "visitor": "anna"} | more


def read(**more: object) -> RunRequest:
    return read_request(Settings(), PROVIDERS, lambda script: SPOKEN, **given(**more))


def refusal(**more: object) -> Refusal:
    with pytest.raises(Refusal) as caught:
        read(**more)
    return caught.value


@pytest.mark.parametrize(
    ("inputs", "file", "spoken", "said"),
    [
        ({"way": "text", "text": TEXT}, SPOKEN, TEXT, TEXT),
        ({"way": "text", "text": TEXT, "voice": str(VOICE), "said": "Else."}, SPOKEN, TEXT, TEXT),
        ({"way": "recording", "text": TEXT, "voice": str(VOICE)}, VOICE, None, ""),
        ({"way": "recording", "text": TEXT, "voice": str(VOICE), "said": "Else."}, VOICE, None, "Else."),
        ({"text": TEXT}, SPOKEN, TEXT, TEXT),
        ({"text": TEXT, "voice": str(VOICE)}, VOICE, None, TEXT),
        ({"voice": str(VOICE)}, VOICE, None, ""),
        ({"way": "text", "text": "  Good \x07 morning,\u200b everybody. "}, SPOKEN, TEXT, TEXT),
    ],
    ids=[
        *("typed", "typed with a recording", "recorded", "recorded with words"),
        *("a program's text", "a program's text and file", "a program's file", "odd spaces"),
    ],
)
def test_the_voice_is_what_the_visitor_chose(inputs, file, spoken, said):
    """The page's way decides; a program's text is spoken without a file, and else is what the file says."""
    request = read(**inputs)
    assert request.voice.file == file
    assert (request.script.text if request.script else None) == spoken
    assert request.said == said


def test_speaker_and_pace_are_those_that_were_chosen():
    """Without a choice it is the installed voice at its own pace."""
    assert read(text=TEXT).script == Script(TEXT, text_to_speech.VOICE, 1.0)
    assert read(text=TEXT, speaker="emma", pace=1.4).script == Script(TEXT, "emma", 1.4)


@pytest.mark.parametrize(("text", "sense"), ODD.values(), ids=ODD)
def test_a_text_that_cannot_be_read_is_a_sentence_at_its_box(text, sense):
    """The refusal names the field of the form, so that the focus goes there."""
    trouble = refusal(way="text", text=text).trouble
    assert trouble.field == "text"
    assert sense in TEXTS.sentence(trouble)


@pytest.mark.parametrize("pace", [0.69, 1.41, 0, -1, 1e308, 10**400, float("nan"), "1", None])
def test_a_pace_out_of_range_is_a_sentence_at_the_text(pace):
    """No number is beyond the check, and what is no number is out of range, too."""
    trouble = refusal(text=TEXT, pace=pace).trouble
    assert trouble.field == "text"
    assert "pace must be between 0.7 and 1.4" in TEXTS.sentence(trouble)


def test_without_a_recording_and_a_text_a_voice_is_asked_for():
    """A text counts for nothing when the visitor chose a recording."""
    for inputs in ({}, {"way": "recording", "text": TEXT}):
        assert refusal(**inputs).trouble.field == "voice"


def test_a_page_that_cannot_speak_says_so(monkeypatch):
    """Without hibari a program's text is refused, with what to send in its place."""
    monkeypatch.setattr(text_to_speech, "available", lambda: False)
    trouble = refusal(text=TEXT).trouble
    assert trouble.field == "text"
    assert "send a voice" in TEXTS.sentence(trouble)


@pytest.mark.parametrize(
    ("inputs", "sense"),
    [
        ({"text": ODD["another script"][0]}, "reads English only"),
        ({"text": ODD["tags"][0]}, "has tags"),
        ({"way": "text", "text": ""}, "There is no text"),
        ({"text": TEXT, "pace": 3}, "pace must be between 0.7 and 1.4"),
        ({"text": TEXT, "speaker": "hal"}, "no voice of this name here: hal"),
        ({"text": TEXT, "speaker": "../../etc/passwd"}, "no voice of this name here"),
        ({"text": "Too long to be said in so few seconds. " * 20}, "and 15 s are the most"),
    ],
    ids=["script", "tags", "empty", "pace", "voice", "path as voice", "length"],
)
async def test_nothing_is_bought_or_kept_for_a_text_that_cannot_be_spoken(tmp_path, inputs, sense):
    """A paid order ends in a sentence and in no request to the service; no folder has anything of it."""
    state = tmp_path / "state"
    with service() as (base, asked):
        settings = Settings(infinitalk_state_dir=state, infinitalk_base_url=base, hosting="segmind")
        application = Application(settings)
        application.pipeline.speeches.voices.fetch_in_background = lambda: None  # not from the real Hub
        paid = {"engine": "infinitetalk", "api_key": "SG_k", "consent": True}
        run = await application.run_service.generate(**given(**paid, **inputs))
        end = [snapshot async for snapshot in run.watch()][-1]
        await application.preview.close()
        application.pipeline.remove_scratch()
    assert end.state == "FAILED"
    assert sense in sentence(end)
    assert "Nothing was charged" in sentence(end)
    assert (end.request_id, asked) == (None, [])
    left = [path for path in state.rglob("*") if path.is_file() and path.parent.name != "uploads"]
    assert left == []
