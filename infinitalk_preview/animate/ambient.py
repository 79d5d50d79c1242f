"""Animates a picture without a face: a slow zoom with some sway, and a level meter of the voice."""

import cv2
import numpy as np

from infinitalk_preview.animate.motion import drift
from infinitalk_preview.frames.smoothstep import smoothstep
from infinitalk_preview.frames.warp import resized
from infinitalk_preview.frames.yuv import Bytes, Floats, Frame, Matrix, frame_of, full_planes, half
from infinitalk_preview.sizes import Size

_ZOOM_START = 1.045  # more than 1, so that sway shows no edge of the picture
_ZOOM_GAIN = 0.07  # from the first frame to the last
_SWAY = 0.006  # of the shorter side, RMS; drift stays below 2.9 times that
_ROLL_RAD = 0.002


class Ambient:
    """Draws the frames of one clip; `level` is the loudness in each, 0..1."""

    renderer, tier = "ambient", "none"

    def __init__(self, rgb: Bytes, size: Size, matrix: Matrix, level: Floats, *, fps: int, seed: int) -> None:
        # As large as the last frame needs it, so that the zoom loses no sharpness.
        zoom = _ZOOM_START + _ZOOM_GAIN
        large = Size(2 * round(size.width * zoom / 2), 2 * round(size.height * zoom / 2))
        self._source = frame_of(full_planes(resized(rgb, large), matrix))
        self._views = _views(size, large, len(level), fps, seed)
        self._size = size
        self._meter = _Meter(size, level)

    def draw(self, index: int) -> Frame:
        frame, view = Frame.empty(*self._size), self._views[index]
        frame.y[:] = _seen(self._source.y, view, self._size, cv2.INTER_CUBIC)
        half_size = Size(self._size.width // 2, self._size.height // 2)
        frame.uv[:] = _seen(self._source.uv, _at_half_size(view), half_size, cv2.INTER_LINEAR)
        self._meter.draw(frame, index)
        return frame


def _seen(plane: Bytes, view: Floats, size: Size, samples: int) -> Bytes:
    flags, border = cv2.WARP_INVERSE_MAP | samples, cv2.BORDER_REPLICATE
    return np.asarray(cv2.warpAffine(plane, view, size, flags=flags, borderMode=border), np.uint8)


def _views(size: Size, source: Size, count: int, fps: int, seed: int) -> list[Floats]:
    """Return for each frame the 2 x 3 matrix from its pixels to the pixels of the source."""
    rng = np.random.default_rng(seed)
    times = np.arange(count, dtype=np.float32) / fps
    zoom = _ZOOM_START + _ZOOM_GAIN * smoothstep(0, max(count - 1, 1), np.arange(count, dtype=np.float32))
    sway = _SWAY * min(size)
    right, down = drift(rng, times, 7.0) * sway, drift(rng, times, 9.0) * sway * 0.6
    roll = drift(rng, times, 11.0) * _ROLL_RAD
    scale = source.width / size.width / zoom
    centre = np.array([size.width, size.height]) / 2
    views = []
    for k, (x, y) in enumerate(zip(right, down, strict=True)):
        turn = scale[k] * np.array([[np.cos(roll[k]), -np.sin(roll[k])], [np.sin(roll[k]), np.cos(roll[k])]])
        shift = np.array(source) / 2 - turn @ (centre + np.array([x, y]))
        views.append(np.column_stack([turn, shift]).astype(np.float32))
    return views


def _at_half_size(view: Floats) -> Floats:
    """Return the same view for planes of half the size."""
    smaller = view.copy()
    centre = np.array([0.5, 0.5])
    smaller[:, 2] = (view[:, 2] + view[:, :2] @ centre - centre) / 2
    return smaller


class _Meter:
    """Level meter of five bars on a dark box at the bottom; loudness spreads from the middle bar."""

    _BARS = 5

    def __init__(self, size: Size, level: Floats) -> None:
        unit = min(size) / 100
        self._tall = 4.2 * unit
        wide, high = 2 * round(8 * unit), 2 * round(3.4 * unit)
        left, top = (size.width - wide) // 4 * 2, size.height - high - 2 * round(1.2 * unit)
        self._box = (slice(top, top + high), slice(left, left + wide))
        self._half = half(self._box)
        rows, columns = np.mgrid[:high, :wide].astype(np.float32) + 0.5
        self._shade = 0.42 * _pill(columns - wide / 2, rows - high / 2, wide / 2, high / 2)
        self._from_middle = np.abs(rows - high / 2)
        self._bars = _bars(columns[0] - wide / 2, 1.7 * unit, unit * 0.5, self._BARS)
        self._heights = _heights(level, self._BARS)

    def draw(self, frame: Frame, index: int) -> None:
        tall = self._tall * (0.12 + 0.88 * self._heights[index])
        inside = np.clip(tall[None, :, None] / 2 + 0.5 - self._from_middle[:, None, :], 0, 1)
        white = (inside * self._bars[None]).sum(axis=1) * 0.85
        y, uv = frame.y[self._box], frame.uv[self._half]
        y[:] = (y * (1 - self._shade) + 16 * self._shade) * (1 - white) + 235 * white
        grey = np.maximum(self._shade, white)[::2, ::2, None]
        uv[:] = uv * (1 - grey) + 128 * grey


def _pill(x: Floats, y: Floats, half_width: float, half_height: float) -> Floats:
    """Return the coverage of a bar with round ends around 0."""
    past_end = np.maximum(np.abs(x) - (half_width - half_height), 0)
    return np.clip(half_height - np.hypot(past_end, y) + 0.5, 0, 1)


def _bars(x: Floats, spacing: float, half_width: float, count: int) -> Floats:
    """Return the horizontal coverage of each bar, (count, columns)."""
    middles = (np.arange(count) - (count - 1) / 2) * spacing
    return np.clip(half_width - np.abs(x - middles[:, None]) + 0.5, 0, 1).astype(np.float32)


def _heights(level: Floats, count: int) -> Floats:
    """Return the height of each bar in each frame, (frames, count): the middle one moves first and most."""
    away = np.abs(np.arange(count) - (count - 1) / 2)
    delayed = [np.concatenate([np.zeros(int(delay), np.float32), level])[: len(level)] for delay in away]
    return np.stack([bar / (1 + 0.35 * delay) for bar, delay in zip(delayed, away, strict=True)], axis=1)
