"""What a provider is and can: everything that the page asks about it before, during and after a run."""

import asyncio
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from infinitalk_app import words
from infinitalk_client import AsyncClient, Credits

POLL_EVERY_S = 5.0
PAUSE_TOLD_S = POLL_EVERY_S + 1  # a longer one: the service asked for it, or does not answer
BALANCE_TIMEOUT_S = 8.0

Tell = Callable[[float | None], None]


class Provider:
    """One who renders. What a subclass does not say counts as said of a paid service elsewhere.

    Attributes:
        id: how programs, addresses and the journal name it.
        model: what renders, as people say it.
        service: who runs it; "" is this page itself.
        free: it costs nothing.
        needs_key: a visitor brings a key, unless the owner's may be spent.
        needs_consent: the visitor confirms the right to use face and voice.
        needs_public_inputs: it fetches the inputs over the internet.
        takes_face: a request may name who talks; else the picture is cropped around the chosen person.
        outlives_page: its jobs are known to it, and go on, when the page has ended.
        keeps_history: its record names a video whose result has expired.
        failed_runs_are_free: it says so.
        marks_videos: its videos say in the file that AI made them; else the page marks them.
        resolutions: the choices, smallest first.
        fps: the fewest and the most frames per second.
        best_fps: where lips fit best; None if that makes no difference.
        longest_s: the longest voice clip, in seconds.
        poll_every_s: between two polls.
        usual_s: between what and what most runs take; None if that is not known.
        owner_key: the owner's key, when visitors may spend it.
        price_note: the owner's words on what a run costs.
        console_url: where its jobs and bills can be seen; "" if nowhere.
        key_hint: what its keys begin with.
        api_url: where other programs reach it in the words of our client; None if nowhere.
    """

    id: str
    model: str
    service: str
    free: bool = False
    needs_key: bool = True
    needs_consent: bool = True
    needs_public_inputs: bool = True
    takes_face: bool = False
    outlives_page: bool = True
    keeps_history: bool = False
    failed_runs_are_free: bool = False
    marks_videos: bool = False
    resolutions: tuple[str, ...] = ("480p", "576p", "720p")
    fps: tuple[int, int] = (16, 30)
    best_fps: int | None = None
    longest_s: float = 40.0
    poll_every_s: float = POLL_EVERY_S
    usual_s: tuple[float, float] | None = None
    owner_key: str | None = None
    price_note: str = ""
    console_url: str = ""
    key_hint: str = ""
    api_url: str | None = None

    def client(self, key: str = "", tell: Tell = lambda _: None, visitor: str = "") -> AsyncClient:
        """Return a client to be closed by the caller.

        Args:
            key: the visitor's own; "" has the owner's used, where visitors may spend it.
            tell: is told of a long pause in seconds, and of its end by None.
            visitor: in whose turn a provider on this machine works.
        """
        raise NotImplementedError

    async def balance(self, key: str) -> Credits:
        """Return what is left on a key, which is free to ask.

        Raises:
            InfinitalkError: the key was refused, or the service does not answer.
        """
        async with self.client(key) as client:
            return await client.credits(timeout=BALANCE_TIMEOUT_S)

    @property
    def label(self) -> str:
        """The choice in the form."""
        about = words.ABOUT_MINUTES.format(minutes=round(sum(self.usual_s) / 120)) if self.usual_s else ""
        return (words.PAID_BY_OWNER if self.owner_key else words.PAID).format(model=self.model, about=about)

    @property
    def key_label(self) -> str:
        """The box for a visitor's key."""
        return words.KEY.format(service=self.service)

    @property
    def key_info(self) -> str:
        """What is said below it."""
        return words.KEY_HINT_OWNER if self.owner_key else words.KEY_HINT

    @property
    def go(self) -> str:
        """The button."""
        return words.GO_PAID.format(model=self.model)

    @property
    def going(self) -> str:
        """The button while a run goes on."""
        return words.GOING_PAID

    @property
    def video_label(self) -> str:
        """The label of a finished video."""
        return words.VIDEO_PAID.format(model=self.model)

    @property
    def ready(self) -> str:
        """A finished run in the history."""
        return words.HISTORY_STATES["ready"]

    @property
    def description(self) -> str:
        """Who renders, in the details of a run."""
        return words.DRAWN_AT.format(model=self.model, service=self.service)

    @property
    def in_browser(self) -> Mapping[str, Any]:
        """What the page's scripts decide by."""
        return {
            "free": self.free,
            "asks": self.needs_key or self.needs_consent,
            "face": self.takes_face,
            "resolutions": self.resolutions,
            "model": self.model,
            "go": self.go,
            "going": self.going,
            "ready": self.ready,
            "fps": self.fps,
            "key": {"label": self.key_label, "info": self.key_info, "placeholder": self.key_hint},
            "price_note": self.price_note,
        }


def telling(tell: Tell) -> Callable[[float], Any]:
    """Return a sleep for a client that tells of its long pauses."""
    return partial(_sleep, tell)


async def _sleep(tell: Tell, seconds: float) -> None:
    if seconds <= PAUSE_TOLD_S:
        await asyncio.sleep(seconds)
        return
    tell(seconds)
    try:
        await asyncio.sleep(seconds)
    finally:
        tell(None)
