"""The little that a prompt changes in a preview: how much head and mouth move."""

import re
from typing import NamedTuple


class Energy(NamedTuple):
    """Factors on the usual movement of the head and of the mouth."""

    head: float
    mouth: float


# Each word found multiplies; a prompt with none of them is 1, 1. A beginning will do: "gestur" is gesturing.
WORDS = {
    "calm": Energy(0.70, 0.92),
    "gentle": Energy(0.75, 0.92),
    "serious": Energy(0.75, 0.97),
    "still": Energy(0.35, 1.0),
    "motionless": Energy(0.35, 1.0),
    "whisper": Energy(0.70, 0.72),
    "quiet": Energy(0.80, 0.85),
    "confident": Energy(1.15, 1.06),
    "energetic": Energy(1.40, 1.12),
    "lively": Energy(1.35, 1.10),
    "excited": Energy(1.45, 1.15),
    "happy": Energy(1.15, 1.06),
    "angry": Energy(1.30, 1.15),
    "shout": Energy(1.30, 1.22),
    "gestur": Energy(1.35, 1.0),
}
LEAST, MOST = Energy(0.25, 0.65), Energy(1.8, 1.3)


def energy(prompt: str) -> Energy:
    """Return the product of WORDS found in `prompt`, kept between LEAST and MOST.

    Only the beginning of a word counts, and only outside "not ..."; other languages change nothing.
    """
    said = re.sub(r"\b(?:not|no|never|without)\s+\w+", " ", prompt.lower())
    head = mouth = 1.0
    for word, factor in WORDS.items():
        if re.search(rf"\b{word}", said):
            head, mouth = head * factor.head, mouth * factor.mouth
    return Energy(min(max(head, LEAST.head), MOST.head), min(max(mouth, LEAST.mouth), MOST.mouth))
