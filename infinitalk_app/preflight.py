"""What is known before the click: the line above the button, each fact fine, to mind, or in the way."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any, Literal

from infinitalk_app import who, words
from infinitalk_app.inspection import Inspector
from infinitalk_app.orders import read_number
from infinitalk_app.providers.base import Provider
from infinitalk_app.providers.registry import Providers
from infinitalk_app.purse import Purse, TooManyKeys
from infinitalk_app.record import Record, Usual
from infinitalk_app.settings import Settings
from infinitalk_app.spans import span
from infinitalk_client import InfinitalkError
from infinitalk_local import marks
from infinitalk_local.looking import Look
from infinitalk_local.marks import BadFace, Choice, Marks
from infinitalk_media import MediaError
from infinitalk_media.crop import lost_sides
from infinitalk_media.sound import QUIET_DBFS

_UNFINISHED = (2, 4)  # numbers of one mark, and of two
CROP_MIN = 0.04  # of the picture on one side: less is not worth a word

Kind = Literal["ok", "warn", "bad"]


@dataclass(frozen=True)
class Draft:
    """An order that is still being filled in; files are None where there are none yet."""

    picture: Path | None
    voice: Path | None
    start_s: float
    seconds: float
    end_in_pause: bool
    provider: Provider
    api_key: str
    resolution: str
    fps: float
    face: str = ""
    visitor: str = ""  # whose turn a look at the files takes

    @classmethod
    def of(cls, inputs: Mapping[str, Any], providers: Providers) -> "Draft":
        """Read the form's values as Gradio hands them over; a short video goes before a picture."""
        picture, voice = inputs.get("video") or inputs.get("picture"), inputs.get("voice")
        return cls(
            picture=Path(picture) if picture else None,
            voice=Path(voice) if voice else None,
            start_s=read_number(inputs.get("start_s") or 0),
            seconds=read_number(inputs.get("seconds") or 0),
            end_in_pause=bool(inputs.get("end_in_pause")),
            provider=providers[str(inputs.get("engine"))],
            api_key=str(inputs.get("api_key") or "").strip(),
            resolution=str(inputs.get("resolution")),
            fps=read_number(inputs.get("fps") or 0),
            face=str(inputs.get("face") or ""),
        )


@dataclass(frozen=True)
class Item:
    """One fact, in a few words."""

    kind: Kind
    text: str


Reachable = Callable[[], Awaitable[str | None]]


class Preflight:
    """Collects the facts of a form; what cannot be found out is left out, never guessed."""

    def __init__(
        self, settings: Settings, inspector: Inspector, record: Record, purse: Purse, reachable: Reachable
    ) -> None:
        self._settings = settings
        self._inspector = inspector
        self._record = record
        self._purse = purse
        self._reachable = reachable

    async def look(self, draft: Draft) -> dict[str, Any]:
        """Return the facts and the sum as the line shows them; every text is escaped."""
        looks = [self._voice(draft), self._picture(draft)]
        looks += [self._credits(draft)] if draft.provider.needs_key else []
        looks += [self._hosting(draft)] if draft.provider.needs_public_inputs else []
        found = [item for items in await asyncio.gather(*looks) for item in items]
        shown = [{"kind": item.kind, "text": escape(item.text)} for item in found]
        return {"items": shown, "sum": escape(self._sum(draft))}

    async def _voice(self, draft: Draft) -> list[Item]:
        if draft.voice is None:
            return []
        try:
            clip = await self._inspector.sound(
                draft.voice, draft.start_s, draft.seconds, draft.end_in_pause, draft.visitor
            )
        except MediaError as error:
            return [Item("bad", str(error))]
        items = [Item("ok", words.CHECK_SPEECH.format(seconds=clip.duration_s))]
        if clip.level_dbfs < QUIET_DBFS:
            items.append(Item("warn", words.CHECK_QUIET))
        if clip.clipped:
            items.append(Item("warn", words.CHECK_LOUD))
        if clip.speech_s < clip.duration_s / 2:
            items.append(Item("warn", words.CHECK_LITTLE_SPEECH))
        return items

    async def _picture(self, draft: Draft) -> list[Item]:
        if draft.picture is None:
            return []
        try:
            size = await self._inspector.picture(draft.picture, draft.visitor)
        except MediaError as error:
            return [Item("bad", str(error))]
        try:
            choice = marks.parse(draft.face)
            takes = draft.provider.takes_face
            wanted = choice or takes
            seen = await self._inspector.people(draft.picture, draft.visitor) if wanted else None
            chosen = who.of(seen, choice, takes_face=takes) if seen and choice else who.Chosen()
        except BadFace as error:
            begun = draft.face.count(",") + 1
            missing = words.CHECK_MARKS.format(done=begun // 2)
            return [Item("warn", missing) if begun in _UNFINISHED else Item("bad", str(error))]
        if not takes:
            only = [Item("ok", words.CHECK_ONLY.format(person=chosen.person))] if chosen.kept else []
            width, height = chosen.size or (size.width, size.height)
            return [*only, *_cropped(width, height, draft.resolution), *_frames(draft)]
        return list(_talking(seen, choice)) if seen else []

    async def _credits(self, draft: Draft) -> list[Item]:
        if not draft.api_key:
            return []
        try:
            balance = await self._purse.balance(draft.provider, draft.api_key, draft.visitor)
        except (InfinitalkError, TooManyKeys):
            return [Item("warn", words.CHECK_NO_BALANCE.format(service=draft.provider.service))]
        if balance is None:
            return [Item("bad", words.CHECK_KEY_REFUSED)]
        return [Item("ok" if balance.total > 0 else "bad", words.CREDITS.format(credits=balance.total))]

    async def _hosting(self, draft: Draft) -> list[Item]:
        if self._settings.hosting == "segmind":
            return []
        if await self._reachable() is None:
            return [Item("ok", words.CHECK_REACHABLE)]
        if self._settings.hosting == "gradio":
            return [Item("bad", words.CHECK_UNREACHABLE)]
        return [Item("warn", words.CHECK_STORAGE.format(service=draft.provider.service))]

    def _sum(self, draft: Draft) -> str:
        usual = self._record.usual(draft.provider.id, draft.resolution, draft.seconds)
        known, free = draft.provider.usual_s, draft.provider.free
        unknown = span(*known) if known else words.A_FEW_SECONDS if free else words.SOME_MINUTES
        wait = span(usual.low_s, usual.high_s) if usual else unknown
        if free:
            return words.SUM_FREE.format(time=wait)
        return words.SUM_PAID.format(price=_price(draft.provider, usual), time=wait)


def _price(provider: Provider, usual: Usual | None) -> str:
    """Return what a run costs: the owner's words, else what the last ones have cost."""
    if provider.price_note:
        return provider.price_note
    if usual and usual.costs:
        return words.PRICE.format(low=usual.costs[0], high=usual.costs[1])
    return words.PAID_SHORT


def _talking(seen: Look, choice: Choice | None) -> Iterator[Item]:
    """Say whether there will be a talking face in the preview, and whose."""
    if isinstance(choice, Marks):
        yield Item("ok", words.CHECK_MARKED)
        return
    number = choice or 1
    if not seen.people or seen.people[number - 1].tier == "none":
        yield Item("warn", words.CHECK_NO_FACE)
    elif len(seen.people) == 1:
        yield Item("ok", words.CHECK_FACE)
    else:
        yield Item("ok", words.CHECK_PERSON.format(faces=len(seen.people), number=number))


def _cropped(width: int, height: int, resolution: str) -> Iterator[Item]:
    lost = lost_sides(width, height, resolution)
    if lost.get("top", 0) > CROP_MIN:
        yield Item("warn", words.CHECK_CROPPED_TALL)
    if lost.get("left", 0) > CROP_MIN:
        yield Item("warn", words.CHECK_CROPPED_WIDE)


def _frames(draft: Draft) -> Iterator[Item]:
    if draft.provider.best_fps not in (None, draft.fps):
        yield Item("warn", words.CHECK_FPS.format(fps=draft.fps))
