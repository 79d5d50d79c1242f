"""Properties of every preview, whichever renderer drew it."""

from pathlib import Path

import av
import numpy as np
import pytest

from infinitalk_media import MediaError, mp4, sound
from infinitalk_preview import render
from infinitalk_preview.sizes import output_size
from tests.preview.videos import HELLO, MIRA, frames_of, landscape, lengths_of


@pytest.fixture(scope="session")
def voice(tmp_path_factory) -> Path:
    """Four seconds of speech."""
    path = tmp_path_factory.mktemp("voice") / "voice.mp3"
    sound.prepare(HELLO, path, seconds=4)
    return path


@pytest.fixture(scope="session")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("videos")


@pytest.fixture(scope="session", params=["talking", "ambient"])
def video(request, folder, voice):
    """A video of a face, and one of a landscape, with their reports."""
    picture = MIRA if request.param == "talking" else landscape(folder / "hill.jpg")
    path = folder / f"{request.param}.mp4"
    report = render.render(picture, voice, path, render.Options(seed=7))
    assert report.renderer == request.param, report
    return path, report


def test_it_is_h264_and_aac_with_its_index_first(video):
    """The video is one that every browser plays, and can start at once; the sound has 48 kHz."""
    path, report = video
    facts = mp4.inspect(path)
    assert facts.faststart
    with av.open(str(path)) as media:
        assert [stream.codec_context.name for stream in media.streams] == ["h264", "aac"]
        assert media.streams.video[0].codec_context.pix_fmt == "yuv420p"
        assert media.streams.audio[0].rate == 48_000
        assert media.streams.video[0].average_rate == 25
    assert (facts.width, facts.height) == (report.width, report.height)


def test_picture_and_sound_are_equally_long(video):
    """Both tracks have the same length, and the picture is never shorter than the voice."""
    path, report = video
    picture_s, sound_s = lengths_of(path)
    assert picture_s == pytest.approx(report.duration_s)
    assert picture_s >= 4.0
    assert abs(picture_s - sound_s) < 0.06


def test_it_says_that_it_is_made_by_ai(video):
    """The metadata say that the file is AI-generated, and not InfiniteTalk output."""
    assert "AI-generated" in mp4.inspect(video[0]).comment
    assert "Not InfiniteTalk" in mp4.inspect(video[0]).comment


def test_it_carries_a_visible_mark(video):
    """Light letters on a dark ground are in the lower right corner of every frame."""
    path, report = video
    frames = frames_of(path)
    marks = [frame[-report.height // 16 :, -report.width // 12 :].mean(axis=-1) for frame in frames[::20]]
    for mark in marks:
        assert (mark > 150).mean() > 0.03
        assert (mark < mark.mean() - 20).mean() > 0.1
        assert np.corrcoef(mark.ravel(), marks[0].ravel())[0, 1] > 0.8


def test_something_moves(video):
    """The frames of a preview differ from each other."""
    frames = frames_of(video[0])
    assert np.abs(frames[10].astype(int) - frames[40]).mean() > 0.2


def test_the_same_inputs_make_the_same_video(folder, voice):
    """The same seed gives the same bytes, and another seed others."""
    hill = landscape(folder / "hill2.jpg")
    for picture in (MIRA, hill):
        made = []
        for seed in (3, 3, 4):
            path = folder / "again.mp4"
            render.render(picture, voice, path, render.Options(fps=16, seed=seed))
            made.append([frame.tobytes() for frame in frames_of(path)])
        assert made[0] == made[1]
        assert made[0] != made[2]


@pytest.mark.parametrize(
    ("width", "height", "resolution", "expected"),
    [
        (1000, 1000, "480p", (632, 632)),
        (1000, 1000, "576p", (768, 768)),
        (1000, 1000, "720p", (960, 960)),
        (900, 1600, "480p", (474, 842)),
        (900, 1600, "576p", (576, 1024)),
        (900, 1600, "720p", (720, 1280)),
        (832, 480, "480p", (832, 480)),
        (1920, 1080, "576p", (1024, 576)),
        (1280, 720, "720p", (1280, 720)),
    ],
)
def test_sizes(width, height, resolution, expected):
    """A video has the area of its resolution and the aspect ratio of the picture, and even sides."""
    assert output_size(width, height, resolution) == expected


@pytest.mark.parametrize(("width", "height"), [(4000, 500), (500, 4000)])
def test_extreme_shapes_are_held_within_four_to_one(width, height):
    """No preview is narrower than 1:4."""
    size = output_size(width, height, "480p")
    assert max(size) / min(size) == pytest.approx(4, rel=0.02)


@pytest.mark.parametrize("fps", [16, 30])
def test_the_frame_rate_is_kept(folder, voice, fps):
    """The frames cover the whole voice, rounded up."""
    path = folder / f"fps{fps}.mp4"
    report = render.render(landscape(folder / "hill3.jpg"), voice, path, render.Options(fps=fps))
    assert len(frames_of(path)) == report.frames >= 4 * fps
    assert report.frames <= 4 * fps + 2


def test_progress_counts_every_frame(folder, voice):
    """Progress goes from no frame to all frames."""
    reports = []
    render.render(
        landscape(folder / "hill4.jpg"),
        voice,
        folder / "progress.mp4",
        render.Options(fps=16),
        progress=lambda done, total: reports.append((done, total)),
    )
    total = reports[0][1]
    assert reports == [(done, total) for done in range(total + 1)]


def test_cancelling_stops_at_the_next_frame_and_leaves_nothing(tmp_path, voice):
    """After a cancel no further frame is drawn, and no file is left."""
    reports = []
    with pytest.raises(render.Cancelled):
        render.render(
            MIRA,
            voice,
            tmp_path / "talk.mp4",
            render.Options(),
            progress=lambda done, total: reports.append(done),
            cancelled=lambda: len(reports) > 5,
        )
    assert reports == list(range(6))
    assert list(tmp_path.iterdir()) == []


def test_anything_unforeseen_becomes_an_ambient_preview_with_its_reason(tmp_path, voice):
    """When the talking renderer fails, at its start or in mid-video, the ambient one makes the video."""

    class Breaks:
        renderer, tier = "talking", "full"

        def draw(self, index):
            raise ZeroDivisionError("in mid-video")

    def never(clip):
        raise KeyError("at the start")

    for choice, reason in ((lambda clip: Breaks(), "in mid-video"), (never, "at the start")):
        path = tmp_path / "talk.mp4"
        report = render.render(MIRA, voice, path, render.Options(fps=16), renderer=choice)
        assert (report.renderer, report.tier) == ("ambient", "none")
        assert reason in report.reason
        assert mp4.inspect(path).frames == report.frames


def test_no_face_is_said(video):
    """The report of a landscape says why nobody talks in it."""
    _, report = video
    assert (report.reason is None) == (report.renderer == "talking")
    if report.reason:
        assert "no face" in report.reason


@pytest.mark.parametrize("bad", ["picture", "voice"])
def test_inputs_that_cannot_be_used_are_told(tmp_path, voice, bad):
    """A bad picture and a bad voice are MediaErrors, and no file is left."""
    wrong = tmp_path / "wrong"
    wrong.write_bytes(b"hello")
    inputs = {"picture": MIRA, "voice": voice} | {bad: wrong}
    with pytest.raises(MediaError, match="not a"):
        render.render(inputs["picture"], inputs["voice"], tmp_path / "talk.mp4", render.Options())
    assert list(tmp_path.iterdir()) == [wrong]
