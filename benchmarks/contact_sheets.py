"""python -m benchmarks.contact_sheets: write frames of some previews to docs/contact-sheets.

The pictures are the examples and scikit-image's photograph of an astronaut, which NASA placed in the public
domain.
"""

import tempfile
from pathlib import Path

import numpy as np
from PIL import Image
from skimage import data

from benchmarks.measuring import ROOT, VOICE
from infinitalk_media import video
from infinitalk_preview import render
from infinitalk_preview.detect import faces

SHEETS = ROOT / "docs/contact-sheets"
COLUMNS, ROWS, SIDE_PX = 6, 2, 220


def main() -> None:
    SHEETS.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        photograph = Path(folder) / "astronaut.jpg"
        Image.fromarray(data.astronaut()).save(photograph, quality=95)
        for portrait in [*sorted((ROOT / "examples/portraits").glob("*.jpg")), photograph]:
            _make(portrait, Path(folder) / "talk.mp4")


def _make(portrait: Path, talk: Path) -> None:
    report = render.render(portrait, VOICE, talk, render.Options(seed=7))
    _sheet(list(video.frames(talk, COLUMNS * ROWS))).save(SHEETS / portrait.name, quality=85)
    print(f"{portrait.stem}: {report.renderer}, {report.tier}")


def _sheet(frames: list[np.ndarray]) -> Image.Image:
    """Arrange the faces in a grid, each cropped to where the face of the first frame is."""
    box = _around_face(frames[0])
    sheet = Image.new("RGB", (COLUMNS * SIDE_PX, ROWS * SIDE_PX))
    for k, frame in enumerate(frames):
        cell = Image.fromarray(frame).crop(box).resize((SIDE_PX, SIDE_PX), Image.Resampling.LANCZOS)
        sheet.paste(cell, (k % COLUMNS * SIDE_PX, k // COLUMNS * SIDE_PX))
    return sheet


def _around_face(frame: np.ndarray) -> tuple[int, int, int, int]:
    found = faces.find(frame)
    if found is None:
        return (0, 0, frame.shape[1], frame.shape[0])
    (x, y), half = found.frame.pixels(np.array([0, 0.55], np.float32)), 1.6 * found.frame.iod
    return (round(x - half), round(y - half), round(x + half), round(y + half))


if __name__ == "__main__":
    main()
