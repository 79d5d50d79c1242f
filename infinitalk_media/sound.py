"""A visitor's sound becomes the clip that is sent: checked, cut, faded, padded, an MP3 without metadata.

ffmpeg decodes the part that is needed and encodes the clip, guarded; pydub does what lies between.
`AudioSegment.from_file` never sees a visitor's file: it would decode all of it, and reads formats that name
other files.
"""

import warnings as python_warnings
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from infinitalk_media import MediaError, ffmpeg
from infinitalk_media.decoding import to_wav
from infinitalk_media.mix import mono
from infinitalk_media.scratch import scratch_folder
from infinitalk_media.sentences import Sentence, say
from infinitalk_media.wav import samples as wav_samples

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
# LAME's level 7 takes 60 % of the default's time; 128 kb/s are plenty for one voice.
_MP3 = ["-c:a", "libmp3lame", "-b:a", "128k", "-compression_level", "7", "-f", "mp3"]
_EXPORTED = ["-ar", "44100", "-ac", "1", "-map_metadata", "-1", *_MP3]
_TAIL_S = 0.2  # decoded beyond the part that was asked for, to know whether there is more
_FRAME_S = 0.05
_CLICK_S = 0.12  # what lasts for no longer is no voice, but where an offset begins or a rumble is cut
_FULL_SCALE = round(0.999 * 32768)


@dataclass(frozen=True)
class Facts:
    """The clip that will be sent: lengths in seconds, levels in dB below full scale.

    `start_s` and `end_s` are where it lies in the recording, before any padding.
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

    @property
    def taken(self) -> Sentence | None:
        """Say which part of the recording this is; None when it is all of it."""
        if not self.trimmed:
            return None
        return say("sound_part_used", start=self.start_s, end=self.end_s)


def prepare(
    source: Path, target: Path, *, start_s: float = 0.0, seconds: float = 10.0, end_in_pause: bool = False
) -> Facts:
    """Cut `seconds` from `start_s` on, and write them to `target` as MP3, 44.1 kHz, mono, 128 kb/s.

    With `end_in_pause` the clip may end earlier, in the middle of the last pause of its last two seconds.

    Raises:
        MediaError: there is no usable sound; `target` is not written.
    """
    _check_range(start_s, seconds)
    with scratch_folder() as folder:
        wav = to_wav(source, folder, start_s, seconds + _TAIL_S)
        mix = mono(wav_samples(wav), wav.rate)
        clip = _segment(mix.samples, wav.rate)
        trimmed = len(clip) > seconds * 1000
        clip = clip[: round(seconds * 1000)]
        if end_in_pause and trimmed:
            clip = clip[: _last_pause(clip)]
        _check_sound(clip)
        clipped = _is_clipped(wav_samples(wav)[: int(clip.frame_count()), mix.channels])
        facts = _facts(target, clip, start_s, trimmed=trimmed or start_s > 0, clipped=clipped)
        facts = replace(facts, warnings=(*_losses(wav.lost, facts.end_s, cut=trimmed), *facts.warnings))
        _export(_shaped(clip, starts_inside=start_s > 0, cut=trimmed), folder, target)
    return facts


def decode(source: Path, rate: int = 16_000, seconds: float = SECONDS_MAX) -> NDArray[np.float32]:
    """Return the sound of any accepted file as mono samples from -1 to 1, shape (n,), at `rate`.

    Raises:
        MediaError: there is no usable sound in it.
    """
    with scratch_folder() as folder:
        wav = to_wav(source, folder, 0.0, seconds, "-ar", str(rate))
        return np.divide(mono(wav_samples(wav), rate).samples, 32768, dtype=np.float32)


def _check_range(start_s: float, seconds: float) -> None:
    if not 0 <= start_s <= START_MAX_S:
        raise MediaError(say("start_out_of_range"))
    if not SHORTEST_S <= seconds <= SECONDS_MAX:
        raise MediaError(say("length_out_of_range", least=SHORTEST_S, most=SECONDS_MAX))


def load() -> None:
    """Import pydub now: otherwise the first clip waits for it."""
    _segments()


def _segments() -> Any:
    with python_warnings.catch_warnings():
        # pydub warns of escapes in its own source, and of an ffmpeg that is not on PATH.
        python_warnings.simplefilter("ignore")
        from pydub import AudioSegment  # noqa: PLC0415
    return AudioSegment


def _segment(samples: NDArray[np.int16], rate: int) -> "AudioSegment":
    class Segment(_segments()):  # type: ignore[misc]  # pydub has no types
        converter = ffmpeg.find()

    return Segment(data=samples.tobytes(), sample_width=2, frame_rate=rate, channels=1)


def _check_sound(clip: "AudioSegment") -> None:
    if len(clip) < SHORTEST_S * 1000:
        raise MediaError(say("sound_too_short", least=SHORTEST_S))
    if clip.max_dBFS < QUIETEST_DBFS or _speech_s(clip) < _CLICK_S:
        raise MediaError(say("no_sound_in_part"))


def _last_pause(clip: "AudioSegment") -> int:
    """Return the middle of the last pause in the last two seconds, in ms, or the clip's length."""
    from pydub.silence import detect_silence  # noqa: PLC0415

    # At least half of the clip is kept, and what is kept must be long enough to be a clip.
    tail_ms = max(0, min(PAUSE_WITHIN_MS, len(clip) // 2, len(clip) - round(SHORTEST_S * 1000)))
    tail = clip[len(clip) - tail_ms :]
    pauses = detect_silence(tail, min_silence_len=120, silence_thresh=clip.dBFS - 16, seek_step=10)
    if not pauses:
        return len(clip)
    begin, end = pauses[-1]
    return len(clip) - tail_ms + int(begin + end) // 2


def _shaped(clip: "AudioSegment", *, starts_inside: bool, cut: bool) -> "AudioSegment":
    """Fade where the recording was cut (a hard cut clicks), and pad to the model's least length."""
    if starts_inside:
        clip = clip.fade_in(FADE_IN_MS)
    if cut:
        clip = clip.fade_out(FADE_OUT_MS)
    missing = round(PADDED_TO_S * 1000) - len(clip)
    return clip + type(clip).silent(missing, clip.frame_rate) if missing > 0 else clip


def _export(clip: "AudioSegment", folder: Path, target: Path) -> None:
    """Write the MP3, by way of a WAV in `folder`: pydub's own way leaves files behind when it is stopped."""
    wav = folder / "clip.wav"
    clip.export(wav, format="wav").close()
    part = target.with_name(f"{target.name}.part")
    try:
        remarks = ffmpeg.run(["-i", ffmpeg.source(wav), *_EXPORTED, str(part)])
        if not part.is_file() or not part.stat().st_size:
            raise OSError(f"The MP3 was not written: {remarks.strip()[-200:]}")
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def _facts(target: Path, clip: Any, start_s: float, *, trimmed: bool, clipped: bool) -> Facts:
    speech_s = _speech_s(clip)
    length_s = len(clip) / 1000
    return Facts(
        path=target,
        duration_s=max(length_s, PADDED_TO_S),
        level_dbfs=round(clip.dBFS, 1),
        peak_dbfs=round(clip.max_dBFS, 1),
        speech_s=round(speech_s, 2),
        start_s=start_s,
        end_s=start_s + length_s,
        trimmed=trimmed,
        padded=length_s < PADDED_TO_S,
        clipped=clipped,
        warnings=tuple(_warnings(clip.dBFS, speech_s, length_s, clipped=clipped)),
    )


def _losses(lost: str, end_s: float, *, cut: bool) -> list[Sentence]:
    if lost == "parts":
        return [say("sound_parts_left_out")]
    return [say("sound_cut_short", seconds=end_s)] if lost and not cut else []


def _is_clipped(samples: NDArray[np.int16]) -> bool:
    """Tell whether one moment in a thousand is at full scale in some channel: a mix would hide it."""
    full = (samples >= _FULL_SCALE) | (samples <= -_FULL_SCALE)
    return bool(full.any(axis=1).mean() > 0.001)  # noqa: PLR2004  # as said


def _speech_s(clip: Any) -> float:
    """Return for how long there is sound within 30 dB of the clip's loud parts."""
    samples = np.divide(np.frombuffer(clip.raw_data, np.int16), 32768, dtype=np.float32)
    frame = max(1, round(_FRAME_S * clip.frame_rate))
    whole = samples[: len(samples) // frame * frame].reshape(-1, frame)
    if not len(whole):
        return 0.0
    level = 10 * np.log10(np.square(whole).mean(axis=1) + 1e-12)
    return float(np.count_nonzero(level > max(np.percentile(level, 95) - 30, QUIETEST_DBFS - 10)) * _FRAME_S)


def _warnings(level_dbfs: float, speech_s: float, length_s: float, *, clipped: bool) -> list[Sentence]:
    found: list[Sentence] = []
    if clipped:
        found.append(say("sound_clipped"))
    if level_dbfs < QUIET_DBFS:
        found.append(say("sound_quiet"))
    if speech_s < length_s / 2:
        found.append(say("sound_little_speech"))
    if length_s < PADDED_TO_S:
        found.append(say("sound_padded", seconds=PADDED_TO_S))
    return found
