"""The video for a picture with a face: the mouth follows the voice, the eyes blink, the head moves."""

from infinitalk_local.render.articulation import shapes
from infinitalk_local.render.eyelids import Eyelids
from infinitalk_local.render.face import Face
from infinitalk_local.render.head import Head
from infinitalk_local.render.motion import plan
from infinitalk_local.render.mouth import Mouth
from infinitalk_local.render.prompt import energy
from infinitalk_local.render.sizes import Size
from infinitalk_local.render.speech import Tracks
from infinitalk_local.render.yuv import Bytes, Frame, Matrix, frame_of, full_planes

_USUAL_LIDS = -0.11  # v of the upper lids' edges, where they were not measured


class Talking:
    """Draws frame after frame of one clip; `rgb` has the video's size, and `face` is measured in it."""

    renderer = "talking"

    def __init__(
        self, rgb: Bytes, face: Face, matrix: Matrix, tracks: Tracks, *, fps: int, seed: int, prompt: str
    ) -> None:
        height, width = rgb.shape[:2]
        size = Size(width, height)
        planes = full_planes(rgb, matrix)
        how = energy(prompt)
        motion = plan(tracks.level, fps, seed, how.head)
        self.tier = face.tier
        self._rest = frame_of(planes)
        self._mouth = Mouth(planes, face, size)
        self._shapes = shapes(
            tracks, fps, gap=face.gap, width=face.mouth.right - face.mouth.left, energy=how.mouth
        )
        self._lids = Eyelids(planes, face.eyes, face.frame, size) if face.eyes else None
        lids = min(float(eye.upper[:, 1].min()) for eye in face.eyes) if face.eyes else _USUAL_LIDS
        self._head = Head(rgb, self._rest, face.frame, motion, lids)
        self._blink = motion.blink
        self._lids_moved = False

    def draw(self, index: int) -> Frame:
        frame, shut = Frame(self._rest.buffer.copy()), float(self._blink[index])
        changed = [self._mouth.region]
        self._mouth.draw(frame, self._shapes.at(index))
        if self._lids and (shut > 0 or self._lids_moved):
            self._lids.draw(frame, shut)
            changed += self._lids.regions
        self._lids_moved = shut > 0
        return self._head.draw(frame, index, [(region.rows, region.columns) for region in changed])
