"""The list of providers that visitors can choose from."""

from collections.abc import Iterator

from infinitalk_app.config import Settings
from infinitalk_app.messages import Refusal, Trouble
from infinitalk_app.providers.base import Provider
from infinitalk_app.providers.preview import Preview
from infinitalk_app.providers.segmind import Segmind
from infinitalk_client import AsyncClient


def providers_of(settings: Settings, preview: Preview) -> "Providers":
    """Return the page's providers, in the order of the form."""
    return Providers(preview, Segmind(settings))


class Providers:
    """Providers by id, in the order of the form, which opens with the first."""

    def __init__(self, *providers: Provider) -> None:
        self._by_id = {provider.id: provider for provider in providers}

    def __iter__(self) -> Iterator[Provider]:
        return iter(self._by_id.values())

    def __contains__(self, name: object) -> bool:
        return name in self._by_id

    def __getitem__(self, name: str) -> Provider:
        """Return the provider of that id, or an `Unknown` one."""
        return self._by_id.get(name) or Unknown(name)

    @property
    def first(self) -> Provider:
        return next(iter(self))

    @property
    def paid(self) -> Provider:
        """The first paid one, which is offered after a preview, and asked for a bare request_id."""
        return next(provider for provider in self if not provider.free)

    @property
    def resolutions(self) -> tuple[str, ...]:
        """All resolutions that any provider offers, smallest first."""
        names = {name for provider in self for name in provider.resolutions}
        return tuple(sorted(names, key=lambda name: int(name.rstrip("p"))))

    @property
    def fps(self) -> tuple[int, int]:
        """The lowest and the highest frame rate that any provider offers."""
        return min(one.fps[0] for one in self), max(one.fps[1] for one in self)


class Unknown(Provider):
    """A provider that this page does not have, such as one from the journal of an older page."""

    def __init__(self, name: str) -> None:
        self.id = self.model = self.service = name

    def client(self, *_: object, **__: object) -> AsyncClient:
        """Raise a Refusal: no service is known under this name."""
        raise Refusal(Trouble.of("unknown_run"))
