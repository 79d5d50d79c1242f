"""Who talks: a visitor's choice, checked against the picture, and what it means for each provider."""

from dataclasses import dataclass
from pathlib import Path

from infinitalk_app import words
from infinitalk_app.inspection import Inspector
from infinitalk_app.orders import refuse
from infinitalk_local import marks
from infinitalk_local.looking import Look, Person
from infinitalk_local.marks import BadFace, Choice, Marks
from infinitalk_media.around import Box, around

_NEAR = 0.6  # of a head's width, from the middle of its eyes: marks there mean it
# A head around marks, in distances of the eyes.
_ASIDE, _ABOVE, _BELOW = 1.1, 1.0, 0.8


@dataclass(frozen=True)
class Chosen:
    """A choice that the picture has, in pixels of the picture that was brought.

    `kept` is the part of the picture that is sent; None sends it whole. `person` says whom it shows.
    """

    choice: Choice | None = None
    kept: Box | None = None
    whole: tuple[int, int] = (0, 0)
    person: str = ""

    def face(self, shrunk: float) -> Choice | None:
        """Return the choice for the picture as it is sent."""
        return self.choice.scaled(shrunk) if isinstance(self.choice, Marks) else self.choice

    @property
    def size(self) -> tuple[int, int] | None:
        """Width and height of the part that is sent."""
        return (round(self.kept.width), round(self.kept.height)) if self.kept else None

    @property
    def said(self) -> str | None:
        """What part is sent, for the details of the run."""
        if self.size is None:
            return None
        sides = (*self.size, *self.whole)
        return words.CROPPED.format(*sides, person=self.person)

    @property
    def notes(self) -> tuple[str, ...]:
        return (words.NOT_WHOLE_SENT.format(person=self.person),) if self.kept else ()


async def choose(
    inspector: Inspector, picture: Path, choice: Choice | None, *, takes_face: bool, visitor: str = ""
) -> Chosen:
    """Return what a choice means: a provider that takes a face is told it, any other is sent a part.

    Raises:
        MediaError: the picture cannot be used.
        Refusal: it has no such face, or it cannot be looked at just now.
    """
    if choice is None:
        return Chosen()
    seen = await inspector.people(picture, visitor)
    if seen is None:
        # Nobody else may be sent in the chosen one's place; who takes a face looks again by itself.
        await inspector.picture(picture, visitor)
        if not takes_face:
            raise refuse(words.FACES_UNKNOWN, "face")
        return Chosen(choice)
    try:
        return of(seen, choice, takes_face=takes_face)
    except BadFace as error:
        raise refuse(str(error), "face") from error


def of(seen: Look, choice: Choice, *, takes_face: bool) -> Chosen:
    """Return what a choice means in a picture that was looked at.

    Raises:
        BadFace: the picture has no such face.
    """
    if isinstance(choice, Marks):
        marks.check_inside(choice, seen.width, seen.height)
        person = next((one for one in seen.people if _is_meant(one, choice)), None)
    else:
        marks.check_number(choice, len(seen.people))
        person = seen.people[choice - 1]
    if takes_face:
        # By its number alone a face could be another one, once the picture has been made smaller.
        return Chosen(choice if isinstance(choice, Marks) or seen.film or person is None else person.choice)
    others = [Box(*one.box) for one in seen.people if one is not person]
    if seen.film or not others:
        return Chosen()
    head = Box(*person.box) if person else _head(choice)
    name = words.PERSON.format(number=person.number) if person else words.MARKED_PERSON
    whole = seen.width, seen.height
    return Chosen(kept=around(head, others, *whole), whole=whole, person=name)


def _is_meant(person: Person, marked: Marks) -> bool:
    (left, right), (one, other) = person.eyes, marked[:2]
    near = _NEAR * (person.box[2] - person.box[0]) / 2
    aside, down = ((one[axis] + other[axis] - left[axis] - right[axis]) / 2 for axis in (0, 1))
    return bool(aside**2 + down**2 < near**2)


def _head(choice: Choice) -> Box:
    assert isinstance(choice, Marks)  # noqa: S101  # a number has its person
    (left, top), (right, other_top), (x, y) = choice
    apart = max(right - left, abs(y - (top + other_top) / 2) * 0.9)
    above, below = min(top, other_top, y), max(top, other_top, y)
    middle = (left + right + x) / 3
    return Box(
        middle - _ASIDE * apart, above - _ABOVE * apart, middle + _ASIDE * apart, below + _BELOW * apart
    )
