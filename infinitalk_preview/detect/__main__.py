"""python -m infinitalk_preview.detect PICTURE...: prints the faces of pictures and videos as lines of JSON.

Without --people each face has its landmarks. With it a line has `width` and `height` of the upright picture
(of a video: of its best frame), `source`, `people`, each with `number`, `eyes`, `mouth`, `box` (left, top,
right, bottom), `tier`, `score` and `crop`, and `copy`, a smaller picture to choose or mark somebody in, where
that may be needed. Lengths are in pixels, pictures are JPEGs as data URLs. Exit code 2: unusable picture.
"""

import argparse
import base64
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from infinitalk_media import MediaError
from infinitalk_media.child_process import limit_own_memory
from infinitalk_preview import source
from infinitalk_preview.detect import faces
from infinitalk_preview.detect.mouth_gap import lens
from infinitalk_preview.frames.warp import downscaled
from infinitalk_preview.frames.yuv import Bytes, Floats

_CROP_PX, _COPY_PX = 144, 960  # longest sides
_JPEG = [cv2.IMWRITE_JPEG_QUALITY, 82]
_LEFT, _TOP, _RIGHT, _BOTTOM = -1.1, -1.0, 1.1, 1.8  # of a head, in distances of the eyes
_TURNED = 0.9  # distance of the eyes in distances of eyes and mouth: a turned head shows it too small
_MARGIN = 1.5  # side of a crop, in heights of the head
_PAINT = (0, 255, 0)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser("python -m infinitalk_preview.detect", description=__doc__)
    add = parser.add_argument
    add("pictures", type=Path, nargs="+", metavar="PICTURE")
    add("--draw", type=Path, metavar="OUT.jpg", help="draw landmarks on the last picture")
    add("--people", action="store_true", help="print boxes and crops instead of landmarks")
    add("--shrunk", type=float, default=1.0, metavar="N", help="the pictures were scaled by N")
    add("--memory-mb", type=int, metavar="MB", help="limit of memory (Linux)")
    chosen = parser.parse_args(arguments)
    if chosen.memory_mb:
        limit_own_memory(chosen.memory_mb)
    code = 0
    for path in chosen.pictures:
        line = {} if chosen.people else {"picture": str(path)}
        try:
            with tempfile.TemporaryDirectory() as folder:
                image = source.read(path, Path(folder))
            if chosen.people:
                line = _people(image._replace(shrunk=chosen.shrunk * image.shrunk))
            else:
                line |= _landmarks(image.rgb, chosen.draw)
        except MediaError as error:
            line["error"], code = str(error), 2
        print(json.dumps(line), flush=True)
    return code


def _landmarks(rgb: Bytes, target: Path | None) -> dict[str, Any]:
    """Return all faces with their landmarks, and write them into a picture at `target`."""
    started = time.perf_counter()
    found = faces.find_all(rgb)
    ms = round(1000 * (time.perf_counter() - started), 1)
    if target:
        cv2.imwrite(str(target), cv2.cvtColor(_drawn(rgb, found), cv2.COLOR_RGB2BGR))
    return {"ms": ms, "faces": [faces.landmarks(face) for face in found]}


def _drawn(rgb: Bytes, found: list[faces.Face]) -> Bytes:
    """Return the picture with pupils, mouth corners, lip lines and lids drawn on it."""
    picture = rgb.copy()
    for face in found:
        thick = max(1, round(face.frame.iod / 60))
        marks = faces.landmarks(face)
        lids = [lid for eye in (marks["lids"] or {}).values() for lid in eye.values()]
        lines = [marks["lip_line"], *lids]
        if face.gap:
            u = np.linspace(face.mouth.left, face.mouth.right, 21, dtype=np.float32)
            lower = face.mouth.at(u) + face.gap * lens(u, face.mouth.left, face.mouth.right)
            lines.append(faces.points(face, np.stack([u, lower], axis=1)))
        for line in lines:
            cv2.polylines(picture, [np.rint(line).astype(np.int32)], False, _PAINT, thick, cv2.LINE_AA)
        for x, y in [*marks["eyes"], *marks["corners"]]:
            cv2.circle(picture, (round(x), round(y)), 2 * thick, _PAINT, -1, cv2.LINE_AA)
    return picture


def _people(image: source.SourceImage) -> dict[str, Any]:
    """Return all faces with their boxes and crops, in pixels of the picture before it was shrunk."""
    people = [_person(image, number, face) for number, face in enumerate(faces.find_all(image.rgb), start=1)]
    height, width = image.rgb.shape[:2]
    needs_copy = len(people) != 1 and image.source == "picture"
    return {
        "width": round(width / image.shrunk),
        "height": round(height / image.shrunk),
        "source": image.source,
        "people": people,
        "copy": _jpeg(image.rgb, _COPY_PX) if needs_copy else None,
    }


def _person(image: source.SourceImage, number: int, face: faces.Face) -> dict[str, Any]:
    marks, box = faces.landmarks(face), _box(image.rgb, face)
    places = {"eyes": marks["eyes"], "mouth": np.mean(marks["corners"], axis=0), "box": box.astype(float)}
    return {
        "number": number,
        **{name: np.round(np.divide(place, image.shrunk), 1).tolist() for name, place in places.items()},
        "tier": face.tier,
        "score": marks["score"],
        "crop": _jpeg(_around(image.rgb, box), _CROP_PX),
    }


def _box(rgb: Bytes, face: faces.Face) -> Floats:
    """Return left, top, right and bottom of the head, within the picture."""
    down = float(np.hypot(*face.mouth.corners.mean(axis=0)))
    size = max(1.0, _TURNED * down)
    corners = size * np.array([[x, y] for x in (_LEFT, _RIGHT) for y in (_TOP, _BOTTOM)], np.float32)
    pixels = face.frame.pixels(corners)
    height, width = rgb.shape[:2]
    limits = np.array([width, height], np.float32)
    return np.concatenate([pixels.min(axis=0).clip(0, limits), pixels.max(axis=0).clip(0, limits)])


def _around(rgb: Bytes, box: Floats) -> Bytes:
    """Return the square around a head, as far as the picture reaches."""
    middle, half = (box[:2] + box[2:]) / 2, _MARGIN * max(box[2:] - box[:2]) / 2
    left, top, right, bottom = (max(0, round(float(edge))) for edge in (*(middle - half), *(middle + half)))
    return rgb[top:bottom, left:right]


def _jpeg(rgb: Bytes, longest: int) -> str:
    small = downscaled(rgb, longest / max(rgb.shape[:2]))
    data = cv2.imencode(".jpg", cv2.cvtColor(small, cv2.COLOR_RGB2BGR), _JPEG)[1]
    return f"data:image/jpeg;base64,{base64.b64encode(data.tobytes()).decode()}"


if __name__ == "__main__":
    sys.exit(main())
