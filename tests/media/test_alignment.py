"""Forced alignment: when words are said, and whether they are said at all.

Two clips are flite's, whose true times stand beside them; others are said by hibari.
"""

from difflib import SequenceMatcher
from pathlib import Path

import numpy as np
import pytest

from infinitalk_media import MediaError, alignment
from infinitalk_media.pool import Pool
from infinitalk_media.timeline import PHONEMES
from tests.media.make_files import run_ffmpeg, write
from tests.media.spoken import LONG, SENTENCES, said
from tests.tools import need_module

CLIPS = Path(__file__).parents[1] / "preview"
# Each word with its number of phonemes in CLIP-phones.txt.
CLIP_WORDS = {
    "hello": "Hello.4 This3 picture5 learned4 to2 talk3 a1 moment6 ago.3 "
    "Give3 it2 your3 own2 voice,3 and3 it2 will3 say2 whatever6 you2 like.3",
    "morning": "Good3 morning.6 I1 was3 only4 a1 drawing,5 until5 somebody7 gave3 me2 a1 voice.3 "
    "Shall3 we2 begin?5",
}
NUMBERS = "Dr. O'Neill’s 3 cats, Zorblatt & Mía, cost $12.50 on May 5th – “really”, said NASA!"  # noqa: RUF001

SHORT = "I have 3 cats, 2 dogs and 1 parrot."  # after a silence that the best path leaves a single frame


@pytest.fixture(autouse=True)
def packages():
    need_module("hibari")
    need_module("pocketsphinx")


def saved(path: Path, samples: np.ndarray) -> Path:
    """Write samples of 24 kHz."""
    raw = write(path.with_suffix(".raw"), (samples * 32767).astype("<i2").tobytes())
    run_ffmpeg("-f", "s16le", "-ar", "24000", "-ac", "1", "-i", raw, path)
    return path


def text_of(clip: str) -> str:
    return " ".join(word[:-1] for word in CLIP_WORDS[clip].split())


def true_phonemes(clip: str) -> list[tuple[str, float]]:
    """Return each phoneme of flite in our alphabet, with its start in seconds."""
    found, start_s = [], 0.0
    for entry in (CLIPS / f"{clip}-phones.txt").read_text().split():
        name, _, end_s = entry.partition(":")
        if name != "pau":
            found.append((name.upper().replace("AX", "AH"), start_s))
        start_s = float(end_s)
    return found


def refused(source: Path, text: str) -> bool:
    try:
        alignment.prepare(source, source, text=text)
    except MediaError as error:
        return error.sentence.code == "words_not_said"
    return False


@pytest.mark.parametrize("clip", CLIP_WORDS)
def test_words_and_phonemes_begin_when_they_are_said(clip):
    """No word is 0.3 s off, nineteen of twenty less than 0.15 s; half of the phonemes less than 0.02 s."""
    facts = alignment.prepare(CLIPS / f"{clip}.mp3", CLIPS, text=text_of(clip))
    true, at, starts = true_phonemes(clip), 0, []
    for word in CLIP_WORDS[clip].split():
        starts.append(true[at][1])
        at += int(word[-1])
    assert at == len(true)
    off = np.abs([word[1] - start for word, start in zip(facts.words, starts, strict=True)])
    assert off.max() < 0.3
    assert np.count_nonzero(off > 0.15) <= len(off) / 20
    same = SequenceMatcher(None, [one[0] for one in true], [one[0] for one in facts.phonemes], autojunk=False)
    errors = [
        abs(facts.phonemes[there + step][1] - true[here + step][1])
        for here, there, length in same.get_matching_blocks()
        for step in range(length)
    ]
    assert len(errors) > 0.9 * len(true)
    assert np.median(errors) < 0.02


def test_every_written_word_is_in_the_timeline(tmp_path):
    """Numbers, abbreviations, names, a made-up word and signs, as they are written and in order."""
    facts = alignment.prepare(saved(tmp_path / "a.wav", said(NUMBERS)), tmp_path, text=NUMBERS)
    assert " ".join(word.text for word in facts.timeline.words) == NUMBERS
    assert {one.text for one in facts.timeline.phonemes} <= PHONEMES
    for word in facts.timeline.words:
        assert any(word.start_s <= one.start_s < word.end_s for one in facts.timeline.phonemes), word


def test_a_text_that_is_said_is_never_refused(tmp_path):
    """In quiet, in noise at 20 dB, slowly and fast."""
    noise = np.random.default_rng(1)
    for at, text in enumerate([*SENTENCES, SHORT]):
        samples = said(text, (0.7, 1.0, 1.0, 1.4)[at % 4])
        if at % 4 == 2:
            samples = samples + noise.normal(0, samples.std() / 10, len(samples))
        assert not refused(saved(tmp_path / f"{at}.wav", samples), text), text


def test_a_text_that_is_not_said_is_refused(tmp_path):
    """Another text, half of another, the half of it alone, and more than is said."""
    taken = []
    for at, text in enumerate(SENTENCES[:5]):
        voice, other = saved(tmp_path / f"{at}.wav", said(text)), SENTENCES[at + 4]
        half, words = text.split()[: len(text.split()) // 2], other.split()
        wrong = [other, " ".join(half + words[len(words) // 2 :]), " ".join(half), f"{text} {other}"]
        taken += [one for one in wrong if not refused(voice, one)]
    assert taken == []


def test_a_sound_without_speech_is_refused(tmp_path):
    """Noise, silence and a tone say nothing."""
    time = np.arange(3 * 24_000) / 24_000
    noise = np.random.default_rng(1).normal(0, 0.1, len(time))
    for samples in (noise, np.zeros(len(time)), 0.3 * np.sin(2 * np.pi * 300 * time)):
        assert refused(saved(tmp_path / "a.wav", samples), "Nobody knows the answer.")


@pytest.mark.parametrize(
    ("text", "sense"),
    [
        ("", "no text"),
        ("😀 !!!", "no words"),
        ("你好", "English only"),
        ("<sil> hello", "tags"),
        ("word " * 500, "more than 400 words"),
        ("9" * 100, "no words"),
    ],
)
def test_a_text_that_cannot_be_read_gets_a_sentence(text, sense):
    """As the voice gives it one."""
    with pytest.raises(MediaError, match=sense):
        alignment.prepare(CLIPS / "hello.mp3", CLIPS, text=text)


def test_a_child_finds_the_words_of_forty_seconds(tmp_path):
    """Within its limits, and the same as in this process."""
    text = (LONG * 9).strip()
    voice = saved(tmp_path / "a.wav", said(text, 1.4))
    children = Pool(1)
    try:
        facts = children.words(voice, voice, text=text)
    finally:
        children.close()
    assert [word.text for word in facts.timeline.words] == text.split()
    assert facts == alignment.prepare(voice, voice, text=text)


def test_a_word_of_500_letters_has_its_place(tmp_path):
    """The timeline shows its first hundred letters."""
    text = f"He said {'abracadabra' * 45} to me."
    facts = alignment.prepare(saved(tmp_path / "a.wav", said(text)), tmp_path, text=text)
    assert [len(word.text) for word in facts.timeline.words] == [2, 4, 100, 2, 3]
