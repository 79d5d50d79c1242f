"""The choice of the face that talks: the number of a face, or three marks. It is read without the picture."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from infinitalk_media.sentences import Sentence
from infinitalk_preview.errors import say

COUNT = 6  # numbers in three marks
EYES_APART_PX = 8
_FURTHEST_PX = 1e6  # more than any picture; infinity and NaN fail the comparison
_STEEPEST = 2.0  # slope of the line through the eyes
_NEAREST, _FURTHEST = 0.3, 6.0  # mouth below the eyes, in distances of the eyes; horses have long faces

Point = tuple[float, float]


class BadFace(ValueError):
    """The choice of a face cannot be used; the text is a sentence that names the field."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Marks(NamedTuple):
    """Three points in pixels of the upright picture; `left_eye` is on the left in the picture."""

    left_eye: Point
    right_eye: Point
    mouth: Point

    def scaled(self, factor: float) -> "Marks":
        """Return the same marks in a picture of another size."""
        return Marks(*((factor * x, factor * y) for x, y in self))

    @property
    def values(self) -> tuple[float, ...]:
        """The six numbers."""
        return tuple(value for point in self for value in point)


Choice = int | Marks


def read(value: object) -> Choice | None:
    """Read a choice from JSON; None stands for the largest face.

    Raises:
        BadFace: it is neither a number from 1 on, nor six numbers that can be a face.
    """
    if value is None:
        return None
    if isinstance(value, int) and not isinstance(value, bool) and value >= 1:
        return value
    if isinstance(value, list | tuple) and len(value) == COUNT and all(map(_is_coordinate, value)):
        return _checked([float(part) for part in value])
    if isinstance(value, list | tuple) and 0 < len(value) != COUNT:
        raise BadFace(say("face_has_not_six_numbers", count=len(value)))
    raise BadFace(say("face_is_no_choice"))


def parse(text: str) -> Choice | None:
    """Read a choice from text, as `read`: `2`, or `10,20,30,20,20,40`; an empty text is the largest face."""
    parts = [part.strip() for part in text.strip().strip("[]").split(",")]
    if parts == [""]:
        return None
    try:
        return read(int(parts[0]) if len(parts) == 1 else [*map(float, parts)])
    except ValueError as error:
        raise error if isinstance(error, BadFace) else BadFace(say("face_is_no_choice")) from error


def check_number(number: int, faces: int) -> None:
    """Raise BadFace when there are fewer `faces` than the number of the chosen one."""
    if number > faces:
        code = {0: "face_without_faces", 1: "face_of_one"}.get(faces, "face_of_fewer")
        raise BadFace(say(code, number=number, faces=faces))


def check_inside(marks: Marks, width: float, height: float) -> None:
    """Raise BadFace when a mark lies outside of the picture."""
    for name, (x, y) in marks._asdict().items():
        if not (0 <= x <= width and 0 <= y <= height):
            raise BadFace(say("face_outside", mark=say(name), x=x, y=y, width=width, height=height))


def _is_coordinate(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= _FURTHEST_PX


def _checked(values: Sequence[float]) -> Marks:
    one, other, mouth = (values[0], values[1]), (values[2], values[3]), (values[4], values[5])
    left, right = sorted((one, other))  # people differ in whose left they mean
    across, slope = right[0] - left[0], right[1] - left[1]
    apart = math.hypot(across, slope)
    if apart < EYES_APART_PX or abs(slope) > _STEEPEST * across:
        raise BadFace(say("face_eyes_apart", least=EYES_APART_PX))
    aside, down = mouth[0] - (left[0] + right[0]) / 2, mouth[1] - (left[1] + right[1]) / 2
    along, below = (aside * across + down * slope) / apart**2, (down * across - aside * slope) / apart**2
    if not _NEAREST <= below <= _FURTHEST or abs(along) > 1 + below:
        raise BadFace(say("face_mouth_above"))
    return Marks(left, right, mouth)
