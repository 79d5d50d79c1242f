"""Run as a child: one finished job whose video is a file, served as fast as Python can.

python -m benchmarks.film_server PORT FILM
"""

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class Handler(BaseHTTPRequestHandler):
    """Answers everything but the video with a finished job's status."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body of a small answer would wait 40 ms for each other
    film = Path()

    def do_GET(self) -> None:
        if self.path.endswith(".mp4"):
            self._begin("video/mp4", self.film.stat().st_size)
            with self.film.open("rb") as film:
                self.connection.sendfile(film)
            return
        output = f"http://{self.headers['host']}/talk.mp4"
        body = json.dumps({"status": "COMPLETED", "output": output}).encode()
        self._begin("application/json", len(body))
        self.wfile.write(body)

    def _begin(self, kind: str, length: int) -> None:
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(length))
        self.end_headers()


if __name__ == "__main__":
    Handler.film = Path(sys.argv[2])
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
