"""What is free is shared: one visitor with many tabs holds up nobody for longer than one render."""

import secrets
import time
from collections.abc import Callable
from typing import Any

import httpx

from infinitalk_app.runs.journal import Journal
from tests.app.pages import PICTURE, VOICE, Page, page

TABS = 30


class Visitor:
    """Somebody with an address of their own, who orders previews by the page's API."""

    def __init__(self, running: Page, address: str) -> None:
        self._url, self._headers = f"{running.url}/gradio_api", {"X-Forwarded-For": address}
        self._journal = Journal(running.state / "journal")
        files = [("files", (path.name, path.read_bytes())) for path in (PICTURE, VOICE)]
        paths = self.post("/upload", files=files).json()
        self._files = [{"path": path, "meta": {"_type": "gradio.FileData"}} for path in paths]
        self.tokens: list[str] = []

    def order(self) -> None:
        self.tokens.append(token := secrets.token_hex(16))
        data: list[Any] = [*self._files, "Hello.", "preview", "480p", 16, 7, 0, 3.5, "", False, token]
        data += ["", "", "heart", 1]  # face, text, voice, pace
        self.post("/call/generate", json={"data": data}).raise_for_status()

    def post(self, path: str, **content: Any) -> httpx.Response:
        return httpx.post(self._url + path, headers=self._headers, trust_env=False, **content)

    def count(self, *phases: str) -> int:
        entries = map(self._journal.read, self.tokens)
        return sum(entry is not None and entry.phase in phases for entry in entries)


def wait_until(true: Callable[[], bool]) -> None:
    until = time.monotonic() + 60
    while not true():
        assert time.monotonic() < until, "it did not come about"
        time.sleep(0.01)


def test_a_preview_does_not_wait_for_the_thirty_of_another_visitor(tmp_path):
    """Thirty tabs of one visitor are at it; another's preview is drawn after the one that is being drawn."""
    with page(tmp_path / "state", TRUST_PROXY="1", kill=True) as running:
        anna, bert = Visitor(running, "203.0.113.1"), Visitor(running, "203.0.113.2")
        for _ in range(TABS):
            anna.order()
        wait_until(lambda: anna.count("submitted") >= TABS // 3)
        bert.order()
        wait_until(lambda: bert.count("submitted", "completed") == 1)
        before = anna.count("completed")
        wait_until(lambda: bert.count("completed") == 1)
        # One was being drawn, and one may just have been noted.
        assert anna.count("completed") - before <= 2
        assert anna.count("submitted") >= TABS // 4
