"""The two providers of a page whose owner does not pay, for tests of what is made of a run."""

from collections.abc import Callable

from infinitalk_app.config import Settings
from infinitalk_app.providers.preview import Preview
from infinitalk_app.providers.registry import providers_of
from infinitalk_app.providers.segmind import Segmind as _Segmind
from infinitalk_client import AsyncClient
from infinitalk_server.config import ServerConfig

PREVIEW = Preview(ServerConfig(public_url="http://preview.localhost"))
PROVIDERS = providers_of(Settings(_env_file=None, segmind_api_key=None), PREVIEW)
SEGMIND = PROVIDERS[_Segmind.id]


class Elsewhere(_Segmind):
    """Segmind, to whom a client of the test's own leads."""

    def __init__(self, client_of: Callable[[str], AsyncClient]) -> None:
        self._client_of = client_of

    def client(self, key: str = "", *_: object, **__: object) -> AsyncClient:
        return self._client_of(key)
