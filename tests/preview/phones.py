"""When each phoneme of the example voices is said, as flite printed it (see test_speech.py)."""

from pathlib import Path

from infinitalk_media.timeline import Timeline

_ARPABET = {"AX": "AH"}  # flite's name for an AH without stress


def timeline(voice: str) -> Timeline:
    """Return the phonemes of `hello` or `morning`; pauses are gaps between them."""
    found, start_s = [], 0.0
    for entry in Path(__file__).with_name(f"{voice}-phones.txt").read_text().split():
        name, _, end = entry.upper().partition(":")
        if name != "PAU":
            found.append([_ARPABET.get(name, name), start_s, float(end)])
        start_s = float(end)
    return Timeline.of([], found)
