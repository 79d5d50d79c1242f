"""The crop that the model makes, and the one around a face."""

import pytest
from PIL import Image

from infinitalk_media import MediaError, picture
from infinitalk_media.crop import Box, crop_around, lost_sides, model_crop
from infinitalk_media.picture import SHORT_SIDE_MIN

HEAD = Box(800, 300, 1000, 550)


@pytest.mark.parametrize("resolution", ["480p", "576p", "720p"])
@pytest.mark.parametrize(
    "size", [(832, 832), (1080, 1920), (1920, 1080), (2048, 600), (600, 2048), (201, 777)]
)
def test_a_crop_lies_in_the_middle_and_has_the_shape_of_its_bucket(size, resolution):
    """The box is inside the picture, centred, touches two sides, and has the bucket's proportions."""
    width, height = size
    crop = model_crop(width, height, resolution)
    assert crop.bucket_width % 64 == crop.bucket_height % 64 == 0
    assert crop.width / crop.height == pytest.approx(crop.bucket_width / crop.bucket_height, rel=0.02)
    assert abs(2 * crop.left + crop.width - width) <= 1
    assert abs(2 * crop.top + crop.height - height) <= 1
    assert crop.width == width or crop.height == height
    assert 0.8 < crop.width * crop.height / (width * height) <= 1


@pytest.mark.parametrize(
    ("size", "resolution", "shape"),
    [
        ((1080, 1920), "480p", (448, 832)),
        ((1920, 1080), "480p", (896, 448)),
        ((3024, 4032), "480p", (576, 704)),
        ((1000, 1000), "480p", (640, 640)),
        ((1080, 1920), "720p", (704, 1280)),
        ((1920, 1080), "720p", (1280, 704)),
        ((500, 2000), "720p", (512, 1920)),
    ],
    ids=str,
)
def test_the_shape_is_the_open_models(size, resolution, shape):
    """The nearest of the shapes in the open model's own lists, by height over width."""
    crop = model_crop(*size, resolution)
    assert (crop.bucket_width, crop.bucket_height) == shape


@pytest.mark.parametrize(
    ("size", "sides"),
    [
        ((1920, 1080), {"top": 0.056, "bottom": 0.056}),
        ((1080, 1920), {"left": 0.021, "right": 0.021}),
        ((832, 832), {}),
    ],
    ids=str,
)
def test_the_sides_that_are_lost_can_be_told(size, sides):
    """Top and bottom or left and right, as shares of the height or the width."""
    assert lost_sides(*size, "480p") == pytest.approx(sides, abs=0.001)


def test_of_other_resolutions_no_lost_sides_are_known():
    """A provider may offer a resolution that the open model does not have; the page's check goes on."""
    assert lost_sides(1080, 1920, "360p") == {}


def test_a_square_loses_nothing():
    """A square picture is a shape of the model's own."""
    assert model_crop(832, 832, "480p")[:4] == (0, 0, 832, 832)


@pytest.mark.parametrize(("resolution", "area"), [("480p", 627**2), ("720p", 960**2)])
def test_buckets_have_about_the_models_area(resolution, area):
    """627 squared for 480p, 960 squared for 720p."""
    for size in ((832, 832), (1080, 1920), (1920, 1080)):
        crop = model_crop(*size, resolution)
        assert crop.bucket_width * crop.bucket_height == pytest.approx(area, rel=0.1)


def holds(part: Box, head: Box) -> bool:
    return (
        part.left <= head.left
        and part.top <= head.top
        and part.right >= head.right
        and part.bottom >= head.bottom
    )


def test_a_person_is_shown_with_shoulders_and_body():
    """Head, shoulders, some room above and the body below; the far ends of a wide picture go."""
    part = crop_around(HEAD, [Box(2000, 300, 2200, 550)], 2400, 1200)
    assert part == (500, 175, 1300, 1050)


@pytest.mark.parametrize(
    "other",
    [
        Box(550, 300, 750, 550),
        Box(1050, 320, 1250, 560),
        Box(820, 20, 960, 200),
        Box(820, 700, 1000, 900),
        Box(600, 620, 760, 800),
    ],
)
def test_another_head_is_left_out_where_there_is_room(other):
    """Beside, above, below or across: the part ends between the two heads, and shows the chosen one whole."""
    part = crop_around(HEAD, [other], 2400, 1200)
    assert holds(part, HEAD)
    assert not part.meets(other)


def test_cheek_to_cheek_the_chosen_one_stays_whole():
    """Where one head hides a part of another, nothing of the chosen one is cut off."""
    assert holds(crop_around(HEAD, [Box(950, 300, 1150, 550)], 2400, 1200), HEAD)


@pytest.mark.parametrize("size", [(200, 200), (250, 900), (2400, 1200)])
def test_what_is_kept_is_a_picture_that_can_be_sent(size, tmp_path):
    """However small the head is, and wherever: at least as large as a picture must be, and not too narrow."""
    width, height = size
    Image.new("RGB", size, "gray").save(tmp_path / "original.png")
    for left in (0, width / 2, width - 30):
        for top in (0, height / 2, height - 40):
            head = Box(left, top, left + 30, top + 40)
            others = [Box(left - 33, top, left - 3, top + 40), Box(left + 33, top, left + 63, top + 40)]
            part = crop_around(head, others, width, height)
            assert (part.left, part.top) >= (0, 0)
            assert part.right <= width
            assert part.bottom <= height
            facts = picture.prepare(tmp_path / "original.png", tmp_path / "sent.jpg", part)
            assert min(facts.width, facts.height) >= SHORT_SIDE_MIN
            assert (facts.width, facts.height) == (part.width, part.height)


def test_a_part_of_a_telephones_picture_is_the_part_that_was_seen(tmp_path):
    """It is named in pixels of the upright picture, however large and however stored that is."""
    seen = Image.new("RGB", (3000, 4000), "white")
    seen.paste("red", (600, 1200, 1800, 2700))
    exif = Image.Exif()
    exif[0x0112] = 8  # to be turned anti-clockwise by whoever shows it
    seen.rotate(-90, expand=True).save(tmp_path / "phone.jpg", exif=exif, quality=95)
    facts = picture.prepare(tmp_path / "phone.jpg", tmp_path / "sent.jpg", (600, 1200, 1800, 2700))
    assert facts.width / facts.height == pytest.approx(1200 / 1500, abs=0.01)
    with Image.open(facts.path) as sent:
        for place in ((8, 8), (facts.width - 9, facts.height - 9)):
            assert sent.getpixel(place) == pytest.approx((254, 0, 0), abs=12)
    whole = picture.prepare(tmp_path / "phone.jpg", tmp_path / "whole.jpg")
    assert (whole.width, whole.height) == (1536, 2048)
    assert whole.shrunk == pytest.approx(0.512)


def test_a_part_that_is_too_small_is_refused(tmp_path):
    """The rules for pictures hold for parts of them."""
    Image.new("RGB", (640, 640)).save(tmp_path / "original.png")
    with pytest.raises(MediaError, match="too small: 100x300"):
        picture.prepare(tmp_path / "original.png", tmp_path / "sent.jpg", (0, 0, 100, 300))
