"""python -m infinitalk_local.render.look PICTURE: the people who could talk, with small pictures of them.

Prints one line of JSON: `width` and `height` of the upright picture (of a video: of the frame that would be
animated), `source`, `people`, each with `number`, `eyes`, `mouth`, `box` (left, top, right, bottom), `tier`,
`score` and `crop`; and `copy`, a smaller picture to choose or to mark somebody in, where that may be needed.
Lengths are in pixels; pictures are JPEGs as data URLs.
"""

import argparse
import base64
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from infinitalk_local.render import face, source
from infinitalk_local.render.yuv import Bytes, Floats
from infinitalk_media import MediaError
from infinitalk_media.child import take_at_most

_CROP_PX, _COPY_PX = 144, 960
_JPEG = [cv2.IMWRITE_JPEG_QUALITY, 82]
_LEFT, _TOP, _RIGHT, _BOTTOM = -1.1, -1.0, 1.1, 1.8  # of a head, in distances of the eyes
_TURNED = 0.9  # distance of eyes and mouth in that of the eyes, which is less in a turned head
_ROOM = 1.5  # side of a small picture, in heights of the head


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser("python -m infinitalk_local.render.look", description=__doc__)
    parser.add_argument("picture", type=Path, metavar="PICTURE")
    parser.add_argument("--shrunk", type=float, default=1.0, metavar="N", help="what its sides were times")
    parser.add_argument("--memory-mb", type=int, metavar="MB", help="take no more than so much (Linux)")
    chosen = parser.parse_args(arguments)
    if chosen.memory_mb:
        take_at_most(chosen.memory_mb)
    try:
        with tempfile.TemporaryDirectory() as scratch:
            still = source.still(chosen.picture, Path(scratch))
            seen = look(still._replace(shrunk=chosen.shrunk * still.shrunk))
    except MediaError as error:
        seen = {"error": str(error)}
    sys.stdout.write(json.dumps(seen) + "\n")
    return 2 if "error" in seen else 0


def look(still: source.Still) -> dict[str, Any]:
    """Return what is seen, in pixels of the picture before it was shrunk."""
    people = [_person(still, number, found) for number, found in enumerate(face.find_all(still.rgb), start=1)]
    height, width = still.rgb.shape[:2]
    needs_copy = len(people) != 1 and still.source == "picture"
    return {
        "width": round(width / still.shrunk),
        "height": round(height / still.shrunk),
        "source": still.source,
        "people": people,
        "copy": _jpeg(still.rgb, _COPY_PX) if needs_copy else None,
    }


def _person(still: source.Still, number: int, found: face.Face) -> dict[str, Any]:
    told = face.told(found)
    box = _box(still.rgb, found)
    return {
        "number": number,
        "eyes": _brought(told["eyes"], still.shrunk),
        "mouth": _brought(np.mean(told["corners"], axis=0), still.shrunk),
        "box": _brought(box, still.shrunk),
        "tier": found.tier,
        "score": told["score"],
        "crop": _jpeg(_around(still.rgb, box), _CROP_PX),
    }


def _brought(pixels: Any, shrunk: float) -> Any:
    return np.round(np.asarray(pixels, np.float64) / shrunk, 1).tolist()


def _box(rgb: Bytes, found: face.Face) -> Floats:
    """Return left, top, right and bottom of the head, within the picture."""
    down = float(np.hypot(*found.mouth.corners.mean(axis=0)))
    size = max(1.0, _TURNED * down)
    corners = size * np.array([[x, y] for x in (_LEFT, _RIGHT) for y in (_TOP, _BOTTOM)], np.float32)
    pixels = found.frame.pixels(corners)
    height, width = rgb.shape[:2]
    limits = np.array([width, height], np.float32)
    return np.concatenate([pixels.min(axis=0).clip(0, limits), pixels.max(axis=0).clip(0, limits)])


def _around(rgb: Bytes, box: Floats) -> Bytes:
    """Return a square with a head in its middle, or what the picture has of it."""
    middle, half = (box[:2] + box[2:]) / 2, _ROOM * max(box[2:] - box[:2]) / 2
    left, top, right, bottom = (max(0, round(float(edge))) for edge in (*(middle - half), *(middle + half)))
    return rgb[top:bottom, left:right]


def _jpeg(rgb: Bytes, longest: int) -> str:
    scale = min(1.0, longest / max(rgb.shape[:2]))
    small = cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else rgb
    data = cv2.imencode(".jpg", cv2.cvtColor(small, cv2.COLOR_RGB2BGR), _JPEG)[1]
    return f"data:image/jpeg;base64,{base64.b64encode(data.tobytes()).decode()}"


if __name__ == "__main__":
    sys.exit(main())
