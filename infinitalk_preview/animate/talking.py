"""Animates a face: the mouth follows the voice, the eyes blink, the head moves."""

from infinitalk_preview.animate.eyelids import Eyelids
from infinitalk_preview.animate.head import Head
from infinitalk_preview.animate.motion import plan
from infinitalk_preview.animate.mouth import Mouth
from infinitalk_preview.animate.speech import Tracks, mouth_shapes
from infinitalk_preview.detect.faces import Face
from infinitalk_preview.frames.yuv import Bytes, Frame, Matrix, frame_of, full_planes
from infinitalk_preview.prompt import movement_scale
from infinitalk_preview.sizes import Size

_USUAL_LIDS = -0.11  # v of the edges of the upper lids, where they were not measured


class Talking:
    """Draws the frames of one clip; `rgb` has the size of the video, and `face` is in its pixels."""

    renderer = "talking"

    def __init__(
        self, rgb: Bytes, face: Face, matrix: Matrix, tracks: Tracks, *, fps: int, seed: int, prompt: str
    ) -> None:
        size = Size(rgb.shape[1], rgb.shape[0])
        planes = full_planes(rgb, matrix)
        scale = movement_scale(prompt)
        motion = plan(tracks.level, fps, seed, scale.head)
        self.tier: str = face.tier
        self._rest = frame_of(planes)
        self._mouth = Mouth(planes, face, size)
        mouth_width = face.mouth.right - face.mouth.left
        self._shapes = mouth_shapes(tracks, fps, gap=face.gap, width=mouth_width, scale=scale.mouth)
        self._lids = Eyelids(planes, face.eyes, face.frame, size) if face.eyes else None
        upper_lids = min(float(eye.upper[:, 1].min()) for eye in face.eyes) if face.eyes else _USUAL_LIDS
        self._head = Head(rgb, self._rest, face.frame, motion, upper_lids)
        self._blink = motion.blink
        self._lids_changed = False

    def draw(self, index: int) -> Frame:
        frame, shut = Frame(self._rest.buffer.copy()), float(self._blink[index])
        changed = [self._mouth.region]
        self._mouth.draw(frame, self._shapes[index])
        if self._lids and (shut > 0 or self._lids_changed):
            self._lids.draw(frame, shut)
            changed += self._lids.regions
        self._lids_changed = shut > 0
        return self._head.draw(frame, index, [region.rectangle for region in changed])
