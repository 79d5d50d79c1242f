"""The event loop serves everybody: the page works on no file in it."""

import asyncio
import sys
from pathlib import Path
from types import SimpleNamespace

import gradio as gr
import pytest

from infinitalk_app import application as application_module
from infinitalk_app.application import Application
from infinitalk_app.config import Settings
from infinitalk_app.inputs.publish import PageAddresses
from infinitalk_app.runs.journal import Entry, Journal, new_token
from infinitalk_app.ui.preflight import FormValues
from infinitalk_client import DEFAULT_PROMPT
from tests.app.pages import PICTURE, VOICE

EVENTS = {"open", "os.listdir", "os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.scandir"}
APP = str(Path(application_module.__file__).parent)
OURS = str(Path(APP).parent / "infinitalk_")
watched: list[str] | None = None  # what was done to files in a loop; an audit hook cannot be taken away


def hear(event: str, arguments: tuple[object, ...]) -> None:
    if watched is None or event not in EVENTS or asyncio._get_running_loop() is None:
        return
    frame = sys._getframe()
    while frame and not frame.f_code.co_filename.startswith(OURS):
        frame = frame.f_back
    if frame and frame.f_code.co_filename.startswith(APP):  # the client's download is not the page's
        watched.append(f"{event} {arguments[0]} in {frame.f_code.co_qualname}")


@pytest.fixture
def on_the_loop(monkeypatch):
    """Collect what the page's own code does with files while its event loop waits for it."""
    sys.addaudithook(hear)
    found: list[str] = []
    monkeypatch.setitem(globals(), "watched", found)
    yield found
    monkeypatch.setitem(globals(), "watched", None)


async def test_no_file_is_worked_on_in_the_event_loop(tmp_path, on_the_loop):
    """A preview from click to video, its finding again, and a form looked at: all in threads."""
    application, blocks = Application(Settings(infinitalk_state_dir=tmp_path)), gr.Blocks()
    given = {"prompt": DEFAULT_PROMPT, "engine": "preview", "resolution": "480p", "fps": 16, "seed": 7}
    given |= {"picture": str(PICTURE), "voice": str(VOICE), "start_s": 0, "seconds": 4, "api_key": ""}
    Journal(application.folders.journal).write(
        Entry(known := new_token(), "preview", "completed", 1.0, "abc123")
    )
    on_the_loop.clear()
    async with application.lifespan(SimpleNamespace(get_blocks=lambda: blocks)):
        run_service = application.run_service
        run = await run_service.generate(new_token(), consent=False, visitor="a", **given)
        await run.task
        assert run.snapshot.state == "COMPLETED"
        for token_or_id in (run.snapshot.token, known, "abc123", "unknown-id"):
            await run_service.resume(token_or_id, "preview")
        file_of = application.pipeline.speeches.file
        values = FormValues.of({**given, "engine": "infinitetalk"}, application.providers, file_of)
        await application.wording("en").preflight.check(values)
        nobody = PageAddresses(local_url="http://127.0.0.1:9", service_is_local=True)
        application._publisher.launched(nobody, asks_for_login=False)
        assert await application._publisher.why_unreachable()
    assert on_the_loop == []
