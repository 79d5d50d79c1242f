"""The matte of the person: what it covers moves, and the background does not."""

import cv2
import numpy as np

from infinitalk_preview.detect.geometry import Canonical
from infinitalk_preview.frames.smoothstep import smoothstep
from infinitalk_preview.frames.yuv import Bytes, Floats

_SIDE = 160  # long side in pixels; the matte is blurred anyway
_ROUNDS = 2


def person(rgb: Bytes, frame: Canonical) -> Floats:
    """Return 0..1 per pixel of a small copy (long side _SIDE) of the picture: 1 is the person.

    GrabCut finds the edge, given where head and shoulders surely are and surely are not.
    """
    scale = _SIDE / max(rgb.shape[:2])
    size = (max(8, round(rgb.shape[1] * scale)), max(8, round(rgb.shape[0] * scale)))
    small = np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)
    x, y = np.meshgrid(np.arange(size[0], dtype=np.float32), np.arange(size[1], dtype=np.float32))
    guess = _guess(*frame.scaled(size[0] / rgb.shape[1], size[1] / rgb.shape[0]).units(x, y))
    cv2.setRNGSeed(1)  # GrabCut seeds its colour clusters at random
    models = np.zeros((1, 65)), np.zeros((1, 65))  # GrabCut's working memory
    cv2.grabCut(small, guess, (0, 0, 1, 1), *models, _ROUNDS, cv2.GC_INIT_WITH_MASK)
    found = ((guess == cv2.GC_FGD) | (guess == cv2.GC_PR_FGD)).astype(np.uint8)
    away = np.asarray(cv2.distanceTransform(1 - _largest(found), cv2.DIST_L2, 3), np.float32)
    # Dilated a little, then faded out, so that the edge of the person moves as a whole.
    return smoothstep(0.75 * frame.iod * scale, 0.06 * frame.iod * scale, away)


def _guess(u: Floats, v: Floats) -> Bytes:
    """Return GrabCut's mask: face and chest are surely the person, what is beside the head is surely not."""
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
    """Return the largest component with its holes filled: glasses and buttons belong to the person."""
    outlines, _ = cv2.findContours(found, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    whole = np.zeros_like(found)
    if outlines:
        cv2.drawContours(whole, [max(outlines, key=cv2.contourArea)], 0, 1, cv2.FILLED)
    return whole
