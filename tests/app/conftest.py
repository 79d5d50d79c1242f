"""Two services shared by the tests: a page, and an embedded server on a port that plays Segmind for it."""

from collections.abc import Iterator

import pytest

from infinitalk_local import LocalSettings
from tests.app.pages import Page, page
from tests.local.serving import copies, serving

KEY = "SG_the_visitors_own_key"


@pytest.fixture(scope="session")
def segmind(tmp_path_factory: pytest.TempPathFactory, tiny_mp4: bytes) -> Iterator[str]:
    """Yield the address of a paid service with a quick renderer; it knows one key."""
    command = copies(tmp_path_factory.mktemp("segmind"), tiny_mp4, seconds=0.3)
    with serving(LocalSettings(keys=(KEY, "SG_owner"), trust=(), render_command=command)) as base:
        yield base


@pytest.fixture(scope="session")
def shared_page(tmp_path_factory: pytest.TempPathFactory, segmind: str) -> Iterator[Page]:
    """Yield a page without a key of its own, whose InfiniteTalk is the service above."""
    settings = {"INFINITALK_BASE_URL": segmind, "HOSTING": "segmind"}
    with page(tmp_path_factory.mktemp("page"), **settings) as running:
        yield running
