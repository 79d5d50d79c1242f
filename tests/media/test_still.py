"""The still of a video, as a share card shows it."""

import pytest
from PIL import Image

from infinitalk_media import MediaError, still


@pytest.mark.parametrize("at_s", [0.0, 0.4])
def test_a_still_has_the_size_of_a_card(tmp_path, tiny_mp4, at_s):
    """A frame becomes a JPEG of 1200 x 630 pixels, and nothing else is left."""
    video, target = tmp_path / "a b.mp4", tmp_path / "still.jpg"
    video.write_bytes(tiny_mp4)
    still.take(video, target, at_s)
    with Image.open(target) as image:
        assert (image.format, image.size) == ("JPEG", (1200, 630))
    assert {path.name for path in tmp_path.iterdir()} == {"a b.mp4", "still.jpg"}


@pytest.mark.parametrize(("content", "at_s"), [(b"no video", 0.0), (None, 60.0)])
def test_where_there_is_no_frame_nothing_is_written(tmp_path, tiny_mp4, content, at_s):
    """A file that is no video, and a second beyond the end, are refused."""
    video, target = tmp_path / "video.mp4", tmp_path / "still.jpg"
    video.write_bytes(content or tiny_mp4)
    with pytest.raises(MediaError):
        still.take(video, target, at_s)
    assert list(tmp_path.iterdir()) == [video]
