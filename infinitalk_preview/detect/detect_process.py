"""Detects faces in a child process: the page's process does not load cv2."""

import json
import logging
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infinitalk_media.child_process import environment, killed_after, stderr_tail
from infinitalk_preview import face_choice
from infinitalk_preview.face_choice import BadFace, Choice, Point

COMMAND = (sys.executable, "-m", "infinitalk_preview.detect", "--people")
TIMEOUT_S = 20.0
MEMORY_MB = 512

log = logging.getLogger("infinitalk_preview")

Box = tuple[float, float, float, float]  # left, top, right, bottom


@dataclass(frozen=True)
class DetectedFace:
    """One face, in pixels of the upright picture; `crop` is a data URL."""

    number: int
    eyes: tuple[Point, Point]
    mouth: Point
    box: Box
    tier: str
    score: float
    crop: str = ""

    @property
    def choice(self) -> Choice:
        """The choice of this face: its marks, else its number, which depends on the other faces found."""
        try:
            return face_choice.read([*self.eyes[0], *self.eyes[1], *self.mouth]) or self.number
        except BadFace:
            return self.number

    @property
    def as_json(self) -> dict[str, Any]:
        """All but the crop, for JSON."""
        names = ("number", "box", "eyes", "mouth", "tier", "score")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True)
class DetectedFaces:
    """All faces of a picture or video, the largest first; `copy` is a data URL or empty."""

    width: int
    height: int
    faces: tuple[DetectedFace, ...]
    is_video: bool = False
    copy: str = ""

    @classmethod
    def of(cls, line: Mapping[str, Any]) -> "DetectedFaces":
        faces = tuple(DetectedFace(**face) for face in line["people"])
        return cls(line["width"], line["height"], faces, line["source"] == "video", line["copy"] or "")


def find_faces(
    picture: Path, shrunk: float = 1.0, command: tuple[str, ...] = COMMAND, timeout_s: float = TIMEOUT_S
) -> DetectedFaces | None:
    """Return the faces, in pixels of the picture before it was scaled by `shrunk`; blocks for about a second.

    Returns None when the child failed or took too long; the log has the reason.
    """
    limits = ["--shrunk", repr(shrunk), "--memory-mb", str(MEMORY_MB)]
    with (
        tempfile.TemporaryDirectory(prefix="infinitalk-faces-") as folder,
        tempfile.TemporaryFile() as stderr,
    ):
        child = subprocess.Popen(
            [*command, str(picture.resolve()), *limits],
            cwd=folder,
            env=environment(Path(folder)),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=stderr,
            start_new_session=True,
        )
        with killed_after(timeout_s, child) as overran:
            assert child.stdout is not None  # noqa: S101  # for mypy
            with child.stdout as stdout:
                line = stdout.read()
        try:
            return DetectedFaces.of(json.loads(line))
        except (ValueError, KeyError, TypeError):
            stderr.seek(0)
            messages = stderr_tail(line + stderr.read())
            why = f"took longer than {timeout_s:g} s" if overran.is_set() else f"failed: {messages}"
            log.warning("the search for faces %s", why)
            return None
