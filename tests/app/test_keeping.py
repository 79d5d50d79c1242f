"""Uploaded faces and voices, and the videos made of them, are gone from the disk after the stated time."""

import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import httpx
from gradio_client import handle_file

from infinitalk_app.outbox import sweep
from infinitalk_local.files import Files
from tests.app.pages import PICTURE, ROOT, VOICE, Page, inputs, page

HURRIED = "tests.app.hurried"


def files_of(running: Page) -> set[str]:
    """Return what a visitor left: not log, journal, record of times, nor copies of our examples."""
    found = {path for path in running.state.rglob("*") if path.is_file()} - {running.log}
    return {str(path.relative_to(running.state)) for path in found if not _is_ours(path)}


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


def test_a_swept_folder_of_the_preview_server_is_made_anew(tmp_path, monkeypatch):
    """After an idle hour the server's folder may be gone: the next file is kept all the same."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    files = Files()
    files.add(b"x", ".mp4")
    sweep(tmp_path, 3600, time.time() + 3700)
    assert list(tmp_path.iterdir()) == []
    assert files.path(files.add(b"y", ".mp4")).read_bytes() == b"y"
