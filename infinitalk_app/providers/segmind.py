"""Segmind, which renders with its hosted InfiniteTalk model, for money."""

from infinitalk_app.providers.base import Provider, Tell, telling
from infinitalk_app.settings import Settings
from infinitalk_client import AsyncClient

URL = "https://api.segmind.com"


class Segmind(Provider):
    """The paid provider; its figures are from the vendor's page, which reports 283 s on average."""

    id = "infinitetalk"
    model = "InfiniteTalk"
    service = "Segmind"
    keeps_history = True
    failed_runs_are_free = True
    best_fps = 25
    usual_s = (240.0, 360.0)
    console_url = "https://cloud.segmind.com/console"
    key_hint = "SG_…"

    def __init__(self, settings: Settings) -> None:
        self._base_url = settings.infinitalk_base_url
        self.api_url = self._base_url or URL
        self.owner_key = settings.owner_key
        self.price_note = settings.infinitalk_price_note

    def client(self, key: str = "", tell: Tell = lambda _: None, visitor: str = "") -> AsyncClient:  # noqa: ARG002  # Segmind shares nothing out by visitor
        """Return a client with the visitor's key, or the owner's."""
        # "" and not None: the client must not read the owner's key from the environment by itself.
        return AsyncClient(key or self.owner_key or "", base_url=self._base_url, sleep=telling(tell))
