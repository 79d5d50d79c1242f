"""The face that talks: a visitor's choice, checked against the picture, and its meaning for each provider."""

from dataclasses import dataclass
from pathlib import Path

from infinitalk_app.inputs.cache import CheckCache
from infinitalk_app.messages import Message, Refusal, invalid_input
from infinitalk_media.crop import Box, crop_around
from infinitalk_preview import face_choice
from infinitalk_preview.detect.detect_process import DetectedFace, DetectedFaces
from infinitalk_preview.face_choice import BadFace, Choice, Marks

# Marks are of a face if the middles of their eyes are closer than this part of half the head's width.
_SAME_FACE = 0.6
_ASIDE, _ABOVE, _BELOW = 1.1, 1.0, 0.8  # a head around marks, in distances of the eyes


@dataclass(frozen=True)
class Selection:
    """What is sent for a choice, in pixels of the visitor's picture.

    `choice` goes to a provider that takes faces. For any other, `crop` is the part of the picture that is
    sent (None: the whole, whose width and height are `whole`), and `person` says whom it shows.
    """

    choice: Choice | None = None
    crop: Box | None = None
    whole: tuple[int, int] = (0, 0)
    person: Message | None = None

    def scaled_choice(self, scale: float) -> Choice | None:
        """Return the choice in pixels of the picture that is sent."""
        return self.choice.scaled(scale) if isinstance(self.choice, Marks) else self.choice

    @property
    def size(self) -> tuple[int, int] | None:
        """Width and height of the crop."""
        return (round(self.crop.width), round(self.crop.height)) if self.crop else None

    @property
    def description(self) -> Message | None:
        """The crop, for the details of the run."""
        if self.size is None:
            return None
        (width, height), (whole_width, whole_height) = self.size, self.whole
        sides = {"width": width, "height": height, "whole_width": whole_width, "whole_height": whole_height}
        return Message.of("face.cropped", **sides, person=self.person)

    @property
    def notes(self) -> tuple[Message, ...]:
        return (Message.of("notes.not_whole_sent", person=self.person),) if self.crop else ()


async def detect(checks: CheckCache, picture: Path, visitor: str = "") -> DetectedFaces:
    """Return the faces of a picture.

    Raises:
        MediaError: the picture cannot be used.
        Refusal: the search failed.
    """
    found = await checks.faces(picture, visitor)
    if found is None:
        await checks.picture(picture, visitor)
        raise invalid_input(Message.of("face.faces_unknown"), "face")
    return found


async def resolve(
    checks: CheckCache, picture: Path, choice: Choice | None, *, takes_face: bool, visitor: str = ""
) -> Selection:
    """Return what is sent for a visitor's choice to a provider that takes faces or does not.

    Raises:
        MediaError: the picture cannot be used.
        Refusal: it has no such face, or the search for faces failed.
    """
    if choice is None:
        return Selection()
    try:
        return select(await detect(checks, picture, visitor), choice, takes_face=takes_face)
    except BadFace as error:
        raise invalid_input(error.sentence, "face") from error
    except Refusal:
        # The preview searches again by itself. A whole picture might make another person talk.
        if not takes_face:
            raise
        return Selection(choice)


def select(found: DetectedFaces, choice: Choice, *, takes_face: bool) -> Selection:
    """Return what is sent for a choice among the faces of a picture.

    Raises:
        BadFace: the picture has no such face.
    """
    if isinstance(choice, Marks):
        face_choice.check_inside(choice, found.width, found.height)
        person = next((one for one in found.faces if _is_marked(one, choice)), None)
    else:
        face_choice.check_number(choice, len(found.faces))
        person = found.faces[choice - 1]
    if takes_face:
        # Faces can have other numbers in the picture that is sent, which may be smaller.
        if person and not isinstance(choice, Marks) and not found.is_video:
            return Selection(person.choice)
        return Selection(choice)
    others = [Box(*one.box) for one in found.faces if one is not person]
    if found.is_video or not others:
        return Selection()
    head = Box(*person.box) if person else _head(choice)
    name = Message.of("face.person", number=person.number) if person else Message.of("face.marked_person")
    whole = found.width, found.height
    return Selection(crop=crop_around(head, others, *whole), whole=whole, person=name)


def _is_marked(person: DetectedFace, marks: Marks) -> bool:
    (left, right), (one, other) = person.eyes, marks[:2]
    limit = _SAME_FACE * (person.box[2] - person.box[0]) / 2
    dx, dy = ((one[axis] + other[axis] - left[axis] - right[axis]) / 2 for axis in (0, 1))
    return bool(dx**2 + dy**2 < limit**2)


def _head(choice: Choice) -> Box:
    assert isinstance(choice, Marks)  # noqa: S101  # a number has its person
    (left, top), (right, other_top), (x, y) = choice
    apart = max(right - left, abs(y - (top + other_top) / 2) * 0.9)
    above, below = min(top, other_top, y), max(top, other_top, y)
    middle = (left + right + x) / 3
    return Box(
        middle - _ASIDE * apart, above - _ABOVE * apart, middle + _ASIDE * apart, below + _BELOW * apart
    )
