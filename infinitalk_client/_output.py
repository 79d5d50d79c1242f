"""Finds the video in a finished job's answer, whatever its shape."""

import base64
import binascii
from collections.abc import Mapping
from typing import Any

_KEYS = ("url", "video", "video_url", "result", "output")
_TOP_LEVEL_KEYS = ("output", "video", "video_url", "result")
_DEEPEST = 6


def find_video(body: Mapping[str, Any]) -> str | bytes | None:
    """Return the video's address, or its bytes, or None.

    The documented shape is `output: "<url>"`; the others were seen on the vendor's other models.
    """
    return _first(body.get(key) for key in _TOP_LEVEL_KEYS)


def _first(candidates: Any, depth: int = 0) -> str | bytes | None:
    found = (_read(candidate, depth) for candidate in candidates)
    return next((video for video in found if video), None)


def _read(value: Any, depth: int) -> str | bytes | None:
    if depth > _DEEPEST:
        return None
    if isinstance(value, str):
        return _read_text(value.strip())
    if isinstance(value, list):
        return _first(value, depth + 1)
    if isinstance(value, Mapping):
        return _first((value.get(key) for key in _KEYS), depth + 1)
    return None


def _read_text(text: str) -> str | bytes | None:
    if text.lower().startswith(("http://", "https://")):
        return text
    if text.lower().startswith("data:"):
        head, _, payload = text.partition(",")
        return _decode(payload) if head.lower().endswith(";base64") else None
    return _decode(text)


def _decode(text: str) -> bytes | None:
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return data if looks_like_video(data) else None


def looks_like_video(data: bytes) -> bool:
    """Tell an MP4 (a `ftyp` box first) or a WebM (an EBML head) by its first bytes."""
    return data[4:8] == b"ftyp" or data[:4] == b"\x1a\x45\xdf\xa3"
