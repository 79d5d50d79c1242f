"""A service that stops in a phase of a job's life, so that a client can be killed in the middle of it."""

import contextlib
import http.server
import json
import threading
from collections.abc import Iterator

PHASES = ("upload", "submit", "queue", "render", "download")


class Stalling:
    """`hold` is the phase that it stops in; `reached` is released there; `posts` counts the paid calls."""

    def __init__(self, video: bytes) -> None:
        self.video = video
        self.hold: str | None = None
        self.reached = threading.Semaphore(0)
        self.posts = 0
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
        return {"queue": "QUEUED", "render": "PROCESSING"}.get(self.hold or "", "COMPLETED")


def _handler(service: Stalling) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            if self.path == "/upload-asset":
                service.stop_in("upload")
                return self._answer({"file_urls": [f"{service.url}/assets/a"]})
            service.posts += 1
            service.stop_in("submit")
            return self._answer({"request_id": "r1", "status": "QUEUED"})

        def do_GET(self) -> None:
            if self.path == "/outputs/talk.mp4":
                return self._video()
            state = service.state()
            service.stop_in(service.hold or "")
            output = {"output": f"{service.url}/outputs/talk.mp4"} if state == "COMPLETED" else {}
            return self._answer({"request_id": "r1", "status": state} | output)

        def _video(self) -> None:
            half = len(service.video) // 2
            self._head("video/mp4", len(service.video))
            self.wfile.write(service.video[:half])
            service.stop_in("download")
            self.wfile.write(service.video[half:])

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

    return Handler


@contextlib.contextmanager
def stalling(video: bytes) -> Iterator[Stalling]:
    """Serve until the block ends."""
    service = Stalling(video)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _handler(service)) as server:
        service.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield service
        finally:
            service.go_on()
            server.shutdown()
