"""Finds the line between the lips, in canonical coordinates, with a score of its evidence."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from infinitalk_preview.detect.geometry import Canonical, Patch
from infinitalk_preview.detect.mouth_gap import Opening, lens
from infinitalk_preview.frames.yuv import Bytes, Floats

_PATCH = Patch(-0.8, 0.45, 0.8, 1.75, 64)

# v of mouths over many people, with enough spread for drawings.
_ROW, _ROW_SPREAD = 1.05, 0.16
_SPREAD, _SPREAD_ENDS = 0.10, 0.03  # of a lip line around a straight one, in the middle and at the corners


@dataclass(frozen=True)
class Lips:
    """The lip line v(u) as a quartic (highest power first) between the corners; `score` is its evidence."""

    left: float
    right: float
    line: tuple[float, ...]
    score: float

    def at(self, u: Floats) -> Floats:
        """Return v of the line, which continues straight beyond its corners."""
        inside = np.clip(u, self.left, self.right)
        slope = np.polyval(np.polyder(self.line), inside)
        return np.asarray(np.polyval(self.line, inside) + slope * (u - inside), np.float32)

    @property
    def corners(self) -> Floats:
        """The two corners as (u, v), (2, 2), left in the picture first."""
        ends = np.array([self.left, self.right], np.float32)
        return np.stack([ends, self.at(ends)], axis=1)


def find(rgb: Bytes, frame: Canonical, corners: Floats, opening: Opening | None) -> Lips:
    """Return the line between two corners, (2, 2) as (u, v): where lips meet, or an opening's upper edge."""
    lab = _PATCH.lab(rgb, frame)
    evidence = _evidence(lab)
    if opening is None:
        return _fit(evidence, _PATCH.v[_path(evidence, _prior(corners))], corners)
    edge = _straight(corners) + opening.height * lens(_PATCH.u, *corners[:, 0])
    return _fit(evidence, edge, corners)


def _straight(corners: Floats) -> Floats:
    """Return the v of the straight line through both corners in each column."""
    (left, top), (right, bottom) = corners
    return np.asarray(top + (_PATCH.u - left) * (bottom - top) / (right - left), np.float32)


def _prior(corners: Floats) -> Floats:
    """Return the prior of the line at each pixel: near the straight line."""
    left, right = corners[:, 0]
    aside = np.clip(np.abs(2 * _PATCH.u - left - right) / (right - left), 0, 1)
    spread = _SPREAD_ENDS + (_SPREAD - _SPREAD_ENDS) * (1 - aside**2)
    return np.asarray(np.exp(-0.5 * ((_PATCH.v[:, None] - _straight(corners)) / spread) ** 2), np.float32)


def _fit(evidence: Floats, v: Floats, corners: Floats) -> Lips:
    left, right = (float(end) for end in corners[:, 0])
    along = _along(evidence, v)
    inside = (_PATCH.u >= left) & (_PATCH.u <= right)
    u = np.concatenate([_PATCH.u[inside], corners[:, 0]])
    weight = np.concatenate([np.clip(along[inside], 0.05, 1), [3.0, 3.0]])
    line = np.polyfit(u, np.concatenate([v[inside], corners[:, 1]]), 4, w=weight)
    score = float(np.mean(along[inside]) - max(0.0, float(np.mean(_along(evidence, v + 0.2)[inside]))))
    return Lips(left, right, tuple(float(part) for part in line), score)


def _evidence(lab: Floats) -> Floats:
    """Return the evidence for the line at each pixel, about 0 on skin and 1 on a clear line.

    A thin dark band is the line, a broad one the shaded lips, and a red one the lips of most people. All are
    relative to the face: dark skin has less contrast.
    """
    faint = float(np.clip(np.median(lab[..., 0]) / 60, 0.25, 1))
    thin = _relative(_ridge(lab[..., 0], 0.025), least=1.0 * faint)
    broad = _relative(_ridge(lab[..., 0], 0.06), least=2.0 * faint)
    red = _relative(_ridge(-lab[..., 1], 0.1), least=3.0 * faint)
    return np.asarray(0.6 * thin + 0.35 * broad + 0.5 * red, np.float32)


def _ridge(light: Floats, sigma: float) -> Floats:
    """Return the second derivative down the face: positive in the middle of a dark band of about `sigma`.

    It must also be darker than both sides: the edge of a beard is not.
    """
    scale = sigma * _PATCH.density
    blurred = cv2.GaussianBlur(light, (0, 0), sigmaX=0.05 * _PATCH.density, sigmaY=scale)
    second = cv2.filter2D(blurred, -1, np.array([[1], [-2], [1]], np.float32)) * scale**2
    step = round(2 * scale)
    padded = np.pad(blurred, ((step, step), (0, 0)), mode="edge")
    darker = np.minimum(padded[: -2 * step], padded[2 * step :]) - blurred
    return np.asarray(np.where(darker > 0, second, np.minimum(second, 0)), np.float32)


def _relative(value: Floats, least: float) -> Floats:
    """Return the value in units of its highest values near the mouth, clipped to -0.5..1."""
    window = value[:, np.abs(_PATCH.u) < 0.45]  # noqa: PLR2004
    prior = np.exp(-0.5 * ((_PATCH.v - _ROW) / _ROW_SPREAD) ** 2)
    strong = float(np.percentile(np.clip(window, 0, None) * prior[:, None], 98))
    return np.asarray(np.clip(value / max(strong, least), -0.5, 1.0))


def _path(evidence: Floats, prior: Floats) -> NDArray[np.intp]:
    """Return the row of the line in each column, by dynamic programming: most evidence, fewest steps."""
    gain = evidence + 0.5 * np.log(prior + 1e-4)
    rows, steps = len(gain), (0, -1, 1)
    best, choices = gain[:, 0], []
    for column in gain.T[1:]:
        padded = np.pad(best, 1, constant_values=-1e9)
        moves = np.stack([padded[1 - step : 1 - step + rows] - 0.12 * abs(step) for step in steps])
        choices.append(moves.argmax(axis=0))
        best = moves.max(axis=0) + column
    path = [int(best.argmax())]
    for choice in reversed(choices):
        path.append(min(max(path[-1] - steps[choice[path[-1]]], 0), rows - 1))
    return np.array(path[::-1])


def _along(evidence: Floats, v: Floats) -> Floats:
    """Return the evidence along the line, the best within one row of it."""
    rows = np.round((v - _PATCH.top) * _PATCH.density - 0.5).astype(int)
    near = [np.clip(rows + step, 0, len(evidence) - 1) for step in (-1, 0, 1)]
    return np.asarray(np.max([evidence[row, np.arange(len(row))] for row in near], axis=0), np.float32)
