"""Finds when the words of a known English text are said in a recording: forced alignment by PocketSphinx."""

import importlib.util
import string
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from infinitalk_media import MediaError, text_to_speech
from infinitalk_media.pronunciation import phonemes
from infinitalk_media.sentences import Sentence, say
from infinitalk_media.sound import QUIETEST_DBFS, decode
from infinitalk_media.timeline import TEXT_MAX, WORDS_MAX, Timeline

SECONDS_MAX = 120.0  # of a recording; it takes a tenth of that
_RATE_HZ = 16_000
_FRAME_S = 0.01
# How well words fit: a frame's score is 0 where no other sound fits better. What is said has -23 to -48 on
# average (real and synthetic voices, in noise, at paces from 0.7 to 1.4), quite another text about -100.
_SCORE_MIN = -65
_UNSAID_MAX = 0.2  # of the loud frames may be outside of the words
_LOUD_DB = 15  # within so much of the loudest
_APOSTROPHES = str.maketrans("’‘", "''")  # noqa: RUF001


class _Word(NamedTuple):
    name: str
    start_s: float
    end_s: float
    score: int
    phonemes: list[list[Any]]


@dataclass(frozen=True)
class Facts:
    """Lists of [text, start_s, end_s]."""

    path: Path
    words: list[list[Any]]
    phonemes: list[list[Any]]
    warnings: tuple[Sentence, ...] = ()

    @property
    def timeline(self) -> Timeline:
        return Timeline.of(self.words, self.phonemes)


def available() -> bool:
    """Tell whether PocketSphinx and hibari are installed; they are not loaded."""
    return importlib.util.find_spec("pocketsphinx") is not None and text_to_speech.available()


def prepare(source: Path, target: Path, *, text: str) -> Facts:
    """Return when each word of `text` is said in the recording `source`; nothing is written.

    Raises:
        MediaError: the text cannot be read, is not what is said, or the recording cannot be read.
    """
    said = text_to_speech.check(text).split()
    if len(said) > WORDS_MAX:
        raise MediaError(say("words_too_many", most=WORDS_MAX))
    decoder = _decoder()
    spoken = _pronounced(decoder, said)
    if not spoken:
        raise MediaError(say("text_without_words"))
    samples = decode(source, _RATE_HZ, SECONDS_MAX)
    found = _aligned(decoder, [name for name, _ in spoken], (samples * 32767).astype(np.int16).tobytes())
    if not (_fits(found) and _is_all(found, samples)):
        raise MediaError(say("words_not_said"))
    words = [
        [shown[:TEXT_MAX], one.start_s, one.end_s] for (_, shown), one in zip(spoken, found, strict=True)
    ]
    return Facts(target, words, [phoneme for one in found for phoneme in one.phonemes])


def _decoder() -> Any:
    from pocketsphinx import Decoder  # noqa: PLC0415  # an optional extra

    # Without the best path, which may leave a silence too few frames for the second pass; with the scores of
    # all senones, so that they can be compared.
    return Decoder(lm=None, bestpath=False, compallsen=True, loglevel="FATAL")


def _pronounced(decoder: Any, said: list[str]) -> list[tuple[str, str]]:
    """Return each word that is spoken: its name in the decoder's dictionary, and how it is written.

    A word that the dictionary lacks is added. A sign that is not read belongs to the word before it.
    """
    names: list[str] = []
    shown: list[str] = []
    for word in said:
        name = word.translate(_APOSTROPHES).strip(string.punctuation + "“”…").lower()
        if not name.isascii() or decoder.lookup_word(name) is None:
            name = f"#{len(names)}"
            sounds = phonemes(word)
            if not sounds:
                shown[-1:] = [f"{shown[-1]} {word}"] if shown else []
                continue
            decoder.add_word(name, " ".join(sounds), True)  # its one way to pass it
        names.append(name)
        shown.append(word)
    return list(zip(names, shown, strict=True))


def _aligned(decoder: Any, names: list[str], sound: bytes) -> list[_Word]:
    """Return each word: a first pass finds the words, a second one the phonemes inside of them.

    Raises:
        MediaError: they are not said in the recording.
    """
    decoder.set_align_text(" ".join(names))
    try:
        _listen(decoder, sound)
        if decoder.hyp() is None:
            raise MediaError(say("words_not_said"))
        decoder.set_alignment()
        _listen(decoder, sound)
    except RuntimeError as error:
        raise MediaError(say("words_not_said")) from error
    alignment = decoder.get_alignment()  # the words are read while it is there: later they are freed memory
    found = [
        _Word(word.name, *_times(word), word.score, [[one.name, *_times(one)] for one in word])
        for word in alignment or ()
    ]
    found = [word for word in found if word.name[0] not in "<["]  # silence and noise
    if [word.name.split("(")[0] for word in found] != names:  # "was(2)" is another way to say "was"
        raise MediaError(say("words_not_said"))
    return found


def _listen(decoder: Any, sound: bytes) -> None:
    decoder.start_utt()
    decoder.process_raw(sound, full_utt=True)
    decoder.end_utt()


def _times(one: Any) -> tuple[float, float]:
    """Return start and end in seconds."""
    return round(one.start * _FRAME_S, 2), round((one.start + one.duration) * _FRAME_S, 2)


def _fits(words: list[_Word]) -> bool:
    """Tell whether the words sound as the recording does."""
    frames = sum(word.end_s - word.start_s for word in words) / _FRAME_S
    return sum(word.score for word in words) >= _SCORE_MIN * frames


def _is_all(words: list[_Word], samples: NDArray[np.float32]) -> bool:
    """Tell whether something is said, and little else."""
    length = round(_FRAME_S * _RATE_HZ)
    frames = samples[: len(samples) // length * length].reshape(-1, length)
    level = 10 * np.log10(np.square(frames).mean(axis=1) + 1e-12)
    loudest = np.percentile(level, 95)
    loud = level > loudest - _LOUD_DB
    unsaid = loud.copy()
    for word in words:
        unsaid[round(word.start_s / _FRAME_S) : round(word.end_s / _FRAME_S)] = False
    return bool(loudest > QUIETEST_DBFS and unsaid.sum() <= _UNSAID_MAX * loud.sum())
