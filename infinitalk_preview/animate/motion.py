"""Motion of head, brows, lids and shoulders, drawn at random by a seed: same seed, same motion."""

from dataclasses import dataclass

import numpy as np

from infinitalk_preview.frames.smoothstep import smoothstep
from infinitalk_preview.frames.yuv import Floats

_WAVES = 4
HIGHEST_BROWS = 0.075  # beyond, the skin between brows and lids would tear
_SETTLE_S = 0.5  # the first frame is the picture itself

_SOONEST_S, _LATEST_S = 0.9, 1.6  # between two poses of the head
_TURN_S = 1.2  # from one pose to the next

_SHUT_S, _HELD_S, _OPEN_S = 0.075, 0.055, 0.150  # held longer than a frame, so that one shows it
_SHORTEST_S, _LONGEST_S = 1.4, 6.0  # between two blinks
_DOUBLES = 0.15  # share of blinks that another one follows at once


@dataclass(frozen=True)
class Motion:
    """One value per frame; lengths are in distances of the eyes."""

    roll: Floats  # radians, positive clockwise
    yaw: Floats  # how far the nose moves relative to the ears
    pitch: Floats  # the same downwards
    right: Floats
    down: Floats
    brows: Floats  # how far they rise
    breath: Floats  # how far the shoulders rise
    blink: Floats  # 0 open .. 1 shut


def plan(level: Floats, fps: int, seed: int, scale: float) -> Motion:
    """Return the motion for a clip of that loudness (0..1 per frame); `scale` is of head and brows.

    The head takes a new pose about once a second, drifts a little between poses, and nods with the syllables;
    it moves more in speech. Brows rise with stressed syllables.
    """
    rng = np.random.default_rng(seed)
    times = ((np.arange(len(level)) + 0.5) / fps).astype(np.float32)
    settled = np.clip(times / _SETTLE_S, 0, 1) ** 2
    strength = scale * settled * (0.35 + 0.8 * blurred(level, 0.6 * fps))
    nods = scale * settled * (blurred(level, 0.08 * fps) - blurred(level, 0.35 * fps))
    roll, yaw, pitch = _poses(rng, times)
    return Motion(
        roll=strength * (0.059 * roll + 0.008 * drift(rng, times, 4.2)),
        yaw=strength * (0.135 * yaw + 0.018 * drift(rng, times, 3.4)),
        pitch=strength * (0.095 * pitch + 0.012 * drift(rng, times, 2.9)),
        right=strength * 0.010 * drift(rng, times, 5.0),
        down=strength * 0.012 * drift(rng, times, 4.4) + 0.03 * nods,
        brows=HIGHEST_BROWS * np.tanh(scale * settled * _brows(rng, times, level, fps) / HIGHEST_BROWS),
        breath=0.012 * settled * np.sin(2 * np.pi * (times / 3.8 + rng.uniform())),
        blink=_blinks(rng, times),
    )


def drift(rng: np.random.Generator, times_s: Floats, period_s: float) -> Floats:
    """Return a slow drift around 0 with an RMS of 1: a few sines near `period_s`, with random phases."""
    periods = period_s * np.exp(rng.uniform(-0.5, 0.5, _WAVES))
    phases = rng.uniform(0, 2 * np.pi, _WAVES)
    waves = np.sin(2 * np.pi * times_s[:, None] / periods + phases)
    return np.asarray(waves.sum(axis=1) * np.sqrt(2 / _WAVES), np.float32)


def blurred(track: Floats, sigma: float) -> Floats:
    """Return the track after a Gaussian blur of `sigma` frames."""
    reach = int(3 * sigma) + 1
    bell = np.exp(-0.5 * (np.arange(-reach, reach + 1) / max(sigma, 1e-3)) ** 2)
    return np.convolve(np.pad(track, reach, mode="edge"), bell / bell.sum(), "valid").astype(np.float32)


def _poses(rng: np.random.Generator, times_s: Floats) -> Floats:
    """Return roll, yaw and pitch in -1..1, (3, frames): poses that mostly change sides."""
    poses, now = np.zeros((3, len(times_s)), np.float32), np.zeros(3)
    sides = rng.choice([-1.0, 1.0], 3)
    start = float(rng.uniform(0.1, 0.4))
    while len(times_s) and start < times_s[-1]:
        then = sides * rng.uniform(0.5, 1.0, 3)
        poses += ((then - now)[:, None] * smoothstep(start, start + _TURN_S, times_s)).astype(np.float32)
        now, sides = then, np.where(rng.uniform(size=3) < 0.8, -sides, sides)  # noqa: PLR2004
        start += float(rng.uniform(_SOONEST_S, _LATEST_S))
    return poses


def _brows(rng: np.random.Generator, times_s: Floats, level: Floats, fps: int) -> Floats:
    """Return how far the brows rise: with stressed syllables, by a varying amount."""
    stress = blurred(level, 0.10 * fps) - blurred(level, 0.5 * fps)
    rising = blurred(smoothstep(0.0, 0.18, stress), 0.06 * fps)
    return np.asarray(0.095 * rising * (0.75 + 0.25 * drift(rng, times_s, 2.0)), np.float32)


def _blinks(rng: np.random.Generator, times_s: Floats) -> Floats:
    shut = np.zeros_like(times_s)
    start = float(rng.uniform(0.8, 2.5))
    while len(times_s) and start < times_s[-1]:
        shut = np.maximum(shut, _blink(times_s - start))
        again = rng.uniform() < _DOUBLES
        start += 0.35 if again else float(np.clip(rng.gamma(4.0, 0.8), _SHORTEST_S, _LONGEST_S))
    return shut.astype(np.float32)


def _blink(since_s: Floats) -> Floats:
    """Return one blink that starts at 0: quickly shut, more slowly opened."""
    down = since_s / _SHUT_S
    up = (_SHUT_S + _HELD_S + _OPEN_S - since_s) / _OPEN_S
    return smoothstep(0, 1, np.minimum(down, up))
