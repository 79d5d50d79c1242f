"""The video for a picture without a face: it comes slowly nearer and sways, and a meter follows the voice."""

import cv2
import numpy as np

from infinitalk_local.render.motion import drift
from infinitalk_local.render.rise import rise
from infinitalk_local.render.sizes import Size
from infinitalk_local.render.source import resized
from infinitalk_local.render.yuv import Bytes, Floats, Frame, Matrix, frame_of, full_planes, half

_PUSH = 0.07  # how much larger the picture is at the end
_REST = 1.045  # and at the start: room for the sway, so that no edge comes into view
_SWAY = 0.006  # of the shorter side, RMS; drift stays under 2.9 times that
_ROLL_RAD = 0.002


class Ambient:
    """Draws frame after frame of one clip; `level` is the loudness of each, 0..1."""

    renderer, tier = "ambient", "none"

    def __init__(self, rgb: Bytes, size: Size, matrix: Matrix, level: Floats, *, fps: int, seed: int) -> None:
        # The source is kept as large as the last frame needs it, so that coming nearer loses no sharpness.
        zoom = _REST + _PUSH
        large = Size(2 * round(size.width * zoom / 2), 2 * round(size.height * zoom / 2))
        self._source = frame_of(full_planes(resized(rgb, large), matrix))
        self._views = _views(size, large, len(level), fps, seed)
        self._size = size
        self._meter = _Meter(size, level)

    def draw(self, index: int) -> Frame:
        frame = Frame.empty(*self._size)
        view = self._views[index]
        width, height = self._size
        flags = cv2.WARP_INVERSE_MAP
        border = cv2.BORDER_REPLICATE
        cv2.warpAffine(
            self._source.y, view, (width, height), frame.y, flags=flags | cv2.INTER_CUBIC, borderMode=border
        )
        colours = cv2.warpAffine(
            self._source.uv,
            _at_half_size(view),
            (width // 2, height // 2),
            flags=flags | cv2.INTER_LINEAR,
            borderMode=border,
        )
        frame.uv[:] = colours
        self._meter.draw(frame, index)
        return frame


def _views(size: Size, source: Size, count: int, fps: int, seed: int) -> list[Floats]:
    """Return for each frame the 2 x 3 matrix from its pixels to those of the source."""
    rng = np.random.default_rng(seed)
    times = np.arange(count, dtype=np.float32) / fps
    zoom = _REST + _PUSH * rise(np.arange(count, dtype=np.float32), 0, max(count - 1, 1))
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
    """Return the same view for planes of half the size; the quarter keeps pixel centres where they are."""
    smaller = view.copy()
    centre = np.array([0.5, 0.5])
    smaller[:, 2] = (view[:, 2] + view[:, :2] @ centre - centre) / 2
    return smaller


class _Meter:
    """Five bars on a dark pill at the foot of the picture: the loudness runs from the middle outwards."""

    _BARS = 5

    def __init__(self, size: Size, level: Floats) -> None:
        unit = min(size) / 100
        self._tall = 4.2 * unit
        wide, high = 2 * round(8 * unit), 2 * round(3.4 * unit)
        left, top = (size.width - wide) // 4 * 2, size.height - high - 2 * round(1.2 * unit)
        self._box = (slice(top, top + high), slice(left, left + wide))
        self._half = tuple(map(half, self._box))
        rows, columns = np.mgrid[:high, :wide].astype(np.float32) + 0.5
        self._veil = 0.42 * _pill(columns - wide / 2, rows - high / 2, wide / 2, high / 2)
        self._from_middle = np.abs(rows - high / 2)
        self._bars = _bars(columns[0] - wide / 2, 1.7 * unit, unit * 0.5, self._BARS)
        self._heights = _heights(level, self._BARS)

    def draw(self, frame: Frame, index: int) -> None:
        tall = self._tall * (0.12 + 0.88 * self._heights[index])
        inside = np.clip(tall[None, :, None] / 2 + 0.5 - self._from_middle[:, None, :], 0, 1)
        white = (inside * self._bars[None]).sum(axis=1) * 0.85
        y, uv = frame.y[self._box], frame.uv[self._half]
        y[:] = (y * (1 - self._veil) + 16 * self._veil) * (1 - white) + 235 * white
        grey = np.maximum(self._veil, white)[::2, ::2, None]
        uv[:] = uv * (1 - grey) + 128 * grey


def _pill(x: Floats, y: Floats, half_width: float, half_height: float) -> Floats:
    """Return the coverage of a bar with round ends, centred at 0."""
    past_end = np.maximum(np.abs(x) - (half_width - half_height), 0)
    return np.clip(half_height - np.hypot(past_end, y) + 0.5, 0, 1)


def _bars(x: Floats, spacing: float, half_width: float, count: int) -> Floats:
    """Return the coverage of each upright bar over the columns, (count, columns)."""
    middles = (np.arange(count) - (count - 1) / 2) * spacing
    return np.clip(half_width - np.abs(x - middles[:, None]) + 0.5, 0, 1).astype(np.float32)


def _heights(level: Floats, count: int) -> Floats:
    """Return each bar's height at each frame, (frames, count): the middle one moves first and furthest."""
    away = np.abs(np.arange(count) - (count - 1) / 2)
    delayed = [np.concatenate([np.zeros(int(late), np.float32), level])[: len(level)] for late in away]
    return np.stack([bar / (1 + 0.35 * late) for bar, late in zip(delayed, away, strict=True)], axis=1)
