"""What a provider is and can: all that the page needs to know before, during and after a run."""

import asyncio
from collections.abc import Callable

from infinitalk_app.messages import Message
from infinitalk_client import AsyncClient, Credits

POLL_EVERY_S = 5.0
LONG_PAUSE_S = POLL_EVERY_S + 1  # the service asked for a longer pause than between polls, or does not answer
BALANCE_TIMEOUT_S = 8.0

Tell = Callable[[float | None], None]


class Provider:
    """A service that renders. The defaults are those of a paid service on the internet."""

    id: str  # its name in programs, addresses and the journal
    model: str | Message  # the name of its model; a message if the name differs by language
    service: str  # the name of the company that runs it; "" for this page itself
    texts: str = "paid"  # the table of its texts in `ui/text`, below `provider`
    free: bool = False  # whether its runs cost nothing
    needs_key: bool = True  # whether a visitor needs a key, unless the owner pays
    needs_consent: bool = True  # whether the visitor has to confirm the right to use face and voice
    needs_public_inputs: bool = True  # whether it fetches the inputs over the internet
    takes_face: bool = False  # whether a request may name the face that talks; if not, the picture is cropped
    takes_words: bool = False  # whether a request may say when words and phonemes are spoken
    outlives_page: bool = True  # whether its jobs go on when the page has stopped
    can_cancel: bool = False  # whether a job can be ended after its submission, by `cancel`
    keeps_history: bool = False  # whether its history still names a video whose result has expired
    failed_runs_are_free: bool = False  # whether the service says so
    marks_videos: bool = False  # whether its files say that AI made them; if not, the page marks them
    resolutions: tuple[str, ...] = ("480p", "576p", "720p")  # the choices, smallest first
    fps: tuple[int, int] = (16, 30)  # the lowest and the highest frame rate
    best_fps: int | None = None  # the frame rate at which lips fit best; None if it makes no difference
    longest_s: float = 40.0  # the longest voice clip
    poll_every_s: float = POLL_EVERY_S
    usual_s: tuple[float, float] | None = None  # the usual range of a run's duration; None if unknown
    owner_key: str | None = None  # the owner's key if visitors may spend it
    price_note: str = ""  # the owner's text on what a run costs
    about_url: str = ""  # the web page that says who it is; "" if there is none, as for those below
    price_url: str = ""  # the web page with its prices
    key_url: str = ""  # the web page where a key is made
    console_url: str = ""  # the web page with its jobs and bills; "" if there is none
    key_hint: str = ""  # how its keys begin

    def client(self, key: str = "", tell: Tell = lambda _: None, visitor: str = "") -> AsyncClient:
        """Return a client, which the caller closes.

        Args:
            key: the visitor's key; "" uses the owner's if visitors may spend it.
            tell: called with the seconds of a long pause when it begins, and with None when it ends.
            visitor: the name under which a provider on this machine queues the job.
        """
        raise NotImplementedError

    async def cancel(self, request_id: str) -> None:
        """End a job, where `can_cancel` says that this can be done."""
        raise NotImplementedError

    async def balance(self, key: str) -> Credits:
        """Return the balance of a key; the request is free.

        Raises:
            InfinitalkError: the key was refused, or the service does not answer.
        """
        async with self.client(key) as client:
            return await client.credits(timeout=BALANCE_TIMEOUT_S)

    def text(self, name: str) -> Message:
        """Return one of its texts: label, button, button_busy, video, history or renderer."""
        if name == "label" and self.owner_key:
            name = "label_owner_pays"
        minutes = round(sum(self.usual_s) / 120) if self.usual_s else None
        about = Message.of("provider.about_minutes", minutes=minutes) if minutes else ""
        code = f"provider.{self.texts}.{name}"
        return Message.of(code, model=self.model, service=self.service, about=about)


async def sleep_and_tell(tell: Tell, seconds: float) -> None:
    """Sleep for a client; call `tell` at the start and the end of a long pause."""
    if seconds <= LONG_PAUSE_S:
        await asyncio.sleep(seconds)
        return
    tell(seconds)
    try:
        await asyncio.sleep(seconds)
    finally:
        tell(None)
