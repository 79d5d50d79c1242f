"""Turns a text into a voice: a file with English text in, a WAV out, by hibari."""

import importlib.util
import re
import textwrap
import unicodedata
import wave
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from infinitalk_media import MediaError
from infinitalk_media.pronunciation import imported
from infinitalk_media.sentences import Sentence, say
from infinitalk_media.sound import SECONDS_MAX

VOICE = "heart"  # the one inside hibari's wheel
PACES = (0.7, 1.4)  # slowest and fastest; 1 is the voice's own pace
# Fitted to forty sentences at pace 1, which it tells within 20 %; static/page/form.js counts the same.
CHARACTERS_PER_S = 18.7
_AS_WORD = re.compile(r"[\d$€£%&@#+=/]|[A-Za-z]\.(?=\w)|\b[A-Z](?=[A-Z])")  # "7", "$", ".com" and "BBC"
_END = re.compile(r"[.!?…]+(?!\S)|[^.!?…\s]\s*(?:\n|$)")  # of a sentence or a line
_AS_WORD_MORE, _END_MORE = 4, 13  # characters more than are written
CHARACTERS_MAX = 4000
_SEED = 0  # of the noise in the voice: the same text is the same sound
_PEAK = 0.7  # of full scale
_RATE_HZ = 24_000
_PHONEMES_MAX = 400  # said at once, about 20 s; memory grows with them
_TAG = re.compile(r"<[A-Za-z/!?][^>]*>")
_SHOWN = 12  # letters that cannot be read, in a sentence


@dataclass(frozen=True)
class Facts:
    """The voice: its length, and where each of its sentences ends, in seconds."""

    path: Path
    duration_s: float
    sentence_ends_s: tuple[float, ...]
    warnings: tuple[Sentence, ...] = ()


def available() -> bool:
    """Tell whether hibari is installed; it is not loaded."""
    return importlib.util.find_spec("hibari") is not None


def estimated_s(text: str, pace: float = 1.0) -> float:
    """Return about how long a text takes."""
    more = _AS_WORD_MORE * len(_AS_WORD.findall(text)) + _END_MORE * len(_END.findall(text))
    return (len(" ".join(text.split())) + more) / (CHARACTERS_PER_S * pace)


def check(text: str, pace: float = 1.0) -> str:
    """Return a text with plain spaces and without control characters.

    Raises:
        MediaError: there is nothing in it that the voice can read, or something that it cannot.
    """
    if not PACES[0] <= pace <= PACES[1]:
        raise MediaError(say("pace_out_of_range", slowest=PACES[0], fastest=PACES[1]))
    if len(text) > CHARACTERS_MAX:
        raise MediaError(say("text_too_long", characters=len(text), most=CHARACTERS_MAX))
    if tag := _TAG.search(text):
        raise MediaError(say("text_has_tags", tag=tag[0][:_SHOWN]))
    text = unicodedata.normalize("NFC", text)
    lines = (" ".join(filter(None, map(_printable, line.split()))) for line in text.splitlines())
    plain = "\n".join(line for line in lines if line)
    letters = [sign for sign in plain if sign.isalpha()]
    other = "".join(dict.fromkeys(sign for sign in letters if not _is_latin(sign)))
    if other:
        raise MediaError(say("text_other_script", letters=other[:_SHOWN]))
    if not letters and not any(sign.isdigit() for sign in plain):
        raise MediaError(say("text_without_words" if plain else "text_missing"))
    return plain


def _printable(word: str) -> str:
    """Return a word without invisible characters: controls, formats, private use and surrogates."""
    return "".join(sign for sign in word if unicodedata.category(sign)[0] != "C")


def _is_latin(letter: str) -> bool:
    return unicodedata.name(letter, "").startswith(("LATIN", "FEMININE", "MASCULINE", "MICRO"))


def prepare(
    source: Path,
    target: Path,
    *,
    voice: str = VOICE,
    model: str | None = None,
    pace: float = 1.0,
    longest_s: float = SECONDS_MAX,
) -> Facts:
    """Read the text in `source` (UTF-8) to `target`, as WAV, 24 kHz, mono.

    `model` is the file of a voice that is not in hibari's wheel.

    Raises:
        MediaError: the text cannot be read by this voice, or takes longer than `longest_s`; `target` is not
            written.
    """
    text = check(source.read_text("utf-8", "ignore"), pace)
    estimate = estimated_s(text, pace)
    if estimate > 2 * longest_s:  # not worth the time
        raise MediaError(say("text_is_too_long", seconds=estimate, most=longest_s))
    sentences = _spoken(text, voice, model, pace)
    if not sentences:
        raise MediaError(say("text_without_words"))
    ends = np.cumsum([len(one) for one in sentences]) / _RATE_HZ
    if ends[-1] > longest_s:
        raise MediaError(say("text_is_too_long", seconds=float(ends[-1]), most=longest_s))
    _write(target, np.concatenate(sentences))
    return Facts(target, round(float(ends[-1]), 3), tuple(round(float(end), 3) for end in ends))


def _spoken(text: str, voice: str, model: str | None, pace: float) -> list[NDArray[np.float32]]:
    """Return the sound of each sentence; what has no pause for long is cut between words."""
    speaker = _speaker(voice, model)
    try:
        sentences = speaker.phonemize(text)
    except (LookupError, ValueError) as error:  # a number beyond the decillions
        raise MediaError(say("text_unreadable")) from error
    pieces = (piece for phonemes in sentences for piece in textwrap.wrap(phonemes, _PHONEMES_MAX))
    parts = (speaker.from_phonemes(piece, pace, _SEED) for piece in pieces)
    return [part for part in parts if len(part)]


@cache
def _speaker(voice: str, model: str | None) -> Any:
    return imported("hibari").Hibari(voice=voice, model=model)


def _write(target: Path, samples: NDArray[np.float32]) -> None:
    loudest = float(np.abs(samples).max()) or 1.0
    with wave.open(str(target), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(_RATE_HZ)
        file.writeframes(np.rint(samples * (_PEAK / loudest) * 32767).astype("<i2").tobytes())
