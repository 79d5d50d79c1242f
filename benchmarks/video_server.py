"""Run as a child: a service with one finished job, whose video is a file that is sent as fast as Python can.

python -m benchmarks.video_server --port PORT VIDEO
"""

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class Handler(BaseHTTPRequestHandler):
    """Sends the video, and the status of a finished job for any other path."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body of a small answer would wait 40 ms for each other
    video = Path()

    def do_GET(self) -> None:
        if self.path.endswith(".mp4"):
            self._begin("video/mp4", self.video.stat().st_size)
            with self.video.open("rb") as video:
                self.connection.sendfile(video)
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
    Handler.video = Path(sys.argv[3])
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[2])), Handler).serve_forever()
