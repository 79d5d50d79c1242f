"""A video that is too large, or too slow."""

import httpx
import pytest

from infinitalk_client import (
    DownloadError,
)
from infinitalk_client._download import PartialFile
from tests.client.fakes import (
    REQUEST_ID,
    Body,
    media,
)
from tests.client.test_download import done, rest


def test_a_slow_connection_that_makes_progress_is_not_given_up(connect, tiny_mp4, tmp_path, clock):
    """Bytes count as a good answer: with a break every few hundred bytes the file still arrives."""
    step = 300
    starts = range(0, len(tiny_mp4), step)
    parts = [
        media(
            tiny_mp4[at : at + step],
            httpx.ReadError("reset"),
            status=206 if at else 200,
            **({"content_range": f"bytes {at}-{len(tiny_mp4) - 1}/{len(tiny_mp4)}"} if at else {}),
        )
        for at in starts[:-1]
    ]
    fake = done(media=[*parts, rest(tiny_mp4, starts[-1])])
    assert connect(fake).job(REQUEST_ID).download(tmp_path / "t.mp4").read_bytes() == tiny_mp4
    assert max(clock.slept) == 1


def test_a_video_that_is_too_large_is_refused_by_its_length(connect, tmp_path):
    """300 MB are enough for any talk: the announced length is checked before the first byte."""
    fake = done(media=media(b"x", content_length=str(301 * 1024 * 1024)))
    with pytest.raises(DownloadError, match="larger than 300 MB"):
        connect(fake).job(REQUEST_ID).download(tmp_path / "talk.mp4")
    assert list(tmp_path.iterdir()) == []


def test_a_video_that_grows_without_end_is_cut_off(tmp_path):
    """Without an announced length the bytes are counted."""
    file = PartialFile(tmp_path / "t.mp4", lambda: 0.0)
    with file, pytest.raises(DownloadError, match="larger"):
        file.start(media())
        for _ in range(400):
            file.write(b"\x00" * 1024 * 1024)
    assert list(tmp_path.iterdir()) == []


# httpx does not close its nested generators when a body is abandoned; trio says so when they are collected.
@pytest.mark.filterwarnings("ignore:Async generator:ResourceWarning")
def test_a_drip_is_cut_off(connect, clock, tmp_path):
    """One transfer may last 180 s, however small its pieces are."""

    class Drip(Body):
        def __iter__(self):
            for _ in range(300):
                clock.now += 1
                yield b"x"

    fake = done(media=httpx.Response(200, headers={"content-type": "video/mp4"}, stream=Drip()))
    with pytest.raises(DownloadError, match="180 s"):
        connect(fake).job(REQUEST_ID).download(tmp_path / "talk.mp4")
    assert list(tmp_path.iterdir()) == []
