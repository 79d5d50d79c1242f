"""A paid job is neither lost nor bought twice when the page dies."""

import os
import secrets
import signal
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from gradio_client.exceptions import AppError

from infinitalk_app.runs.journal import Entry, Journal
from infinitalk_server.config import ServerConfig
from tests.app.conftest import KEY
from tests.app.gateway import gateway
from tests.app.pages import COMMAND, inputs, page
from tests.app.paid import ENGINE
from tests.processes import assert_gone, children_of, command_of
from tests.server.conftest import body_of, connect
from tests.server.serving import copies, serving

pytestmark = pytest.mark.lifecycle


@pytest.fixture(scope="module")
def service(tmp_path_factory, tiny_mp4):
    """Yield a paid service that is still at work when the page looks for the second time."""
    command = copies(tmp_path_factory.mktemp("segmind"), tiny_mp4, seconds=1.6)
    with serving(ServerConfig(keys=(KEY,), render_command=command)) as base:
        yield base


def hanging_program(folder: Path) -> str:
    """Write a program that makes a file `hung` and then waits for the end of whoever started it."""
    program = folder / "hanging"
    program.write_text(f"#!/bin/sh\n: >{folder}/hung\nwhile kill -0 $PPID; do /bin/sleep 0.2; done\n")
    program.chmod(0o700)
    return str(program)


def occupy(service: str) -> None:
    """Let the one place at the service be taken until the page has looked at its job, and some."""
    with connect(service, KEY) as http:
        for _ in range(3):
            http.post("/v2/infinite-talk", json=body_of(http)).raise_for_status()


def came(happened: Callable[[], Any]) -> Any:
    """Wait for something, and return it; look often, as what comes may soon be over."""
    until = time.monotonic() + 30
    while not (what := happened()):
        assert time.monotonic() < until
        time.sleep(0.002)
    return what


@pytest.mark.parametrize(
    ("phase", "hold", "told"),
    [
        ("prepare", "never", "before anything was sent"),
        ("host", "POST /upload-asset", "before anything was sent"),
        ("post", "POST /v2/infinite-talk", "Sent, but no answer came"),
        ("queue", "/status QUEUED", None),
        ("render", "/status PROCESSING", None),
        ("download", "GET /outputs/", None),
        ("verify", "never", None),
    ],
)
def test_a_page_killed_in_any_phase_buys_at_most_once(tmp_path, service, phase, hold, told):
    """Killed and started again on the same disk, the page finds the run, or says what has become of it."""
    state, token = tmp_path / "state", secrets.token_hex(16)
    paid = inputs(engine=ENGINE, consent=True, run=token, api_key=KEY)
    with gateway(service, hold) as gate:
        settings = {"INFINITALK_BASE_URL": gate.base, "HOSTING": "segmind"}
        hangs = {"FFMPEG_BINARY": hanging_program(tmp_path)} if phase == "prepare" else {}
        reached = {
            "prepare": (tmp_path / "hung").exists,
            "verify": (state / "results" / f"{token}.mp4").exists,
        }.get(phase, gate.held.is_set)
        with page(state, kill=True, **settings, **hangs) as first:
            client = first.client()
            if phase == "queue":
                gate.before_buying = partial(occupy, service)
            client.submit(**paid, api_name="/generate")
            came(reached)
        gate.go.set()
        with page(state, **settings) as second:
            client = second.client()
            if told:
                with pytest.raises(AppError, match=told):
                    client.predict(**paid, api_name="/generate")
            else:
                video, status = client.predict(**paid, api_name="/generate")
                assert status["state"] == "COMPLETED"
                assert video
    assert gate.bought == (0 if phase in {"prepare", "host"} else 1)


def test_a_job_begun_on_one_page_is_resumed_by_its_id_on_another(tmp_path, service):
    """A page that shares neither process nor disk with the first brings the video, and buys nothing."""
    with gateway(service) as gate:
        settings = {"INFINITALK_BASE_URL": gate.base, "HOSTING": "segmind"}
        with page(tmp_path / "one", **settings) as one:
            paid = inputs(engine=ENGINE, consent=True, api_key=KEY)
            request_id = one.client().predict(**paid, api_name="/submit")["request_id"]
        with page(tmp_path / "other", **settings) as other:
            client = other.client()
            with pytest.raises(AppError, match="Whose video is this"):
                client.predict(request_id, "", api_name="/result")
            video, status = client.predict(request_id, KEY, api_name="/result")
    assert (status["state"], status["request_id"]) == ("COMPLETED", request_id)
    assert video
    assert gate.bought == 1


def test_a_lost_answer_is_an_error_and_not_bought_again(tmp_path, shared_page):
    """A run found "submitting" without an id says that the answer was lost, and posts nothing."""
    token = secrets.token_hex(16)
    Journal(shared_page.state / "journal").write(Entry(token, ENGINE, "submitting", time.time()))
    paid = {"engine": ENGINE, "consent": True, "api_key": KEY, "run": token}
    with pytest.raises(AppError, match="Sent, but no answer came"):
        shared_page.client().predict(**inputs(**paid), api_name="/generate")
    assert Journal(shared_page.state / "journal").read(token).phase == "submitting"


def test_a_preview_that_died_says_so(shared_page):
    """A preview whose page was restarted is lost, was free, and is not drawn again by itself."""
    token = secrets.token_hex(16)
    Journal(shared_page.state / "journal").write(Entry(token, "preview", "submitted", time.time(), "0" * 32))
    with pytest.raises(AppError, match="The preview was lost"):
        shared_page.client().predict(**inputs(run=token), api_name="/generate")


def test_a_stopped_page_leaves_no_child_and_no_input(tmp_path):
    """SIGTERM in mid-preview ends a render that would not end by itself, and removes what was brought."""
    state = tmp_path / "state"
    with page(state, command=COMMAND) as running:
        running.client().submit(**inputs(), api_name="/generate")
        children = came(lambda: renders_of(running.process.pid))
        for pid in children:
            os.kill(pid, signal.SIGSTOP)
    for pid in children:
        assert_gone(pid)
    assert running.left_behind() == []
    assert [path for name in ("temporary", "uploads") for path in (state / name).rglob("*")] == []


def test_a_killed_page_leaves_no_render_behind(tmp_path):
    """SIGKILL in mid-preview: the renderer notices that nobody listens, and ends by itself."""
    with page(tmp_path / "state", kill=True, command=COMMAND) as running:
        running.client().submit(**inputs(seconds=15, resolution="720p", fps=30), api_name="/generate")
        children = came(lambda: renders_of(running.process.pid))
    for pid in children:
        assert_gone(pid)


def test_a_killed_renderer_is_an_error(shared_page):
    """A preview whose process is killed fails in words, costs nothing, and the next one is drawn."""
    client = shared_page.client()
    job = client.submit(**inputs(seconds=15, resolution="720p", fps=30), api_name="/generate")
    children = came(lambda: renders_of(shared_page.process.pid))
    os.kill(children[0], signal.SIGKILL)
    with pytest.raises(AppError, match=r"It did not work out\. Previews are free\."):
        job.result()
    assert client.predict(**inputs(), api_name="/generate")[1]["state"] == "COMPLETED"
    assert shared_page.left_behind() == []


def renders_of(pid: int) -> list[int]:
    """Return the children that draw, and those that encode for them."""
    found = [child for child in children_of(pid) if b"infinitalk_preview" in command_of(child)]
    return [*found, *(inner for child in found for inner in children_of(child))]
