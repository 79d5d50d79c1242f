"""Uploaded faces and voices, and the videos made of them, are gone from the disk after the stated time."""

import base64
import contextlib
import io
import os
import shutil
import stat
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from gradio_client import handle_file
from PIL import Image

from infinitalk_app import cleanup
from infinitalk_app.cleanup import remove_expired
from infinitalk_app.config import Settings
from infinitalk_server.storage import FileStorage
from tests.app.mcp_client import call_tool
from tests.app.pages import COMMAND, PICTURE, ROOT, VOICE, Page, inputs, page

pytestmark = pytest.mark.lifecycle
HURRIED = "tests.app.short_times"


def files_of(running: Page) -> set[str]:
    """Return what a visitor left: not log, journal, record of times, nor copies of our examples."""
    # A folder may vanish meanwhile, which os.walk passes over, and rglob of Python 3.11 does not.
    found = (Path(folder, name) for folder, _, names in os.walk(running.state) for name in names)
    left = (path for path in found if path != running.log and not _is_ours(path))
    return {str(path.relative_to(running.state)) for path in left}


def _is_ours(path: Path) -> bool:
    if path.parent.name == "journal" or path.name == "times.jsonl":
        return True
    return any((ROOT / "examples").rglob(path.name))


def brought(folder: Path, **more: object) -> dict[str, object]:
    """Return the arguments of /generate, with files that have names of their own."""
    files = {"image": (PICTURE, "face.jpg"), "audio": (VOICE, "voice.mp3")}
    named = {name: handle_file(shutil.copy(path, folder / to)) for name, (path, to) in files.items()}
    return inputs(**named, **more)


def wait_until(true: Callable[[], bool]) -> None:
    until = time.monotonic() + 60
    while not true():
        assert time.monotonic() < until, "it did not come about"
        time.sleep(0.05)


def test_inputs_and_videos_are_gone_after_their_time(tmp_path):
    """With hours of some seconds the disk holds after two of them what it held before anybody came."""
    with page(tmp_path / "state", program=HURRIED, HOUR_S="9") as running:
        client = running.client()
        _, status = client.predict(**brought(tmp_path), api_name="/generate")
        assert status["state"] == "COMPLETED"
        assert {name.split("/")[0] for name in files_of(running)} >= {"results", "uploads"}
        wait_until(lambda: not files_of(running))
        assert httpx.get(f"{running.url}/").status_code == 200
        assert client.predict(**inputs(), api_name="/generate")[1]["state"] == "COMPLETED"


def copies_on_disk(content: bytes) -> set[Path]:
    """Return every file of this machine that a process may have written and that holds exactly this."""
    # `find` takes seconds where os.walk takes minutes; it complains of what vanishes meanwhile, rightly.
    command = ["find", "/", "(", "-path", "/proc", "-o", "-path", "/sys", ")", "-prune"]
    command += ["-o", "-type", "f", "-size", f"{len(content)}c", "-print0"]
    names = subprocess.run(command, capture_output=True, check=False).stdout.split(b"\0")[:-1]
    found = set()
    for path in (Path(os.fsdecode(name)) for name in names):
        with contextlib.suppress(OSError):  # gone meanwhile, or not ours to read
            if path.read_bytes() == content:
                found.add(path)
    return found


async def test_what_an_assistant_brings_lies_in_the_private_folder_and_goes(tmp_path):
    """A picture that comes as a data URL by MCP is nowhere else on the disk, and is gone with the page."""
    picture = io.BytesIO()
    Image.effect_noise((300, 300), 40).convert("RGB").save(picture, "PNG")
    content = picture.getvalue()
    files = {"image": data_url("image/png", content), "audio": data_url("audio/mpeg", VOICE.read_bytes())}
    with page(tmp_path / "state", command=COMMAND) as running:
        assert "COMPLETED" in await call_tool(running.url, {**files, "seconds": 4, "fps": 16})
        copies = copies_on_disk(content)
        assert copies
        for path in copies:
            assert path.is_relative_to(running.state / "uploads")
        assert stat.S_IMODE((running.state / "uploads").stat().st_mode) == 0o700
    assert copies_on_disk(content) == set()


def data_url(kind: str, content: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def test_a_clean_up_leaves_a_new_empty_folder(tmp_path):
    """Gradio makes a folder for an upload before its file is there; an old and empty one goes."""
    settings = Settings(infinitalk_state_dir=tmp_path)
    folder = settings.folder("uploads") / "somebody" / "upload"
    folder.mkdir(parents=True)
    cleanup.remove_expired_uploads(settings, (), time.time() + 3500)
    assert folder.is_dir()
    cleanup.remove_expired_uploads(settings, (), time.time() + 3700)
    assert list(settings.folder("uploads").iterdir()) == []


def test_what_a_killed_page_had_is_gone_after_its_time(tmp_path):
    """The next page on the same disk removes the uploads, and what a renderer was working on."""
    state = tmp_path / "state"
    with page(state, kill=True) as first:
        long = brought(tmp_path, seconds=15, resolution="720p", fps=30)
        first.client().predict(**long, api_name="/submit")
        wait_until(lambda: any("infinitalk-render" in name for name in files_of(first)))
        assert any("face.jpg" in name for name in files_of(first))
    with page(state, program=HURRIED, HOUR_S="1") as second:
        wait_until(lambda: not files_of(second))


def test_a_removed_folder_of_the_preview_server_is_made_again(tmp_path, monkeypatch):
    """After an idle hour the server's folder may be gone: the next file is kept all the same."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    files = FileStorage()
    files.add(b"x", ".mp4")
    remove_expired(tmp_path, 3600, time.time() + 3700)
    assert list(tmp_path.iterdir()) == []
    assert files.path(files.add(b"y", ".mp4")).read_bytes() == b"y"
