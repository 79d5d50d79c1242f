"""How English words are pronounced: phonemes in ARPABET from what hibari's dictionary and rules say."""

import os
from functools import cache
from importlib import import_module
from typing import Any

# Hibari's alphabet is that of misaki: IPA, with capitals for diphthongs and T for a flap.
_SIGNS = """
    aæ AE   ɐəᵊʌ AH   ɑɒ AA   ɪᵻɨ IH   eɛ EH   ɜɚ ER   OQ OW
    A EY   I AY   W AW   Y OY   ɔ AO   i IY   u UW   ʊ UH
    b B   d D   f F   ɡ G   h HH   j Y   k K   l L   m M   n N   p P   s S   t T
    v V   w W   z Z   x K   T D   ʔ T
    ð DH   θ TH   ŋ NG   ɹ R   ʃ SH   ʒ ZH   ʤ JH   ʧ CH
""".split()  # noqa: RUF001, SIM905  # signs of one sound, and its name in ARPABET
_ARPABET = {sign: name for signs, name in zip(_SIGNS[::2], _SIGNS[1::2], strict=True) for sign in signs}
_WITH_R = {"ER", "AH"}  # "bird" is B ER D, and "over" OW V ER


def phonemes(word: str) -> list[str]:
    """Return the phonemes of one word, number or abbreviation; none for what cannot be read."""
    try:
        return arpabet(_g2p()(word))
    except (LookupError, ValueError):  # a number beyond the decillions
        return []


def arpabet(signs: str) -> list[str]:
    """Return hibari's phonemes in ARPABET; stress, length and pauses are left out."""
    found: list[str] = []
    for sign in signs:
        phoneme = _ARPABET.get(sign)
        if phoneme == "R" and found and found[-1] in _WITH_R:
            found[-1] = "ER"
        elif phoneme:
            found.append(phoneme)
    return found


@cache
def _g2p() -> Any:
    return imported("hibari.g2p").G2P()  # half a second


def imported(module: str) -> Any:
    """Import a module of hibari; onnxruntime's telemetry is off, which else sends events to Microsoft."""
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # as its Privacy.md says
    return import_module(module)
