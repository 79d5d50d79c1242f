"""What the tests of the page share: pages, embedded servers that play Segmind for them, and a browser."""

import tempfile
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from infinitalk_local.settings import LocalSettings
from infinitalk_media.pool import Pool
from tests.app.browsing import FLAGS
from tests.app.pages import Page, page
from tests.app.segminds import Moods, moods
from tests.local.serving import copies, serving
from tests.tools import BROWSERS, need

KEY = "SG_the_visitors_own_key"


@pytest.fixture(autouse=True)
def own_temporary_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the temporary folder back to the next test: a page that is built in this process takes it."""
    monkeypatch.setattr(tempfile, "tempdir", tempfile.tempdir)


@pytest.fixture(scope="session")
def pool() -> Iterator[Pool]:
    """Yield the children that read files, where there is no page that has its own."""
    children = Pool(2)
    yield children
    children.close()


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


@pytest.fixture(scope="session")
def moody(tmp_path_factory: pytest.TempPathFactory, tiny_mp4: bytes) -> Iterator[tuple[str, Moods]]:
    """Yield a paid service that misbehaves as its key says, and its count of submissions."""
    with moods(tmp_path_factory.mktemp("moods"), tiny_mp4) as service:
        yield service


@pytest.fixture(scope="session")
def moody_page(tmp_path_factory: pytest.TempPathFactory, moody: tuple[str, Moods]) -> Iterator[Page]:
    """Yield a page whose InfiniteTalk is the service of many moods, and whose clips are short."""
    settings = {"INFINITALK_BASE_URL": moody[0], "HOSTING": "segmind", "MAX_CLIP_SECONDS": "3.5"}
    with page(tmp_path_factory.mktemp("moody"), **settings) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Yield a browser; for one module alone: while its loop runs, no asynchronous test can."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=need(*BROWSERS), args=FLAGS)
        yield chromium
        chromium.close()
