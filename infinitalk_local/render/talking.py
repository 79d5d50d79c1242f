"""The video for a picture with a face: the mouth follows the voice, the eyes blink, the head moves."""

from infinitalk_local.render.face import Face
from infinitalk_local.render.head import Head
from infinitalk_local.render.lids import Lids
from infinitalk_local.render.motion import plan
from infinitalk_local.render.mouth import Mouth, Shape
from infinitalk_local.render.prompt import energy
from infinitalk_local.render.sizes import Size
from infinitalk_local.render.speech import Tracks
from infinitalk_local.render.yuv import Bytes, Frame, Matrix, frame_of, full_planes


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
        self._lids = Lids(planes, face.frame, size) if face.tier == "full" else None
        eyes = self._lids.eyes if self._lids else []
        changing = self._mouth.region.joined([eye.region for eye in eyes])
        self._head = Head(rgb, self._rest, changing, face.frame, motion)
        self._blink = motion.blink
        self._tracks, self._mouth_energy = tracks, how.mouth

    def draw(self, index: int) -> Frame:
        frame = Frame(self._rest.buffer.copy())
        tracks = self._tracks
        opening = min(1.15, tracks.open[index] * self._mouth_energy)
        self._mouth.draw(frame, Shape(float(opening), float(tracks.wide[index]), float(tracks.press[index])))
        if self._lids:
            self._lids.draw(frame, float(self._blink[index]))
        return self._head.draw(frame, index)
