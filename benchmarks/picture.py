"""Preparing a picture for the service, beside bare Pillow: decode, resize, encode."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.measuring import alternate, time_of
from benchmarks.rows import Effort, Row, Sample
from infinitalk_media import picture

MEANINGS = {
    "JPEG": "Time to prepare a JPEG of so many megapixels.",
    "PNG": "The same for a PNG.",
}
SIDE, QUALITY = picture.LONG_SIDE, picture.JPEG_QUALITY
SOURCES = (("JPEG, 12 Mpx", (4000, 3000)), ("PNG, 3 Mpx", (2048, 1536)), ("JPEG, 1 Mpx", (1152, 864)))


def rows(effort: Effort) -> Iterator[Row]:
    runs, sources = (1, SOURCES[1:]) if effort is Effort.SHORT else (15, SOURCES)
    with tempfile.TemporaryDirectory(prefix="infinitalk-bench-") as name:
        folder = Path(name)
        for title, size in sources:
            source = _photograph(folder / f"source.{title.partition(',')[0].lower()}", size)
            ours, bare = alternate(
                runs,
                lambda source=source: 1000 * time_of(lambda: picture.prepare(source, folder / "ours.jpg")),
                lambda source=source: 1000 * time_of(lambda: _bare(source, folder / "bare.jpg")),
            )
            yield Row("picture", title, Sample(ours, "ms"), "bare Pillow", Sample(bare, "ms"), reach=1.2)


def _photograph(path: Path, size: tuple[int, int]) -> Path:
    """Write a picture with soft shapes and grain like those of a photograph."""
    rng = np.random.default_rng(7)
    shapes = Image.fromarray(rng.integers(0, 255, (24, 32, 3), np.uint8)).resize(size)
    grain = rng.normal(0, 4, (size[1], size[0], 1)).astype(np.float32)
    pixels = (np.asarray(shapes, np.float32) + grain).clip(0, 255).astype(np.uint8)
    Image.fromarray(pixels).save(path, quality=93)
    return path


def _bare(source: Path, target: Path) -> None:
    with Image.open(source) as image:
        small = image.convert("RGB") if image.mode != "RGB" else image
        small.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
        small.save(target, "JPEG", quality=QUALITY)
