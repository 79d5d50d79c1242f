"""Checks before the click: the line below the button, with facts that are fine, a warning, or an obstacle."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any, Literal

from infinitalk_app.config import Settings
from infinitalk_app.inputs import talking_face
from infinitalk_app.inputs.cache import CheckCache
from infinitalk_app.inputs.preprocess import VoiceClip
from infinitalk_app.inputs.speeches import Script, Speeches
from infinitalk_app.messages import Message, Text
from infinitalk_app.providers.base import Provider
from infinitalk_app.providers.registry import Providers
from infinitalk_app.quota.balance import BalanceCache, TooManyKeys
from infinitalk_app.runs.request import read_number
from infinitalk_app.runs.timings import Timings, UsualCost
from infinitalk_app.ui.text.catalogue import Texts
from infinitalk_client import InfinitalkError
from infinitalk_media import MediaError
from infinitalk_media.crop import lost_sides
from infinitalk_media.sentences import Sentence
from infinitalk_media.sound import QUIET_DBFS, Facts
from infinitalk_media.text_to_speech import VOICE
from infinitalk_preview import face_choice
from infinitalk_preview.detect.detect_process import DetectedFaces
from infinitalk_preview.face_choice import BadFace, Choice, Marks

_UNFINISHED = (2, 4)  # numbers of one mark, and of two
CROP_MIN = 0.04  # the smallest part of a side whose loss is worth a warning

# What a warning leads to: the text of its button, and the field of the form.
FIXES = {
    "preflight.first_part": ("preflight.other_part", "more"),
    "preflight.first_of_whole": ("preflight.other_part", "more"),
}

Kind = Literal["ok", "warn", "bad"]
Item = tuple[Kind, Text]


@dataclass(frozen=True)
class FormValues:
    """A form that is still being filled in; files that are missing are None."""

    picture: Path | None
    voice: VoiceClip | None
    seconds: float
    provider: Provider
    api_key: str
    resolution: str
    fps: float
    face: str = ""
    visitor: str = ""
    script: Script | None = None

    @classmethod
    def of(
        cls,
        inputs: Mapping[str, Any],
        providers: Providers,
        speech_file: Callable[[Script], Path],
        visitor: str = "",
    ) -> "FormValues":
        """Read the values as Gradio has them; a short video replaces the picture, a typed text the voice."""
        picture, voice = inputs.get("video") or inputs.get("picture"), inputs.get("voice")
        start_s, seconds, fps = (read_number(inputs.get(name) or 0) for name in ("start_s", "seconds", "fps"))
        script = _script(inputs) if inputs.get("way") == "text" else None
        if inputs.get("way") == "text":
            voice = speech_file(script) if script else None
        return cls(
            Path(picture) if picture else None,
            VoiceClip(Path(voice), start_s, seconds, bool(inputs.get("end_in_pause"))) if voice else None,
            seconds,
            providers[str(inputs.get("engine"))],
            str(inputs.get("api_key") or "").strip(),
            str(inputs.get("resolution")),
            fps,
            str(inputs.get("face") or ""),
            visitor,
            script,
        )


def _script(inputs: Mapping[str, Any]) -> Script | None:
    text = str(inputs.get("text") or "").strip()
    pace = read_number(inputs.get("pace") or 1)
    return Script(text, str(inputs.get("speaker") or VOICE), pace) if text else None


@dataclass(frozen=True)
class Preflight:
    """Checks a form; a fact that cannot be found out is left out."""

    texts: Texts
    settings: Settings
    checks: CheckCache
    speeches: Speeches
    timings: Timings
    balances: BalanceCache
    reachable: Callable[[], Awaitable[Message | None]]

    async def check(self, form: FormValues) -> dict[str, Any]:
        """Return the items, what the run takes and costs, and the voice's length; every text is escaped."""
        clip = await self._clip(form)
        checks = [self._picture(form)]
        checks += [self._balance(form)] if form.provider.needs_key else []
        checks += [self._reachability(form)] if form.provider.needs_public_inputs else []
        picture, *others = await asyncio.gather(*checks)
        items = [*picture, *self._voice(form, clip), *itertools.chain(*others)]
        length = Message.of("preflight.length", seconds=_length_s(clip)) if isinstance(clip, Facts) else ""
        seconds = clip.duration_s if isinstance(clip, Facts) else form.seconds
        cost = self._usual_cost(form, seconds)
        return {
            "items": [self._shown(*item) for item in items],
            "sum": escape(self.texts.say(self._price_and_time(form, seconds, cost))),
            "length": self.texts.say(length),
            "cost": escape(self._cost(form, seconds, cost)),
        }

    def _shown(self, kind: Kind, text: Text) -> dict[str, Any]:
        shown: dict[str, Any] = {"kind": kind, "text": escape(self.texts.say(text))}
        if isinstance(text, Message) and text.code in FIXES:
            words, field = FIXES[text.code]
            shown["fix"] = {"text": escape(self.texts[words]), "field": field}
        return shown

    async def key_note(self, provider: Provider, key: str, visitor: str) -> dict[str, str] | None:
        """Return the note below a key, with its last four letters; None if there is no key to check."""
        if not key or not provider.needs_key:
            return None
        kind, code, credits_left = "warn", "key.unsure", 0.0
        try:
            balance = await self.balances.balance(provider, key, visitor)
        except TooManyKeys:
            code = "key.too_many"
        except InfinitalkError:
            pass
        else:
            credits_left = balance.total if balance else 0.0
            kind = "ok" if credits_left > 0 else "bad"
            code = "key.known" if balance else "key.refused"
        text = self.texts.fill(code, last4=key[-4:], service=provider.service, credits=credits_left)
        return {"kind": kind, "text": escape(text), "forget": self.texts["key.forget"]}

    async def _clip(self, form: FormValues) -> Facts | Sentence | None:
        """Return the facts of the voice, or why it cannot be used; None if there is none."""
        if form.voice is None:
            return None
        try:
            if form.script:
                await self.speeches.speak(form.script, form.visitor)
            return await self.checks.sound(form.voice, form.visitor)
        except MediaError as error:
            return error.sentence

    def _voice(self, form: FormValues, clip: Facts | Sentence | None) -> list[Item]:
        if not isinstance(clip, Facts):
            return [("bad", clip)] if clip else []
        longest_s = min(self.settings.max_clip_seconds, form.provider.longest_s)
        if clip.cut_off and form.seconds >= longest_s:
            items = [_cut_off(clip)]
        else:
            name = "part_of_voice" if clip.start_s or clip.goes_on else "whole_voice"
            items = [_item("ok", f"preflight.{name}", seconds=clip.duration_s)]
        if clip.level_dbfs < QUIET_DBFS:
            items.append(_item("warn", "preflight.quiet"))
        if clip.clipped:
            items.append(_item("warn", "preflight.loud"))
        if clip.speech_s < clip.duration_s / 2:
            items.append(_item("warn", "preflight.little_speech"))
        return items

    async def _picture(self, form: FormValues) -> list[Item]:
        if form.picture is None:
            return []
        takes_face = form.provider.takes_face
        try:
            clean = await self.checks.picture(form.picture, form.visitor)
            choice = face_choice.parse(form.face)
            found = await self.checks.faces(form.picture, form.visitor)
            selection = talking_face.Selection()
            if found and choice:
                selection = talking_face.select(found, choice, takes_face=takes_face)
        except MediaError as error:
            return [("bad", error.sentence)]
        except BadFace as error:
            numbers = form.face.count(",") + 1
            if numbers in _UNFINISHED:
                return [_item("warn", "preflight.marks", done=numbers // 2)]
            return [("bad", error.sentence)]
        if takes_face:
            return list(_talking(found, choice)) if found else []
        items = [_item("ok", "preflight.only", person=selection.person)] if selection.crop else []
        if found and not found.faces and not choice:
            items.append(_item("warn", "preflight.no_face_paid"))
        items += _lost(*(selection.size or (clean.width, clean.height)), form.resolution)
        if form.provider.best_fps not in (None, form.fps):
            items.append(_item("warn", "preflight.fps", fps=form.fps))
        return items

    async def _balance(self, form: FormValues) -> list[Item]:
        if not form.api_key:
            return []
        try:
            balance = await self.balances.balance(form.provider, form.api_key, form.visitor)
        except (InfinitalkError, TooManyKeys):
            return [_item("warn", "preflight.no_balance", service=form.provider.service)]
        if balance is None:
            return [_item("bad", "preflight.key_refused")]
        return [_item("ok" if balance.total > 0 else "bad", "preflight.credits", credits=balance.total)]

    async def _reachability(self, form: FormValues) -> list[Item]:
        if self.settings.hosting == "segmind":
            return []
        if await self.reachable() is None:
            return [_item("ok", "preflight.reachable")]
        if self.settings.hosting == "gradio":
            return [_item("bad", "preflight.unreachable")]
        return [_item("warn", "preflight.storage", service=form.provider.service)]

    def _usual_cost(self, form: FormValues, seconds: float) -> UsualCost | None:
        """Return the usual price, if this visitor pays and the owner has said none."""
        provider = form.provider
        if provider.free or provider.price_note or provider.owner_key:
            return None
        return self.timings.usual_cost(provider.id, form.resolution, seconds)

    def _cost(self, form: FormValues, seconds: float, usual: UsualCost | None) -> str:
        """Return the usual price and what it was learnt from; "" if none is known."""
        if usual is None:
            return ""
        values = {"resolution": form.resolution, "seconds": seconds, "runs": usual.runs}
        return self.texts.fill("terms.usual_cost", cost=usual.usd, **values)

    def _price_and_time(self, form: FormValues, seconds: float, cost: UsualCost | None) -> Text:
        provider = form.provider
        usual = self.timings.usual(provider.id, form.resolution, seconds)
        known = (usual.low_s, usual.high_s) if usual else provider.usual_s
        guess = Message.of("preflight.a_few_seconds" if provider.free else "preflight.some_minutes")
        time = self.texts.time_range(*known) if known else guess
        if provider.free:
            return time
        price = Message.of("preflight.price", cost=cost.usd) if cost else Message.of("preflight.paid_short")
        return Message.of("preflight.sum_paid", price=provider.price_note or price, time=time)


def _item(kind: Kind, code: str, **values: Any) -> Item:
    return kind, Message.of(code, **values)


def _length_s(clip: Facts) -> float:
    """Return the length of the voice, also of what is not sent of it, if that is known."""
    return clip.whole_s or clip.duration_s


def _cut_off(clip: Facts) -> Item:
    """Say how much is used of a recording that is longer than what may be sent."""
    if clip.whole is None:
        return _item("warn", "preflight.first_part", seconds=clip.end_s)
    return _item("warn", "preflight.first_of_whole", seconds=clip.end_s, **clip.whole)


def _talking(found: DetectedFaces, choice: Choice | None) -> Iterator[Item]:
    """Say whether a face will talk in the preview, and which."""
    number = choice if isinstance(choice, int) else 1
    if isinstance(choice, Marks):
        yield _item("ok", "preflight.marked")
    elif not found.faces or found.faces[number - 1].tier == "none":
        yield _item("warn", "preflight.no_face")
    elif len(found.faces) == 1:
        yield _item("ok", "preflight.face")
    else:
        yield _item("ok", "preflight.person", faces=len(found.faces), number=number)


def _lost(width: int, height: int, resolution: str) -> Iterator[Item]:
    """Say which sides the service crops."""
    lost = lost_sides(width, height, resolution)
    if lost.get("top", 0) > CROP_MIN:
        yield _item("warn", "preflight.cropped_tall")
    if lost.get("left", 0) > CROP_MIN:
        yield _item("warn", "preflight.cropped_wide")
