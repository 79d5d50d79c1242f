"""A paid video whose result has expired comes back by the service's own record, marked as made by AI."""

import http.server
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from gradio_client.exceptions import AppError

from infinitalk_media import mp4
from tests.app.conftest import KEY
from tests.app.pages import Page, page
from tests.app.paid import MODEL, SERVICE

KNOWN, UNKNOWN = "a" * 32, "b" * 32


@pytest.fixture
def forgetful_page(tmp_path, tiny_mp4) -> Iterator[Page]:
    """Yield a page whose service has forgotten every result, and remembers one video in its history."""

    class Service(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            if self.path.endswith(f"request-history/{KNOWN}"):
                assert self.headers["x-api-key"] == KEY
                url = f"http://127.0.0.1:{self.server.server_port}/outputs/talk.mp4"
                record = {"model_status": "COMPLETED", "generation_url": url}
                self.answer(200, "application/json", json.dumps(record).encode())
            elif self.path == "/outputs/talk.mp4":
                self.answer(200, "video/mp4", tiny_mp4)
            else:
                self.answer(404, "application/json", b'{"error": "Request not found"}')

        def answer(self, status: int, kind: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Service) as service:
        threading.Thread(target=service.serve_forever, args=(0.02,), daemon=True).start()
        base = f"http://127.0.0.1:{service.server_port}"
        with page(tmp_path / "state", INFINITALK_BASE_URL=base) as running:
            yield running
        service.shutdown()


def test_an_expired_video_is_recovered_with_its_mark(forgetful_page):
    """With the key it is found in the history; the file says that AI made it, and begins with its index."""
    video, status = forgetful_page.client().predict(KNOWN, KEY, api_name="/result")
    assert status["state"] == "COMPLETED"
    path = Path(video["video"] if isinstance(video, dict) else video)
    facts = mp4.inspect(path)
    assert facts.comment.startswith(f"AI-generated video, made with {MODEL} at {SERVICE} on 20")
    assert facts.faststart


def test_what_the_history_does_not_have_is_gone(forgetful_page):
    """The page says so, and how long results are kept."""
    with pytest.raises(AppError, match=rf"This video is gone\. {SERVICE} keeps a result for one hour"):
        forgetful_page.client().predict(UNKNOWN, KEY, api_name="/result")
