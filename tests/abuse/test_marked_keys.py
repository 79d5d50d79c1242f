"""Keys of owner and visitor go through every path, failures included, and are found nowhere afterwards."""

import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from infinitalk_server.config import ServerConfig
from tests.app.pages import PICTURE, VOICE, Page, page
from tests.processes import children_of, command_of
from tests.server.serving import copies, serving

OWNERS, VISITORS, WRONG = "SG_owners_91c4e7", "SG_visitors_5be02d", "SG_wrong_66f1a3"
MARKS = [key.encode() for key in (OWNERS, VISITORS, WRONG)]
# The page with the most talkative log there is.
TALKATIVE = (sys.executable, "-c", "import logging; logging.basicConfig(level=0); import app; app.launch()")


class Browser:
    """Says what a program says to the page, and keeps every byte that comes back."""

    def __init__(self, running: Page) -> None:
        self.http = httpx.Client(base_url=running.url, trust_env=False, timeout=60)
        self.heard: list[bytes] = []
        files = [("files", (path.name, path.read_bytes())) for path in (PICTURE, VOICE)]
        self.files = [
            {"path": path, "meta": {"_type": "gradio.FileData"}}
            for path in self.http.post("/gradio_api/upload", files=files).json()
        ]

    def get(self, path: str) -> None:
        answer = self.http.get(path)
        self.heard.append(str(answer.headers).encode() + answer.content)

    def call(self, name: str, data: list[object]) -> str:
        answer = self.http.post(f"/gradio_api/call/{name}", json={"data": data})
        self.get(f"/gradio_api/call/{name}/{answer.json()['event_id']}")
        return self.heard[-1].decode()

    def order(
        self, key: object, *, engine: str = "infinitetalk", prompt: str = "Hello.", voice: int = 1
    ) -> str:
        """Call /generate; with `voice=0` a picture is brought as the sound."""
        files = [self.files[0], self.files[voice]]
        return self.call(
            "generate", [*files, prompt, engine, "480p", 25, 7, 0, 4, key, True, "", "", "", "heart", 1]
        )


@pytest.fixture(scope="module")
def searched(tmp_path_factory, tiny_mp4) -> Iterator[tuple[Page, Browser, Path]]:
    """Yield a page with an owner's key, a visitor, and the folder where ffmpeg writes what it is given."""
    folder = tmp_path_factory.mktemp("keys")
    command = copies(folder, tiny_mp4)
    known = ServerConfig(keys=(OWNERS, VISITORS), render_command=command)
    settings = {"SEGMIND_API_KEY": OWNERS, "INFINITALK_DAILY_SECONDS": "60", "HOSTING": "segmind"}
    settings |= {"FFMPEG_BINARY": telling_ffmpeg(folder)}
    with (
        serving(known) as service,
        page(folder / "state", command=TALKATIVE, INFINITALK_BASE_URL=service, **settings) as running,
    ):
        browser = Browser(running)
        yield running, browser, folder
        browser.http.close()


def telling_ffmpeg(folder: Path) -> str:
    """Write an ffmpeg that first writes down its environment and its words."""
    from infinitalk_media import ffmpeg

    program = folder / "ffmpeg"
    seen = folder / "given"
    program.write_text(f'#!/bin/sh\n/usr/bin/env >>{seen}\necho "$@" >>{seen}\nexec {ffmpeg.find()} "$@"\n')
    program.chmod(0o700)
    return str(program)


def test_no_key_is_found_anywhere(searched):
    """Jobs that go well and jobs that fail in each way leave no key in answers, files, processes or logs."""
    running, browser, folder = searched
    assert "COMPLETED" in browser.order("")
    assert "COMPLETED" in browser.order(VISITORS)
    assert "The key was refused" in browser.order(WRONG)
    assert "must have 1 to 2000" in browser.order(VISITORS, prompt="")
    assert "event: error" in browser.order(VISITORS, voice=0)
    assert "engine must be" in browser.order(VISITORS, engine=f"magic {'x' * 9}")
    assert "No such run" in browser.call("result", ["f f", VISITORS])
    assert "event: error" in browser.call("result", ["f" * 32, VISITORS])
    assert "event: " in browser.call("status", ["f" * 31, WRONG])
    bad = [{"path": "/etc/passwd"}, None, "", "", "", {}, [], "", "", VISITORS, True, "", "", "", "heart", 1]
    assert "event: error" in browser.call("generate", bad)
    for odd in ([VISITORS], {"root": VISITORS}, {"key": [WRONG]}):  # no text, so it is refused: in silence
        assert "The key must be a text" in browser.order(odd)
        assert "The key must be a text" in browser.call("status", ["f" * 31, odd])
    for path in (
        *("/", "/config", "/gradio_api/info", "/gradio_api/startup-events", "/healthz", "/theme.css"),
        *("/gradio_api/deep_link?session_hash=x", "/monitoring/summary", "/gradio_api/openapi.json"),
    ):
        browser.get(path)
    commands = [
        Path(f"/proc/{pid}/cmdline") for pid in (running.process.pid, *children_of(running.process.pid))
    ]
    places = [path for path in running.state.rglob("*") if path.is_file()] + commands + [folder / "given"]
    found = [str(path) for path in places for mark in MARKS if mark in path.read_bytes()]
    found += [answer.decode()[:300] for answer in browser.heard for mark in MARKS if mark in answer]
    assert found == []
    assert b"DEBUG:infinitalk_client" in running.log.read_bytes()
    assert b"-i" in (folder / "given").read_bytes()


def test_children_of_the_page_do_not_inherit_the_key(searched):
    """The environments of the renderer, read while it draws, and of who reads files have no key in them."""
    running, browser, _ = searched
    data = [*browser.files, "Hello.", "preview", "720p", 30, 7, 0, 15, VISITORS, True, "", "", "", "heart", 1]
    answer = browser.http.post("/gradio_api/call/generate", json={"data": data})
    environments: dict[bytes, bytes] = {}
    while not environments.keys() >= {b"infinitalk_media.worker", b"infinitalk_preview"}:
        for pid in children_of(running.process.pid):
            words = command_of(pid).split(b"\0")
            # Before it has become a program of its own, a child shows the page's words.
            if b"-m" in words[1:3] and (given := environment_of(pid)):
                environments[words[words.index(b"-m") + 1]] = given
    browser.get(f"/gradio_api/call/generate/{answer.json()['event_id']}")
    assert not [mark for mark in MARKS for given in environments.values() if mark in given]


def environment_of(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes()
    except (FileNotFoundError, ProcessLookupError):  # it has ended already
        return b""
