"""Runs after a restart on the same disk: the key that they were bought with, and how they ended."""

from pathlib import Path

import pytest

from infinitalk_app.application import Application
from infinitalk_app.config import Settings
from infinitalk_app.messages import Trouble
from infinitalk_server.config import ServerConfig
from tests.app.conftest import KEY
from tests.app.english import line
from tests.app.owner_page import click, close
from tests.server.serving import serving

pytestmark = pytest.mark.usefixtures("quick_polls")
TOKEN = "0123456789abcdef" * 2


def page_of(folder: Path, service: str) -> Application:
    settings = {"segmind_api_key": "SG_owner", "infinitalk_daily_seconds": 60, "hosting": "segmind"}
    return Application(Settings(infinitalk_state_dir=folder, infinitalk_base_url=service, **settings))


@pytest.mark.parametrize("key", ["", KEY], ids=["the owner's key", "the visitor's key"])
async def test_a_run_resumes_with_the_key_that_it_was_bought_with(tmp_path, service, held, key):
    """On the owner's key it comes back without one; a visitor's waits for its own key."""
    held.touch()
    first = page_of(tmp_path / "state", service)
    run = await click(first, TOKEN, api_key=key)
    async for snapshot in run.watch():
        if snapshot.state == "PROCESSING":  # the id is in the journal by then
            break
    await close(first)
    held.unlink()
    second = page_of(tmp_path / "state", service)
    run = await second.run_service.resume(run.snapshot.request_id, "infinitetalk")
    if key:
        assert run.snapshot.trouble == Trouble.of("whose")
        run = await second.run_service.resume(run.snapshot.request_id, "infinitetalk", KEY)
    await run.task
    assert (run.snapshot.state, run.snapshot.token) == ("COMPLETED", TOKEN)
    await close(second)


async def test_a_refused_run_is_a_refused_run_after_a_restart(tmp_path):
    """The service said no: the next page says so too, and that it was free, and sends nothing."""
    with serving(ServerConfig(no_credits=402)) as service:
        first = page_of(tmp_path / "state", service)
        run = await click(first, TOKEN, api_key=KEY)
        await run.task
        assert run.snapshot.trouble.code == "credits"
        await close(first)
        second = page_of(tmp_path / "state", service)
        again = await click(second, TOKEN, api_key=KEY)
        await close(second)
    assert again.task is None
    assert again.snapshot.trouble.code == "ended"
    assert "Not enough credits. Nothing was charged." in line(again.snapshot.trouble)
