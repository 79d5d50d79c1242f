"""The crop that the model will make."""

import pytest

from infinitalk_media.crop import lost_sides, model_crop


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
    assert 0 <= crop.lost(width, height) < 0.2


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


def test_a_square_loses_nothing():
    """A square picture is a shape of the model's own."""
    assert model_crop(832, 832, "480p").lost(832, 832) == 0


@pytest.mark.parametrize(("resolution", "area"), [("480p", 627**2), ("720p", 960**2)])
def test_buckets_have_about_the_models_area(resolution, area):
    """627 squared for 480p, 960 squared for 720p."""
    for size in ((832, 832), (1080, 1920), (1920, 1080)):
        crop = model_crop(*size, resolution)
        assert crop.bucket_width * crop.bucket_height == pytest.approx(area, rel=0.1)
