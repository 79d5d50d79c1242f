"""The talking picture, frame by frame."""

import numpy as np
import pytest
from PIL import Image

from infinitalk_media import sound
from infinitalk_preview import render
from infinitalk_preview.animate import speech
from infinitalk_preview.animate.head import Head, _brow
from infinitalk_preview.animate.motion import HIGHEST_BROWS, Motion
from infinitalk_preview.animate.talking import Talking
from infinitalk_preview.detect import faces
from infinitalk_preview.frames import warp
from infinitalk_preview.frames.yuv import Frame, frame_of, full_planes, matrix_for
from infinitalk_preview.sizes import output_size
from tests.media.make_files import run_ffmpeg
from tests.preview.perturbations import FACES, load
from tests.preview.videos import HELLO, ROOT, frames_of, landscape

FPS = 25


def tracks(count: int, opening: float) -> speech.Tracks:
    """Return the tracks of a mouth that does not move."""
    zeros = np.zeros(count, np.float32)
    return speech.Tracks(open=zeros + np.float32(opening), wide=zeros, press=zeros, level=zeros)


def scene(name: str, mouth: speech.Tracks, prompt: str = "") -> tuple[Talking, np.ndarray]:
    picture, _ = load(name)
    size = output_size(*picture.shape[1::-1], "480p")
    rgb = warp.resized(picture, size)
    found = faces.find(picture).scaled(size.width / picture.shape[1], size.height / picture.shape[0])
    return Talking(rgb, found, matrix_for("480p"), mouth, fps=FPS, seed=3, prompt=prompt), rgb


def eyes(frame: Frame, found: faces.Face) -> np.ndarray:
    """Return the brightness of both eyes, from lid to lid."""
    boxes = []
    for eye in found.eyes:
        corners = found.frame.pixels(np.concatenate([eye.upper, eye.lower]))
        (left, top), (right, bottom) = corners.min(axis=0), corners.max(axis=0)
        boxes.append(frame.y[int(top) : int(bottom) + 1, int(left) : int(right) + 1].ravel())
    return np.concatenate(boxes).astype(int)


@pytest.mark.parametrize("name", ["mira", "otto", "lena", "kwame", "mika"])
def test_brows_that_rise_as_far_as_they_ever_do_leave_the_eyes_alone(name):
    """Raised brows stretch the skin below them to at most twice its height, and move no part of an eye."""
    with Image.open(ROOT / f"examples/portraits/{name}.jpg") as image:
        picture = np.asarray(image.convert("RGB"))
    size = output_size(*picture.shape[1::-1], "480p")
    rgb = warp.resized(picture, size)
    found = faces.find(rgb)
    rest = frame_of(full_planes(rgb, matrix_for("480p")))
    none = np.zeros(1, np.float32)
    still = dict.fromkeys(("roll", "yaw", "pitch", "right", "down", "breath", "blink"), none)
    highest = Motion(brows=none + np.float32(HIGHEST_BROWS), **still)
    lids = min(float(eye.upper[:, 1].min()) for eye in found.eyes)
    drawn = Head(rgb, rest, found.frame, highest, lids).draw(rest, 0, [])
    assert np.abs(eyes(drawn, found) - eyes(rest, found)).max() <= 4
    v = np.linspace(-1, 0.5, 1501, dtype=np.float32)
    rising = HIGHEST_BROWS * _brow(np.float32(0.5) + 0 * v, v, lids)
    assert np.diff(v + rising).min() / np.diff(v).min() > 0.48


@pytest.mark.parametrize("name", ["tone01", "tone07", "tone10", "beard_glasses", "cartoon"])
def test_at_rest_the_picture_is_the_source(name):
    """With the mouth shut and before the head moves, a frame is the picture after the same conversion."""
    talking, rgb = scene(name, tracks(5, 0.0))
    rest = frame_of(full_planes(rgb, matrix_for("480p")))
    drawn = talking.draw(0)
    assert np.abs(drawn.y.astype(int) - rest.y).max() <= 2
    assert np.abs(drawn.uv.astype(int) - rest.uv).max() <= 2


@pytest.mark.parametrize("name", ["tone01", "tone03", "tone05", "tone07", "tone08", "tone09", "tone10"])
def test_an_open_mouth_changes_the_mouth_and_not_the_wall(name):
    """The mouth opens in every skin tone; the corners of the picture do not change."""
    (shut, rgb), (wide, _) = scene(name, tracks(5, 0.0)), scene(name, tracks(5, 1.0))
    change = np.abs(wide.draw(0).y.astype(int) - shut.draw(0).y)
    side = len(rgb) // 10
    assert change[:side, :side].max() <= 2
    assert change[:side, -side:].max() <= 2
    middle = len(rgb) // 2
    assert change[middle:, middle - 100 : middle + 100].max() > 30


def test_the_head_moves_more_for_an_excited_prompt():
    """Words such as calm and excited change how far the head moves."""
    level = np.ones(50, np.float32)
    talk = speech.Tracks(open=level * 0, wide=level * 0, press=level * 0, level=level)

    def moved(prompt: str) -> float:
        talking, rgb = scene("tone03", talk, prompt)
        rest = frame_of(full_planes(rgb, matrix_for("480p"))).y.astype(int)
        return float(np.mean([np.abs(talking.draw(index).y - rest).mean() for index in range(20, 50, 5)]))

    assert moved("standing still, calm") < 0.9 * moved("") < 0.9 * moved("very excited, gesturing")


@pytest.fixture(scope="module")
def voice(tmp_path_factory):
    path = tmp_path_factory.mktemp("voice") / "voice.mp3"
    sound.prepare(HELLO, path, seconds=4)
    return path


def test_a_short_video_gives_its_best_frame(tmp_path, voice):
    """Of a video that shows an empty hill for half of the time, a frame with the face is animated."""
    hill = landscape(tmp_path / "hill.jpg", 640, 640)
    video = tmp_path / "video.mp4"
    parts = [("-loop", "1", "-t", "1", "-i", path) for path in (hill, FACES / "tone03.jpg")]
    scaled = "[0]scale=640:640,setsar=1[a];[1]scale=640:640,setsar=1[b];[a][b]concat=n=2"
    run_ffmpeg(*parts[0], *parts[1], "-filter_complex", scaled, "-r", "10", "-pix_fmt", "yuv420p", video)
    report = render.render(video, voice, tmp_path / "talk.mp4", render.Options(fps=16))
    assert (report.renderer, report.source) == ("talking", "video")
    frames = frames_of(tmp_path / "talk.mp4")
    assert frames[0].shape == (632, 632, 3)


@pytest.mark.parametrize(
    "name", ["moustache_smile", "cartoon", "grey_laugh", "beard_glasses", "turned", "dark_laugh"]
)
def test_the_weak_list_works_or_falls_back(tmp_path, voice, name):
    """Difficult faces become a video, talking or not, and never an error."""
    report = render.render(FACES / f"{name}.jpg", voice, tmp_path / "talk.mp4", render.Options(fps=16))
    assert report.renderer in ("talking", "ambient")
    assert (report.reason is None) == (report.renderer == "talking")
    assert len(frames_of(tmp_path / "talk.mp4")) == report.frames


@pytest.mark.parametrize("name", ["tone06", "dark_laugh", "grey_laugh", "moustache_smile"])
def test_an_open_mouth_opens_further_into_its_own_dark(name):
    """Below the teeth of a smile the opened mouth is as dark as it is in the picture."""
    (rest, rgb), (wide, _) = scene(name, tracks(5, 0.0)), scene(name, tracks(5, 1.0))
    picture, _ = load(name)
    found = faces.find(picture).scaled(len(rgb) / len(picture), len(rgb) / len(picture))
    middle = (found.mouth.left + found.mouth.right) / 2
    line = float(found.mouth.at(np.array([middle]))[0])
    column = np.linspace(line + 0.6 * found.gap, line + found.gap + 0.06, 20, dtype=np.float32)
    places = np.stack([np.full_like(column, middle), column], axis=1)
    x, y = np.rint(found.frame.pixels(places)).astype(int).T
    assert wide.draw(0).y[y, x][-10:].max() < int(rest.draw(0).y[y, x].min()) + 25
