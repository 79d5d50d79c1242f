"""A visitor's request, and the checks that need no file to be opened."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from infinitalk_app.config import Settings
from infinitalk_app.inputs.preprocess import VoiceClip
from infinitalk_app.inputs.speeches import Script
from infinitalk_app.messages import Message, invalid_input
from infinitalk_app.providers.base import Provider
from infinitalk_app.providers.registry import Providers
from infinitalk_client import TalkRequest
from infinitalk_media import MediaError, text_to_speech
from infinitalk_media.sound import START_MAX_S
from infinitalk_media.timeline import EMPTY, Timeline
from infinitalk_preview import face_choice
from infinitalk_preview.face_choice import BadFace, Choice

UPLOAD_MAX = 100 * 1024**2
SHORTEST_S = 0.5
_ANY_ADDRESS = "https://example.org/"  # for checks of the other values before the files have addresses


@dataclass(frozen=True)
class RunRequest:
    """The checked inputs of one click; `picture` and the voice's file are paths on this machine.

    `api_key` is the visitor's, and is in no repr. `face` is in pixels of the visitor's picture. `script` is
    the text that the voice is made of, `said` the words of the voice as far as they are known.
    """

    picture: Path
    voice: VoiceClip
    prompt: str
    provider: Provider
    resolution: str
    fps: int
    seed: int
    visitor: str
    api_key: str = field(default="", repr=False)
    face: Choice | None = None
    script: Script | None = None
    said: str = ""

    @property
    def settings(self) -> dict[str, Any]:
        """What was chosen beside the files, by the names of the API."""
        chosen = {"prompt": self.prompt, "resolution": self.resolution, "fps": self.fps, "seed": self.seed}
        face = self._face_for_api(self.face)
        return chosen if face is None else chosen | {"face": face}

    @property
    def arguments(self) -> dict[str, Any]:
        """What repeats this run by the page's /generate, beside the files and the key."""
        names = ("prompt", "resolution", "fps", "seed")
        chosen: dict[str, Any] = {"engine": self.provider.id} | {name: getattr(self, name) for name in names}
        chosen |= {"start_s": self.voice.start_s, "seconds": self.voice.seconds}
        if self.provider.needs_consent:
            chosen["consent"] = True
        if self.face is not None:
            chosen["face"] = _as_json(self.face)
        if self.script:
            return chosen | {"text": self.script.text, "voice": self.script.voice, "pace": self.script.pace}
        return chosen | ({"text": self.said} if self.said else {})

    @property
    def notes(self) -> tuple[Message, ...]:
        """What the visitor should know about the choices."""
        best = self.provider.best_fps
        return () if best in (None, self.fps) else (Message.of("notes.odd_fps", fps=self.fps, best=best),)

    def talk_request(
        self,
        image: str,
        audio: str,
        *,
        face: Choice | None = None,
        timeline: Timeline = EMPTY,
    ) -> TalkRequest:
        """Return what is sent to the service; only a provider that takes faces or words gets them.

        Raises:
            InvalidRequest: a value is outside its range.
        """
        own: dict[str, Any] = {"face": self._face_for_api(face)}
        if self.provider.takes_words:
            own |= {name: tuple(map(tuple, getattr(timeline, name))) for name in ("words", "phonemes")}
        return TalkRequest(image, audio, self.prompt, self.resolution, self.fps, self.seed, **own)

    def _face_for_api(self, face: Choice | None) -> int | list[float] | None:
        if face is None or not self.provider.takes_face:
            return None
        return _as_json(face)


def read_request(
    settings: Settings,
    providers: Providers,
    speech_file: Callable[[Script], Path],
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
    visitor: str,
    end_in_pause: bool = False,
    face: object = None,
    way: str = "",
    text: str = "",
    said: str = "",
    speaker: str = "",
    pace: object = 1.0,
) -> RunRequest:
    """Read and check the inputs of the page or of a program.

    The voice is the file `voice`, or is made of `text`: `way` says which ("recording" or "text"). Without it
    a text is spoken if there is no file, and is else what the file says. `speech_file` returns where the
    voice of a text is or will be.

    Raises:
        Refusal: something is missing or not allowed.
        InvalidRequest: the service would refuse a value.
    """
    if engine not in providers:
        names = ", ".join(provider.id for provider in providers)
        raise invalid_input(Message.of("refused.bad_engine", names=names))
    provider = providers[engine]
    picture_file = _file(picture, "refused.need_picture", "picture")
    script = _script(text, speaker, pace) if _is_typed(way, text, voice) else None
    clip = VoiceClip(
        speech_file(script) if script else _file(voice, "refused.need_voice", "voice"),
        _number(start_s, "form.start"),
        _number(seconds, "form.seconds"),
        bool(end_in_pause),
    )
    request = RunRequest(
        picture_file,
        clip,
        str(prompt or ""),
        provider,
        str(resolution),
        _whole(fps, "form.fps"),
        _whole(seed, "form.seed"),
        visitor,
        api_key=str(api_key or "").strip(),
        face=_face(face),
        script=script,
        said=script.text if script else str((said if way else text) or ""),
    )
    request.talk_request(_ANY_ADDRESS, _ANY_ADDRESS)
    _check_range(request, min(settings.max_clip_seconds, provider.longest_s))
    _check_key_and_consent(request, consent)
    return request


def _as_json(face: Choice) -> int | list[float]:
    return face if isinstance(face, int) else [round(value, 1) for value in face.values]


def _is_typed(way: str, text: str, voice: str | None) -> bool:
    return way == "text" if way else bool(text) and not voice


def _script(text: object, speaker: object, pace: object) -> Script:
    if not text_to_speech.available():
        raise invalid_input(Message.of("refused.no_speech"), "text")
    speed = read_number(pace)  # what is no number is out of range
    try:
        plain = text_to_speech.check(str(text or ""), speed)
    except MediaError as error:
        raise invalid_input(error.sentence, "text") from error
    return Script(plain, str(speaker or text_to_speech.VOICE), speed)


def _file(path: str | None, missing: str, field: str) -> Path:
    if not path:
        raise invalid_input(Message.of(missing), field)
    file = Path(path)
    if file.is_file() and file.stat().st_size > UPLOAD_MAX:
        raise invalid_input(Message.of("refused.too_large"))
    return file


def _face(value: object) -> Choice | None:
    try:
        return face_choice.parse(value) if isinstance(value, str) else face_choice.read(value)
    except BadFace as error:
        raise invalid_input(error.sentence, "face") from error


def read_number(value: object) -> float:
    """Return a number as a float: infinite beyond the range of a float, nan for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return math.nan
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def _number(value: object, name: str) -> float:
    number = read_number(value)
    if math.isnan(number):
        raise invalid_input(Message.of("refused.bad_number", name=Message.of(name)))
    return number


def _whole(value: object, name: str) -> int:
    number = _number(value, name)
    if isinstance(value, int):  # to the last digit, which a float may not hold
        return value
    if not number.is_integer():
        raise invalid_input(Message.of("refused.not_whole", name=Message.of(name)))
    return int(number)


def _check_range(request: RunRequest, longest_s: float) -> None:
    provider, (least, most) = request.provider, request.provider.fps
    if not 0 <= request.voice.start_s <= START_MAX_S:
        raise invalid_input(Message.of("refused.bad_start"))
    if not SHORTEST_S <= request.voice.seconds <= longest_s:
        raise invalid_input(Message.of("refused.bad_seconds", most=longest_s))
    if request.resolution not in provider.resolutions:
        names = ", ".join(provider.resolutions)
        raise invalid_input(Message.of("refused.bad_resolution", model=provider.model, names=names))
    if not least <= request.fps <= most:
        raise invalid_input(Message.of("refused.bad_fps", least=least, most=most))


def _check_key_and_consent(request: RunRequest, consent: bool) -> None:
    provider = request.provider
    if provider.needs_key and not request.api_key and not provider.owner_key:
        names = {"model": provider.model, "service": provider.service}
        raise invalid_input(Message.of("refused.need_key", **names), "key")
    if provider.needs_consent and consent is not True:
        raise invalid_input(Message.of("refused.need_consent"), "consent")
