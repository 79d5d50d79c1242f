"""Preparing a picture, beside bare Pillow: decode, resize, encode."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.measuring import in_turn, seconds
from benchmarks.rows import Effort, Row, Sample
from infinitalk_media import picture

SIDE, QUALITY = picture.LONG_SIDE, picture.JPEG_QUALITY
SOURCES = (("12 Mpx JPEG", (4000, 3000)), ("3 Mpx PNG", (2048, 1536)), ("1 Mpx JPEG", (1152, 864)))


def rows(effort: Effort) -> Iterator[Row]:
    runs, sources = (1, SOURCES[2:]) if effort is Effort.SHORT else (15, SOURCES)
    with tempfile.TemporaryDirectory(prefix="infinitalk-bench-") as name:
        folder = Path(name)
        for title, size in sources:
            source = _photograph(folder / f"source.{title.split()[-1].lower()}", size)
            ours, bare = in_turn(
                runs,
                lambda source=source: 1000 * seconds(lambda: picture.prepare(source, folder / "ours.jpg")),
                lambda source=source: 1000 * seconds(lambda: _bare(source, folder / "bare.jpg")),
            )
            yield Row("picture", title, Sample(ours, "ms"), "bare Pillow", Sample(bare, "ms"), reach=1.2)


def _photograph(path: Path, size: tuple[int, int]) -> Path:
    """Make a picture with soft shapes and grain, as a photograph has them."""
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
