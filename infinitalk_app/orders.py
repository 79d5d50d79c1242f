"""What a visitor asks for, and the checks that need no file to be opened."""

import math
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from infinitalk_app import words
from infinitalk_app.limits import Visitor
from infinitalk_app.providers.base import Provider
from infinitalk_app.providers.registry import Providers
from infinitalk_app.refusals import Refusal
from infinitalk_app.settings import Settings
from infinitalk_client import TalkRequest
from infinitalk_local import marks
from infinitalk_local.marks import BadFace, Choice
from infinitalk_media.sound import START_MAX_S

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
    provider: Provider
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
    def settings(self) -> dict[str, Any]:
        """What was chosen, beside the files, in the words of the wire."""
        chosen = {"prompt": self.prompt, "resolution": self.resolution, "fps": self.fps, "seed": self.seed}
        if not self.provider.takes_face or self.face is None:
            return chosen
        return chosen | {"face": on_the_wire(self.face)}

    def request(self, image: str, audio: str, *, face: Choice | None = None) -> TalkRequest:
        """Return what is sent to the service; a face goes to a provider that takes one.

        Raises:
            InvalidRequest: a value is outside its range.
        """
        chosen = on_the_wire(face) if self.provider.takes_face and face is not None else None
        return TalkRequest(image, audio, self.prompt, self.resolution, self.fps, self.seed, face=chosen)


def on_the_wire(face: Choice) -> int | list[float]:
    return face if isinstance(face, int) else [round(value, 1) for value in face.values]


def refuse(sentence: str, field: str = "") -> Refusal:
    """Return a no to what was brought; `field` is the form's part that lacks something."""
    return Refusal(replace(words.ERRORS["input"].saying(said=sentence), field=field))


def make_order(
    settings: Settings,
    providers: Providers,
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
    if engine not in providers:
        raise refuse(words.BAD_ENGINE.format(names=" or ".join(one.id for one in providers)))
    provider = providers[engine]
    order = Order(
        picture=_file(picture, words.NEED_PICTURE, "picture"),
        voice=_file(voice, words.NEED_VOICE, "voice"),
        prompt=str(prompt or ""),
        provider=provider,
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
    _check_range(order, min(settings.max_clip_seconds, provider.longest_s))
    _check_terms(order, consent)
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
    provider, (least, most) = order.provider, order.provider.fps
    if order.resolution not in provider.resolutions:
        names = ", ".join(provider.resolutions)
        raise refuse(words.BAD_RESOLUTION.format(model=provider.model, names=names))
    if not least <= order.fps <= most:
        raise refuse(words.BAD_FPS.format(least=least, most=most))


def _check_terms(order: Order, consent: bool) -> None:
    provider = order.provider
    if provider.needs_key and not order.api_key and not provider.owner_key:
        raise refuse(words.NEED_KEY.format(model=provider.model, service=provider.service), "key")
    if provider.needs_consent and consent is not True:
        raise refuse(words.NEED_CONSENT, "consent")
