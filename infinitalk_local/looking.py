"""Asks a child process who in a picture could talk: cv2 stays out of the page's process."""

import json
import logging
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infinitalk_local import marks
from infinitalk_local.marks import BadFace, Choice, Point
from infinitalk_media.child import ended_within, environment, last_words

COMMAND = (sys.executable, "-m", "infinitalk_local.render.look")
TIMEOUT_S = 20.0
MEMORY_MB = 512

log = logging.getLogger("infinitalk_local")

Box = tuple[float, float, float, float]  # left, top, right, bottom


@dataclass(frozen=True)
class Person:
    """A face that was seen, in pixels of the upright picture; `crop` is a data URL."""

    number: int
    eyes: tuple[Point, Point]
    mouth: Point
    box: Box
    tier: str
    score: float
    crop: str = ""

    @property
    def choice(self) -> Choice:
        """What means this face whatever else is seen; its number where it cannot be marked."""
        try:
            return marks.read([*self.eyes[0], *self.eyes[1], *self.mouth]) or self.number
        except BadFace:
            return self.number

    @property
    def told(self) -> dict[str, Any]:
        """The plain values, for a program."""
        names = ("number", "box", "eyes", "mouth", "tier", "score")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True)
class Look:
    """What was seen in a picture, the largest face first; `copy` is a data URL, where there is one."""

    width: int
    height: int
    people: tuple[Person, ...]
    film: bool = False
    copy: str = ""

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> "Look":
        people = tuple(Person(**person) for person in said["people"])
        film = said["source"] == "video"
        return cls(said["width"], said["height"], people, film, said["copy"] or "")


def look(
    picture: Path, shrunk: float = 1.0, command: tuple[str, ...] = COMMAND, timeout_s: float = TIMEOUT_S
) -> Look | None:
    """Return who is seen; None when it could not be found out: the log has why.

    What is seen is in pixels of the picture before it was made smaller, by `shrunk`. Blocks for about a
    second.
    """
    limits = ["--shrunk", repr(shrunk), "--memory-mb", str(MEMORY_MB)]
    with (
        tempfile.TemporaryDirectory(prefix="infinitalk-look-") as folder,
        tempfile.TemporaryFile() as remarks,
    ):
        child = subprocess.Popen(
            [*command, str(picture.resolve()), *limits],
            cwd=folder,
            env=environment(Path(folder)),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=remarks,
            start_new_session=True,
        )
        with ended_within(timeout_s, child) as overran:
            assert child.stdout is not None  # noqa: S101  # it was asked for
            with child.stdout as answer:
                said = answer.read()
        try:
            return Look.of(json.loads(said))
        except (ValueError, KeyError, TypeError):
            remarks.seek(0)
            words = last_words(said + remarks.read())
            why = f"took longer than {timeout_s:g} s" if overran.is_set() else f"failed: {words}"
            log.warning("a look for a face %s", why)
            return None
