"""A visitor's sound, whatever its format, becomes a WAV of the part that is wanted."""

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from infinitalk_media import MediaError, TransientMediaError, chain, ffmpeg
from infinitalk_media.kinds import FILM, SOUND, kind_of
from infinitalk_media.sentences import Sentence, say
from infinitalk_media.wav import Wav, read_header

_LEAD_S, _PROBED_S = 1.0, 0.5
_LEAST_S = 0.1
_GUESSED_FROM_S = 300.0  # five minutes are decoded in half a second
_WAV = ("-map_metadata", "-1", "-c:a", "pcm_s16le", "-fs", "96M", "-f", "wav")


def to_wav(source: Path, folder: Path, start_s: float, seconds: float, *shape: str) -> Wav:
    """Write the part into `folder` as 16-bit WAV at its own rate and channels; return what its header says.

    `shape` are options of ffmpeg for the output.

    Raises:
        MediaError: there is no sound in that part, or none that can be read.
    """
    if not source.is_file():
        raise TransientMediaError(say("sound_missing"))
    if source.stat().st_size == 0:
        raise MediaError(say("sound_empty"))
    until = time.monotonic() + ffmpeg.TIMEOUT_S  # for all runs together
    links, whole = chain.taken_apart(source, folder)
    lost = "" if whole else "end"
    wav, remarks = _written(links, folder, until, start_s, seconds, *shape)
    if wav is None and len(links) > 1:  # one of them may be damaged, or have no sound
        readable = [link for link in links if _written([link], folder, until, 0, _PROBED_S)[0]]
        lost = "end" if readable == links[: len(readable)] else "parts"
        links = readable or links[:1]
        wav, remarks = _written(links, folder, until, start_s, seconds, *shape)
    if wav is None and start_s and _written(links[:1], folder, until, 0, _PROBED_S)[0]:
        raise MediaError(say("sound_ends_before_start"))
    if wav is None:
        raise MediaError(_why(source, remarks))
    if not (4000 <= wav.rate <= 384_000 and wav.channels <= 16):  # noqa: PLR2004  # what any recorder makes
        raise MediaError(say("sound_odd_format"))
    return replace(wav, lost=lost)


def _written(
    links: Sequence[Path], folder: Path, until: float, start_s: float, seconds: float, *shape: str
) -> tuple[Wav | None, str]:
    """Return the WAV, None without a sample in it, and ffmpeg's remarks."""
    target = folder / "sound.wav"
    target.unlink(missing_ok=True)  # what cannot be opened leaves the last one
    inputs = (_of_one if len(links) == 1 else _of_many)(links, start_s, seconds)
    left_s = max(_LEAST_S, until - time.monotonic())
    remarks = ffmpeg.run([*inputs, *_WAV, *shape, str(target)], timeout_s=left_s)
    wav = read_header(target)
    return wav if wav and wav.frames else None, remarks


def _of_one(links: Sequence[Path], start_s: float, seconds: float) -> list[str]:
    """Seek near to the part, and cut by time.

    Decoders swallow some sound after a seek (-ss before -i): it goes a second too far back, and the exact
    start is cut by time (-ss after it). Near the beginning there is none: some containers cannot seek, and in
    MP3 and AAC, which have no index, it is a guess.
    """
    kind = kind_of(links[0])
    guessed = kind is not None and kind.code == "mp3_or_aac_sound"
    lead_s = start_s if guessed and start_s < _GUESSED_FROM_S else min(start_s, _LEAD_S)
    seek = ["-ss", f"{start_s - lead_s:.3f}"] if start_s > lead_s else []
    cut = ["-ss", f"{lead_s:.3f}"] if lead_s else []
    length = ["-t", f"{seconds + lead_s:.3f}"]
    return [*ffmpeg.GUARDED_INPUT, *seek, *length, "-i", ffmpeg.source(links[0]), *cut, "-map", "0:a:0"]


def _of_many(links: Sequence[Path], start_s: float, seconds: float) -> list[str]:
    """Decode one after the other in the form of the first, and cut by time."""
    inputs = [part for link in links for part in (*ffmpeg.GUARDED_INPUT, "-i", ffmpeg.source(link))]
    pads = "".join(f"[{number}:a:0]" for number in range(len(links)))
    joined = ["-filter_complex", f"{pads}concat=n={len(links)}:v=0:a=1[all]", "-map", "[all]"]
    return [*inputs, *joined, "-ss", f"{start_s:.3f}", "-t", f"{seconds:.3f}"]


def _why(source: Path, remarks: str) -> Sentence:
    kind = kind_of(source)
    if kind and kind.sort not in (SOUND, FILM):
        return say("something_else_than_sound", kind=kind.name)
    if "Too many channels" in remarks:
        return say("sound_odd_format")
    if "matches no streams" in remarks:
        return say("file_without_sound")
    if kind is None:
        return say("not_a_sound")
    return say("sound_damaged")
