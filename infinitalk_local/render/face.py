"""The faces of a picture, measured: what could talk, how far its mouth is open, and where its lids are.

python -m infinitalk_local.render.face PICTURE... [--draw OUT.jpg] prints a line of JSON for each picture.
"""

import argparse
import dataclasses
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import cv2
import numpy as np

from infinitalk_local.render import contours, detector, eyes, gap, lips, source
from infinitalk_local.render.canonical import Canonical
from infinitalk_local.render.contours import EyeContour
from infinitalk_local.render.yuv import Bytes, Floats
from infinitalk_media import MediaError

Tier = Literal["full", "weak", "none"]
_LEAST_CONTRAST = (
    0.05  # of a pupil against its sides, in parts of the face's lightness; less is a shut eye or glasses
)
_HALF_PROFILE, _PROFILE = (
    0.5,
    0.9,
)  # turns from which the further eye, and the further half of a mouth, is hidden
_PAINT = (0, 255, 0)
_PLAIN_MOUTH = -0.1  # evidence for lips between the corners


@dataclass(frozen=True)
class Face:
    """A face in pixels of the picture.

    `tier` "weak" means that the lids are too unsure to blink, "none" that the mouth is too unsure to talk.
    """

    frame: Canonical
    mouth: lips.Lips
    gap: float  # depth of the opening that the picture already shows, in distances of the eyes
    tier: Tier
    eyes: tuple[EyeContour, EyeContour] | None = None  # left in the picture first; None: too unsure to blink
    score: float = 1.0  # how sure the detector is, 0..1

    def scaled(self, x: float, y: float) -> "Face":
        """Return the same face in a picture that was resized by these factors."""
        return dataclasses.replace(self, frame=self.frame.scaled(x, y))


def find_all(rgb: Bytes) -> list[Face]:
    """Return the faces of the picture (height, width, 3), the one that talks unless told otherwise first."""
    return [_measured(rgb, seen) for seen in detector.detect(rgb)]


def find(rgb: Bytes) -> Face | None:
    """Return the largest face, or None where there is none."""
    return next(iter(find_all(rgb)), None)


def _measured(rgb: Bytes, seen: detector.Detection) -> Face:
    rough = Canonical.of_eyes(seen.points[0], seen.points[1])
    frame, contrast = eyes.find(rgb, rough)
    corners = np.stack(frame.units(*seen.points[3:].T), axis=1)
    opening = gap.find(rgb, frame, corners)
    mouth = lips.find(rgb, frame, corners, opening)
    plain_eyes = contrast > _LEAST_CONTRAST and abs(seen.turn) < _HALF_PROFILE
    outlines = contours.find(rgb, frame) if plain_eyes else None
    plain_mouth = (opening is not None or mouth.score > _PLAIN_MOUTH) and abs(seen.turn) < _PROFILE
    tier: Tier = "none" if not plain_mouth else "full" if outlines else "weak"
    return Face(frame, mouth, opening.depth if opening else 0.0, tier, outlines, seen.confidence)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser("python -m infinitalk_local.render.face", description=__doc__)
    parser.add_argument("pictures", type=Path, nargs="+", metavar="PICTURE")
    parser.add_argument(
        "--draw", type=Path, metavar="OUT.jpg", help="paint what is seen on the (last) picture"
    )
    chosen = parser.parse_args(arguments)
    failed = False
    for path in chosen.pictures:
        try:
            line, rgb, found = _look(path)
        except MediaError as error:
            failed = True
            _print({"picture": str(path), "error": str(error)})
            continue
        _print(line)
        if chosen.draw:
            cv2.imwrite(str(chosen.draw), cv2.cvtColor(_drawn(rgb, found), cv2.COLOR_RGB2BGR))
    return 2 if failed else 0


def _print(line: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def _look(path: Path) -> tuple[dict[str, Any], Bytes, list[Face]]:
    with tempfile.TemporaryDirectory() as scratch:
        rgb = source.still(path, Path(scratch)).rgb
    started = time.perf_counter()
    found = find_all(rgb)
    ms = round(1000 * (time.perf_counter() - started), 1)
    return {"picture": str(path), "ms": ms, "faces": [told(face) for face in found]}, rgb, found


def _drawn(rgb: Bytes, found: list[Face]) -> Bytes:
    """Return the picture with each face's pupils, corners, lines of the lips and lids painted on it."""
    picture = rgb.copy()
    for face in found:
        thick = max(1, round(face.frame.iod / 60))
        facts = told(face)
        lids = [edge for eye in (facts["lids"] or {}).values() for edge in eye.values()]
        for line in [facts["lip_line"], *lids]:
            cv2.polylines(picture, [np.rint(line).astype(np.int32)], False, _PAINT, thick, cv2.LINE_AA)
        if face.gap:
            below = face.mouth.at(np.linspace(face.mouth.left, face.mouth.right, 21, dtype=np.float32))
            across = np.linspace(face.mouth.left, face.mouth.right, 21, dtype=np.float32)
            below = below + face.gap * gap.lens(across, face.mouth.left, face.mouth.right)
            edge = np.rint(_points(face, np.stack([across, below], axis=1))).astype(np.int32)
            cv2.polylines(picture, [edge], False, _PAINT, thick, cv2.LINE_AA)
        for x, y in [*facts["eyes"], *facts["corners"]]:
            cv2.circle(picture, (round(x), round(y)), 2 * thick, _PAINT, -1, cv2.LINE_AA)
    return picture


def told(face: Face) -> dict[str, Any]:
    """Return what is known of a face as plain values; points are in pixels of the picture, from its edge."""
    across = np.linspace(face.mouth.left, face.mouth.right, 21, dtype=np.float32)
    line = np.stack([across, face.mouth.at(across)], axis=1)
    sides = dict(zip(("left", "right"), face.eyes or (), strict=False))
    return {
        "eyes": _points(face, np.array([[-0.5, 0], [0.5, 0]], np.float32)),
        "corners": _points(face, face.mouth.corners),
        "lip_line": _points(face, line),
        "gap": round(face.gap, 3),
        "score": round(face.score, 3),
        "tier": face.tier,
        "lids": {
            side: {"upper": _points(face, eye.upper), "lower": _points(face, eye.lower)}
            for side, eye in sides.items()
        }
        or None,
    }


def _points(face: Face, units: Floats) -> list[list[float]]:
    middle_of_pixel = 0.5
    return [
        [round(float(x) + middle_of_pixel, 1), round(float(y) + middle_of_pixel, 1)]
        for x, y in face.frame.pixels(units)
    ]


if __name__ == "__main__":
    sys.exit(main())
