"""Inputs of test renders, and measurements of the videos."""

from pathlib import Path

import av
import numpy as np
from PIL import Image

ROOT = Path(__file__).parent.parent.parent
MIRA = ROOT / "examples/portraits/mira.jpg"
HELLO = ROOT / "tests/preview/hello.mp3"


def landscape(path: Path, width: int = 800, height: int = 450) -> Path:
    """Draw a picture without a face: a sky, a hill, a sun."""
    rows, columns = np.mgrid[:height, :width].astype(np.float32)
    image = np.stack([80 + rows / height * 120, 120 + rows / height * 80, np.full_like(rows, 220)], -1)
    image[rows > height * 0.7 + 30 * np.sin(columns / 90)] = (60, 120, 60)
    image[(rows - 90) ** 2 + (columns - 600) ** 2 < 1600] = (250, 220, 120)
    Image.fromarray(image.astype(np.uint8)).save(path, quality=95)
    return path


def frames_of(path: Path) -> list[np.ndarray]:
    """Return every frame in RGB, shape (height, width, 3)."""
    with av.open(str(path)) as media:
        return [frame.to_ndarray(format="rgb24") for frame in media.decode(video=0)]


def lengths_of(path: Path) -> tuple[float, float]:
    """Return the lengths of picture and sound in seconds, from what can be decoded."""
    with av.open(str(path)) as media:
        rate = float(media.streams.video[0].average_rate)
        pictures = sum(1 for _ in media.decode(video=0))
    with av.open(str(path)) as media:
        stream = media.streams.audio[0]
        samples = sum(frame.samples for frame in media.decode(audio=0))
        return pictures / rate, samples / stream.rate


def moved(frames: list[np.ndarray], middle: tuple[float, float], reach: int = 40) -> float:
    """Return how much changes around a place of the video, in levels of 255."""
    x, y = (round(part) for part in middle)
    around = [frame[y - reach : y + reach, x - reach : x + reach].astype(int) for frame in frames]
    return float(np.mean([np.abs(seen - around[0]).mean() for seen in around]))
