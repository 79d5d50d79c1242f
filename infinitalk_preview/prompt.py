"""What a prompt changes in a preview: how much head and mouth move."""

import re
from typing import NamedTuple


class MovementScale(NamedTuple):
    """Factors on the usual movement of the head and of the mouth."""

    head: float
    mouth: float


# Each match multiplies. The beginning of a word is enough: "gestur" matches "gesturing".
WORDS = {
    "calm": MovementScale(0.70, 0.92),
    "gentle": MovementScale(0.75, 0.92),
    "serious": MovementScale(0.75, 0.97),
    "still": MovementScale(0.35, 1.0),
    "motionless": MovementScale(0.35, 1.0),
    "whisper": MovementScale(0.70, 0.72),
    "quiet": MovementScale(0.80, 0.85),
    "confident": MovementScale(1.15, 1.06),
    "energetic": MovementScale(1.40, 1.12),
    "lively": MovementScale(1.35, 1.10),
    "excited": MovementScale(1.45, 1.15),
    "happy": MovementScale(1.15, 1.06),
    "angry": MovementScale(1.30, 1.15),
    "shout": MovementScale(1.30, 1.22),
    "gestur": MovementScale(1.35, 1.0),
}
LEAST, MOST = MovementScale(0.25, 0.65), MovementScale(1.8, 1.3)


def movement_scale(prompt: str) -> MovementScale:
    """Return the product of the WORDS in `prompt`, clamped to LEAST..MOST.

    A word right after "not", "no", "never" or "without" does not count. Only English is understood.
    """
    text = re.sub(r"\b(?:not|no|never|without)\s+\w+", " ", prompt.lower())
    head = mouth = 1.0
    for word, factor in WORDS.items():
        if re.search(rf"\b{word}", text):
            head, mouth = head * factor.head, mouth * factor.mouth
    return MovementScale(min(max(head, LEAST.head), MOST.head), min(max(mouth, LEAST.mouth), MOST.mouth))
