"""Decodes a part of a sound in any format to a 16-bit WAV, by ffmpeg, and reads that WAV."""

import re
import struct
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from infinitalk_media import MediaError, chained_streams, ffmpeg
from infinitalk_media.file_type import SOUND, VIDEO, check_size, sniff
from infinitalk_media.sentences import Sentence, say

_LEAD_S, _PROBED_S = 1.0, 0.5
_LEAST_S = 0.1
_INEXACT_SEEK_S = 300.0  # from here on an inexact seek is used; five minutes decode in half a second
_WAV_OPTIONS = ("-map_metadata", "-1", "-c:a", "pcm_s16le", "-fs", "96M", "-f", "wav")
_PCM = (1, 0xFFFE)  # PCM, and EXTENSIBLE, which ffmpeg writes for more than two channels
_BITS = 16
_LENGTH = re.compile(r"Duration: (\d+):(\d\d):(\d\d\.\d+)")


@dataclass(frozen=True)
class Wav:
    """Where the samples are in a file; `rate` in Hz, `frames` are samples per channel.

    `lost` is what could not be read of the recording: its "end", "parts" of it, or "", nothing. `links` is
    the number of recordings in the file.
    """

    path: Path
    rate: int
    channels: int
    frames: int
    offset: int
    lost: str = ""
    links: int = 1


def to_wav(source: Path, folder: Path, start_s: float, seconds: float, *options: str) -> Wav:
    """Write a part of the sound into `folder` as 16-bit WAV with its own rate and channels.

    `options` are ffmpeg's for the output.

    Raises:
        MediaError: there is no sound in that part, or none that can be read.
    """
    check_size(source, "sound")
    until = time.monotonic() + ffmpeg.TIMEOUT_S  # for all runs together
    links, whole = chained_streams.split(source, folder)
    lost = "" if whole else "end"
    wav, messages = _written(links, folder, until, start_s, seconds, *options)
    if wav is None and len(links) > 1:  # one of them may be damaged or without sound
        readable = [link for link in links if _written([link], folder, until, 0, _PROBED_S)[0]]
        lost = "end" if readable == links[: len(readable)] else "parts"
        links = readable or links[:1]
        wav, messages = _written(links, folder, until, start_s, seconds, *options)
    if wav is None and start_s and _written(links[:1], folder, until, 0, _PROBED_S)[0]:
        raise MediaError(say("sound_ends_before_start"))
    if wav is None:
        raise MediaError(_reason(source, messages))
    if not (4000 <= wav.rate <= 384_000 and wav.channels <= 16):  # noqa: PLR2004  # as recorders make it
        raise MediaError(say("sound_odd_format"))
    return replace(wav, lost=lost, links=len(links))


def told_length_s(source: Path) -> float | None:
    """Return how long the file says that its recording is; None if it does not, or ffmpeg only guesses."""
    told = ffmpeg.run([*ffmpeg.GUARDED_INPUT, "-loglevel", "info", "-i", ffmpeg.source(source)])
    found = None if "Estimating duration" in told else _LENGTH.search(told)
    if found is None:
        return None
    hours, minutes, seconds = map(float, found.groups())
    return 3600 * hours + 60 * minutes + seconds


def _written(
    links: Sequence[Path], folder: Path, until: float, start_s: float, seconds: float, *options: str
) -> tuple[Wav | None, str]:
    """Return the WAV, or None without any samples, and ffmpeg's messages."""
    target = folder / "sound.wav"
    target.unlink(missing_ok=True)  # ffmpeg leaves it when it cannot open an input
    inputs = (_one_input if len(links) == 1 else _all_inputs)(links, start_s, seconds)
    left_s = max(_LEAST_S, until - time.monotonic())
    messages = ffmpeg.run([*inputs, *_WAV_OPTIONS, *options, str(target)], timeout_s=left_s)
    wav = read_header(target)
    return wav if wav and wav.frames else None, messages


def _one_input(links: Sequence[Path], start_s: float, seconds: float) -> list[str]:
    """Return options that seek close to the part, and cut it by time.

    Decoders drop some sound after a seek (-ss before -i), so it is one second early; -ss after -i is exact.
    Near the beginning there is no seek: some containers have none, and in MP3 and AAC it is inexact.
    """
    kind = sniff(links[0])
    inexact = kind is not None and kind.code == "mp3_or_aac_sound"
    lead_s = start_s if inexact and start_s < _INEXACT_SEEK_S else min(start_s, _LEAD_S)
    seek = ["-ss", f"{start_s - lead_s:.3f}"] if start_s > lead_s else []
    cut = ["-ss", f"{lead_s:.3f}"] if lead_s else []
    length = ["-t", f"{seconds + lead_s:.3f}"]
    return [*ffmpeg.GUARDED_INPUT, *seek, *length, "-i", ffmpeg.source(links[0]), *cut, "-map", "0:a:0"]


def _all_inputs(links: Sequence[Path], start_s: float, seconds: float) -> list[str]:
    """Return options that decode all, in the format of the first, and cut the part by time."""
    inputs = [part for link in links for part in (*ffmpeg.GUARDED_INPUT, "-i", ffmpeg.source(link))]
    pads = "".join(f"[{number}:a:0]" for number in range(len(links)))
    joined = ["-filter_complex", f"{pads}concat=n={len(links)}:v=0:a=1[all]", "-map", "[all]"]
    return [*inputs, *joined, "-ss", f"{start_s:.3f}", "-t", f"{seconds:.3f}"]


def _reason(source: Path, messages: str) -> Sentence:
    kind = sniff(source)
    if kind and kind.category not in (SOUND, VIDEO):
        return say("something_else_than_sound", kind=kind.name)
    if "Too many channels" in messages:
        return say("sound_odd_format")
    if "matches no streams" in messages:
        return say("file_without_sound")
    return say("sound_damaged") if kind else say("not_a_sound")


def read_header(path: Path) -> Wav | None:
    """Return the WAV, by the real length of the file; None unless it is 16-bit PCM.

    Before Python 3.12 the standard library's `wave` refuses the EXTENSIBLE format.
    """
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
        if kind == b"data" and len(form) >= 16:  # noqa: PLR2004
            code, channels, rate, _, _, bits = struct.unpack("<HHIIHH", form[:16])
            if code not in _PCM or bits != _BITS or not channels or not rate:
                return None
            return Wav(path, rate, channels, (size - at - 8) // (2 * channels), at + 8)
        at += 8 + length + length % 2
    return None


def read_samples(wav: Wav) -> NDArray[np.int16]:
    """Return the samples, shape (frames, channels)."""
    flat = np.fromfile(wav.path, np.int16, count=wav.frames * wav.channels, offset=wav.offset)
    return flat.reshape(-1, wav.channels)
