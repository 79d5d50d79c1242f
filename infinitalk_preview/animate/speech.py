"""Speech to lips: from the samples of a voice to the shape of the mouth in each frame of the video.

No phonemes are recognized. Loudness, the spectral centroids of two bands, and the share of hiss and hum are
enough for plausible lips. All of them are relative to the clip, so that speaker and volume do not matter.
"""

from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np

from infinitalk_preview.animate.motion import blurred
from infinitalk_preview.frames.smoothstep import smoothstep
from infinitalk_preview.frames.yuv import Floats

RATE = 16_000  # Hz, of the samples for `tracks`

_STEP_S = 0.010
_WINDOW_S = 0.025
_FFT = 512
_LEAD_S = 0.020  # lips move before the sound they make
_ATTACK_S, _RELEASE_S = 0.015, 0.042
_SILENT_DB = -75.0  # a clip whose loudest parts are below this has no voice in it

# Lengths in distances of the eyes.
_OPENING = 0.25  # between the lips at openness 1
_UPPER = 0.34  # share of the upper lip in that; face meshes of people measure about .27
_PRESSED = 0.02  # the lower lip moves up when lips are pressed
_BITES, _RAISED = 0.015, 0.03  # for f and v the lower lip moves up, and the upper one rises
_NARROWER, _WIDER = 0.100, 0.065  # each corner moves in for "oo", out for "ee"
_USUAL_WIDTH = 0.6  # of a mouth; a narrower one moves less
_SMILE_KEPT = 0.3  # share of an opening in the picture that stays while the person talks
_CLOSES = 0.24  # an open mouth closes by no more: the chin would be crushed


@dataclass(frozen=True)
class Tracks:
    """One value per video frame, float32."""

    open: Floats  # 0 shut .. 1 as far as this speaker opens
    wide: Floats  # -1 rounded (oo) .. 1 spread (ee)
    press: Floats  # 0 .. 1, lips pressed together (p, b, m)
    level: Floats  # 0 .. 1, loudness
    bite: Floats | float = 0.0  # 0 .. 1, lower lip at the upper teeth (f, v); the sound alone does not tell


def tracks(samples: Floats, frames: int, fps: int) -> Tracks:
    """Return the tracks for `frames` video frames; `samples` is mono at RATE, at any volume."""
    mouth = _mouth(_features(samples))
    at = (np.arange(frames) + 0.5) / fps  # the middle of each frame

    def sampled(track: Floats, lead_s: float) -> Floats:
        steps = np.arange(len(track)) * _STEP_S
        return np.interp(at + lead_s, steps, track, right=0).astype(np.float32)

    return Tracks(
        open=sampled(mouth.open, _LEAD_S),
        wide=sampled(mouth.wide, _LEAD_S),
        press=sampled(mouth.press, _LEAD_S),
        level=sampled(mouth.level, 0),
    )


@dataclass(frozen=True)
class _Features:
    """Spectral features, one value per step; levels are in dB below the loud parts of the clip."""

    total: Floats
    middle: Floats  # 550-3400 Hz, where an open mouth is loud
    low_centre: Floats  # Hz, centroid that follows the first formant: the jaw
    high_centre: Floats  # Hz, centroid that follows the second formant: spread lips
    hiss: Floats  # 0..1, share of the sound above 3.4 kHz
    hum: Floats  # 0..1, share below 400 Hz of the sound below 3.4 kHz
    swing: float  # dB between loud and quiet; large in speech, small in noise


def _features(samples: Floats) -> _Features:
    power, hertz = _spectrum(samples)

    def energy(low: float, high: float) -> Floats:
        return np.asarray(power[:, (hertz >= low) & (hertz < high)].sum(axis=1) + 1e-14)

    def centre(low: float, high: float) -> Floats:
        band = (hertz >= low) & (hertz < high)
        weight = np.sqrt(power[:, band]) + 1e-9  # amplitude: one strong harmonic alone does not decide
        return _smooth((weight * hertz[band]).sum(axis=1) / weight.sum(axis=1), 0.02)

    total, middle = 10 * np.log10(energy(80, 7500)), 10 * np.log10(energy(550, 3400))
    low, high = energy(80, 400), energy(3400, 7500)
    loud = float(np.percentile(total, 95))
    silent = loud < _SILENT_DB
    return _Features(
        total=total - loud,
        middle=middle - np.percentile(middle, 95),
        low_centre=centre(220, 1000),
        high_centre=centre(900, 2900),
        hiss=high / (high + energy(80, 3400)),
        hum=low / (low + energy(400, 3400)),
        swing=0.0 if silent else loud - float(np.percentile(total, 8)),
    )


def _spectrum(samples: Floats) -> tuple[Floats, Floats]:
    """Return the power spectrum at each step, (steps, bins), and the frequencies of the bins in Hz."""
    step, window = round(RATE * _STEP_S), round(RATE * _WINDOW_S)
    padded = np.pad(samples.astype(np.float32), (window // 2, window))
    starts = np.arange(len(samples) // step + 1) * step
    shape = np.hanning(window).astype(np.float32)
    windows = np.lib.stride_tricks.sliding_window_view(padded, window)[starts]
    power = np.abs(np.fft.rfft(windows * shape, _FFT)) ** 2 / shape.sum() ** 2
    return power.astype(np.float32), np.fft.rfftfreq(_FFT, 1 / RATE)


def _mouth(features: _Features) -> Tracks:
    floor = -min(max(features.swing - 6, 18), 38)
    level = smoothstep(floor, 0, features.total)
    voiced = smoothstep(floor, floor * 0.3, features.middle) * smoothstep(0.7, 0.25, features.hiss)
    jaw = _rank(features.low_centre, voiced)
    lips = _rank(features.high_centre, voiced)
    hum = smoothstep(0.80, 0.97, features.hum) * smoothstep(1.0, 0.8, level)
    dip = _dips(features.middle)
    speech = smoothstep(6, 18, features.swing)  # 0 for steady noise, which moves nothing
    press = np.maximum(hum * smoothstep(0.15, 0.4, level), dip) * speech
    wanted = voiced * (0.48 + 0.52 * jaw) * (0.55 + 0.45 * level) + 0.18 * features.hiss * level
    opening = _follow(wanted * (1 - 0.9 * press) * speech)
    return Tracks(
        open=(opening * smoothstep(0.02, 0.12, level)).astype(np.float32),  # shut in pauses
        wide=_smooth((2 * lips - 1) * voiced * speech, 0.045),
        press=_smooth(press, 0.01),
        level=_smooth(level, 0.03),
    )


def _rank(value: Floats, weight: Floats) -> Floats:
    """Return the rank of each value among the voiced ones, 0..1."""
    voiced = np.sort(value[weight > 0.5])  # noqa: PLR2004
    if len(voiced) < 0.1 / _STEP_S:  # too few to rank
        return np.full_like(value, 0.5)
    return (np.searchsorted(voiced, value) / len(voiced)).astype(np.float32)


def _dips(middle: Floats) -> Floats:
    """Return 0..1 where the mid band falls for a moment: lips close and open again."""
    reach = 7  # steps; a closure lasts 40 to 130 ms
    before = np.stack([np.roll(middle, k) for k in range(1, reach + 1)]).max(axis=0)
    after = np.stack([np.roll(middle, -k) for k in range(1, reach + 1)]).max(axis=0)
    return smoothstep(9, 20, np.minimum(before, after) - middle)


def _follow(track: Floats) -> Floats:
    """Return the track as a jaw follows it, with attack and release."""
    up, down = (1 - np.exp(-_STEP_S / time) for time in (_ATTACK_S, _RELEASE_S))
    followed = np.empty_like(track)
    now = 0.0
    for k, target in enumerate(track):
        now += (target - now) * (up if target > now else down)
        followed[k] = now
    return followed


def _smooth(track: Floats, sigma_s: float) -> Floats:
    column, border = np.ascontiguousarray(track, np.float32).reshape(-1, 1), cv2.BORDER_REPLICATE
    smooth = cv2.GaussianBlur(column, (1, 0), sigmaX=1e-3, sigmaY=sigma_s / _STEP_S, borderType=border)
    return np.asarray(smooth[:, 0], np.float32)


class MouthShape(NamedTuple):
    """The mouth in one frame, as moves from where the picture has it, in distances of the eyes."""

    lift: float  # of the upper lip's middle, up
    drop: float  # of the lower lip's middle, down
    wider: float  # of each corner, outwards
    round: float  # 0..1, how far the lips protrude


def mouth_shapes(tracks: Tracks, fps: int, *, gap: float, width: float, scale: float) -> list[MouthShape]:
    """Return the mouth in each frame; `gap` and `width` are those in the picture, `scale` is of all moves.

    A mouth that is open in the picture keeps a part of that opening in speech, and all of it in pauses.
    """
    size = scale * min(1.0, width / _USUAL_WIDTH)
    rounded = np.clip(-tracks.wide, 0, 1)
    wanted = _OPENING * size * np.minimum(tracks.open, 1.1) * (1 - 0.15 * rounded)
    talking = smoothstep(0.05, 0.4, blurred(tracks.level, 0.08 * fps))
    smile = _SMILE_KEPT * gap * (1 - np.maximum(tracks.press, tracks.bite))
    parted = max(0.6, 1 - gap) * wanted + talking * np.maximum(smile - gap, -min(0.9 * gap, _CLOSES))
    spread = np.where(tracks.wide > 0, _WIDER, _NARROWER) * tracks.wide * size
    moves = (
        _UPPER * parted + _RAISED * size * tracks.bite,
        (1 - _UPPER) * parted - _PRESSED * tracks.press - _BITES * size * tracks.bite,
        spread - 0.03 * wanted,
        rounded * min(scale, 1.2),
    )
    return [MouthShape(*frame) for frame in np.stack(moves, axis=1).astype(np.float32).tolist()]
