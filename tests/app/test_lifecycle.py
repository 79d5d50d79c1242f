"""The end of a page, whatever goes on: what is left on the disk, of processes, journal and budget."""

import contextlib
import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from gradio_client.exceptions import AppError

from infinitalk_app.quota.budget import Budget
from infinitalk_app.runs.journal import Journal
from tests.abuse.test_budgets import OWNER, closed, redis
from tests.app.gateway import Gateway, gateway
from tests.app.pages import Page, inputs, page
from tests.app.test_cleanup import HURRIED, brought, files_of, wait_until
from tests.app.test_restart import came, renders_of
from tests.processes import assert_gone, children_of, command_of

pytestmark = pytest.mark.lifecycle

END_S = 3.0  # the promise
TOKEN = "0123456789abcdef" * 2
BUDGET_S = 8
LONG = {"seconds": 15, "resolution": "720p", "fps": 30, "run": TOKEN}


@dataclass
class Scene:
    """A page, its paid service, a folder for what visitors bring, and processes that the page has started."""

    page: Page
    gate: Gateway
    folder: Path
    children: list[int] = field(default_factory=list)


Activity = Callable[[Scene], AbstractContextManager[None]]


@contextlib.contextmanager
def idle(scene: Scene) -> Iterator[None]:
    """Nobody is there."""
    yield


@contextlib.contextmanager
def a_watcher(scene: Scene) -> Iterator[None]:
    """A browser has the page open: Gradio sends it heartbeats for as long as it stays."""
    with httpx.stream("GET", f"{scene.page.url}/gradio_api/heartbeat/somebody", timeout=60) as heartbeats:
        assert next(heartbeats.iter_bytes())
        yield


@contextlib.contextmanager
def a_preview(scene: Scene) -> Iterator[None]:
    """A preview is drawn, and would not be finished for hours."""
    scene.page.client().submit(**brought(scene.folder, **LONG), api_name="/generate")
    scene.children += stopped(came(lambda: renders_of(scene.page.process.pid)))
    yield


@contextlib.contextmanager
def a_paid_run(scene: Scene) -> Iterator[None]:
    """A run on the owner's key is rendered at the service, and somebody looks on."""
    paid = brought(scene.folder, engine="infinitetalk", consent=True, run=TOKEN)
    scene.page.client().submit(**paid, api_name="/generate")
    assert scene.gate.held.wait(60)
    came(lambda: phases(scene.page) == ["submitted"])
    yield


@contextlib.contextmanager
def an_upload(scene: Scene) -> Iterator[None]:
    """Half of a file has come, and the rest does not."""
    url = httpx.URL(scene.page.url)
    part = (
        b'--x\r\ncontent-disposition: form-data; name="files"; filename="face.jpg"\r\n\r\n' + b"y" * 100_000
    )
    head = f"POST /gradio_api/upload HTTP/1.1\r\nhost: {url.host}:{url.port}\r\ncontent-length: 1000000\r\n"
    head += "content-type: multipart/form-data; boundary=x\r\n\r\n"
    before = files_of(scene.page)
    with socket.create_connection((url.host, url.port)) as line:
        line.sendall(head.encode() + part)
        came(lambda: files_of(scene.page) - before)
        yield


@contextlib.contextmanager
def a_face_look(scene: Scene) -> Iterator[None]:
    """A child process looks for a face in the picture of the form, and does not come back."""
    config = httpx.get(f"{scene.page.url}/config").json()
    parts = {part["id"]: part["props"] for part in config["components"]}
    event = next(event for event in config["dependencies"] if event["js"] == "infinitalk.sendForm")
    values = [parts[i].get("value") for i in event["inputs"]]
    join = {"data": values, "fn_index": event["id"], "session_hash": "somebody"}
    assert httpx.post(f"{scene.page.url}/gradio_api/queue/join", json=join).is_success
    scene.children += stopped(came(lambda: looks_of(scene.page.process.pid)))
    yield


@contextlib.contextmanager
def a_decode(scene: Scene) -> Iterator[None]:
    """A child reads the picture of a run, and does not come back."""
    scene.children += stopped(came(lambda: workers_of(scene.page.process.pid)))
    scene.page.client().submit(**brought(scene.folder, run=TOKEN), api_name="/generate")
    came(lambda: list((scene.page.state / "scratch").iterdir()))
    yield


def workers_of(pid: int) -> list[int]:
    return [child for child in children_of(pid) if b"infinitalk_media.worker" in command_of(child)]


def looks_of(pid: int) -> list[int]:
    return [child for child in children_of(pid) if b"infinitalk_preview.detect" in command_of(child)]


def stopped(children: list[int]) -> list[int]:
    """Let processes stand still, so that none of them ends by itself."""
    for child in children:
        os.kill(child, signal.SIGSTOP)
    return children


def phases(running: Page) -> list[str]:
    return [entry.phase for entry in Journal(running.state / "journal")]


def spent(settings: dict[str, str]) -> int:
    """Return how many of the day's seconds are spent."""
    budget = Budget(BUDGET_S, None, settings["RATE_LIMIT_STORAGE"])
    left = budget._counter.get_window_stats(budget._seconds, "seconds", budget._today()).remaining
    closed(budget)
    return BUDGET_S - left


@contextlib.contextmanager
def owner_pays(folder: Path, service: str) -> Iterator[tuple[Gateway, dict[str, str]]]:
    """Run a budget that outlives the page, and a service that can be held; yield it and a page's settings."""
    with redis(folder) as address, gateway(service, "/status PROCESSING") as gate:
        own = {"INFINITALK_BASE_URL": gate.base, "HOSTING": "segmind", "RATE_LIMIT_STORAGE": address}
        yield gate, {**own, **OWNER}


TABLE: dict[Activity, tuple[list[str], int]] = {  # what goes on -> phases in the journal, seconds spent
    idle: ([], 0),
    a_watcher: ([], 0),
    a_preview: (["submitted"], 0),
    a_paid_run: (["submitted"], 4),
    an_upload: ([], 0),
    a_face_look: ([], 0),
    a_decode: (["preparing"], 0),
}
EACH = pytest.mark.parametrize("activity", TABLE, ids=lambda activity: activity.__name__)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda number: number.name)
@EACH
def test_a_page_ends_in_time_and_leaves_nothing(tmp_path, segmind, activity, number):
    """SIGTERM and SIGINT end it within 3 s: no child, no input; journal and budget know what was sent."""
    journal, seconds = TABLE[activity]
    with owner_pays(tmp_path, segmind) as (gate, settings):
        with page(tmp_path / "state", kill=True, **settings) as running:
            scene = Scene(running, gate, tmp_path)
            with activity(scene):
                began = time.monotonic()
                os.kill(running.process.pid, number)
                running.process.wait(30)
                assert time.monotonic() - began < END_S
            assert running.process.poll() == 0
            assert "Exception in ASGI application" not in running.log.read_text()
        for child in scene.children:
            assert_gone(child)
        assert inputs_on_disk(running) == set()
        assert (phases(running), spent(settings)) == (journal, seconds)


def test_a_thread_that_never_ends_does_not_keep_the_page(tmp_path):
    """A thread cannot be ended from outside: the process ends all the same, and its files are gone."""
    with page(tmp_path / "state", kill=True, program="tests.app.hanging_preparations") as running:
        running.client().submit(**brought(tmp_path), api_name="/generate")
        came(lambda: list((running.state / "scratch").rglob("picture.jpg")))
        began = time.monotonic()
        running.process.terminate()
        running.process.wait(30)
        assert time.monotonic() - began < END_S
    assert running.process.poll() == 0
    assert inputs_on_disk(running) == set()


def inputs_on_disk(running: Page) -> set[Path]:
    """Return every file of a page that has ended, but for its log and its journal."""
    files = {path for path in running.state.rglob("*") if path.is_file()} - {running.log}
    return {path for path in files if path.parent.name != "journal"}


@EACH
def test_a_killed_page_starts_again(tmp_path, segmind, activity):
    """After SIGKILL the children end by themselves, the next page clears up, and takes up what was bought."""
    journal, seconds = TABLE[activity]
    with owner_pays(tmp_path, segmind) as (gate, settings):
        with page(tmp_path / "state", kill=True, **settings) as running:
            scene = Scene(running, gate, tmp_path)
            with activity(scene):
                running.process.kill()
                running.process.wait(30)
        gate.go.set()
        for child in scene.children:
            os.kill(child, signal.SIGCONT)
            assert_gone(child)
        assert (phases(running), spent(settings)) == (journal, seconds)
        with page(tmp_path / "state", program=HURRIED, HOUR_S="2", **settings) as second:
            assert become_of(second, activity) == OUTCOME.get(activity)
            wait_until(lambda: not files_of(second))
        assert spent(settings) == seconds
        assert gate.bought == (activity is a_paid_run)


OUTCOME = {a_preview: "The preview was lost", a_paid_run: "COMPLETED", a_decode: "The page was restarted"}


def become_of(running: Page, activity: Activity) -> str | None:
    """Return the state of the run that the first page had, or the title of what the second says of it."""
    if activity not in OUTCOME:
        return None
    try:
        return running.client().predict(**inputs(run=TOKEN), api_name="/generate")[1]["state"]
    except AppError as error:
        return str(error).split(".")[0]
