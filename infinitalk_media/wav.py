"""Reads the 16-bit WAV of our own ffmpeg call; the standard `wave` refuses more than two channels."""

import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_PCM = (1, 0xFFFE)  # plain, and EXTENSIBLE, which ffmpeg writes for more than two channels
_BITS = 16


@dataclass(frozen=True)
class Wav:
    """Where the samples lie in a file; `rate` in Hz, `frames` are samples per channel.

    `lost`: what of the recording could not be read, its "end" or other "parts"; nothing of a whole one.
    """

    path: Path
    rate: int
    channels: int
    frames: int
    offset: int
    lost: str = ""


def read_header(path: Path) -> Wav | None:
    """Return what the header says, or None without a 16-bit PCM WAV; the length is the file's real one."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(4096)
    except OSError:
        return None
    at, form = 12, b""
    while at + 8 <= len(head):
        kind, length = struct.unpack("<4sI", head[at : at + 8])
        if kind == b"fmt ":
            form = head[at + 8 : at + 8 + length]
        if kind == b"data" and len(form) >= 16:  # noqa: PLR2004  # the fields of a plain format
            code, channels, rate, _, _, bits = struct.unpack("<HHIIHH", form[:16])
            if code not in _PCM or bits != _BITS or not channels or not rate:
                return None
            return Wav(path, rate, channels, (size - at - 8) // (2 * channels), at + 8)
        at += 8 + length + length % 2
    return None


def samples(wav: Wav) -> NDArray[np.int16]:
    """Return the samples, shape (frames, channels), straight from the disk."""
    flat = np.fromfile(wav.path, np.int16, count=wav.frames * wav.channels, offset=wav.offset)
    return flat.reshape(-1, wav.channels)
