"""The values that travel: what is asked for, and what is answered."""

import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeGuard
from urllib.parse import urlsplit

from ._errors import InvalidRequest

DEFAULT_PROMPT = "A professional woman speaks confidently, gesturing naturally while addressing the camera."
RESOLUTIONS = ("480p", "576p", "720p")
FPS_RANGE = range(16, 31)
PROMPT_MAX = 2000
RANDOM_SEED = -1
FACE_NUMBERS = 6
FACE_RULE = (
    "face must be the number of a face, from 1, or six numbers: left eye, right eye and mouth, each x, y"
)
_REQUEST_ID = re.compile(r"[0-9A-Za-z_-]{1,80}")
SEED_MAX = 2**64 - 1  # the most that a generator of random numbers takes


@dataclass(frozen=True)
class TalkRequest:
    """One picture and one voice to be made into a video.

    Attributes:
        image: http(s) address of a picture, or of a short video.
        audio: http(s) address of the voice.
        prompt: 1 to 2000 characters about scene and mood; of control characters line breaks and tabs alone.
        resolution: "480p", "576p" or "720p".
        fps: frames per second, 16 to 30; lip sync is best at 25.
        seed: 0 to 2**64 - 1, or -1 for a random one.
        base64: asks for the video inside the answer; costs five times its size in memory.
        face: who talks, for the project's own server alone: the number of a face, or six numbers in pixels of
            the upright picture (left eye x, y, right eye x, y, mouth x, y). It is sent only if it is set.

    Raises:
        InvalidRequest: a value is outside its range.
    """

    image: str
    audio: str
    prompt: str = DEFAULT_PROMPT
    resolution: str = "480p"
    fps: int = 25
    seed: int = 42424242
    base64: bool = False
    face: int | Sequence[float] | None = None

    def __post_init__(self) -> None:
        for name in ("image", "audio"):
            _need(_is_web_address(getattr(self, name)), f"{name} must be an http or https address")
        _need(
            isinstance(self.prompt, str) and 1 <= len(self.prompt.strip()) <= len(self.prompt) <= PROMPT_MAX,
            f"prompt must have 1 to {PROMPT_MAX} characters",
        )
        _need(_is_text(self.prompt), "prompt holds half characters, which no text can carry")
        _need(not _has_controls(self.prompt), "prompt must not hold control characters; type it anew")
        _need(self.resolution in RESOLUTIONS, f"resolution must be one of {', '.join(RESOLUTIONS)}")
        _need(_is_int(self.fps) and self.fps in FPS_RANGE, "fps must be a whole number from 16 to 30")
        _need(
            _is_int(self.seed) and RANDOM_SEED <= self.seed <= SEED_MAX,
            f"seed must be a whole number from 0 to {SEED_MAX}, or -1 for a random one",
        )
        _need(isinstance(self.base64, bool), "base64 must be true or false")
        _need(self.face is None or _is_choice(self.face), FACE_RULE)


def _need(holds: bool, sentence: str) -> None:
    if not holds:
        raise InvalidRequest(f"{sentence}.")


def _is_int(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_choice(value: object) -> bool:
    """Tell whether a value can name a face: its number, or three marks; the picture decides the rest."""
    if isinstance(value, list | tuple):
        return len(value) == FACE_NUMBERS and all(map(_is_finite, value))
    return isinstance(value, int) and _is_int(value) and value >= 1


def _is_finite(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < math.inf


def _is_text(value: str) -> bool:
    """Tell whether a text can be written: a lone surrogate cannot."""
    return not any("\ud800" <= character <= "\udfff" for character in value)


def _has_controls(text: str) -> bool:
    """Tell whether a text could steer the terminal that it is pasted into."""
    return any(unicodedata.category(letter) == "Cc" and letter not in "\t\n\r" for letter in text)


def is_request_id(value: object) -> TypeGuard[str]:
    """Tell whether this can be the id of a job: the service's are such, and no other can harm where it lands.

    It lands in paths, logs, and commands to be pasted.
    """
    return isinstance(value, str) and _REQUEST_ID.fullmatch(value) is not None


def _is_web_address(value: object) -> bool:
    if not isinstance(value, str) or any(c.isspace() or not c.isprintable() for c in value):
        return False
    try:
        parts = urlsplit(value)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number, a broken IPv6 address
        return False


class JobState(StrEnum):
    """Where a job is, in the wire's words."""

    QUEUED = "QUEUED"
    PROCESSING = "PROCESSING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"


@dataclass(frozen=True)
class Progress:
    """Frames drawn so far; only the embedded preview reports them."""

    done: int
    total: int


@dataclass(frozen=True)
class Metrics:
    """What the service says about a run: money in USD, times in seconds, None where it says nothing.

    `extra` holds what else it said, such as the preview's facts about its renderer.
    """

    cost: float | None = None
    remaining_credits: float | None = None
    inference_time: float | None = None
    queue_time: float | None = None
    total_time: float | None = None
    extra: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class JobStatus:
    """One look at a job.

    `elapsed_s` counts from our own submission, or from the start of the watch for a job taken up later.
    `error` is the service's reason when the state is FAILED. `unknown_word` is the service's own name of the
    state when this client does not know it: such a job counts as PROCESSING.
    """

    request_id: str
    state: JobState
    elapsed_s: float = 0.0
    metrics: Metrics = field(default_factory=Metrics)
    progress: Progress | None = None
    queue_position: int | None = None
    error: str | None = None
    unknown_word: str | None = None


@dataclass(frozen=True)
class Result:
    """A finished video: its address, or its bytes when base64 was asked for, or the file it was saved to."""

    url: str | None = None
    data: bytes | None = field(default=None, repr=False)
    metrics: Metrics = field(default_factory=Metrics)
    seed: int | None = None
    request_id: str | None = None
    path: Path | None = None


@dataclass(frozen=True)
class Credits:
    """The balance in USD."""

    credits: float = 0.0
    free_credits: float = 0.0

    @property
    def total(self) -> float:
        return self.credits + self.free_credits


@dataclass(frozen=True)
class HistoryEntry:
    """What the service's history says about one of our own requests, of any age; cost in USD."""

    request_id: str
    state: JobState
    url: str | None = None
    cost: float | None = None
    error: str | None = None
    latency_ms: float | None = None
    request: Mapping[str, Any] = field(default_factory=dict, hash=False)
