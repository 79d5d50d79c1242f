"""A web server on loopback from which inputs are fetched."""

import contextlib
import http.server
import threading
from collections.abc import Iterator


class Site:
    """A web server on loopback that answers by path and remembers what it was asked."""

    origin: str
    port: int

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        self.answers: dict[str, tuple[int, dict[str, str], bytes]] = {}

    def handle(self, handler: http.server.BaseHTTPRequestHandler) -> None:
        self.asked.append((handler.path, handler.headers["Host"]))
        status, headers, body = self.answers.get(handler.path, (404, {}, b""))
        handler.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | headers).items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)


@contextlib.contextmanager
def running() -> Iterator[Site]:
    """Yield a site that serves at `origin`."""
    site = Site()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # the name is the library's
            site.handle(self)

        def log_message(self, *args: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        site.port = server.server_port
        site.origin = f"http://127.0.0.1:{site.port}"
        yield site
        server.shutdown()
