"""Voice to mouth: how far open, how wide, how firmly closed the lips are at each frame of the video.

There is no recognition of words: loudness, where the sound's weight lies in two bands of the spectrum, and
how much of it hisses or hums are enough for lips that a stranger believes. Everything is relative to the clip
itself, so that neither the speaker nor the volume matters.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from infinitalk_local.render.rise import rise
from infinitalk_local.render.yuv import Floats

RATE = 16_000  # of the samples that `tracks` wants

_STEP_S = 0.010
_WINDOW_S = 0.025
_FFT = 512
_LEAD_S = 0.020  # lips move before the sound they make
_ATTACK_S, _RELEASE_S = 0.015, 0.042
_SILENT_DB = -75.0  # a clip whose loudest parts are below this has no voice in it


@dataclass(frozen=True)
class Tracks:
    """One value per video frame, float32."""

    open: Floats  # 0 shut .. 1 as far as this speaker goes
    wide: Floats  # -1 rounded .. 1 spread
    press: Floats  # 0 .. 1, lips pressed together (p, b, m)
    level: Floats  # 0 .. 1, loudness


def tracks(samples: Floats, frames: int, fps: int) -> Tracks:
    """Return the mouth for `frames` video frames; `samples` is mono at RATE, at any volume."""
    heard = _listen(samples)
    mouth = _mouth(heard)
    at = (np.arange(frames) + 0.5) / fps  # a frame is seen from its start to the next: its middle counts

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
class _Heard:
    """What the spectrum says, one value per step; levels are in dB under the clip's own loud parts."""

    total: Floats
    middle: Floats  # 550-3400 Hz, where an open mouth is loud
    low_centre: Floats  # Hz; rises with the first formant: the jaw
    high_centre: Floats  # Hz; rises with the second formant: spread lips
    hiss: Floats  # 0..1, share of the sound above 3.4 kHz
    hum: Floats  # 0..1, share below 400 Hz of what is below 3.4 kHz
    swing: float  # dB between loud and quiet; speech has much, noise little


def _listen(samples: Floats) -> _Heard:
    power, hertz = _spectrum(samples)

    def energy(low: float, high: float) -> Floats:
        return np.asarray(power[:, (hertz >= low) & (hertz < high)].sum(axis=1) + 1e-14)

    def centre(low: float, high: float) -> Floats:
        band = (hertz >= low) & (hertz < high)
        weight = np.sqrt(power[:, band]) + 1e-9  # amplitude: one strong harmonic must not decide alone
        return _smooth((weight * hertz[band]).sum(axis=1) / weight.sum(axis=1), 0.02)

    total, middle = 10 * np.log10(energy(80, 7500)), 10 * np.log10(energy(550, 3400))
    low, high = energy(80, 400), energy(3400, 7500)
    loud = float(np.percentile(total, 95))
    silent = loud < _SILENT_DB
    return _Heard(
        total=total - loud,
        middle=middle - np.percentile(middle, 95),
        low_centre=centre(220, 1000),
        high_centre=centre(900, 2900),
        hiss=high / (high + energy(80, 3400)),
        hum=low / (low + energy(400, 3400)),
        swing=0.0 if silent else loud - float(np.percentile(total, 8)),
    )


def _spectrum(samples: Floats) -> tuple[Floats, Floats]:
    """Return the power of each step's window, (steps, bins), and the bins' frequencies in Hz."""
    step, window = round(RATE * _STEP_S), round(RATE * _WINDOW_S)
    padded = np.pad(samples.astype(np.float32), (window // 2, window))
    starts = np.arange(len(samples) // step + 1) * step
    shape = np.hanning(window).astype(np.float32)
    windows = np.lib.stride_tricks.sliding_window_view(padded, window)[starts]
    power = np.abs(np.fft.rfft(windows * shape, _FFT)) ** 2 / shape.sum() ** 2
    return power.astype(np.float32), np.fft.rfftfreq(_FFT, 1 / RATE)


def _mouth(heard: _Heard) -> Tracks:
    floor = -min(max(heard.swing - 6, 18), 38)
    level = rise(heard.total, floor, 0)
    voiced = rise(heard.middle, floor, floor * 0.3) * rise(heard.hiss, 0.7, 0.25)
    jaw = _rank(heard.low_centre, voiced)
    lips = _rank(heard.high_centre, voiced)
    hum = rise(heard.hum, 0.80, 0.97) * rise(level, 1.0, 0.8)
    dip = _dips(heard.middle)
    press = np.maximum(hum * rise(level, 0.15, 0.4), dip) * rise(heard.swing, 6, 18)
    wanted = voiced * (0.48 + 0.52 * jaw) * (0.55 + 0.45 * level) + 0.18 * heard.hiss * level
    alive = rise(heard.swing, 6, 18)  # steady noise or a drone moves nothing
    opening = _follow(wanted * (1 - 0.9 * press) * alive)
    return Tracks(
        open=_shut_in_pauses(opening, level),
        wide=_smooth((2 * lips - 1) * voiced * alive, 0.045),
        press=_smooth(press, 0.01),
        level=_smooth(level, 0.03),
    )


def _rank(value: Floats, weight: Floats) -> Floats:
    """Return where each value stands among the voiced ones, 0..1: a voice is its own measure."""
    voiced = np.sort(value[weight > 0.5])  # noqa: PLR2004 - more than half
    if len(voiced) < 0.1 / _STEP_S:  # too little voice to compare with
        return np.full_like(value, 0.5)
    return (np.searchsorted(voiced, value) / len(voiced)).astype(np.float32)


def _dips(middle: Floats) -> Floats:
    """Return 0..1 for short falls of the mid band between louder sides: lips that close and open again."""
    reach = 7  # steps: a closure lasts 40 to 130 ms
    before = np.stack([np.roll(middle, k) for k in range(1, reach + 1)]).max(axis=0)
    after = np.stack([np.roll(middle, -k) for k in range(1, reach + 1)]).max(axis=0)
    return rise(np.minimum(before, after) - middle, 9, 20)


def _follow(track: Floats) -> Floats:
    """Return the track as a jaw can follow it: quickly up, less quickly down."""
    up, down = (1 - np.exp(-_STEP_S / time) for time in (_ATTACK_S, _RELEASE_S))
    followed = np.empty_like(track)
    now = 0.0
    for k, wanted in enumerate(track):
        now += (wanted - now) * (up if wanted > now else down)
        followed[k] = now
    return followed


def _shut_in_pauses(opening: Floats, level: Floats) -> Floats:
    return (opening * rise(level, 0.02, 0.12)).astype(np.float32)


def _smooth(track: Floats, sigma_s: float) -> Floats:
    column = np.ascontiguousarray(track, np.float32).reshape(-1, 1)
    smooth = cv2.GaussianBlur(
        column, (1, 0), sigmaX=1e-3, sigmaY=sigma_s / _STEP_S, borderType=cv2.BORDER_REPLICATE
    )
    return np.asarray(smooth[:, 0], np.float32)
