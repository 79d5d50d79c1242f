"""Draws the test faces beside this file, and writes down where their eyes and mouth corners are.

python -m tests.preview.faces.draw FOLDER needs chromium (it draws SVG) and Pillow; the tests need neither, they use the
committed pictures. Nobody is shown. The skin tones go over the whole range (after the ten of the Monk scale).
"""

import io
import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

SIDE = 640
EYE_Y, MOUTH_Y, NOSE_Y = 290.0, 392.0, 345.0
HALF_EYES = 52.0  # half the distance of the eyes


@dataclass(frozen=True)
class Person:
    """One drawn person; colours are CSS, lengths are pixels of the 640 x 640 drawing."""

    skin: str
    shade: str
    lip: str
    hair: str
    cloth: str
    wall: str
    iris: str = "#4a3020"
    mouth: str = "closed"  # closed, smile, teeth (an open smile), laugh (wide open), faint
    beard: str = ""
    moustache: str = ""
    glasses: bool = False
    turn: float = 0.0  # -1..1: features move sideways, and narrow
    big_eyes: bool = False
    grey: bool = False
    long_hair: bool = False
    scale: float = 1.0
    shift: float = 0.0


CAST = {
    "tone01": Person(
        "#f6ede4", "#dcc5b4", "#c98683", "#c9a467", "#51718f", "#d9dfe3", "#5f86a0", long_hair=True
    ),
    "tone03": Person(
        "#f7ead0", "#dbc49c", "#c58274", "#5d3f2a", "#7a4d63", "#c3cfc7", "#58704e", mouth="smile"
    ),
    "tone05": Person(
        "#d7bd96", "#b39468", "#a9625a", "#20160f", "#33604e", "#e4dccf", long_hair=True, scale=0.8
    ),
    "tone06": Person("#a07e56", "#7d5d3b", "#93524b", "#1a1310", "#b98b3d", "#9fb2bd", mouth="teeth"),
    "tone07": Person("#825c43", "#63422e", "#8a4a47", "#120d0b", "#8d3b32", "#d8cfc2", mouth="smile"),
    "tone08": Person("#604134", "#452c22", "#7a433f", "#0d0a09", "#d0c9bd", "#7f9a8e", long_hair=True),
    "tone09": Person("#3a312a", "#28201b", "#5d3936", "#080706", "#c06a35", "#cfd6da", shift=40, scale=0.85),
    "tone10": Person("#292420", "#1b1714", "#4a2f2d", "#050404", "#e3d9c3", "#8aa0b4", mouth="smile"),
    "dark_laugh": Person("#4a352b", "#33231b", "#6d3f3c", "#0a0807", "#456a9c", "#e5e0d6", mouth="laugh"),
    "beard_glasses": Person(
        "#e7c3a3", "#c29a78", "#b06a60", "#4b3a2c", "#38465a", "#c9c2b4", beard="#5a4636", glasses=True
    ),
    "moustache_smile": Person(
        "#c99f78", "#a67c57", "#a5605a", "#17110d", "#6b6f3f", "#dcd3c6", mouth="teeth", moustache="#1c1511"
    ),
    "turned": Person("#efd0b4", "#cba583", "#bd7168", "#8a5a34", "#2f5d6b", "#d5cbbd", turn=0.6),
    "grey_laugh": Person(
        "#d8b595", "#b18c6c", "#a7605a", "#2a2320", "#555555", "#b9b9b9", mouth="laugh", grey=True
    ),
    "cartoon": Person(
        "#ffd9b8", "#eab48c", "#d9605f", "#e0772a", "#3f8fd0", "#fbe7a1", "#2f8f5b", big_eyes=True
    ),
}


def landmarks(person: Person) -> dict[str, tuple[float, float]]:
    """Return the two pupils and the two mouth corners, left in the picture first."""
    narrow = 1 - 0.12 * abs(person.turn)
    aside = 26 * person.turn
    middle = SIDE / 2 + person.shift

    def placed(x: float, y: float) -> tuple[float, float]:
        return (middle + person.scale * (x * narrow + aside), SIDE / 2 + person.scale * (y - SIDE / 2))

    half, lift = _mouth_size(person)
    return {
        "left_eye": placed(-HALF_EYES, EYE_Y),
        "right_eye": placed(HALF_EYES, EYE_Y),
        "left_corner": placed(-half, MOUTH_Y - lift),
        "right_corner": placed(half, MOUTH_Y - lift),
    }


def _mouth_size(person: Person) -> tuple[float, float]:
    """Return half the width, and how much higher the corners are than the middle of the lip line."""
    return {"closed": (40, 1), "faint": (40, 0), "smile": (47, 8), "teeth": (50, 9), "laugh": (50, 9)}[
        person.mouth
    ]


def svg(person: Person) -> str:
    narrow = 1 - 0.12 * abs(person.turn)
    aside = 26 * person.turn
    middle = SIDE / 2 + person.shift
    place = f"translate({middle} {SIDE / 2}) scale({person.scale}) translate(0 {-SIDE / 2})"
    features = f"translate({aside} 0) scale({narrow} 1)"
    grey = 'filter="url(#grey)"' if person.grey else ""
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIDE} {SIDE}" width="{SIDE}" height="{SIDE}">
<defs>
<radialGradient id="wall"><stop offset="0" stop-color="{person.wall}"/>
<stop offset="1" stop-color="{person.wall}" stop-opacity=".72"/></radialGradient>
<radialGradient id="skin" cx=".42" cy=".4" r=".7"><stop offset=".35" stop-color="{person.skin}"/>
<stop offset="1" stop-color="{person.shade}"/></radialGradient>
<filter id="soft" x="-60%" y="-60%" width="220%" height="220%"><feGaussianBlur stdDeviation="9"/></filter>
<filter id="fine" x="-60%" y="-60%" width="220%" height="220%"><feGaussianBlur stdDeviation="1.1"/></filter>
<filter id="grey"><feColorMatrix type="saturate" values="0"/></filter>
<clipPath id="face"><path d="{_FACE}"/></clipPath>
</defs>
<g {grey}>
<rect width="{SIDE}" height="{SIDE}" fill="#777"/><rect width="{SIDE}" height="{SIDE}" fill="url(#wall)"/>
<g transform="{place}">
{_body(person)}
<path d="{_FACE}" fill="url(#skin)"/>
<g clip-path="url(#face)"><path d="M60 240 C100 400 60 470 0 520 L200 520 L200 200Z" fill="{person.shade}" opacity=".5"
 filter="url(#soft)"/>{_beard(person)}</g>
<g transform="{features}">{_eyes(person)}{_nose(person)}{_mouth(person)}{_glasses(person)}</g>
{_fringe(person)}
</g></g></svg>"""


_FACE = (
    "M-104 280 C-108 190 -62 148 0 148 C62 148 108 190 104 280 C104 350 92 396 62 428 C38 454 18 462 0 462"
    " C-18 462 -38 454 -62 428 C-92 396 -104 350 -104 280Z"
)


def _body(person: Person) -> str:
    back = "M-128 470 C-150 340 -140 120 0 118 C140 120 150 340 128 470Z" if person.long_hair else ""
    return f"""<path d="{back}" fill="{person.hair}"/>
<path d="M-58 400 L-58 520 C-40 560 40 560 58 520 L58 400Z" fill="{person.shade}"/>
<path d="M-300 700 C-290 560 -190 530 -70 506 C-40 556 40 556 70 506 C190 530 290 560 300 700Z" fill="{person.cloth}"/>
<ellipse cx="-104" cy="300" rx="15" ry="30" fill="{person.shade}"/>
<ellipse cx="104" cy="300" rx="15" ry="30" fill="{person.shade}"/>
<path d="M-60 440 C-30 480 30 480 60 440 L60 480 C30 510 -30 510 -60 480Z" opacity=".25" filter="url(#soft)"/>"""


def _fringe(person: Person) -> str:
    return f"""<path d="M-112 300 C-128 170 -70 112 6 112 C84 112 128 176 112 300 C104 244 92 214 66 196
 C20 206 -36 200 -68 184 C-92 214 -106 250 -112 300Z" fill="{person.hair}"/>"""


def _eyes(person: Person) -> str:
    return "".join(_eye(person, x) for x in (-HALF_EYES, HALF_EYES))


def _eye(person: Person, x: float) -> str:
    wide, high = (34, 40) if person.big_eyes else (21, 11)
    iris = 17 if person.big_eyes else 9.5
    brow = EYE_Y - (58 if person.big_eyes else 29)
    upper = (
        f"{x - wide * 0.5} {EYE_Y - high * 1.25} {x + wide * 0.5} {EYE_Y - high * 1.25} {x + wide} {EYE_Y}"
    )
    lower = f"{x + wide * 0.5} {EYE_Y + high * 0.9} {x - wide * 0.5} {EYE_Y + high * 0.9} {x - wide} {EYE_Y}"
    name = f"eye{round(x + 100)}"
    return f"""<clipPath id="{name}"><path d="M{x - wide} {EYE_Y} C{upper} C{lower}Z"/></clipPath>
<g clip-path="url(#{name})"><rect x="{x - 60}" y="{EYE_Y - 60}" width="120" height="120" fill="#f3efe9"/>
<circle cx="{x}" cy="{EYE_Y}" r="{iris}" fill="{person.iris}"/><circle cx="{x}" cy="{EYE_Y}" r="{iris * 0.48}" fill="#0b0806"/>
<circle cx="{x - iris * 0.35}" cy="{EYE_Y - iris * 0.4}" r="{iris * 0.22}" fill="#fff"/></g>
<path d="M{x - wide} {EYE_Y} C{upper}" fill="none" stroke="#140d0a" stroke-width="3.4" filter="url(#fine)"/>
<path d="M{x - 26} {brow + 5} C{x - 12} {brow - 5} {x + 12} {brow - 5} {x + 26} {brow + 5}" fill="none"
 stroke="{person.hair}" stroke-width="7" stroke-linecap="round" opacity=".85" filter="url(#fine)"/>"""


def _nose(person: Person) -> str:
    return f"""<path d="M6 292 C10 320 20 336 17 347 C12 357 -14 357 -19 347" fill="none" stroke="{person.shade}"
 stroke-width="6" stroke-linecap="round" filter="url(#fine)"/>
<ellipse cx="-9" cy="352" rx="4" ry="2.4" opacity=".45"/><ellipse cx="9" cy="352" rx="4" ry="2.4" opacity=".45"/>"""


def _beard(person: Person) -> str:
    if not person.beard:
        return ""
    return f"""<path d="M-110 320 C-96 360 -70 368 -52 372 C-20 360 20 360 52 372 C70 368 96 360 110 320 L110 480
 L-110 480Z" fill="{person.beard}" opacity=".93" filter="url(#fine)"/>"""


def _mouth(person: Person) -> str:
    half, lift = _mouth_size(person)
    y, corner = MOUTH_Y, MOUTH_Y - lift
    drop = {"teeth": 26, "laugh": 52}.get(person.mouth, 0)
    upper = f"M{-half} {corner} C{-half * 0.5} {y - 15} -10 {y - 20} 0 {y - 13} C10 {y - 20} {half * 0.5} {y - 15} {half} {corner}"
    line = f"C{half * 0.5} {y + lift * 0.34} {-half * 0.5} {y + lift * 0.34} {-half} {corner}"
    below = f"C{half * 0.6} {y + drop * 1.25 + 4} {-half * 0.6} {y + drop * 1.25 + 4} {-half} {corner}"
    foot = f"C{half * 0.55} {y + drop * 1.3 + 26} {-half * 0.55} {y + drop * 1.3 + 26} {-half} {corner}"
    parts = [f'<path d="M{half} {corner} {foot} L{half} {corner}Z" fill="{person.lip}"/>']
    if drop:
        parts.append(_inside(half, corner, y, drop, below))
    parts.append(f'<path d="{upper} {line}Z" fill="{person.lip}" style="filter:brightness(.84)"/>')
    seam = f'<path d="M{half} {corner} {line}" fill="none" stroke="#1a0908" stroke-width="3" opacity=".7" filter="url(#fine)"/>'
    shown = "".join(parts) + ("" if drop else seam)
    return shown + _moustache(person)


def _inside(half: float, corner: float, y: float, drop: float, below: str) -> str:
    teeth = f"C{half * 0.55} {y + drop * 0.55 + 3} {-half * 0.55} {y + drop * 0.55 + 3} {-half * 0.9} {corner + 1}"
    return f"""<path d="M{half} {corner} {below} C{-half * 0.5} {y - 2} {half * 0.5} {y - 2} {half} {corner}Z" fill="#330d0d"/>
<path d="M{half * 0.9} {corner + 1} {teeth} C{-half * 0.5} {y - 2} {half * 0.5} {y - 2} {half * 0.9} {corner + 1}Z"
 fill="#f1ebe0"/>"""


def _moustache(person: Person) -> str:
    if not person.moustache:
        return ""
    y = MOUTH_Y
    return f"""<path d="M-56 {y - 8} C-40 {y - 34} -12 {y - 38} 0 {y - 30} C12 {y - 38} 40 {y - 34} 56 {y - 8}
 C36 {y - 14} 16 {y - 16} 0 {y - 12} C-16 {y - 16} -36 {y - 14} -56 {y - 8}Z" fill="{person.moustache}" filter="url(#fine)"/>"""


def _glasses(person: Person) -> str:
    if not person.glasses:
        return ""
    return f"""<g fill="none" stroke="#231b18" stroke-width="5"><rect x="-88" y="{EYE_Y - 26}" width="72" height="54" rx="22"/>
<rect x="16" y="{EYE_Y - 26}" width="72" height="54" rx="22"/><path d="M-16 {EYE_Y - 6} C-8 {EYE_Y - 12} 8 {EYE_Y - 12}
 16 {EYE_Y - 6}"/></g>"""


def photograph(person: Person) -> Image.Image:
    """Return the person, drawn by chromium."""
    with tempfile.TemporaryDirectory() as folder:
        page, shot = Path(folder, "face.html"), Path(folder, "face.png")
        page.write_text(f'<body style="margin:0">{svg(person)}</body>', encoding="utf-8")
        quiet = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-background-networking",
            "--hide-scrollbars",
        ]
        command = ["chromium", *quiet, f"--window-size={SIDE},{SIDE}", f"--screenshot={shot}", page.as_uri()]
        subprocess.run(command, check=True, capture_output=True, timeout=60)
        return Image.open(io.BytesIO(shot.read_bytes())).convert("RGB").crop((0, 0, SIDE, SIDE))


def main(folder: Path) -> None:
    truth = {}
    for name, person in CAST.items():
        photograph(person).save(folder / f"{name}.jpg", quality=88)
        truth[name] = {k: [round(x, 1) for x in point] for k, point in landmarks(person).items()}
    (folder / "landmarks.json").write_text(json.dumps(truth, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
