"""Phonemes to lips: where the phonemes of a voice are known, they shape the mouth and the sound scales it.

Neighbouring phonemes blend by their dominance, as in Cohen and Massaro, "Modeling Coarticulation in Synthetic
Visual Speech" (1993): a `t` takes the width of the vowels beside it, a `w` imposes its own on them.
"""

from collections.abc import Container, Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from infinitalk_media.timeline import Spoken
from infinitalk_preview.animate.speech import Tracks
from infinitalk_preview.frames.smoothstep import smoothstep
from infinitalk_preview.frames.yuv import Floats

_OPEN_REACH_S, _WIDE_REACH_S = 0.020, 0.035  # in which a dominance falls to 1/e; rounding begins early
_CLOSING_S = 0.060  # from an opening to shut lips, and back
_FIRST_PART = 0.55  # of a diphthong
_PAUSE_S = 0.06  # a shorter gap between two phonemes is none
_UNKNOWN_S = 0.3  # further from all phonemes, the sound alone moves the lips
_GAIN = 1.3  # of the openings: what lies beside a vowel takes some of its own
_HEARD = 0.4  # share of the sound in an opening: the exponent in a geometric mean
_NOISY = 0.1  # least opening by the sound where it is loud: in noise, the sound alone opens nothing


class _Viseme(NamedTuple):
    """How a phoneme looks; openings and widths are those of `Tracks`."""

    open: float
    wide: float
    strength: float  # of the opening, against the neighbours'
    grip: float  # of the width


# The order is that of phonetics (height, backness, rounding); the numbers were tuned on the example voices.
_VOWELS = {
    "AA": (1.00, 0.0),
    "AE": (0.90, 0.5),
    "AH": (0.70, 0.0),
    "AO": (0.80, -0.6),
    "EH": (0.75, 0.4),
    "ER": (0.42, -0.3),
    "IH": (0.42, 0.6),
    "IY": (0.34, 1.0),
    "UH": (0.40, -0.7),
    "UW": (0.28, -1.0),
}
_VISEMES = {
    **{name: _Viseme(opening, wide, 1.0, 1.2) for name, (opening, wide) in _VOWELS.items()},
    **dict.fromkeys(("P", "B", "M"), _Viseme(0.0, 0.0, 1.0, 0.2)),
    **dict.fromkeys(("F", "V"), _Viseme(0.0, 0.1, 2.0, 0.4)),
    **dict.fromkeys(("T", "D", "N", "L"), _Viseme(0.25, 0.1, 0.5, 0.1)),
    **dict.fromkeys(("K", "G", "NG", "HH"), _Viseme(0.32, 0.0, 0.3, 0.05)),
    **dict.fromkeys(("S", "Z"), _Viseme(0.15, 0.3, 0.9, 0.4)),
    **dict.fromkeys(("SH", "ZH", "CH", "JH"), _Viseme(0.18, -0.5, 0.9, 0.8)),
    **dict.fromkeys(("TH", "DH"), _Viseme(0.22, 0.1, 0.7, 0.2)),
    "R": _Viseme(0.30, -0.4, 0.6, 0.5),
    "W": _Viseme(0.15, -1.0, 1.0, 1.3),
    "Y": _Viseme(0.30, 0.7, 0.6, 0.6),
}
_DIPHTHONGS = {
    "AW": ("AA", "UH"),
    "AY": ("AA", "IH"),
    "EY": ("EH", "IY"),
    "OW": ("AO", "UW"),
    "OY": ("AO", "IH"),
}
_REST = _Viseme(0.0, 0.0, 1.0, 0.3)
_BILABIALS, _LABIODENTALS = ("P", "B", "M"), ("F", "V")


def articulated(heard: Tracks, phonemes: Sequence[Spoken], fps: int) -> Tracks:
    """Return the tracks that the sound gave, with lips that say the phonemes; without phonemes, the same.

    The opening by the sound scales that by the phonemes; silence shuts the lips. In the frame nearest to the
    middle of a bilabial they are shut, however short it is.
    """
    if not phonemes:
        return heard
    at = (np.arange(len(heard.open)) + 0.5) / fps  # the middle of each frame
    opening, wide = _blended(_parts(phonemes), at)
    away_s = _nearest(((one.start_s, one.end_s) for one in phonemes), at)
    known = smoothstep(_UNKNOWN_S, 0.5 * _UNKNOWN_S, away_s)
    sounding = np.maximum(heard.open, _NOISY * heard.level)
    opening = np.minimum(_GAIN * opening, 1) ** (1 - _HEARD) * sounding**_HEARD
    shut = _shut(phonemes, _BILABIALS, at, fps)
    bite = _shut(phonemes, _LABIODENTALS, at, fps)
    opening = (1 - np.maximum(shut, bite)) * (heard.open + known * (opening - heard.open))
    return Tracks(
        open=opening.astype(np.float32),
        wide=(heard.wide + known * (wide - heard.wide)).astype(np.float32),
        press=np.maximum(shut, heard.press * (1 - known)),
        level=heard.level,
        bite=bite * (1 - shut),
    )


class _Part(NamedTuple):
    """What the lips aim at for a while: a phoneme, half a diphthong, or a pause."""

    viseme: _Viseme
    start_s: float
    end_s: float


def _parts(phonemes: Sequence[Spoken]) -> Iterator[_Part]:
    """Yield what the lips aim at, pauses included, from the start of the clip to its end."""
    ended_s = -np.inf
    for name, start_s, end_s in phonemes:
        if start_s - ended_s > _PAUSE_S:
            yield _Part(_REST, ended_s, start_s)
        first, *then = _DIPHTHONGS.get(name, (name,))
        turn_s = start_s + _FIRST_PART * (end_s - start_s) if then else end_s
        yield _Part(_VISEMES[first], start_s, turn_s)
        for second in then:
            yield _Part(_VISEMES[second], turn_s, end_s)
        ended_s = max(ended_s, end_s)
    yield _Part(_REST, ended_s, np.inf)


def _blended(parts: Iterable[_Part], at: Floats) -> tuple[Floats, Floats]:
    """Return opening and width at each moment: the means over all parts, weighted by their dominance."""
    opening, wide = np.zeros((2, 2, len(at)))  # weighted values, and weights
    for viseme, start_s, end_s in parts:
        away_s = _away(start_s, end_s, at)
        strength = viseme.strength * np.exp(-away_s / _OPEN_REACH_S)
        grip = viseme.grip * np.exp(-away_s / _WIDE_REACH_S)
        opening += viseme.open * strength, strength
        wide += viseme.wide * grip, grip
    return opening[0] / opening[1], wide[0] / wide[1]


def _shut(phonemes: Sequence[Spoken], names: Container[str], at: Floats, fps: int) -> Floats:
    """Return 0..1: 1 while one of the named phonemes lasts, and in the frame nearest to its middle."""
    spans = []
    for name, start_s, end_s in phonemes:
        if name in names:
            middle_s, half_s = (start_s + end_s) / 2, max((end_s - start_s) / 2, 0.5 / fps)
            spans.append((middle_s - half_s, middle_s + half_s))
    return smoothstep(_CLOSING_S, 0, _nearest(spans, at))


def _nearest(spans: Iterable[tuple[float, float]], at: Floats) -> Floats:
    """Return how many seconds each moment lies from the nearest of the spans."""
    nearest = np.full(len(at), np.inf)
    for start_s, end_s in spans:
        nearest = np.minimum(nearest, _away(start_s, end_s, at))
    return nearest


def _away(start_s: float, end_s: float, at: Floats) -> Floats:
    """Return how many seconds each moment lies before or after a span, 0 within it."""
    return np.asarray(np.maximum(np.maximum(start_s - at, at - end_s), 0))
