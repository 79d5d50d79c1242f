"""Captions: when each cue is shown, how its lines break, and the text track of a video."""

import re
from itertools import pairwise
from pathlib import Path

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from infinitalk_media import captions, mp4
from infinitalk_media.timeline import Spoken, Timeline
from tests.media.make_files import write

ODD = 'Tom & Jerry, 5 < 6 > 4 --> "naïve" {b} \\N 😀 <i>Łódź</i>'
CUE = r"(\d\d):(\d\d):(\d\d)[,.](\d\d\d) --> (\d\d):(\d\d):(\d\d)[,.](\d\d\d)\n(.+(?:\n.+)*)"
WORDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60)
SPOKEN = st.lists(st.tuples(WORDS, st.floats(0.03, 1.5), st.floats(0, 1.5)), min_size=1, max_size=40)


def timeline(words: list[tuple[str, float, float]]) -> Timeline:
    """Return words from texts, lengths and the pauses after them."""
    spoken, now = [], 0.0
    for text, length_s, pause_s in words:
        spoken.append(Spoken(text, now, now + length_s))
        now += length_s + pause_s
    return Timeline(tuple(spoken))


def said(text: str) -> Timeline:
    return timeline([(word, 0.3, 0.0) for word in text.split()])


def parsed(text: str) -> list[tuple[float, float, str]]:
    """Return the cues of SubRip or WebVTT, as a player reads them."""
    found = []
    for match in re.finditer(CUE, text):
        *clock, shown = match.groups()
        hours, minutes, seconds, ms, *end = map(int, clock)
        start_s = hours * 3600 + minutes * 60 + seconds + ms / 1000
        found.append((start_s, end[0] * 3600 + end[1] * 60 + end[2] + end[3] / 1000, shown))
    return found


@given(SPOKEN)
def test_cues_follow_each_other_and_hold_all_words(words):
    """No cue overlaps the next, each is shown for a while, and no word is lost."""
    spoken = timeline(words)
    found = captions.cues(spoken)
    assert all(before.end_s <= after.start_s for before, after in pairwise(found))
    assert all(cue.start_s < cue.end_s for cue in found)
    shown = " ".join(cue.text for cue in found)
    assert shown.split() == " ".join(word.text for word in spoken.words).split()


@given(SPOKEN)
def test_a_cue_has_two_lines_of_42_characters(words):
    """Only a line that is one word is longer."""
    for cue in captions.cues(timeline(words)):
        lines = cue.text.split("\n")
        assert len(lines) <= 2
        assert all(len(line) <= 42 or " " not in line for line in lines)


def test_a_new_cue_begins_after_a_sentence_a_pause_and_six_seconds():
    """A viewer reads one sentence at a time, and nothing before it is said."""
    sentences = captions.cues(said('He said "No." Then he left.'))
    assert [cue.text for cue in sentences] == ['He said "No."', "Then he left."]
    pause = captions.cues(timeline([("one", 0.3, 0.7), ("two", 0.3, 0.1), ("three", 0.3, 0.0)]))
    assert [(cue.start_s, cue.text) for cue in pause] == [(0.0, "one"), (1.0, "two three")]
    assert pause[0].end_s == pytest.approx(0.6)
    assert all(cue.end_s - cue.start_s <= 6.3 for cue in captions.cues(timeline([("slowly", 1.4, 0.1)] * 20)))


def test_subrip_and_webvtt_are_read_as_they_are_meant():
    """Numbers, clocks and texts come back, also from beyond an hour; what WebVTT reserves is escaped."""
    late = Timeline((Spoken("Late", 3661.5, 3662.0), Spoken("word.", 3662.0, 3662.4567)))
    assert captions.srt(late) == "1\n01:01:01,500 --> 01:01:02,757\nLate word.\n"
    assert parsed(captions.vtt(late)) == [(3661.5, 3662.757, "Late word.")]
    assert captions.vtt(late).startswith("WEBVTT\n\n")
    escaped = parsed(captions.vtt(said("1 < 2 & 3 --> 4")))
    assert escaped[0][2] == "1 &lt; 2 &amp; 3 --&gt; 4"


def test_a_word_cannot_make_a_cue_of_its_own():
    """Line ends in a word of a program are spaces."""
    words = Timeline((Spoken("Hi\n\n2\n00:00:09,000 --> 00:00:10,000\nforged", 0.0, 1.0),))
    assert "\n\n" not in captions.srt(words)
    assert len(re.findall(r"^00:", captions.srt(words), re.MULTILINE)) == 1


def test_nothing_said_is_no_cue():
    """A video without known words gets no captions."""
    assert captions.cues(Timeline()) == []
    assert captions.srt(Timeline()) == ""


@pytest.fixture
def video(tmp_path: Path, tiny_mp4: bytes) -> Path:
    return write(tmp_path / "talk.mp4", tiny_mp4)


def shown(path: Path) -> list[str]:
    """Return the texts of the text track, as an independent decoder reads them."""
    with av.open(str(path)) as media:
        (track,) = media.streams.subtitles
        assert track.language == "eng"
        packets = [bytes(packet) for packet in media.demux(track) if packet.size > 2]
    return [one[2 : 2 + int.from_bytes(one[:2], "big")].decode() for one in packets]


def test_a_video_gets_its_captions_as_a_text_track(video):
    """The track is there, the picture is as it was, the index is first, and nothing is left beside it."""
    before = mp4.inspect(video)
    words = timeline([("One.", 0.1, 0.1), ("Two.", 0.1, 0.1)])
    mp4.remux(video, "AI-generated", captions.srt(words))
    after = mp4.inspect(video)
    assert shown(video) == ["One.", "Two."]
    assert (after.frames, after.picture_s, after.sound_s) == (before.frames, before.picture_s, before.sound_s)
    assert after.faststart
    assert after.comment == "AI-generated"
    assert list(video.parent.iterdir()) == [video]


def test_odd_characters_reach_the_text_track(video):
    """Signs, accents and emoji are shown as they were written; a lone surrogate is left out."""
    mp4.remux(video, "x", captions.srt(timeline([(word, 0.01, 0.0) for word in f"{ODD} \ud800".split()])))
    text = " ".join(shown(video)).replace("\n", " ")
    for part in ("Tom & Jerry, 5 < 6 > 4", '"naïve" {b}', "😀", "Łódź"):
        assert part in text


def test_a_video_without_captions_has_no_text_track(video):
    """Nothing but the picture and the sound is in it."""
    mp4.remux(video, "x")
    with av.open(str(video)) as media:
        assert [stream.type for stream in media.streams] == ["video", "audio"]
