"""Pictures of two people, and of animals in which the detector finds no face."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from tests.preview.perturbations import load

Picture = NDArray[np.uint8]
DOG_SIZE = (720, 640)
DOG = (290.0, 250.0, 430.0, 252.0, 362.0, 452.0)  # both eyes and the mouth, as a visitor marks them
CAT_SIZE = (600, 600)
CAT = (215.0, 270.0, 385.0, 270.0, 300.0, 420.0)


def dog() -> Picture:
    """Draw a dog from the front: brown, hanging ears, a pale muzzle, and the mouth far below its eyes."""
    image = Image.new("RGB", DOG_SIZE, (120, 150, 110))
    draw = ImageDraw.Draw(image)
    fur, dark, pale = (150, 98, 58), (84, 52, 30), (222, 198, 166)
    draw.ellipse((180, 420, 540, 900), fill=fur)
    draw.ellipse((195, 110, 525, 510), fill=fur)
    for box in ((120, 120, 250, 430), (470, 120, 600, 430)):
        draw.ellipse(box, fill=dark)
    draw.ellipse((265, 320, 455, 530), fill=pale)
    for x in (290, 430):
        draw.ellipse((x - 26, 228, x + 26, 276), fill=(250, 246, 236))
        draw.ellipse((x - 17, 234, x + 17, 270), fill=(40, 24, 14))
        draw.ellipse((x - 9, 240, x - 2, 247), fill=(255, 255, 255))
    draw.ellipse((318, 335, 402, 395), fill=(28, 22, 22))
    draw.line((360, 395, 360, 440), fill=(70, 40, 34), width=6)
    draw.arc((300, 400, 362, 458), 20, 150, fill=(70, 40, 34), width=7)
    draw.arc((358, 400, 420, 458), 30, 160, fill=(70, 40, 34), width=7)
    return np.asarray(_with_fur(image))


def cat() -> Picture:
    """Draw a flat grey cat's head, as a child would: slits in green eyes, whiskers, a small w for a mouth."""
    image = Image.new("RGB", CAT_SIZE, (235, 224, 200))
    draw = ImageDraw.Draw(image)
    grey, ink = (128, 132, 140), (30, 30, 34)
    for ear in ([(140, 240), (150, 70), (280, 160)], [(460, 240), (450, 70), (320, 160)]):
        draw.polygon(ear, fill=grey, outline=ink)
    draw.ellipse((110, 130, 490, 520), fill=grey, outline=ink, width=5)
    for x in (215, 385):
        draw.ellipse((x - 42, 235, x + 42, 305), fill=(150, 200, 90), outline=ink, width=4)
        draw.ellipse((x - 8, 240, x + 8, 300), fill=ink)
    draw.polygon([(280, 350), (320, 350), (300, 375)], fill=(230, 150, 150), outline=ink)
    draw.arc((250, 375, 300, 425), 0, 160, fill=ink, width=5)
    draw.arc((300, 375, 350, 425), 20, 180, fill=ink, width=5)
    for side in (-1, 1):
        for rise in (-20, 0, 20):
            draw.line((300 + 60 * side, 385, 300 + 210 * side, 385 + rise), fill=ink, width=2)
    return np.asarray(image)


def _with_fur(image: Image.Image) -> Image.Image:
    grain = np.random.default_rng(4).normal(0, 9, (image.height, image.width, 1))
    rough = np.clip(np.asarray(image, np.float32) + grain, 0, 255).astype(np.uint8)
    return Image.fromarray(rough).filter(ImageFilter.GaussianBlur(0.8))


def pair(left: str = "tone03", right: str = "tone07", right_size: float = 0.9) -> Picture:
    """Return two drawn people side by side; the left one is the larger."""
    one, other = load(left)[0], Image.fromarray(load(right)[0])
    small = np.asarray(other.resize((round(other.width * right_size), round(other.height * right_size))))
    filled = np.pad(small, ((len(one) - len(small), 0), (0, 0), (0, 0)), mode="edge")
    return np.concatenate([one, filled], axis=1)


def saved(picture: Picture, path: Path) -> Path:
    Image.fromarray(picture).save(path, quality=95)
    return path
