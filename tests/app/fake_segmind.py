"""A fake Segmind: the key decides which embedded server answers, and which fault it has."""

import asyncio
import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse

from infinitalk_server.config import ServerConfig
from infinitalk_server.routes import create_app
from tests.server.serving import copies, on_a_port

OWN_WORDS = "5 < 6 & ${6*7} {{value}} `no`"
GOOD, SLOW = "SG_good_key_1111", "SG_slow_key_2222"
EMPTY_402, POOR, BUSY = "SG_empty_3333", "SG_poor_4444", "SG_busy_5555"
FAILING, BLOCKED, GONE = "SG_fails_6666", "SG_blocked_7777", "SG_gone_8888"
REFUSING, LOST, WRONG = "SG_choosy_9999", "SG_lost_aaaa", "SG_wrong_bbbb"
SLOW_UPLOAD = "SG_sleepy_cccc"  # takes its time to store a file
SLOW_BALANCE = "SG_ponders_dddd"  # takes its time to tell a balance
SPENDING = "SG_spends_eeee"  # its balance is in `credits`


class FakeSegmind:
    """An ASGI application over several: chosen by key, and for files without one by who has them."""

    def __init__(self, folder: Path, video: bytes) -> None:
        quick = copies(_made(folder / "quick"), video)
        self._held = folder / "held"
        slow = copies(_made(folder / "slow"), video, held=self._held)
        self.posts: dict[str, int] = {}
        self.credits: dict[str, float] = {}  # by key, where it is not what the server has
        self.apps = {
            GOOD: create_app(ServerConfig(render_command=quick)),
            SLOW: create_app(ServerConfig(render_command=slow, queue_size=20, renders_at_once=1)),
            EMPTY_402: create_app(ServerConfig(no_credits=402)),
            FAILING: create_app(ServerConfig(fail_with=OWN_WORDS)),
            BLOCKED: create_app(ServerConfig(fail_with="Content flagged as sensitive")),
            WRONG: create_app(ServerConfig(keys=("SG_another",))),
        }
        # These let everything pass but the submission, to which they answer themselves.
        self.refusals = {
            POOR: JSONResponse({"error": "Insufficient credits"}, 406),
            BUSY: JSONResponse({"error": "Slow down"}, 429, {"retry-after": "8"}),
            REFUSING: JSONResponse({"error": OWN_WORDS}, 406),
            LOST: HTMLResponse("<h1>Bad gateway</h1>", 502),
        }

    @contextlib.contextmanager
    def holding(self) -> Iterator[None]:
        """Let no slow job end within the block."""
        self._held.touch()
        try:
            yield
        finally:
            self._held.unlink()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        request = Request(scope, receive)
        key = request.headers.get("x-api-key", "")
        submits = scope["method"] == "POST" and scope["path"].startswith("/v2/")
        if submits:
            self.posts[key] = self.posts.get(key, 0) + 1
        if key == SLOW_UPLOAD and scope["path"] == "/upload-asset":
            await asyncio.sleep(30)
        if key == SLOW_BALANCE and scope["path"] == "/v1/get-user-credits":
            await asyncio.sleep(2)
        if key in self.credits and scope["path"] == "/v1/get-user-credits":
            answer = {"credits": self.credits[key], "free-credits": 0.0}
            await JSONResponse(answer)(scope, receive, send)
        elif key == GONE and scope["path"].startswith(("/v2/requests/", "/inference-request/")):
            await JSONResponse({"error": "Request not found"}, 404)(scope, receive, send)
        elif submits and key in self.refusals:
            await self.refusals[key](scope, receive, send)
        elif key:
            await self.apps.get(key, self.apps[GOOD])(scope, receive, send)
        else:
            await self._owner(scope["path"])(scope, receive, send)

    def _owner(self, path: str) -> Any:
        name = path.rsplit("/", 1)[-1]
        having = (app for app in self.apps.values() if app.state.api.files.path(name))
        return next(having, self.apps[GOOD])


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


@contextlib.contextmanager
def fake_segmind(folder: Path, video: bytes) -> Iterator[tuple[str, FakeSegmind]]:
    """Serve until the block ends; yield the base URL, and the application with its count of submissions."""
    application = FakeSegmind(folder, video)
    try:
        with on_a_port(application, lifespan="off") as base:
            yield base, application
    finally:
        for app in application.apps.values():
            app.state.api.files.close()
