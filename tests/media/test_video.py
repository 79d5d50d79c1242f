"""A short video in the picture's place."""

import io
import os
import struct
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from infinitalk_media import MediaError, mp4, sound, video
from tests.asked import asked_server
from tests.media.make_files import run_ffmpeg


def make_video(path: Path, *more: str, size: str = "320x240", seconds: float = 2) -> Path:
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
        ("mjpeg.avi", ["-c:v", "mjpeg", "-r", "25"]),
        ("mpeg4.avi", ["-c:v", "mpeg4", "-r", "25"]),
        ("h264.mkv", ["-c:v", "libx264", "-pix_fmt", "yuv420p"]),
        ("a.wmv", ["-c:v", "wmv2"]),
        ("a.3gp", ["-c:v", "mpeg4", "-c:a", "aac"]),
        ("a.mpg", ["-c:v", "mpeg2video", "-r", "25"]),
        ("a.ts", ["-c:v", "mpeg2video", "-r", "25"]),
        ("a.flv", ["-c:v", "flv", "-ar", "44100"]),
        ("a.ogv", ["-c:v", "libtheora"]),
    ],
)
def test_every_usual_video_becomes_h264_in_an_mp4(tmp_path, name, codec):
    """Every container becomes H.264 that browsers play, without sound and tags, at the same length."""
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
    path = make_video(tmp_path / name, *sound, *codec)
    facts = video.prepare(path, tmp_path / "clean.mp4")
    with av.open(str(facts.path)) as media:
        assert [stream.codec_context.name for stream in media.streams] == ["h264"]
        assert media.streams.video[0].codec_context.pix_fmt == "yuv420p"
        assert sum(1 for _ in media.decode(video=0)) >= 20
    assert (facts.width, facts.height) == (320, 240)
    assert facts.duration_s == pytest.approx(2, abs=0.1)
    assert b"Secret" not in facts.path.read_bytes()
    assert b"+48.1" not in facts.path.read_bytes()


@pytest.mark.parametrize(
    ("make", "sense"),
    [
        (lambda f: make_video(f / "a.mp4", size="64x64"), "too small"),
        (lambda f: _large(f / "a.mp4"), "larger than 50 MB"),
        (lambda f: make_video(f / "a.mp4", seconds=40), "longer than 30 seconds"),
        (lambda f: _bytes(f / "a.mp4", b""), "empty"),
        (lambda f: _bytes(f / "a.mp4", b"hello, this is text"), "not a video"),
        (lambda f: _bytes(f / "a.mp4", make_video(f / "b.mp4").read_bytes()[:3000]), "cannot be read"),
        (lambda f: _bytes(f / "a.mp4", b"#EXTM3U\n#EXTINF:5,\nb.mp4\n"), "not a video"),
        (lambda f: _sound_only(f / "a.mp4"), "has sound, but no picture"),
        (lambda f: _sound_only(f / "a.webm", "-c:a", "libopus"), "has sound, but no picture"),
        (lambda f: _song_with_cover(f / "a.m4a"), "has sound, but no picture"),
        (lambda f: f / "missing.mp4", "missing"),
    ],
    ids=[
        "small",
        "large",
        "long",
        "empty",
        "text",
        "cut",
        "playlist",
        "sound only",
        "WebM of sound",
        "song",
        "missing",
    ],
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
    make_video(path)
    with path.open("r+b") as file:
        file.truncate(50 * 1024**2 + 1)
    return path


def _sound_only(path: Path, *how: str) -> Path:
    run_ffmpeg("-f", "lavfi", "-i", "sine=440:d=2", *how, path)
    return path


def _song_with_cover(path: Path) -> Path:
    song, cover = _sound_only(path.with_name("song.m4a")), path.with_name("cover.jpg")
    Image.new("RGB", (300, 300), "teal").save(cover)
    run_ffmpeg(
        "-i",
        song,
        "-i",
        cover,
        "-map",
        "0",
        "-map",
        "1",
        "-c",
        "copy",
        "-disposition:v",
        "attached_pic",
        path,
    )
    return path


def test_a_phones_video_is_set_upright(tmp_path):
    """What a phone stores lying, with a note to turn it, is turned for good."""
    lying = make_video(tmp_path / "lying.mp4", "-c:v", "libx264", "-pix_fmt", "yuv420p")
    turned = tmp_path / "turned.mp4"
    run_ffmpeg("-display_rotation", "90", "-i", lying, "-c", "copy", turned)
    assert mp4.inspect(turned, needs_sound=False).turned
    facts = video.prepare(turned, tmp_path / "clean.mp4")
    assert (facts.width, facts.height) == (240, 320)
    assert not mp4.inspect(facts.path, needs_sound=False).turned
    assert video.prepare(lying, tmp_path / "clean.mp4").width == 320


@pytest.mark.parametrize(
    ("name", "shape", "codec", "size"),
    [
        ("a.mp4", "2", "libx264", (1280, 480)),
        ("a.mp4", "1/2", "libx264", (640, 960)),
        ("a.mov", "2", "mjpeg", (1280, 480)),
        ("a.avi", "2", "mpeg4", (1280, 480)),
        ("a.mkv", "16/11", "libx264", (930, 480)),
        ("a.ts", "4/3", "mpeg2video", (854, 480)),
        ("a.mp4", "3", "libx264", (1280, 320)),
    ],
)
def test_pixels_that_are_no_squares_are_stretched(tmp_path, name, shape, codec, size):
    """A video is as wide and as high as players show it, and so are its frames."""
    pixels = (
        "-vf",
        f"setsar={shape}",
        "-c:v",
        codec,
        "-pix_fmt",
        "yuvj420p" if codec == "mjpeg" else "yuv420p",
    )
    path = make_video(tmp_path / name, *pixels, "-r", "25", size="640x480", seconds=0.4)
    facts = video.prepare(path, tmp_path / "clean.mp4")
    assert (facts.width, facts.height) == size
    assert not mp4.inspect(facts.path, needs_sound=False).squeezed
    assert next(video.frames(path, count=1)).shape == (size[1], size[0], 3)


def test_what_is_turned_and_stretched_is_both(tmp_path):
    """A phone's video of oblong pixels is upright, and as high as it is shown."""
    lying = make_video(tmp_path / "lying.mp4", "-vf", "setsar=2", "-c:v", "libx264", "-pix_fmt", "yuv420p")
    turned = tmp_path / "turned.mp4"
    run_ffmpeg("-display_rotation", "90", "-i", lying, "-c", "copy", turned)
    facts = video.prepare(turned, tmp_path / "clean.mp4")
    assert (facts.width, facts.height) == (240, 640)


def test_a_pixel_of_any_width_costs_no_memory(tmp_path):
    """A thousand times as wide as high, it is refused for its height; no frame of that width is made."""
    path = make_video(tmp_path / "a.mp4", "-vf", "setsar=1000", "-c:v", "libx264", "-pix_fmt", "yuv420p")
    with pytest.raises(MediaError, match="too small"):
        video.prepare(path, tmp_path / "clean.mp4")


def _avi_with_a_playlist(path: Path, playlist: str) -> Path:
    """Write an AVI with one JPEG and a subtitle track in the form that ffmpeg looks into (GAB2)."""
    buffer = io.BytesIO()
    Image.new("RGB", (320, 240), "teal").save(buffer, "JPEG")

    def chunk(kind: bytes, body: bytes) -> bytes:
        return kind + struct.pack("<I", len(body)) + body + bytes(len(body) % 2)

    def track(kind: bytes, codec: bytes, form: bytes) -> bytes:
        head = kind + codec + struct.pack("<10I", 0, 0, 0, 1, 10, 0, 1, 4096, 0, 0) + bytes(8)
        return chunk(b"LIST", b"strl" + chunk(b"strh", head) + chunk(b"strf", form))

    bitmap = struct.pack("<IiiHH4sIiiII", 40, 320, 240, 1, 24, b"MJPG", 320 * 240 * 3, 0, 0, 0, 0)
    head = chunk(b"avih", struct.pack("<14I", 100_000, 0, 0, 0x10, 1, 0, 2, 4096, 320, 240, 0, 0, 0, 0))
    tracks = track(b"vids", b"MJPG", bitmap) + track(b"txts", bytes(4), b"")
    words = (
        b"GAB2\0"
        + struct.pack("<HI", 2, 2)
        + b"a\0"
        + struct.pack("<HI", 4, len(playlist))
        + playlist.encode()
    )
    frames = chunk(b"01tx", words) + chunk(b"00dc", buffer.getvalue())
    content = b"AVI " + chunk(b"LIST", b"hdrl" + head + tracks) + chunk(b"LIST", b"movi" + frames)
    return _bytes(path, chunk(b"RIFF", content))


def test_a_playlist_in_the_subtitles_of_an_avi_is_not_followed(tmp_path):
    """No address and no file is opened that the subtitles of an AVI name, into which ffmpeg looks."""
    trap = tmp_path / "trap.ts"
    os.mkfifo(trap)  # whoever opens it waits, until it takes too long
    with asked_server() as (address, asked):
        for place in (f"{address}/a.ts", str(trap), f"file:{trap}"):
            playlist = f"#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:10.0,\n{place}\n#EXT-X-ENDLIST\n"
            path = _avi_with_a_playlist(tmp_path / "a.avi", playlist)
            facts = video.prepare(path, tmp_path / "clean.mp4")
            assert (facts.width, facts.height) == (320, 240)
            with pytest.raises(MediaError, match="has no sound track"):
                sound.prepare(path, tmp_path / "clip.mp3")
    assert asked == []


def test_frames_are_spread_over_the_whole_video(tmp_path):
    """Eight frames of a two-second video differ from each other and have its size."""
    found = list(video.frames(make_video(tmp_path / "a.mp4"), count=8))
    assert 7 <= len(found) <= 8
    assert found[0].shape == (240, 320, 3)
    assert np.abs(found[0].astype(int) - found[-1]).mean() > 1


def test_a_large_video_is_made_smaller_when_it_is_encoded_anew(tmp_path):
    """More than 1280 px is wasted on the model."""
    path = make_video(tmp_path / "a.mp4", "-c:v", "mpeg4", size="1920x1080", seconds=0.5)
    facts = video.prepare(path, tmp_path / "clean.mp4")
    assert (facts.width, facts.height) == (1280, 720)


def test_pictures_in_the_same_container_are_no_videos(tmp_path):
    """AVIF and HEIC begin like an MP4, and are pictures."""
    for brand in (b"avif", b"heic"):
        assert not video.is_video(_bytes(tmp_path / "a", b"\x00\x00\x00\x18ftyp" + brand))
    assert video.is_video(_bytes(tmp_path / "a", b"\x00\x00\x00\x18ftypisom"))


def test_a_finished_video_begins_at_once_and_says_what_it_is(tmp_path):
    """`finish` moves an index from the end to the beginning, writes the comment, and leaves one file."""
    late = make_video(
        tmp_path / "late.mp4", "-f", "lavfi", "-i", "sine=440:d=2", "-c:v", "libx264", "-pix_fmt", "yuv420p"
    )
    assert not mp4.inspect(late).faststart
    mp4.remux(late, "made by AI")
    facts = mp4.inspect(late)
    assert (facts.faststart, facts.comment) == (True, "made by AI")
    assert list(tmp_path.iterdir()) == [late]
