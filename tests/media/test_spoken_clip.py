"""A text becomes a clip that is sent, with the times of its words."""

import av
import pytest

from infinitalk_media import MediaError, alignment
from infinitalk_media.spoken_clip import speak
from infinitalk_media.timeline import Timeline

TEXT = "Good morning, everybody. I was only a picture, until somebody gave me a voice."


def test_a_text_becomes_an_mp3_and_the_times_of_its_words(tmp_path):
    """The clip is an MP3 as it is sent; all words are in it, in their order and within its length."""
    facts, timeline = speak(TEXT, tmp_path / "voice.mp3")
    assert facts.path == tmp_path / "voice.mp3"
    with av.open(str(facts.path)) as media:
        assert media.streams.audio[0].codec_context.name == "mp3float"
        assert float(media.duration / av.time_base) == pytest.approx(facts.duration_s, abs=0.1)
    assert [word.text for word in timeline.words] == TEXT.split()
    starts = [word.start_s for word in timeline.words]
    assert starts == sorted(starts)
    assert timeline.words[-1].end_s <= facts.duration_s
    assert len(timeline.phonemes) > len(timeline.words)
    assert list(tmp_path.iterdir()) == [facts.path]


@pytest.mark.parametrize(
    ("text", "options", "sense"),
    [
        ("Доброе утро", {}, "reads English only"),
        (TEXT, {"longest_s": 3.0}, "and 3 s are the most"),
        (TEXT, {"pace": 2.0}, "pace must be"),
    ],
    ids=["script", "length", "pace"],
)
def test_a_text_that_cannot_be_spoken_leaves_no_file(tmp_path, text, options, sense):
    """It is refused with a sentence."""
    with pytest.raises(MediaError, match=sense):
        speak(text, tmp_path / "voice.mp3", **options)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("why", ["not installed", "cannot follow"])
def test_without_times_there_is_the_voice_alone(tmp_path, monkeypatch, why):
    """A clip without known words is a clip all the same."""

    def cannot(*_: object, **__: object) -> alignment.Facts:
        raise MediaError("words")

    monkeypatch.setattr(alignment, "available", lambda: why != "not installed")
    monkeypatch.setattr(alignment, "prepare", cannot)
    facts, timeline = speak("Hello there.", tmp_path / "voice.mp3")
    assert facts.path.is_file()
    assert timeline == Timeline()
