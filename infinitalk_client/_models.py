"""The values that requests and answers are made of."""

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
from ._messages import message

DEFAULT_PROMPT = "A professional woman speaks confidently, gesturing naturally while addressing the camera."
FPS_RANGE = range(16, 31)
PROMPT_MAX = 2000
RANDOM_SEED = -1
FACE_NUMBERS = 6
SEED_MAX = 2**64 - 1  # the most that a generator of random numbers takes
Spoken = tuple[str, float, float]
_REQUEST_ID = re.compile(r"[0-9A-Za-z_-]{1,80}")
_RESOLUTION = re.compile(r"[1-9][0-9]{2,3}p")


@dataclass(frozen=True)
class TalkRequest:
    """One picture and one voice, of which the service makes a video.

    Attributes:
        image: http(s) address of a picture, or of a short video.
        audio: http(s) address of the voice.
        prompt: 1 to 2000 characters about scene and mood; no control characters but line breaks and tabs.
        resolution: one that the service offers; at Segmind "480p", "576p" or "720p".
        fps: frames per second, 16 to 30; lip sync is best at 25.
        seed: 0 to 2**64 - 1, or -1 for a random one.
        base64: asks for the video inside the answer; costs five times its size in memory.
        face: who talks: the number of a face, or six numbers in pixels of the upright picture (left eye x, y,
            right eye x, y, mouth x, y). Only the project's own server knows this field and the next two.
        words, phonemes: what is said, as (text, start_s, end_s); phonemes in ARPABET. Lips follow them.

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
    words: Sequence[Spoken] = ()
    phonemes: Sequence[Spoken] = ()

    def __post_init__(self) -> None:
        for name in ("image", "audio"):
            _require(_is_web_address(getattr(self, name)), "address", name=name)
        _require(
            isinstance(self.prompt, str) and 1 <= len(self.prompt.strip()) <= len(self.prompt) <= PROMPT_MAX,
            "prompt_length",
            most=PROMPT_MAX,
        )
        _require(not _holds(self.prompt, "Cs"), "prompt_surrogates")
        _require(not _holds(self.prompt, "Cc"), "prompt_controls")  # they could steer a terminal
        _require(_is_resolution(self.resolution), "resolution")
        _require(_is_int(self.fps) and self.fps in FPS_RANGE, "fps", least=FPS_RANGE[0], most=FPS_RANGE[-1])
        _require(_is_int(self.seed) and RANDOM_SEED <= self.seed <= SEED_MAX, "seed", most=SEED_MAX)
        _require(isinstance(self.base64, bool), "base64")
        _require(self.face is None or _is_face(self.face), "face")
        _require(all(map(_is_spoken, (*self.words, *self.phonemes))), "spoken")


def _require(holds: bool, code: str, **values: Any) -> None:
    if not holds:
        raise InvalidRequest(message(code, **values))


def _is_int(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_resolution(value: object) -> bool:
    return isinstance(value, str) and _RESOLUTION.fullmatch(value) is not None


def _is_face(value: object) -> bool:
    """Tell whether a value can name a face: its number, or six coordinates; the picture decides the rest."""
    if isinstance(value, list | tuple):
        return len(value) == FACE_NUMBERS and all(map(_is_finite, value))
    return _is_int(value) and value >= 1


def _is_spoken(value: object) -> bool:
    """Tell whether a value is a text with two times; the server decides the rest."""
    match value:
        case [str(), start_s, end_s]:
            return _is_finite(start_s) and _is_finite(end_s)
    return False


def _is_finite(value: object) -> bool:
    return (isinstance(value, float) or _is_int(value)) and abs(value) < math.inf


def _holds(text: str, category: str) -> bool:
    """Tell whether a text has characters of a Unicode category, apart from tabs and line breaks."""
    return any(unicodedata.category(letter) == category and letter not in "\t\n\r" for letter in text)


def is_request_id(value: object) -> TypeGuard[str]:
    """Tell whether a value can be the id of a job, and is harmless in paths, logs and pasted commands."""
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

    `extra` holds its other fields, such as the preview's facts about its renderer.
    """

    cost: float | None = None
    remaining_credits: float | None = None
    inference_time: float | None = None
    queue_time: float | None = None
    total_time: float | None = None
    extra: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class JobStatus:
    """What one poll says about a job.

    Attributes:
        elapsed_s: since this client submitted the job, or since the watch began for a job of another process.
        error: the service's reason when the state is FAILED.
        service_code, service_values: code and values of that reason, from a service that sends them.
        unknown_word: the service's name of a state that this client does not know; it counts as PROCESSING.
    """

    request_id: str
    state: JobState
    elapsed_s: float = 0.0
    metrics: Metrics = field(default_factory=Metrics)
    progress: Progress | None = None
    queue_position: int | None = None
    error: str | None = None
    unknown_word: str | None = None
    service_code: str | None = None
    service_values: Mapping[str, Any] = field(default_factory=dict, hash=False)


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
    """What the service's request history says about one request, of any age; cost in USD."""

    request_id: str
    state: JobState
    url: str | None = None
    cost: float | None = None
    error: str | None = None
    latency_ms: float | None = None
    request: Mapping[str, Any] = field(default_factory=dict, hash=False)
