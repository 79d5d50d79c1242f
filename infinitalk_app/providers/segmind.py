"""Segmind, which renders with its hosted InfiniteTalk model and charges for it."""

from functools import partial

from infinitalk_app.config import Settings
from infinitalk_app.providers.base import Provider, Tell, sleep_and_tell
from infinitalk_client import AsyncClient


class Segmind(Provider):
    """The paid provider; the vendor's page reports runs of 283 s on average."""

    id = "infinitetalk"
    model = "InfiniteTalk"
    service = "Segmind"
    keeps_history = True
    failed_runs_are_free = True
    best_fps = 25
    usual_s = (240.0, 360.0)
    about_url = "https://www.segmind.com"
    price_url = "https://www.segmind.com/models/infinite-talk/pricing"
    key_url = "https://cloud.segmind.com/console/api-keys"
    console_url = "https://cloud.segmind.com/console"
    key_hint = "SG_…"

    def __init__(self, settings: Settings) -> None:
        self._base_url = settings.infinitalk_base_url
        self.owner_key = settings.owner_key
        self.price_note = settings.infinitalk_price_note

    def client(self, key: str = "", tell: Tell = lambda _: None, visitor: str = "") -> AsyncClient:  # noqa: ARG002  # Segmind knows no visitors
        """Return a client with the visitor's key, or the owner's."""
        # "" and not None, for which the client would read the owner's key from the environment.
        sleep = partial(sleep_and_tell, tell)
        return AsyncClient(key or self.owner_key or "", base_url=self._base_url, sleep=sleep)
