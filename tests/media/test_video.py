"""A short video in the picture's place."""

from pathlib import Path

import av
import numpy as np
import pytest

from infinitalk_media import MediaError, mp4, video
from tests.media.making import run_ffmpeg


def film(path: Path, *more: str, size: str = "320x240", seconds: float = 2) -> Path:
    run_ffmpeg("-f", "lavfi", "-i", f"testsrc2=s={size}:r=10:d={seconds}", *more, path)
    return path


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("a.mp4", ["-c:v", "libx264", "-pix_fmt", "yuv420p"]),
        ("a.mov", ["-c:v", "libx264", "-pix_fmt", "yuv420p"]),
        ("a.webm", ["-c:v", "libvpx-vp9", "-deadline", "realtime"]),
        ("mpeg4.mp4", ["-c:v", "mpeg4"]),
        ("444.mp4", ["-c:v", "libx264", "-pix_fmt", "yuv444p"]),
    ],
)
def test_every_usual_video_becomes_h264_in_an_mp4(tmp_path, name, codec):
    """MP4, MOV and WebM come out as H.264 that browsers play, without sound and tags, at the same length."""
    sound = [
        "-f",
        "lavfi",
        "-i",
        "sine=440:d=2",
        "-metadata",
        "title=Secret",
        "-metadata",
        "location=+48.1+11.5/",
    ]
    path = film(tmp_path / name, *sound, *codec)
    facts = video.prepare(path, tmp_path / "clean.mp4")
    with av.open(str(facts.path)) as media:
        assert [stream.codec_context.name for stream in media.streams] == ["h264"]
        assert media.streams.video[0].codec_context.pix_fmt == "yuv420p"
        assert sum(1 for _ in media.decode(video=0)) == 20
    assert (facts.width, facts.height) == (320, 240)
    assert facts.duration_s == pytest.approx(2, abs=0.1)
    assert b"Secret" not in facts.path.read_bytes()
    assert b"+48.1" not in facts.path.read_bytes()


@pytest.mark.parametrize(
    ("make", "sense"),
    [
        (lambda f: film(f / "a.mp4", size="64x64"), "too small"),
        (lambda f: _large(f / "a.mp4"), "larger than 50 MB"),
        (lambda f: film(f / "a.mp4", seconds=40), "longer than 30 seconds"),
        (lambda f: _bytes(f / "a.mp4", b""), "empty"),
        (lambda f: _bytes(f / "a.mp4", b"hello, this is text"), "not a video"),
        (lambda f: _bytes(f / "a.mp4", film(f / "b.mp4").read_bytes()[:3000]), "cannot be read"),
        (lambda f: _bytes(f / "a.mp4", b"#EXTM3U\n#EXTINF:5,\nb.mp4\n"), "not a video"),
        (lambda f: _sound_only(f / "a.mp4"), "cannot be read"),
        (lambda f: f / "missing.mp4", "missing"),
    ],
    ids=["small", "large", "long", "empty", "text", "cut", "playlist", "sound only", "missing"],
)
def test_a_bad_video_gets_a_sentence(tmp_path, make, sense):
    """Each bad video is refused in one sentence that fits it; no path is in it, and nothing is left."""
    source = make(tmp_path)
    before = set(tmp_path.iterdir())
    with pytest.raises(MediaError, match=sense) as caught:
        video.prepare(source, tmp_path / "clean.mp4")
    assert "/" not in str(caught.value)
    assert set(tmp_path.iterdir()) == before


def _bytes(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def _large(path: Path) -> Path:
    film(path)
    with path.open("r+b") as file:
        file.truncate(50 * 1024**2 + 1)
    return path


def _sound_only(path: Path) -> Path:
    run_ffmpeg("-f", "lavfi", "-i", "sine=440:d=2", "-c:a", "aac", path)
    return path


def test_a_phones_video_is_set_upright(tmp_path):
    """What a phone stores lying, with a note to turn it, is turned for good."""
    lying = film(tmp_path / "lying.mp4", "-c:v", "libx264", "-pix_fmt", "yuv420p")
    turned = tmp_path / "turned.mp4"
    run_ffmpeg("-display_rotation", "90", "-i", lying, "-c", "copy", turned)
    assert mp4.inspect(turned, needs_sound=False).turned
    facts = video.prepare(turned, tmp_path / "clean.mp4")
    assert (facts.width, facts.height) == (240, 320)
    assert not mp4.inspect(facts.path, needs_sound=False).turned
    assert video.prepare(lying, tmp_path / "clean.mp4").width == 320


def test_frames_are_spread_over_the_whole_video(tmp_path):
    """Eight frames of a two-second video differ from each other and have its size."""
    found = list(video.frames(film(tmp_path / "a.mp4"), count=8))
    assert 7 <= len(found) <= 8
    assert found[0].shape == (240, 320, 3)
    assert np.abs(found[0].astype(int) - found[-1]).mean() > 1


def test_a_large_video_is_made_smaller_when_it_is_encoded_anew(tmp_path):
    """More than 1280 px is wasted on the model."""
    path = film(tmp_path / "a.mp4", "-c:v", "mpeg4", size="1920x1080", seconds=0.5)
    facts = video.prepare(path, tmp_path / "clean.mp4")
    assert (facts.width, facts.height) == (1280, 720)


def test_pictures_in_the_same_container_are_no_videos(tmp_path):
    """AVIF and HEIC begin like an MP4, and are pictures."""
    for brand in (b"avif", b"heic"):
        assert not video.is_video(_bytes(tmp_path / "a", b"\x00\x00\x00\x18ftyp" + brand))
    assert video.is_video(_bytes(tmp_path / "a", b"\x00\x00\x00\x18ftypisom"))


def test_a_finished_video_begins_at_once_and_says_what_it_is(tmp_path):
    """`finish` moves an index from the end to the beginning, writes the comment, and leaves one file."""
    late = film(
        tmp_path / "late.mp4", "-f", "lavfi", "-i", "sine=440:d=2", "-c:v", "libx264", "-pix_fmt", "yuv420p"
    )
    assert not mp4.inspect(late).faststart
    mp4.finish(late, "made by AI")
    facts = mp4.inspect(late)
    assert (facts.faststart, facts.comment) == (True, "made by AI")
    assert list(tmp_path.iterdir()) == [late]
