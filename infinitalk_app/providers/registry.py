"""The providers that visitors may choose from."""

from collections.abc import Iterator

from infinitalk_app.providers.base import Provider
from infinitalk_app.providers.preview import Preview
from infinitalk_app.providers.segmind import Segmind
from infinitalk_app.refusals import Refusal
from infinitalk_app.settings import Settings
from infinitalk_app.words import ERRORS
from infinitalk_client import AsyncClient


def providers_of(settings: Settings, preview: Preview) -> "Providers":
    """Return every provider of the page, in the order of the form."""
    return Providers(preview, Segmind(settings))


class Providers:
    """Finds providers by their ids; the first one is chosen when the page is opened."""

    def __init__(self, *providers: Provider) -> None:
        self._by_id = {provider.id: provider for provider in providers}

    def __iter__(self) -> Iterator[Provider]:
        return iter(self._by_id.values())

    def __contains__(self, name: object) -> bool:
        return name in self._by_id

    def __getitem__(self, name: str) -> Provider:
        """Return the provider of that id, or one that stands for a name that none has."""
        return self._by_id.get(name) or Unknown(name)

    @property
    def first(self) -> Provider:
        return next(iter(self))

    @property
    def paid(self) -> Provider:
        """The one that a free preview leads on to, and that a bare request_id is looked for at."""
        return next(provider for provider in self if not provider.free)

    @property
    def resolutions(self) -> tuple[str, ...]:
        """What any of them offers, smallest first."""
        return tuple(sorted({one for provider in self for one in provider.resolutions}, key=_height))

    @property
    def fps(self) -> tuple[int, int]:
        """The fewest and the most frames per second that any of them offers."""
        return min(one.fps[0] for one in self), max(one.fps[1] for one in self)


def _height(resolution: str) -> int:
    return int(resolution.rstrip("p"))


class Unknown(Provider):
    """Stands for a name that no provider of this page has, such as one that an older page had bought from."""

    def __init__(self, name: str) -> None:
        self.id = self.model = self.service = name

    def client(self, *_: object, **__: object) -> AsyncClient:
        """Refuse: nobody knows whom to ask.

        Raises:
            Refusal: always.
        """
        raise Refusal(ERRORS["unknown_run"].naming(self.service))
