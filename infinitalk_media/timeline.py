"""When each word and each phoneme of a voice is said; the standard library alone."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Self

# ARPABET, as the CMU Pronouncing Dictionary writes it, without stress.
VOWELS = frozenset(["AA", "AE", "AH", "AO", "AW", "AY", "EH", "ER", "EY", "IH", "IY", "OW", "OY", "UH", "UW"])
STOPS = frozenset(["B", "CH", "D", "G", "JH", "K", "P", "T"])
FRICATIVES = frozenset(["DH", "F", "HH", "S", "SH", "TH", "V", "Z", "ZH"])
SONORANTS = frozenset(["L", "M", "N", "NG", "R", "W", "Y"])
PHONEMES = VOWELS | STOPS | FRICATIVES | SONORANTS
WORDS_MAX, PHONEMES_MAX = 400, 4000  # in the longest clip; nobody speaks ten words a second
TEXT_MAX = 100  # letters of one word
SECONDS_MAX = 86_400  # no recording is longer


@dataclass(frozen=True)
class Spoken:
    """A word as it is written, or a phoneme in ARPABET, and when it is said, in seconds."""

    text: str
    start_s: float
    end_s: float

    def __iter__(self) -> Any:
        return iter((self.text, self.start_s, self.end_s))


@dataclass(frozen=True)
class Timeline:
    """The words and phonemes of a voice in order; both are empty where nothing is known."""

    words: tuple[Spoken, ...] = ()
    phonemes: tuple[Spoken, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.words)

    @classmethod
    def of(cls, words: Any, phonemes: Any) -> Self:
        """Read lists of [text, start_s, end_s].

        Raises:
            ValueError: an entry has another form, a phoneme is unknown, or times are not in order.
        """
        return cls(_spoken(words, WORDS_MAX), _spoken(phonemes, PHONEMES_MAX, PHONEMES))

    def part(self, start_s: float, end_s: float) -> Self:
        """Return what is said between two moments, with times from the first; a word that is cut is kept."""
        return type(self)(_part(self.words, start_s, end_s), _part(self.phonemes, start_s, end_s))


EMPTY = Timeline()


def _part(all_: Iterable[Spoken], start_s: float, end_s: float) -> tuple[Spoken, ...]:
    return tuple(
        Spoken(one.text, round(max(one.start_s - start_s, 0), 3), round(min(one.end_s, end_s) - start_s, 3))
        for one in all_
        if one.start_s < end_s and one.end_s > start_s
    )


def _spoken(values: Any, most: int, known: frozenset[str] | None = None) -> tuple[Spoken, ...]:
    if not isinstance(values, list | tuple) or len(values) > most:
        raise ValueError(f"a list of at most {most} entries is needed")
    found = tuple(_entry(value, known) for value in values)
    if any(after.start_s < before.start_s for before, after in pairwise(found)):
        raise ValueError("the entries are not in the order of their times")
    return found


def _entry(value: Any, known: frozenset[str] | None) -> Spoken:
    match value:
        case [str(text), int() | float() as start_s, int() | float() as end_s] if bool not in map(
            type, value
        ):
            if not 0 < len(text) <= TEXT_MAX or (known and text not in known):
                raise ValueError(f"{text[:TEXT_MAX]!r} cannot be used")
            if not 0 <= start_s <= end_s < SECONDS_MAX:  # also for nan
                raise ValueError(f"the times of {text!r} are impossible")
            return Spoken(text, float(start_s), float(end_s))
    raise ValueError("an entry is not [text, start_s, end_s]")
