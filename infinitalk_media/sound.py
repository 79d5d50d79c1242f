"""Prepares a sound: a checked clip, cut, faded and padded, as MP3 without metadata.

ffmpeg decodes the part and encodes the clip; pydub edits it. `AudioSegment.from_file` is not used: it decodes
the whole file, and reads formats that name other files.
"""

import warnings as python_warnings
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from infinitalk_media import MediaError, ffmpeg
from infinitalk_media.decoding import read_samples, to_wav, told_length_s
from infinitalk_media.downmix import downmix
from infinitalk_media.sentences import Sentence, say
from infinitalk_media.temporary_folder import temporary_folder

if TYPE_CHECKING:
    from pydub import AudioSegment

SECONDS_MAX = 40.0  # the open model's cap
START_MAX_S = 86_400  # no recording is longer
SHORTEST_S = 0.5
PADDED_TO_S = 3.5  # the open model drops clips of 3.24 s or less
QUIETEST_DBFS = -45.0
QUIET_DBFS = -30.0
FADE_IN_MS, FADE_OUT_MS = 5, 30
PAUSE_WITHIN_MS = 2000
# LAME's level 7 takes 60 % of the default's time; one voice does not need more than 128 kb/s.
_MP3 = ["-c:a", "libmp3lame", "-b:a", "128k", "-compression_level", "7", "-f", "mp3"]
_EXPORTED = ["-ar", "44100", "-ac", "1", "-map_metadata", "-1", *_MP3]
_TAIL_S = 0.2  # decoded beyond the part, to know whether the recording goes on
_FRAME_S = 0.05
_CLICK_S = 0.12  # shorter sounds are clicks, where an offset begins or a rumble is cut
_FULL_SCALE = round(0.999 * 32768)


@dataclass(frozen=True)
class Facts:
    """The clip: lengths in seconds, levels in dB relative to full scale.

    `start_s` and `end_s` are its position in the recording, without padding. `whole_s` is the length of a
    recording that goes on after the clip, where its file says it.
    """

    path: Path
    duration_s: float
    level_dbfs: float
    peak_dbfs: float
    speech_s: float
    start_s: float
    end_s: float
    trimmed: bool
    padded: bool
    clipped: bool = False
    warnings: tuple[Sentence, ...] = ()
    goes_on: bool = False
    whole_s: float | None = None

    @property
    def taken(self) -> Sentence | None:
        """The sentence that names the part of the recording; None for all of it."""
        if not self.trimmed:
            return None
        return say("sound_part_used", start=self.start_s, end=self.end_s)

    @property
    def cut_off(self) -> Sentence | None:
        """The sentence on a recording of which the beginning alone is used; None for any other."""
        if self.start_s or not self.goes_on:
            return None
        if self.whole is None:
            return say("sound_first_part_used", seconds=self.end_s)
        return say("sound_first_of_whole_used", seconds=self.end_s, **self.whole)

    @property
    def whole(self) -> dict[str, int] | None:
        """The length of the whole recording as players show it: `minutes` and the `rest` in seconds."""
        if self.whole_s is None:
            return None
        whole_s = max(int(self.whole_s + 0.5), int(self.end_s) + 1)
        return dict(zip(("minutes", "rest"), divmod(whole_s, 60), strict=True))


def prepare(
    source: Path,
    target: Path,
    *,
    start_s: float = 0.0,
    seconds: float = SECONDS_MAX,
    end_in_pause: bool = False,
) -> Facts:
    """Cut `seconds` from `start_s` on, and write them to `target` as MP3, 44.1 kHz, mono, 128 kb/s.

    With `end_in_pause` the clip ends in the middle of the last pause in its last two seconds.

    Raises:
        MediaError: there is no usable sound; `target` is not written.
    """
    if not 0 <= start_s <= START_MAX_S:
        raise MediaError(say("start_out_of_range"))
    if not SHORTEST_S <= seconds <= SECONDS_MAX:
        raise MediaError(say("length_out_of_range", least=SHORTEST_S, most=SECONDS_MAX))
    with temporary_folder() as folder:
        wav = to_wav(source, folder, start_s, seconds + _TAIL_S)
        mix = downmix(read_samples(wav), wav.rate)
        clip = load()(data=mix.samples.tobytes(), sample_width=2, frame_rate=wav.rate, channels=1)
        trimmed = len(clip) > seconds * 1000
        clip = clip[: round(seconds * 1000)]
        if end_in_pause and trimmed:
            clip = clip[: _last_pause(clip)]
        _check_sound(clip)
        clipped = _is_clipped(read_samples(wav)[: int(clip.frame_count()), mix.channels])
        facts = _facts(target, clip, start_s, trimmed=trimmed, clipped=clipped, lost=wav.lost)
        if trimmed and wav.links == 1:
            facts = replace(facts, whole_s=told_length_s(source))
        _export(_shaped(clip, starts_inside=start_s > 0, cut=trimmed), folder, target)
    return facts


def decode(source: Path, rate: int = 16_000, seconds: float = SECONDS_MAX) -> NDArray[np.float32]:
    """Return the sound of any accepted file as mono samples from -1 to 1, shape (n,), at `rate`.

    Raises:
        MediaError: there is no usable sound in it.
    """
    with temporary_folder() as folder:
        wav = to_wav(source, folder, 0.0, seconds, "-ar", str(rate))
        return np.divide(downmix(read_samples(wav), rate).samples, 32768, dtype=np.float32)


def load() -> Any:
    """Import pydub's AudioSegment, which has no types; early, so that the first clip does not wait for it."""
    with python_warnings.catch_warnings():
        # pydub warns of escapes in its own source, and of no ffmpeg on PATH.
        python_warnings.simplefilter("ignore")
        from pydub import AudioSegment  # noqa: PLC0415
    return AudioSegment


def _check_sound(clip: "AudioSegment") -> None:
    if len(clip) < SHORTEST_S * 1000:
        raise MediaError(say("sound_too_short", least=SHORTEST_S))
    if clip.max_dBFS < QUIETEST_DBFS or _speech_s(clip) < _CLICK_S:
        raise MediaError(say("no_sound_in_part"))


def _last_pause(clip: "AudioSegment") -> int:
    """Return the middle of the last pause in the last two seconds, in ms, or the clip's length."""
    from pydub.silence import detect_silence  # noqa: PLC0415

    # At least half of the clip and SHORTEST_S are kept.
    tail_ms = max(0, min(PAUSE_WITHIN_MS, len(clip) // 2, len(clip) - round(SHORTEST_S * 1000)))
    tail = clip[len(clip) - tail_ms :]
    pauses = detect_silence(tail, min_silence_len=120, silence_thresh=clip.dBFS - 16, seek_step=10)
    if not pauses:
        return len(clip)
    begin, end = pauses[-1]
    return len(clip) - tail_ms + int(begin + end) // 2


def _shaped(clip: "AudioSegment", *, starts_inside: bool, cut: bool) -> "AudioSegment":
    """Fade where the recording was cut, against clicks, and pad to the model's least length."""
    if starts_inside:
        clip = clip.fade_in(FADE_IN_MS)
    if cut:
        clip = clip.fade_out(FADE_OUT_MS)
    missing = round(PADDED_TO_S * 1000) - len(clip)
    return clip + type(clip).silent(missing, clip.frame_rate) if missing > 0 else clip


def _export(clip: "AudioSegment", folder: Path, target: Path) -> None:
    """Write the MP3 from a WAV in `folder`: pydub alone leaves files behind when it is interrupted."""
    wav = folder / "clip.wav"
    clip.export(wav, format="wav").close()
    part = target.with_name(f"{target.name}.part")
    try:
        messages = ffmpeg.run(["-i", ffmpeg.source(wav), *_EXPORTED, str(part)])
        if not part.is_file() or not part.stat().st_size:
            raise OSError(f"The MP3 was not written: {messages.strip()[-200:]}")
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def _facts(target: Path, clip: Any, start_s: float, *, trimmed: bool, clipped: bool, lost: str) -> Facts:
    speech_s, length_s = _speech_s(clip), len(clip) / 1000
    warnings = {
        say("sound_parts_left_out"): lost == "parts",
        say("sound_cut_short", seconds=start_s + length_s): lost == "end" and not trimmed,
        say("sound_clipped"): clipped,
        say("sound_quiet"): clip.dBFS < QUIET_DBFS,
        say("sound_little_speech"): speech_s < length_s / 2,
        say("sound_padded", seconds=PADDED_TO_S): length_s < PADDED_TO_S,
    }
    return Facts(
        path=target,
        duration_s=max(length_s, PADDED_TO_S),
        level_dbfs=round(clip.dBFS, 1),
        peak_dbfs=round(clip.max_dBFS, 1),
        speech_s=round(speech_s, 2),
        start_s=start_s,
        end_s=start_s + length_s,
        trimmed=trimmed or start_s > 0,
        padded=length_s < PADDED_TO_S,
        goes_on=trimmed,
        clipped=clipped,
        warnings=tuple(sentence for sentence, holds in warnings.items() if holds),
    )


def _is_clipped(samples: NDArray[np.int16]) -> bool:
    """Tell whether one sample in a thousand is at full scale in some channel: a mix would hide it."""
    full = (samples >= _FULL_SCALE) | (samples <= -_FULL_SCALE)
    return bool(full.any(axis=1).mean() > 0.001)  # noqa: PLR2004


def _speech_s(clip: Any) -> float:
    """Return for how long there is sound within 30 dB of the clip's loud parts."""
    samples = np.divide(np.frombuffer(clip.raw_data, np.int16), 32768, dtype=np.float32)
    frame = max(1, round(_FRAME_S * clip.frame_rate))
    whole = samples[: len(samples) // frame * frame].reshape(-1, frame)
    if not len(whole):
        return 0.0
    level = 10 * np.log10(np.square(whole).mean(axis=1) + 1e-12)
    return float(np.count_nonzero(level > max(np.percentile(level, 95) - 30, QUIETEST_DBFS - 10)) * _FRAME_S)
