"""The parameters of a talk: which values are refused at once, and which make the job fail later."""

import secrets
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from infinitalk_local import marks
from infinitalk_local.refusals import Refusal

DEFAULT_PROMPT = "A professional woman speaks confidently, gesturing naturally while addressing the camera."
DEFAULT_SEED = 42424242
RESOLUTIONS = ("480p", "576p", "720p")
FPS = range(16, 31)
PROMPT_MAX = 2000
SEED_MAX = 2**64 - 1
MOCK_SECONDS_MAX = 600
MOCK_CREDITS_MAX = 1000


class BadInput(ValueError):
    """The job will fail for this reason."""


@dataclass(frozen=True)
class Talk:
    """A submission that has been understood."""

    image: str
    audio: str
    prompt: str = DEFAULT_PROMPT
    resolution: str = "480p"
    fps: int = 25
    seed: int = DEFAULT_SEED
    base64: bool = False
    face: marks.Choice | None = None  # ours alone: the vendor has no such field

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> Self:
        """Read a submission.

        Raises:
            BadInput: the job is taken, and fails at the first look, as at the vendor's.
        """
        image, audio = (_address(body.get(name), name) for name in ("image", "audio"))
        prompt = body.get("prompt", DEFAULT_PROMPT)
        if not isinstance(prompt, str) or not 1 <= len(prompt) <= PROMPT_MAX:
            raise BadInput(f"prompt must have 1 to {PROMPT_MAX} characters")
        if _has_controls(prompt):
            raise BadInput("prompt must not hold control characters")
        seed = body.get("seed", DEFAULT_SEED)
        if not _is_whole(seed) or not -1 <= seed <= SEED_MAX:
            raise BadInput(f"seed must be a whole number from 0 to {SEED_MAX}, or -1")
        return cls(
            image=image,
            audio=audio,
            prompt=prompt,
            resolution=body.get("resolution", "480p"),
            fps=body.get("fps", 25),
            seed=secrets.randbelow(2**31) if seed == -1 else seed,
            base64=body.get("base64") is True,
            face=marks.read(body.get("face")),
        )


def refuse_values(body: Mapping[str, Any]) -> None:
    """Refuse at once what lies outside a declared set or range (406)."""
    if body.get("resolution", "480p") not in RESOLUTIONS:
        raise Refusal(406, f"resolution must be one of {', '.join(RESOLUTIONS)}")
    fps = body.get("fps", 25)
    if not _is_whole(fps) or fps not in FPS:
        raise Refusal(406, "fps must be a whole number from 16 to 30")
    if not isinstance(body.get("base64", False), bool):
        raise Refusal(406, "base64 must be true or false")
    try:
        marks.read(body.get("face"))
    except marks.BadFace as error:
        raise Refusal(406, str(error)) from error


@dataclass(frozen=True)
class Mock:
    """A submission to the vendor's mock model: how many seconds it takes, and how many credits it costs."""

    sleep: float = 0.0
    credits: float = 0.0

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> Self:
        """Read a submission; what it does not say is 0.

        Raises:
            Refusal: a value is no number, or outside its range (406).
        """
        return cls(
            _between(body.get("sleep") or 0, MOCK_SECONDS_MAX, "sleep"),
            _between(body.get("credits") or 0, MOCK_CREDITS_MAX, "credits"),
        )


def _between(value: object, most: int, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
        raise Refusal(406, f"{name} must be a number from 0 to {most}")
    return float(value)


def _address(value: object, name: str) -> str:
    if not isinstance(value, str) or not value.startswith(("http://", "https://")):
        raise BadInput(f"{name} must be an http or https address")
    return value


def _has_controls(text: str) -> bool:
    """Tell whether a text could steer a terminal; line breaks and tabs are only text."""
    return any(unicodedata.category(letter) == "Cc" and letter not in "\t\n\r" for letter in text)


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
