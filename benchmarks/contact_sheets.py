"""python -m benchmarks.contact_sheets: frames of the examples and a photograph, in docs/contact-sheets.

The photograph is scikit-image's astronaut, which NASA gave into the public domain.
"""

import tempfile
from pathlib import Path

import numpy as np
from PIL import Image
from skimage import data

from infinitalk_local.render import face, preview
from infinitalk_media import video

ROOT = Path(__file__).parent.parent
SHEETS = ROOT / "docs/contact-sheets"
COLUMNS, ROWS, SIDE = 6, 2, 220


def main() -> None:
    SHEETS.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        photograph = Path(folder) / "astronaut.jpg"
        Image.fromarray(data.astronaut()).save(photograph, quality=95)
        for portrait in [*sorted((ROOT / "examples/portraits").glob("*.jpg")), photograph]:
            _make(portrait)


def _make(portrait: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        film = Path(folder) / "talk.mp4"
        voice = ROOT / "examples/voices/hello.mp3"
        report = preview.render(portrait, voice, film, preview.Options(seed=7))
        sheet = _sheet(list(video.frames(film, COLUMNS * ROWS)))
    sheet.save(SHEETS / portrait.name, quality=85)
    print(f"{portrait.stem}: {report.renderer}, {report.tier}")


def _sheet(frames: list[np.ndarray]) -> Image.Image:
    """Lay the faces side by side, cut out around where the first one is."""
    box = _around_face(frames[0])
    sheet = Image.new("RGB", (COLUMNS * SIDE, ROWS * SIDE))
    for k, frame in enumerate(frames):
        cell = Image.fromarray(frame).crop(box).resize((SIDE, SIDE), Image.Resampling.LANCZOS)
        sheet.paste(cell, (k % COLUMNS * SIDE, k // COLUMNS * SIDE))
    return sheet


def _around_face(frame: np.ndarray) -> tuple[int, int, int, int]:
    found = face.find(frame)
    if found is None:
        return (0, 0, frame.shape[1], frame.shape[0])
    (x, y), half = found.frame.pixels(np.array([0, 0.55], np.float32)), 1.6 * found.frame.iod
    return (round(x - half), round(y - half), round(x + half), round(y + half))


if __name__ == "__main__":
    main()
