"""A server that answers nothing, and notes what it is asked."""

import contextlib
import http.server
import threading
from collections.abc import Iterator


@contextlib.contextmanager
def asked_server() -> Iterator[tuple[str, list[str]]]:
    """Serve until the block ends; yield the address, and the paths that were asked for."""
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *args: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()
