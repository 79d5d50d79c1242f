"""A service that stops in a phase of a job's life, so that a client can be killed in the middle of it."""

import contextlib
import http.server
import json
import threading
from collections.abc import Iterator

_PHASES = {"QUEUED": "queue", "PROCESSING": "render"}
PHASES = ("upload", "submit", "queue", "render", "download")


class Stalling:
    """`hold` is the phase that it stops in; `reached` is released there; `posts` counts the paid calls.

    `requests` are the methods and paths of all calls.
    """

    def __init__(self, video: bytes) -> None:
        self.video = video
        self.hold: str | None = None
        self.reached = threading.Semaphore(0)
        self.posts = 0
        self.requests: list[str] = []
        self.hangs_up = False  # on the paid call, without an answer
        self.url = ""
        self._over = threading.Event()

    def stop_in(self, phase: str) -> None:
        if phase == self.hold:
            self.reached.release()
            if phase not in {"queue", "render"}:
                self._over.wait(60)

    def go_on(self) -> None:
        """Stop nowhere from now on; what hangs is let go."""
        self.hold = None
        self._over.set()

    def state(self) -> str:
        return next((state for state, phase in _PHASES.items() if phase == self.hold), "COMPLETED")


class Server(http.server.ThreadingHTTPServer):
    """Carries the service to its handlers."""

    def __init__(self, service: Stalling) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.service = service


class Handler(http.server.BaseHTTPRequestHandler):
    """One exchange."""

    @property
    def service(self) -> Stalling:
        return self.server.service

    def do_POST(self) -> None:
        self.service.requests.append(f"POST {self.path}")
        self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/upload-asset":
            self.service.stop_in("upload")
            return self._answer({"file_urls": [f"{self.service.url}/assets/a"]})
        self.service.posts += 1
        if self.service.hangs_up:
            self.close_connection = True
            return None
        self.service.stop_in("submit")
        return self._answer({"request_id": "r1", "status": "QUEUED"})

    def do_GET(self) -> None:
        self.service.requests.append(f"GET {self.path}")
        if self.path == "/outputs/talk.mp4":
            return self._video()
        state = self.service.state()
        self.service.stop_in(_PHASES.get(state, ""))
        output = {"output": f"{self.service.url}/outputs/talk.mp4"} if state == "COMPLETED" else {}
        return self._answer({"request_id": "r1", "status": state} | output)

    def _video(self) -> None:
        half = len(self.service.video) // 2
        self._head("video/mp4", len(self.service.video))
        self.wfile.write(self.service.video[:half])
        self.service.stop_in("download")
        self.wfile.write(self.service.video[half:])

    def _answer(self, body: dict[str, object]) -> None:
        text = json.dumps(body).encode()
        self._head("application/json", len(text))
        self.wfile.write(text)

    def _head(self, kind: str, size: int) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(size))
        self.end_headers()

    def log_message(self, *args: object) -> None:
        pass

    def handle(self) -> None:
        with contextlib.suppress(ConnectionError):  # the client was killed
            super().handle()


@contextlib.contextmanager
def stalling(video: bytes) -> Iterator[Stalling]:
    """Serve until the block ends."""
    service = Stalling(video)
    with Server(service) as server:
        service.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield service
        finally:
            service.go_on()
            server.shutdown()
