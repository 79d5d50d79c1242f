"""What tests of speech share: texts, and the voice that says them."""

import tempfile
from functools import cache
from pathlib import Path

import numpy as np

from infinitalk_media import sound, text_to_speech
from tests.media.make_files import write

SENTENCES = [
    "The bakery opens at seven, but the bread is ready before six.",
    "Have you ever wondered why the sky turns red in the evening?",
    "Dr. Lee bought 15 books for $42.50 on July 4th, 2019.",
    "I will call you back. Please wait a moment. Thank you!",
    "Our garden has roses, tulips, and a very old apple tree.",
    "FBI agents arrived at 9:15 am and left after 30 minutes.",
    "Nobody knows the answer.",
    "When the rain stopped, the children ran outside; they jumped into every puddle and laughed.",
    "Welcome aboard, ladies and gentlemen.",
    "About 70% of the surface is water, and 97% of that is salt water.",
]
LONG = "the people walk along the river and the children play in the green park while a man feeds the birds "


@cache
def said(text: str, pace: float = 1.0) -> np.ndarray:
    """Return what the voice makes of a text, 24 kHz."""
    with tempfile.TemporaryDirectory() as name:
        wav = Path(name) / "voice.wav"
        text_to_speech.prepare(write(Path(name) / "text.txt", text), wav, pace=pace)
        return sound.decode(wav, 24_000, 60.0)
