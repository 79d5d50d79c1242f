"""python -m tests.app.pseudo_locale: the page in a made-up language, which is one file like any other.

Its texts are those of the English files with marks around them, and its numbers have a raised dot.
"""

import json
import os
import re
from pathlib import Path

from infinitalk_app.ui.text import catalogue

LANGUAGE = "xx"
POINT = "·"
MARKS = "⟦", "⟧"
SIGNS = ("format.full_stop", "format.between_sentences", "format.list")


def marked(text: str) -> str:
    """Mark each line of a text, as a visitor sees it."""
    return "\n".join(f"{MARKS[0]}{line}{MARKS[1]}" for line in text.split("\n"))


def templates() -> dict[str, str]:
    """Return every text in the made-up language."""
    english = catalogue._LIBRARIES | catalogue._templates("en")
    signs = {code: english[code] for code in SIGNS}
    as_they_are = signs | {"format.decimal": POINT, "language.direction": "ltr"}
    return {code: marked(text) for code, text in english.items()} | as_they_are


def write(folder: Path) -> None:
    """Write both languages into a folder, as the page reads them."""
    for language, texts in (("en", catalogue._templates("en")), (LANGUAGE, templates())):
        lines = [f"{json.dumps(code)} = {json.dumps(text)}" for code, text in texts.items()]
        # Dots in a quoted name part no tables.
        (folder / f"{language}.toml").write_text("\n".join(lines), encoding="utf-8")


def strays(text: str, known: re.Pattern[str]) -> str:
    """Return what of a text stands outside of all marks, and is no name, number or sign."""
    previous = None
    while previous != text:
        previous, text = text, re.sub(f"{MARKS[0]}[^{MARKS[0]}{MARKS[1]}]*{MARKS[1]}", " ", text)
    return " ".join(re.findall(r"[^\W\d_]{2,}", known.sub(" ", text)))


if __name__ == "__main__":
    folder = Path(os.environ["INFINITALK_STATE_DIR"]) / "languages"
    folder.mkdir(exist_ok=True)
    write(folder)
    catalogue.FOLDER = folder
    import app

    app.launch()
