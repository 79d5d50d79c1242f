"""Which part of a picture the model will keep: it crops the centre to the nearest of its own shapes."""

from dataclasses import dataclass

# The open model's shapes have about the square of this many pixels, with sides that are multiples of 64; its
# lists go by height, between these two. It has none for 576p; that one is taken from 1024x576.
_SHAPES = {"480p": (627, 320, 1280), "576p": (768, 384, 1536), "720p": (960, 448, 1920)}
_STEP = 64
_WORTH_TELLING = 0.01  # of a side


@dataclass(frozen=True)
class Crop:
    """A box in the picture's pixels, and the shape that it will be scaled to."""

    left: int
    top: int
    width: int
    height: int
    bucket_width: int
    bucket_height: int

    def lost(self, width: int, height: int) -> float:
        """Return the share of a picture of this size that is cut away, 0 to 1."""
        return 1 - self.width * self.height / (width * height)


def model_crop(width: int, height: int, resolution: str) -> Crop:
    """Return the centre crop that the model will make of a picture; the hosted model may differ."""
    bucket_width, bucket_height = min(
        _buckets(resolution), key=lambda bucket: abs(bucket[1] / bucket[0] - height / width)
    )
    scale = min(width / bucket_width, height / bucket_height)
    kept_width, kept_height = round(bucket_width * scale), round(bucket_height * scale)
    left, top = (width - kept_width) // 2, (height - kept_height) // 2
    return Crop(left, top, kept_width, kept_height, bucket_width, bucket_height)


def lost_sides(width: int, height: int, resolution: str) -> dict[str, float]:
    """Return which sides of a picture of this size the model cuts off, and what share of its height or width.

    Either "top" and "bottom", or "left" and "right", or nothing where it is less than one in a hundred.
    """
    crop = model_crop(width, height, resolution)
    lost = {
        "top": crop.top / height,
        "bottom": (height - crop.top - crop.height) / height,
        "left": crop.left / width,
        "right": (width - crop.left - crop.width) / width,
    }
    return {side: share for side, share in lost.items() if share >= _WORTH_TELLING}


def _buckets(resolution: str) -> list[tuple[int, int]]:
    side, lowest, highest = _SHAPES[resolution]
    return [
        (max(lowest, round(side**2 / height / _STEP) * _STEP), height)
        for height in range(lowest, highest + 1, _STEP)
    ]
