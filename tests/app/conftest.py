"""What the tests of the page share: pages, embedded servers that play Segmind for them, and a browser."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from infinitalk_app.providers.segmind import Segmind
from infinitalk_app.runs.timings import Timing, Timings
from infinitalk_media.pool import Pool
from infinitalk_server.config import ServerConfig
from tests.app.browsing import FLAGS
from tests.app.fake_segmind import FakeSegmind, fake_segmind
from tests.app.pages import Page, page
from tests.server.serving import copies, serving
from tests.tools import BROWSERS, need

KEY = "SG_the_visitors_own_key"


@pytest.fixture(autouse=True)
def own_temporary_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the temporary folder back to the next test: a page that is built in this process takes it."""
    monkeypatch.setattr(tempfile, "tempdir", tempfile.tempdir)


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """Start from an environment without any setting of ours."""
    for name in ("SEGMIND_API_KEY", "INFINITALK_BASE_URL", "PUBLIC_BASE_URL", "HOSTING", "SPACE_HOST"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("INFINITALK_STATE_DIR", str(tmp_path / "state"))
    return monkeypatch


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
    with serving(ServerConfig(keys=(KEY, "SG_owner"), trust=(), render_command=command)) as base:
        yield base


@pytest.fixture
def held(tmp_path: Path) -> Path:
    """Return a file: while it is there, no render of the service below ends."""
    return tmp_path / "held"


@pytest.fixture
def service(tmp_path: Path, tiny_mp4: bytes, held: Path) -> Iterator[str]:
    """Yield the address of a paid service of one test's own; it knows the visitor's key and the owner's."""
    (folder := tmp_path / "segmind").mkdir()
    command = copies(folder, tiny_mp4, held=held)
    with serving(ServerConfig(keys=(KEY, "SG_owner"), trust=(), render_command=command)) as base:
        yield base


@pytest.fixture
def quick_polls(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the page poll a paid run without a pause of five seconds; the pace is no setting."""
    monkeypatch.setattr(Segmind, "poll_every_s", 0.05)


@pytest.fixture(scope="session")
def shared_page(tmp_path_factory: pytest.TempPathFactory, segmind: str) -> Iterator[Page]:
    """Yield a page without a key of its own, whose InfiniteTalk is the service above; it has run before."""
    settings = {"INFINITALK_BASE_URL": segmind, "HOSTING": "segmind"}
    state = tmp_path_factory.mktemp("page")
    timings = Timings(state / "times.jsonl")
    for took_s in (2.0, 3.0, 4.0):
        timings.add(Timing("preview", "480p", 6.5, took_s))
    with page(state, **settings) as running:
        yield running


@pytest.fixture(scope="session")
def fake_service(
    tmp_path_factory: pytest.TempPathFactory, tiny_mp4: bytes
) -> Iterator[tuple[str, FakeSegmind]]:
    """Yield the address of a paid service whose fault the key decides, and the service."""
    with fake_segmind(tmp_path_factory.mktemp("fake_segmind"), tiny_mp4) as service:
        yield service


@pytest.fixture(scope="session")
def fake_segmind_page(
    tmp_path_factory: pytest.TempPathFactory, fake_service: tuple[str, FakeSegmind]
) -> Iterator[Page]:
    """Yield a page that buys from that service, and whose clips are short."""
    settings = {"INFINITALK_BASE_URL": fake_service[0], "HOSTING": "segmind", "MAX_CLIP_SECONDS": "3.5"}
    with page(tmp_path_factory.mktemp("fake_service"), **settings) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Yield a browser; for one module alone: while its loop runs, no asynchronous test can."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=need(*BROWSERS), args=FLAGS)
        yield chromium
        chromium.close()
