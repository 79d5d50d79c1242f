"""A paid job is neither lost nor bought twice when the page dies."""

import http.server
import json
import secrets
import threading
import time

import pytest
from gradio_client.exceptions import AppError

from infinitalk_app.journal import Entry, Journal
from infinitalk_local import LocalSettings
from tests.app.conftest import KEY
from tests.app.pages import free_port, inputs, page
from tests.local.serving import copies, serving
from tests.processes import assert_gone, children_of


def test_a_paid_job_outlives_a_killed_page(tmp_path, tiny_mp4):
    """Killed in mid-render and started again on the same disk, the page finds the job by its token and id."""
    state, port, token = tmp_path / "state", free_port(), secrets.token_hex(16)
    command = copies(tmp_path, tiny_mp4, seconds=2.5)
    with serving(LocalSettings(keys=(KEY,), render_command=command, queue_size=5)) as segmind:
        settings = {"INFINITALK_BASE_URL": segmind, "HOSTING": "segmind"}
        paid = {"engine": "infinitetalk", "consent": True, "run": token}
        with page(state, port=port, kill=True, **settings) as first:
            job = first.client().submit(**inputs(**paid, api_key=KEY), api_name="/generate")
            until = time.monotonic() + 30
            while not (known := Journal(state / "journal").read(token)) or not known.request_id:
                assert time.monotonic() < until
            job.cancel()
        with page(state, port=port, **settings) as second:
            client = second.client()
            with pytest.raises(AppError, match="Whose video is this"):
                client.predict(**inputs(**paid, api_key=""), api_name="/generate")
            video, status = client.predict(**inputs(**paid, api_key=KEY), api_name="/generate")
            assert status["request_id"] == known.request_id
            assert status["state"] == "COMPLETED"
            assert video
            again = client.predict(known.request_id, KEY, api_name="/result")
            assert again[1]["state"] == "COMPLETED"
    assert (tmp_path / "runs").read_text() == "x"


def test_a_page_killed_between_the_post_and_its_answer_does_not_buy_again(tmp_path):
    """The service has the job and the page dies before it reads the id: one POST, and the visitor is told."""
    posted, over = threading.Semaphore(0), threading.Event()

    class Service(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            if self.path == "/v2/infinite-talk":
                posted.release()
                over.wait(60)
                return
            body = json.dumps({"file_urls": ["https://images.example/a"]}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args):
            pass

    state, token = tmp_path / "state", secrets.token_hex(16)
    paid = {"engine": "infinitetalk", "consent": True, "run": token, "api_key": KEY}
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Service) as service:
        threading.Thread(target=service.serve_forever, args=(0.02,), daemon=True).start()
        settings = {"INFINITALK_BASE_URL": f"http://127.0.0.1:{service.server_port}", "HOSTING": "segmind"}
        with page(state, kill=True, **settings) as first:
            first.client().submit(**inputs(**paid), api_name="/generate")
            assert posted.acquire(timeout=30)
        with page(state, **settings) as second, pytest.raises(AppError, match="Sent, but no answer came"):
            second.client().predict(**inputs(**paid), api_name="/generate")
        over.set()
        service.shutdown()
    assert not posted.acquire(blocking=False)


def test_a_lost_answer_is_told_and_not_bought_again(tmp_path, shared_page):
    """A run found "submitting" without an id says that the answer was lost, and posts nothing."""
    token = secrets.token_hex(16)
    Journal(shared_page.state / "journal").write(Entry(token, "infinitetalk", "submitting", time.time()))
    paid = {"engine": "infinitetalk", "consent": True, "api_key": KEY, "run": token}
    with pytest.raises(AppError, match="Sent, but no answer came"):
        shared_page.client().predict(**inputs(**paid), api_name="/generate")
    assert Journal(shared_page.state / "journal").read(token).phase == "submitting"


def test_a_preview_that_died_says_so(shared_page):
    """A preview whose page was restarted is lost, was free, and is not drawn again by itself."""
    token = secrets.token_hex(16)
    Journal(shared_page.state / "journal").write(Entry(token, "preview", "submitted", time.time(), "0" * 32))
    with pytest.raises(AppError, match="The preview was lost"):
        shared_page.client().predict(**inputs(run=token), api_name="/generate")


def test_a_stopped_page_leaves_no_child_and_no_input(tmp_path):
    """SIGTERM in mid-preview ends the render and removes what was brought."""
    state = tmp_path / "state"
    with page(state) as running:
        running.client().submit(**inputs(seconds=15, resolution="720p", fps=30), api_name="/generate")
        while not (children := children_of(running.process.pid)):
            pass
    for pid in children:
        assert_gone(pid)
    assert running.left_behind() == []
    assert not list((state / "tmp").glob("infinitalk-*"))
