"""What a visitor asks for, and the checks that need no file to be opened."""

import math
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, TypeGuard

from infinitalk_app import words
from infinitalk_app.limits import Visitor
from infinitalk_app.refusals import Refusal
from infinitalk_app.settings import Settings
from infinitalk_client import TalkRequest
from infinitalk_local import marks
from infinitalk_local.marks import BadFace, Choice
from infinitalk_media.sound import START_MAX_S

Engine = Literal["preview", "infinitetalk"]
ENGINES: tuple[Engine, ...] = ("preview", "infinitetalk")
FREE_ENGINES: tuple[Engine, ...] = ("preview",)
UPLOAD_MAX = 100 * 1024**2
SHORTEST_S = 0.5
_ANY_ADDRESS = "https://example.org/"  # the files have none yet; the other values can be checked already


@dataclass(frozen=True)
class Order:
    """The inputs of one click; files are paths of ours, lengths in seconds.

    `api_key` is the visitor's own, and is nowhere shown.
    """

    picture: Path
    voice: Path
    prompt: str
    engine: Engine
    resolution: str
    fps: int
    seed: int
    start_s: float
    seconds: float
    visitor: Visitor
    end_in_pause: bool = False
    api_key: str = field(default="", repr=False)
    face: Choice | None = None  # who talks, in pixels of the picture that was brought

    @property
    def paid(self) -> bool:
        return not is_free(self.engine)

    @property
    def settings(self) -> dict[str, Any]:
        """What was chosen, beside the files, in the words of the wire."""
        chosen = {"prompt": self.prompt, "resolution": self.resolution, "fps": self.fps, "seed": self.seed}
        return chosen if self.paid or self.face is None else chosen | {"face": on_the_wire(self.face)}

    def request(self, image: str, audio: str, *, face: Choice | None = None) -> TalkRequest:
        """Return what is sent to the service; a face is for the preview's alone.

        Raises:
            InvalidRequest: a value is outside its range.
        """
        chosen = None if self.paid or face is None else on_the_wire(face)
        return TalkRequest(image, audio, self.prompt, self.resolution, self.fps, self.seed, face=chosen)


def on_the_wire(face: Choice) -> int | list[float]:
    return face if isinstance(face, int) else [round(value, 1) for value in face.values]


def refuse(sentence: str, field: str = "") -> Refusal:
    """Return a no to what was brought; `field` is the form's part that lacks something."""
    return Refusal(replace(words.ERRORS["input"].saying(said=sentence), field=field))


def is_engine(name: object) -> TypeGuard[Engine]:
    return name in ENGINES


def is_free(engine: str) -> bool:
    """Tell whether an engine costs nothing and runs on this machine; one that does not say so is paid."""
    return engine in FREE_ENGINES


def make_order(
    settings: Settings,
    *,
    picture: str | None,
    voice: str | None,
    prompt: str,
    engine: str,
    resolution: str,
    fps: float,
    seed: float,
    start_s: float,
    seconds: float,
    api_key: str,
    consent: bool,
    visitor: Visitor,
    end_in_pause: bool = False,
    face: object = None,
) -> Order:
    """Read the inputs of the page or of a program; everything else relies on this.

    Raises:
        Refusal: something is missing or not allowed; the sentence says what to do.
        InvalidRequest: a value is one that the service would refuse.
    """
    if not is_engine(engine):
        raise refuse(words.BAD_ENGINE)
    order = Order(
        picture=_file(picture, words.NEED_PICTURE, "picture"),
        voice=_file(voice, words.NEED_VOICE, "voice"),
        prompt=str(prompt or ""),
        engine=engine,
        resolution=str(resolution),
        fps=_whole(fps, words.FPS),
        seed=_whole(seed, words.SEED),
        start_s=_number(start_s, words.START),
        seconds=_number(seconds, words.SECONDS),
        visitor=visitor,
        end_in_pause=bool(end_in_pause),
        api_key=str(api_key or "").strip(),
        face=_choice(face),
    )
    order.request(_ANY_ADDRESS, _ANY_ADDRESS)
    _check_range(order, settings.max_clip_seconds)
    if not is_free(engine):
        _check_paid(order, settings, consent)
    return order


def _file(path: str | None, sentence: str, field: str) -> Path:
    if not path:
        raise refuse(sentence, field)
    file = Path(path)
    if file.is_file() and file.stat().st_size > UPLOAD_MAX:
        raise refuse(words.TOO_LARGE)
    return file


def _choice(value: object) -> Choice | None:
    try:
        return marks.parse(value) if isinstance(value, str) else marks.read(value)
    except BadFace as error:
        raise refuse(str(error), "face") from error


def read_number(value: object) -> float:
    """Return a number of any size as a float: infinite beyond what a float holds, nan for what is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return math.nan
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def _number(value: object, name: str) -> float:
    number = read_number(value)
    if math.isnan(number):
        raise refuse(words.BAD_NUMBER.format(name=name))
    return number


def _whole(value: object, name: str) -> int:
    number = _number(value, name)
    if isinstance(value, int):  # to its last digit
        return value
    if not number.is_integer():
        raise refuse(words.NOT_WHOLE.format(name=name))
    return int(number)


def _check_range(order: Order, most_s: float) -> None:
    if not 0 <= order.start_s <= START_MAX_S:
        raise refuse(words.BAD_START)
    if not SHORTEST_S <= order.seconds <= most_s:
        raise refuse(words.BAD_SECONDS.format(most=most_s))


def _check_paid(order: Order, settings: Settings, consent: bool) -> None:
    if not order.api_key and not settings.owner_pays:
        raise refuse(words.NEED_KEY, "key")
    if consent is not True:
        raise refuse(words.NEED_CONSENT, "consent")
