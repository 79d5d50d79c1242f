"""Which part of the picture is the person: it moves, and the background stays still."""

import cv2
import numpy as np

from infinitalk_local.render.canonical import Canonical
from infinitalk_local.render.rise import rise
from infinitalk_local.render.yuv import Bytes, Floats

_SIDE = 160  # long side in pixels; the matte is blurred anyway
_ROUNDS = 2


def person(rgb: Bytes, frame: Canonical) -> Floats:
    """Return 0..1 per pixel of a small copy (long side _SIDE) of the picture: 1 is the person.

    GrabCut is told where a head and its shoulders must and cannot be, and finds the edge.
    """
    scale = _SIDE / max(rgb.shape[:2])
    size = (max(8, round(rgb.shape[1] * scale)), max(8, round(rgb.shape[0] * scale)))
    small = np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)
    u, v = _units(frame.scaled(size[0] / rgb.shape[1], size[1] / rgb.shape[0]), size)
    guess = _guess(u, v)
    cv2.setRNGSeed(1)  # GrabCut starts its colour clusters by chance
    models = np.zeros((1, 65)), np.zeros((1, 65))  # GrabCut's own scratch
    cv2.grabCut(small, guess, (0, 0, 1, 1), *models, _ROUNDS, cv2.GC_INIT_WITH_MASK)
    found = ((guess == cv2.GC_FGD) | (guess == cv2.GC_PR_FGD)).astype(np.uint8)
    return _soft(_largest(found), frame.iod * scale)


def _units(frame: Canonical, size: tuple[int, int]) -> tuple[Floats, Floats]:
    x, y = np.meshgrid(np.arange(size[0], dtype=np.float32), np.arange(size[1], dtype=np.float32))
    return frame.units(x, y)


def _guess(u: Floats, v: Floats) -> Bytes:
    """Return GrabCut's mask: a face is surely there, beside and above a head surely none."""
    face = (u / 0.8) ** 2 + ((v - 0.55) / 1.1) ** 2 < 1
    head = (u / 1.45) ** 2 + ((v - 0.3) / 1.9) ** 2 < 1
    shoulders = (v > 1.7) & (np.abs(u) < 0.7 + 1.6 * (v - 1.7))  # noqa: PLR2004
    chest = (v > 3.0) & (np.abs(u) < 1.0)  # noqa: PLR2004
    elsewhere = (v < -2.6) | ((np.abs(u) > 2.3) & (v < 1.6))  # noqa: PLR2004
    mask = np.full(u.shape, cv2.GC_PR_BGD, np.uint8)
    mask[head | shoulders] = cv2.GC_PR_FGD
    mask[elsewhere] = cv2.GC_BGD
    mask[face | chest] = cv2.GC_FGD
    return mask


def _largest(found: Bytes) -> Bytes:
    """Return the largest piece with its holes filled: glasses and shirt buttons belong to the person."""
    outlines, _ = cv2.findContours(found, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    whole = np.zeros_like(found)
    if outlines:
        cv2.drawContours(whole, [max(outlines, key=cv2.contourArea)], 0, 1, cv2.FILLED)
    return whole


def _soft(found: Bytes, iod: float) -> Floats:
    """Return the matte grown a little, then faded out: the person's edge moves as a whole."""
    away = cv2.distanceTransform(1 - found, cv2.DIST_L2, 3)
    return rise(np.asarray(away, np.float32), 0.75 * iod, 0.06 * iod)
