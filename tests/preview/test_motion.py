"""What head, brows and lids do while somebody talks."""

import dataclasses

import numpy as np
import pytest

from infinitalk_preview.animate.motion import HIGHEST_BROWS, Motion, plan
from infinitalk_preview.prompt import MOST
from tests.preview.drawn_faces import held, scene

FPS = 25
TRACKS = [field.name for field in dataclasses.fields(Motion)]


def talk(seconds: float = 6.0, fps: int = FPS) -> np.ndarray:
    """Return the loudness of phrases that consist of syllables."""
    times = np.arange(round(seconds * fps)) / fps
    phrases = np.sin(2 * np.pi * times / 2.2) > -0.6
    return (phrases * (0.55 + 0.45 * np.sin(2 * np.pi * 4 * times))).astype(np.float32)


def span(track: np.ndarray) -> float:
    low, high = np.percentile(track, [5, 95])
    return float(high - low)


@pytest.mark.parametrize("seed", range(8))
def test_a_head_turns_nods_and_tilts_while_it_talks(seed):
    """Within six seconds the head tilts by 3 degrees or more, and turns and nods visibly, at every seed."""
    motion = plan(talk(), FPS, seed, 1.0)
    assert np.degrees(span(motion.roll)) > 3
    assert span(motion.yaw) > 0.08
    assert span(motion.pitch) > 0.06
    assert span(motion.brows) > 0.03


def test_it_moves_smoothly():
    """The head does not jerk: between two frames it turns by a fraction of its whole movement."""
    for seed in range(8):
        motion = plan(talk(), FPS, seed, 1.0)
        for track in (motion.roll, motion.yaw, motion.pitch):
            assert np.abs(np.diff(track)).max() < 0.2 * span(track)


def test_energy_scales_head_and_brows():
    """Half the energy is half the movement, of everything but blinks, breath and brows near their highest."""
    usual, calm = (plan(talk(), FPS, 5, energy) for energy in (1.0, 0.5))
    for name in TRACKS:
        one, other = getattr(usual, name), getattr(calm, name)
        if name == "brows":  # what they would have risen to, had they no highest
            one, other = (np.arctanh(track / HIGHEST_BROWS) for track in (one, other))
        assert np.allclose(other, one if name in ("blink", "breath") else one / 2, atol=1e-5), name


def test_brows_never_rise_beyond_their_highest():
    """The brows stay below their limit in the liveliest talk with the strongest stresses."""
    for seed in range(20):
        assert plan(talk(), FPS, seed, MOST.head).brows.max() < HIGHEST_BROWS


def test_the_seed_decides():
    """The same seed gives the same motion, another seed another one."""
    one, again, other = (plan(talk(), FPS, seed, 1.0) for seed in (1, 1, 2))
    for name in TRACKS:
        assert np.array_equal(getattr(one, name), getattr(again, name))
    assert not np.allclose(one.yaw, other.yaw)


@pytest.mark.parametrize("fps", [16, 25, 30])
def test_every_blink_is_seen_shut(fps):
    """At each frame rate some frame of each blink shows the eye all but shut, and most show it open."""
    for seed in range(6):
        blink = plan(talk(20.0, fps), fps, seed, 1.0).blink
        shut = np.flatnonzero(blink > 0.2)
        starts = np.split(shut, np.flatnonzero(np.diff(shut) > 1) + 1)
        assert all(blink[frames].max() > 0.9 for frames in starts)
        assert 2 <= len(starts) <= 14
        assert (blink == 0).mean() > 0.8


def test_brows_rise_with_what_is_stressed():
    """The brows are higher in and after a loud syllable than in a pause."""
    level = np.tile(np.repeat([0.2, 1.0], [25, 12]), 8).astype(np.float32)
    brows = np.mean([plan(level, FPS, seed, 1.0).brows for seed in range(6)], axis=0)[FPS:]
    assert brows[level[FPS:] > 0.5].mean() > 2 * brows[level[FPS:] < 0.5].mean()


def grained(picture: np.ndarray) -> np.ndarray:
    """Return the picture with grain, in which every move is seen."""
    grain = np.random.default_rng(1).integers(-20, 21, (*picture.shape[:2], 1))
    return np.clip(picture + grain, 0, 255).astype(np.uint8)


def test_the_background_stays_still():
    """The background does not change behind a head that moves as far as it can."""
    drawn = scene("tone03", held(level=1.0, count=120), prompt="excited, gesturing", alter=grained)
    first, moved = drawn.talking.draw(0).y.astype(int), drawn.talking.draw(100).y.astype(int)
    assert np.abs(moved - first).max() > 40
    for columns in (slice(0, 100), slice(-100, None)):
        assert np.abs(moved - first)[:250, columns].max() <= 2


def test_the_edges_of_the_frame_do_not_smear():
    """A head that is cut off by the frame moves without drawing its edge out in streaks."""
    drawn = scene("tone03", held(level=1.0, count=120), alter=grained, zoom=2.6)
    frames = [drawn.talking.draw(index).y.astype(int) for index in range(0, 120, 10)]
    assert np.abs(frames[-1] - frames[0]).max() > 40
    for frame in frames:
        for edge in (frame, frame[::-1], frame.T, frame.T[::-1]):
            assert np.abs(np.diff(edge[:6], axis=0)).mean(axis=1).min() > 3
