"""What moves by itself (blinks, head, breath), drawn from the request's seed: same request, same video."""

from dataclasses import dataclass

import numpy as np

from infinitalk_local.render.rise import rise
from infinitalk_local.render.yuv import Floats

_WAVES = 4
_SETTLE_S = 0.5  # the video begins as the very picture

_SHUT_S, _OPEN_S = 0.070, 0.130
_SHORTEST_S, _LONGEST_S = 1.4, 6.0
_DOUBLES = 0.15  # of all blinks are followed by another at once


@dataclass(frozen=True)
class Motion:
    """One value per frame; lengths are in distances of the eyes."""

    roll: Floats  # radians, positive clockwise
    yaw: Floats  # how far the nose moves against the ears
    pitch: Floats  # the same downwards
    right: Floats
    down: Floats
    breath: Floats  # how far the shoulders rise
    blink: Floats  # 0 open .. 1 shut


def plan(level: Floats, fps: int, seed: int, energy: float) -> Motion:
    """Return the motion for a clip of that loudness (0..1 per frame); `energy` scales the head's part.

    A head moves more while it talks, and nods a little with the syllables.
    """
    rng = np.random.default_rng(seed)
    times = ((np.arange(len(level)) + 0.5) / fps).astype(np.float32)
    settled = np.clip(times / _SETTLE_S, 0, 1) ** 2
    talking = _blurred(level, 0.6 * fps)
    strength = energy * settled * (0.45 + 0.9 * talking)
    nods = energy * settled * (_blurred(level, 0.08 * fps) - _blurred(level, 0.35 * fps))
    return Motion(
        roll=0.013 * strength * drift(rng, times, 4.2),
        yaw=0.022 * strength * drift(rng, times, 3.4),
        pitch=0.014 * strength * drift(rng, times, 2.9) + 0.03 * nods,
        right=0.022 * strength * drift(rng, times, 5.0),
        down=0.012 * strength * drift(rng, times, 4.4) + 0.035 * nods,
        breath=0.012 * settled * np.sin(2 * np.pi * (times / 3.8 + rng.uniform())),
        blink=_blinks(rng, times),
    )


def drift(rng: np.random.Generator, times_s: Floats, period_s: float) -> Floats:
    """Return a slow wander around 0 with an RMS of 1: a few sines near `period_s`, with phases by chance."""
    periods = period_s * np.exp(rng.uniform(-0.5, 0.5, _WAVES))
    phases = rng.uniform(0, 2 * np.pi, _WAVES)
    waves = np.sin(2 * np.pi * times_s[:, None] / periods + phases)
    return np.asarray(waves.sum(axis=1) * np.sqrt(2 / _WAVES), np.float32)


def _blinks(rng: np.random.Generator, times_s: Floats) -> Floats:
    shut = np.zeros_like(times_s)
    start = float(rng.uniform(0.8, 2.5))
    while len(times_s) and start < times_s[-1]:
        shut = np.maximum(shut, _blink(times_s - start))
        again = rng.uniform() < _DOUBLES
        start += 0.3 if again else float(np.clip(rng.gamma(4.0, 0.8), _SHORTEST_S, _LONGEST_S))
    return shut.astype(np.float32)


def _blink(since_s: Floats) -> Floats:
    """Return one blink that starts at 0: quickly shut, more slowly open, soft at the turning points."""
    down = since_s / _SHUT_S
    up = (_SHUT_S + _OPEN_S - since_s) / _OPEN_S
    return rise(np.minimum(down, up), 0, 1)


def _blurred(track: Floats, sigma: float) -> Floats:
    """Return the track smoothed over about `sigma` frames each way."""
    reach = int(3 * sigma) + 1
    bell = np.exp(-0.5 * (np.arange(-reach, reach + 1) / max(sigma, 1e-3)) ** 2)
    return np.convolve(np.pad(track, reach, mode="edge"), bell / bell.sum(), "valid").astype(np.float32)
