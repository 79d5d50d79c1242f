"""Finds the line between the lips and its two corners, in the canonical frame, and says how sure it is."""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from infinitalk_local.render.canonical import Canonical, Patch
from infinitalk_local.render.yuv import Bytes, Flags, Floats

_PATCH = Patch(-0.8, 0.45, 0.8, 1.75, 64)

# Where mouths are, in distances of the eyes: over many people, and generous enough for drawings.
_ROW, _ROW_SPREAD = 1.05, 0.16
_WIDTH, _WIDTH_SPREAD = 0.77, 0.13
_MIDDLE_SPREAD = 0.09
_NARROWEST, _WIDEST = 0.36, 1.24
_BEYOND_TEETH = 0.05  # a smile goes on at each side of the teeth that it shows


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


def find(rgb: Bytes, frame: Canonical) -> Lips:
    """Return the best lip line below the eyes of `frame`; whether it is one is for `score` to say."""
    lab = _PATCH.lab(rgb, frame)
    redness = _redness(lab)
    evidence = _evidence(lab, redness)
    rows = _path(evidence)
    teeth = _teeth_above(lab, rows)
    if not teeth.any():
        # On the darkest skin the line is lost before the lips end, and their colour or their light is not.
        lips = np.maximum(redness, _lightness(lab))
        return _with_corners(evidence, _PATCH.v[rows], np.maximum(evidence, lips))
    evidence = _ending_at(teeth, evidence)
    smile = _with_corners(evidence, _PATCH.v[_path(evidence)], evidence)
    return replace(smile, left=smile.left - _BEYOND_TEETH, right=smile.right + _BEYOND_TEETH)


def _teeth_above(lab: Floats, line: NDArray[np.intp]) -> Flags:
    """Return where teeth show above `line`: lighter than this face's cheeks, no more coloured, a wide band.

    An open smile has two dark edges, and the lower one is often the stronger: then the teeth are above it.
    """
    light, chroma = lab[..., 0], np.hypot(lab[..., 1], lab[..., 2])
    cheeks = (np.abs(np.abs(_PATCH.u) - 0.55) < 0.15)[None, :] & (np.abs(_PATCH.v - 0.75) < 0.2)[:, None]  # noqa: PLR2004
    lighter = light - np.percentile(light[cheeks], 70)
    paler = np.median(chroma[cheeks]) - chroma
    up = line[None, :] - np.arange(len(lab))[:, None]
    above = (up > 0) & (up < 0.35 * _PATCH.density) & (np.abs(_PATCH.u) < 0.45)[None, :]  # noqa: PLR2004
    likely = (above & (lighter > 5) & (lighter + paler > 11)).astype(np.uint8)  # noqa: PLR2004 - in L*, a*, b* units
    _, labels, stats, _ = cv2.connectedComponentsWithStats(likely)
    width, height = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
    bands = np.flatnonzero((width > 0.3 * _PATCH.density) & (width > 1.5 * height))
    return np.asarray(np.isin(labels, bands[bands > 0]))


def _ending_at(teeth: Flags, evidence: Floats) -> Floats:
    """Return the evidence with the upper edge of the teeth as the line, and nothing on or below them."""
    shown, top = teeth.any(axis=0), teeth.argmax(axis=0)
    rows = np.arange(len(evidence))[:, None]
    evidence = np.where(shown & (rows >= top), -0.5, evidence)
    return np.asarray(np.where(shown & (rows < top) & (rows >= top - 2), 1.0, evidence), np.float32)


def _faint(lab: Floats) -> float:
    """Return how much contrast to expect: dark skin has less of it in all that it shows."""
    return float(np.clip(np.median(lab[..., 0]) / 60, 0.25, 1))


def _redness(lab: Floats) -> Floats:
    """Return how much each pixel lies in a band redder than what is above and below it, as most lips do."""
    return _relative(_ridge(-lab[..., 1], 0.1), least=3.0 * _faint(lab))


def _lightness(lab: Floats) -> Floats:
    """Return how much each pixel lies in a band lighter than what is above and below it, as on dark skin."""
    return _relative(_ridge(-lab[..., 0], 0.1), least=3.0 * _faint(lab))


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


def _path(evidence: Floats) -> NDArray[np.intp]:
    """Return the row of the line in each column: most evidence, fewest steps (dynamic programming)."""
    gain = evidence + 0.5 * np.log(_row_prior() + 1e-4)[:, None]
    gain = gain * np.exp(-0.5 * (_PATCH.u / 0.4) ** 2)  # the cheeks have no say
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


def _with_corners(evidence: Floats, v: Floats, of_ends: Floats) -> Lips:
    """Fit the line and its ends: each end needs the other, so they are searched together."""
    along, to_ends = _along(evidence, v), _along(of_ends, v)
    left, right = _ends(to_ends)
    inside = (_PATCH.u >= left) & (_PATCH.u <= right)
    weight = np.clip(along[inside], 0.05, 1)
    line = np.polyfit(_PATCH.u[inside], v[inside], 4, w=weight)
    score = float(np.mean(to_ends[inside]) - max(0.0, float(np.mean(_along(evidence, v + 0.2)[inside]))))
    return Lips(left, right, tuple(float(part) for part in line), score)


def _along(evidence: Floats, v: Floats) -> Floats:
    """Return the evidence on the line, the best within a hair's breadth of it."""
    rows = np.round((v - _PATCH.top) * _PATCH.density - 0.5).astype(int)
    near = [np.clip(rows + step, 0, len(evidence) - 1) for step in (-1, 0, 1)]
    return np.asarray(np.max([evidence[row, np.arange(len(row))] for row in near], axis=0), np.float32)


def _ends(along: Floats) -> tuple[float, float]:
    """Return the u of both corners: evidence inside, none outside, a width and a middle as mouths have."""
    u = _PATCH.u
    middle = float(np.median(along[np.abs(u) < 0.2]))  # noqa: PLR2004
    worth = np.concatenate([[0], np.cumsum(along - 0.38 * max(middle, 0.2))]) / _PATCH.density
    edges = np.append(u - 0.5 / _PATCH.density, u[-1] + 0.5 / _PATCH.density)
    left, right = np.meshgrid(edges, edges, indexing="ij")
    width, centre = right - left, (left + right) / 2
    prior = ((width - _WIDTH) / _WIDTH_SPREAD) ** 2 + (centre / _MIDDLE_SPREAD) ** 2
    gain = (worth[None, :] - worth[:, None]) - 0.014 * prior
    gain[(width < _NARROWEST) | (width > _WIDEST)] = -np.inf
    one, other = np.unravel_index(int(gain.argmax()), gain.shape)
    return float(edges[one]), float(edges[other])
