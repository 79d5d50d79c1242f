"""Finds the line between the lips and its two corners, in the canonical frame, and says how sure it is."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from infinitalk_local.render.canonical import Canonical, Patch
from infinitalk_local.render.gap import Opening, lens
from infinitalk_local.render.yuv import Bytes, Floats

_PATCH = Patch(-0.8, 0.45, 0.8, 1.75, 64)

# Where mouths are, in distances of the eyes: over many people, and generous enough for drawings.
_ROW, _ROW_SPREAD = 1.05, 0.16
_SPREAD, _SPREAD_ENDS = 0.10, 0.03  # of a lip line around the straight one, in its middle and at the corners


@dataclass(frozen=True)
class Lips:
    """The lip line v(u) as a quartic (highest power first) between the corners; `score` is its evidence."""

    left: float
    right: float
    line: tuple[float, ...]
    score: float

    def at(self, u: Floats) -> Floats:
        """Return the line's v; beyond the corners it goes on straight, as a quartic would run away."""
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
    evidence = _evidence(lab, _redness(lab))
    if opening is None:
        return _fit(evidence, _PATCH.v[_path(evidence, _band(corners))], corners)
    edge = _straight(corners) + opening.height * lens(_PATCH.u, *corners[:, 0])
    return _fit(evidence, edge, corners)


def _straight(corners: Floats) -> Floats:
    """Return the v of the straight line through both corners in each column."""
    (left, top), (right, bottom) = corners
    return np.asarray(top + (_PATCH.u - left) * (bottom - top) / (right - left), np.float32)


def _band(corners: Floats) -> Floats:
    """Return how likely the line is to pass each pixel, before anything is seen: near the straight one."""
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


def _faint(lab: Floats) -> float:
    """Return how much contrast to expect: dark skin has less of it in all that it shows."""
    return float(np.clip(np.median(lab[..., 0]) / 60, 0.25, 1))


def _redness(lab: Floats) -> Floats:
    """Return how much each pixel lies in a band redder than what is above and below it, as most lips do."""
    return _relative(_ridge(-lab[..., 1], 0.1), least=3.0 * _faint(lab))


def _evidence(lab: Floats, redness: Floats) -> Floats:
    """Return how much each pixel looks like lying between two lips, about 0 on skin and 1 on a clear line.

    A thin dark band is the line itself, a broad one the shaded lips, and `redness` the lips of most, not of
    all. Each is measured against this very face, of whatever colour.
    """
    faint = _faint(lab)
    thin = _relative(_ridge(lab[..., 0], 0.025), least=1.0 * faint)
    broad = _relative(_ridge(lab[..., 0], 0.06), least=2.0 * faint)
    return np.asarray(0.6 * thin + 0.35 * broad + 0.5 * redness, np.float32)


def _ridge(light: Floats, sigma: float) -> Floats:
    """Return the second derivative down the face: positive in the middle of a dark band of about `sigma`.

    Only what is darker than both its sides counts: the edge of a beard would do for the derivative alone.
    """
    scale = sigma * _PATCH.density
    blurred = cv2.GaussianBlur(light, (0, 0), sigmaX=0.05 * _PATCH.density, sigmaY=scale)
    second = cv2.filter2D(blurred, -1, np.array([[1], [-2], [1]], np.float32)) * scale**2
    step = round(2 * scale)
    padded = np.pad(blurred, ((step, step), (0, 0)), mode="edge")
    darker = np.minimum(padded[: -2 * step], padded[2 * step :]) - blurred
    return np.asarray(np.where(darker > 0, second, np.minimum(second, 0)), np.float32)


def _relative(value: Floats, least: float) -> Floats:
    """Return the value in units of its own strong places near the mouth, clipped to -0.5..1."""
    window = value[:, np.abs(_PATCH.u) < 0.45]  # noqa: PLR2004
    strong = float(np.percentile(np.clip(window, 0, None) * _row_prior()[:, None], 98))
    return np.asarray(np.clip(value / max(strong, least), -0.5, 1.0))


def _row_prior() -> Floats:
    return np.asarray(np.exp(-0.5 * ((_PATCH.v - _ROW) / _ROW_SPREAD) ** 2), np.float32)


def _path(evidence: Floats, band: Floats) -> NDArray[np.intp]:
    """Return the row of the line in each column: most evidence, fewest steps (dynamic programming)."""
    gain = evidence + 0.5 * np.log(band + 1e-4)
    best, came = gain[:, 0], []
    for column in gain.T[1:]:
        moves = np.stack([_shifted(best, step) - 0.12 * abs(step) for step in (0, -1, 1)])
        choice = moves.argmax(axis=0)
        came.append(choice)
        best = moves.max(axis=0) + column
    row = int(best.argmax())
    rows = [row]
    for choice in reversed(came):
        row -= (0, -1, 1)[choice[row]]
        row = min(max(row, 0), len(gain) - 1)
        rows.append(row)
    return np.array(rows[::-1])


def _shifted(values: Floats, step: int) -> Floats:
    """Return for each row the value `step` rows above it."""
    moved = np.full_like(values, -1e9)
    if step > 0:
        moved[step:] = values[:-step]
    elif step < 0:
        moved[:step] = values[-step:]
    else:
        moved = values
    return moved


def _along(evidence: Floats, v: Floats) -> Floats:
    """Return the evidence on the line, the best within a hair's breadth of it."""
    rows = np.round((v - _PATCH.top) * _PATCH.density - 0.5).astype(int)
    near = [np.clip(rows + step, 0, len(evidence) - 1) for step in (-1, 0, 1)]
    return np.asarray(np.max([evidence[row, np.arange(len(row))] for row in near], axis=0), np.float32)
