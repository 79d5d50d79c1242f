"""A small Hugging Face Hub on loopback: as much of its API as a deployment uses."""

import contextlib
import http.server
import json
import threading
from collections.abc import Iterator
from typing import Any

COMMIT = "c0ffee"


class Hub:
    """What the Hub answers; tests change it.

    Attributes:
        states: what is told of the Space at each poll: a status with a body, or None for a dropped line.
        metadata: what is said of the head of README.md: a status with a body.
        log: what is answered to whoever asks for a log.
        polled: set at the first poll.
    """

    def __init__(self) -> None:
        self.base = ""
        self.states: Iterator[tuple[int, dict] | None] = iter(())
        self.metadata: tuple[int, dict] = (200, {"errors": [], "warnings": []})
        self.log: tuple[int, dict] = (200, {})
        self.polled = threading.Event()
        self.created = False

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, dict] | None:
        """Return status and body, or None to drop the line."""
        address = path.partition("?")[0]
        answer: tuple[int, Any] | None = (404, {"error": f"{method} {path} is not played"})
        match method, address.split("/")[2:]:
            case "GET", ["spaces", _, _, "runtime"]:
                self.polled.set()
                answer = next(self.states, (200, {"stage": "BUILDING"}))
            case "GET", ["spaces", _, _, "logs", _]:
                answer = self.log
            case "POST", ["validate-yaml"]:
                answer = self.metadata
            case "POST", ["spaces", _, _, "preupload", _]:
                answer = 200, {"files": [_regular(file["path"]) for file in json.loads(body)["files"]]}
            case "POST", ["spaces", _, _, "commit", _]:
                url = f"{self.base}/spaces/owner/talk/commit/{COMMIT}"
                answer = 200, {"success": True, "commitOid": COMMIT, "commitUrl": url}
            case "POST", ["repos", "create"]:
                self.created = True
                answer = 200, {"url": f"{self.base}/spaces/owner/talk"}
            case "GET", ["spaces", _, _, "tree", *_]:
                answer = 200, []
            case "GET", ["spaces", _, _] if self.created:
                answer = 200, {"id": "owner/talk", "sha": COMMIT, "siblings": [], "host": self.base}
        return answer


def _regular(path: str) -> dict[str, Any]:
    return {"path": path, "uploadMode": "regular", "shouldIgnore": False, "oid": None}


@contextlib.contextmanager
def hub() -> Iterator[Hub]:
    """Serve a Hub until the block ends."""
    played = Hub()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            answer = played.answer(self.command, self.path, body)
            if answer is None:
                self.close_connection = True
                return
            status, told = answer
            content = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            if status >= 400:
                self.send_header("X-Error-Message", str(told.get("error", "")))
                self.send_header("X-Error-Code", "RepoNotFound" if status == 404 else "")
            self.end_headers()
            self.wfile.write(content)

        do_POST = do_GET  # noqa: N815  # the name that http.server looks for

        def log_message(self, *args):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        played.base = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield played
        server.shutdown()
