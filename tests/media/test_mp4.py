"""Whether a file is a whole, playable MP4: our reading of the boxes beside an independent decoder."""

import contextlib
import struct
from pathlib import Path

import av
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infinitalk_media import MediaError, mp4
from tests.media.make_files import run_ffmpeg


@pytest.fixture
def path(tmp_path: Path, tiny_mp4: bytes) -> Path:
    path = tmp_path / "talk.mp4"
    path.write_bytes(tiny_mp4)
    return path


def test_facts_agree_with_an_independent_decoder(path):
    """Size, length, frame rate and codecs are what PyAV finds."""
    facts = mp4.inspect(path)
    with av.open(str(path)) as media:
        picture = media.streams.video[0]
        assert (facts.width, facts.height) == (picture.width, picture.height)
        assert facts.fps == pytest.approx(float(picture.average_rate))
        assert facts.frames == sum(1 for _ in media.decode(video=0))
        assert facts.picture_s == pytest.approx(float(picture.duration * picture.time_base))
        assert facts.sound_s == pytest.approx(0.5, abs=0.06)
        assert facts.profile == picture.codec_context.profile
    assert facts.faststart
    assert facts.size_bytes == path.stat().st_size


def test_the_comment_is_read(tmp_path, path):
    """The mark that says what made a video can be read back."""
    marked = tmp_path / "marked.mp4"
    run_ffmpeg("-i", path, "-c", "copy", "-metadata", "comment=AI-generated: tést", marked)
    assert mp4.inspect(marked).comment == "AI-generated: tést"


def test_every_cut_is_noticed(path, tiny_mp4):
    """A file that lacks its end is not whole, wherever it is cut."""
    for length in range(0, len(tiny_mp4), 97):
        path.write_bytes(tiny_mp4[:length])
        with pytest.raises(MediaError):
            mp4.inspect(path)


@pytest.mark.parametrize(
    ("arguments", "sense"),
    [
        (["-an"], "no sound"),
        (["-vn"], "no picture"),
        (["-pix_fmt", "yuv444p"], "profile"),
        (["-c:v", "mpeg4"], "H.264 and AAC"),
        (["-c:a", "libmp3lame"], None),
    ],
)
def test_what_browsers_do_not_play_is_refused(tmp_path, path, arguments, sense):
    """A missing track, another codec and the 4:4:4 profile are named."""
    other = tmp_path / "other.mp4"
    run_ffmpeg("-i", path, *arguments, other)
    if sense is None:  # MP3 in an MP4 has the same four letters as AAC, and plays
        assert mp4.inspect(other)
        return
    with pytest.raises(MediaError, match=sense):
        mp4.inspect(other)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.data())
def test_a_damaged_index_never_crashes(tiny_mp4, tmp_path_factory, data):
    """Whatever bytes are changed, the answer is facts or a MediaError."""
    damaged = bytearray(tiny_mp4)
    for _ in range(data.draw(st.integers(1, 8))):
        damaged[data.draw(st.integers(0, min(4000, len(damaged)) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.getbasetemp() / "damaged.mp4"
    path.write_bytes(damaged)
    with contextlib.suppress(MediaError):
        assert mp4.inspect(path).size_bytes == len(damaged)


@pytest.mark.parametrize("kind", [b"moov", b"meta"])
def test_boxes_in_boxes_without_end_are_no_trouble(tmp_path, kind):
    """A thousand boxes inside each other get a sentence, as any other damage."""
    inside = b""
    for _ in range(1200):
        inside = struct.pack(">I4s", 12 + len(inside), kind) + bytes(4) + inside
    boxes = [(b"ftyp", b"isom"), (b"moov", inside), (b"mdat", b"x")]
    path = tmp_path / "deep.mp4"
    path.write_bytes(b"".join(struct.pack(">I4s", 8 + len(body), name) + body for name, body in boxes))
    with pytest.raises(MediaError):
        mp4.inspect(path)
