"""Snapshots of five faces at four moments; `python -m tests.preview.snapshots` renews the accepted ones.

Look at them before a commit: tests/preview/snapshot_images/NAME.png shows rest, the widest mouth, the
roundest, and a blink.
"""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from infinitalk_media import sound
from infinitalk_preview.animate import speech
from infinitalk_preview.animate.motion import plan
from infinitalk_preview.animate.talking import Talking
from infinitalk_preview.detect import faces
from infinitalk_preview.frames.warp import resized
from infinitalk_preview.frames.yuv import BT601
from infinitalk_preview.sizes import output_size
from tests.preview.videos import ROOT

FOLDER = Path(__file__).parent / "snapshot_images"
FACES = ("mira", "otto", "lena", "kwame", "mika")
_FPS, _SEED, _SIDE = 25, 7, 160


def now(name: str) -> NDArray[np.uint8]:
    """Return the four moments of one example side by side, (side, 4 * side, 3) RGB."""
    with Image.open(ROOT / f"examples/portraits/{name}.jpg") as image:
        rgb = np.asarray(image.convert("RGB"))
    size = output_size(rgb.shape[1], rgb.shape[0], "480p")
    still = resized(rgb, size)
    found = faces.find(still)
    samples = sound.decode(ROOT / "tests/preview/morning.mp3", rate=speech.RATE)
    tracks = speech.tracks(samples, int(len(samples) / speech.RATE * _FPS), _FPS)
    scene = Talking(still, found, BT601, tracks, fps=_FPS, seed=_SEED, prompt="")
    blink = plan(tracks.level, _FPS, _SEED, 1.0).blink
    round_at = np.where(tracks.open > 0.25 * tracks.open.max(), tracks.wide, np.inf)
    moments = (0, int(tracks.open.argmax()), int(round_at.argmin()), int(blink.argmax()))
    (x, y), half = found.frame.pixels(np.array([0, 0.55], np.float32)), 1.3 * found.frame.iod
    left, top, side = round(x - half), round(y - half), round(2 * half)
    frames = [cv2.cvtColor(scene.draw(index).buffer, cv2.COLOR_YUV2RGB_NV12) for index in moments]
    parts = [frame[top : top + side, left : left + side] for frame in frames]
    return np.hstack([cv2.resize(part, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA) for part in parts])


def accepted(name: str) -> NDArray[np.uint8]:
    """Return the accepted picture."""
    with Image.open(FOLDER / f"{name}.png") as image:
        return np.asarray(image.convert("RGB"))


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for face_name in FACES:
        Image.fromarray(now(face_name)).save(FOLDER / f"{face_name}.png")
