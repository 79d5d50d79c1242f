"""What the next page on the same disk knows of a run: whose key it was bought with, and how it ended."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from infinitalk_app.application import Application
from infinitalk_app.providers.segmind import Segmind
from infinitalk_app.settings import Settings
from infinitalk_app.words import ERRORS
from infinitalk_local.settings import LocalSettings
from tests.app.conftest import KEY
from tests.app.paying import click, close
from tests.local.serving import copies, serving

TOKEN = "0123456789abcdef" * 2


@pytest.fixture
def held(tmp_path: Path) -> Path:
    """Return a file: while it is there, no render ends."""
    return tmp_path / "held"


@pytest.fixture
def service(tmp_path: Path, tiny_mp4: bytes, held: Path) -> Iterator[str]:
    """Yield a paid service that knows the visitor's key and the owner's."""
    (folder := tmp_path / "segmind").mkdir()
    settings = LocalSettings(
        keys=(KEY, "SG_owner"), trust=(), render_command=copies(folder, tiny_mp4, held=held)
    )
    with serving(settings) as base:
        yield base


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the page look at a paid run without a pause of five seconds; the pace is no setting."""
    monkeypatch.setattr(Segmind, "poll_every_s", 0.05)


def page_of(folder: Path, service: str) -> Application:
    settings = {"segmind_api_key": "SG_owner", "infinitalk_daily_seconds": 60, "hosting": "segmind"}
    return Application(Settings(infinitalk_state_dir=folder, infinitalk_base_url=service, **settings))


@pytest.mark.parametrize("key", ["", KEY], ids=["the owner's key", "the visitor's key"])
async def test_a_run_comes_back_with_the_key_that_it_was_bought_with(tmp_path, service, held, key):
    """On the owner's key it comes back without one; a visitor's waits for its own key."""
    held.touch()
    first = page_of(tmp_path / "state", service)
    run = await click(first, TOKEN, api_key=key)
    async for look in run.looks():
        if look.state == "PROCESSING":  # the id is in the journal by then
            break
    await close(first)
    held.unlink()
    second = page_of(tmp_path / "state", service)
    run = await second.desk.resume(run.now.request_id, "infinitetalk")
    if key:
        assert run.now.trouble == ERRORS["whose"]
        run = await second.desk.resume(run.now.request_id, "infinitetalk", KEY)
    await run.task
    assert (run.now.state, run.now.token) == ("COMPLETED", TOKEN)
    await close(second)


async def test_a_refused_run_is_told_as_refused_after_a_restart(tmp_path):
    """The service said no: the next page says so too, and that it was free, and sends nothing."""
    with serving(LocalSettings(no_credits=402)) as service:
        first = page_of(tmp_path / "state", service)
        run = await click(first, TOKEN, api_key=KEY)
        await run.task
        assert run.now.trouble.title == "Not enough credits"
        await close(first)
        second = page_of(tmp_path / "state", service)
        again = await click(second, TOKEN, api_key=KEY)
        await close(second)
    assert again.task is None
    assert again.now.trouble.title == "This run has ended"
    assert "Not enough credits. Nothing was charged." in again.now.trouble.line
