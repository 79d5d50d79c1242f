"""Inputs on loopback: a program on this machine may name them, and no other caller through it."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from infinitalk_server.__main__ import main
from infinitalk_server.auth import is_local_program
from infinitalk_server.config import ServerConfig
from tests.server.conftest import connect, ended
from tests.server.serving import copies, serving

SUBMIT = "/v2/infinite-talk"
THROUGH = [
    *({"origin": "https://evil.example"}, {"origin": "null"}, {"Origin": "http://127.0.0.1:3000"}),
    *({"x-forwarded-for": "8.8.8.8"}, {"x-forwarded-host": "a.example"}, {"x-real-ip": "8.8.8.8"}),
    *({"forwarded": "for=8.8.8.8"}, {"via": "1.1 proxy"}),
    *({"host": "talk.example"}, {"host": "evil.example:8000"}, {"host": "192.168.1.5:8000"}, {"host": "["}),
]


@pytest.fixture
def local_site() -> Iterator[tuple[str, list[str]]]:
    """Yield the origin of another program on this machine, and the paths requested from it."""
    requested = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            requested.append(self.path)
            self.send_response(200)
            self.send_header("Content-Length", "5")
            self.end_headers()
            self.wfile.write(b"bytes")

        def log_message(self, *args):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", requested
        server.shutdown()


def order(origin: str) -> dict[str, str]:
    return {"image": f"{origin}/a.jpg", "audio": f"{origin}/a.mp3", "prompt": "Hello."}


def test_a_local_program_may_name_inputs_on_loopback(tmp_path, tiny_mp4, local_site):
    """A server that trusts loopback fetches from it, by both calls."""
    origin, requested = local_site
    settings = ServerConfig(trust_loopback=True, render_command=copies(tmp_path, tiny_mp4))
    with serving(settings) as base, connect(base) as http:
        request_id = http.post(SUBMIT, json=order(origin)).json()["request_id"]
        assert ended(http, request_id).json()["status"] == "COMPLETED"
        assert http.post("/v1/infinite-talk", json=order(origin)).content == tiny_mp4
    assert requested == ["/a.jpg", "/a.mp3"] * 2


@pytest.mark.parametrize("headers", THROUGH, ids=str)
def test_no_other_caller_reaches_loopback_through_a_local_program(tmp_path, tiny_mp4, local_site, headers):
    """A web page in a browser, a proxy's visitor and a foreign host reach public addresses alone."""
    origin, requested = local_site
    settings = ServerConfig(trust_loopback=True, render_command=copies(tmp_path, tiny_mp4))
    with serving(settings) as base, connect(base) as http:
        answer = http.post(SUBMIT, json=order(origin), headers=headers)
        if answer.status_code == 200:
            reason = ended(http, answer.json()["request_id"]).json()["error"]
            assert "not public" in reason
    assert not is_local_program({"host": "127.0.0.1", **headers})
    assert requested == []


def test_by_default_loopback_is_not_fetched_from(tmp_path, tiny_mp4, local_site):
    """An embedded server has to be configured to trust it."""
    origin, requested = local_site
    with serving(ServerConfig(render_command=copies(tmp_path, tiny_mp4))) as base, connect(base) as http:
        request_id = http.post(SUBMIT, json=order(origin)).json()["request_id"]
        assert "not public" in ended(http, request_id).json()["error"]
    assert requested == []


@pytest.mark.parametrize(
    ("arguments", "trusting"),
    [
        ([], True),
        (["--host", "127.0.0.1"], True),
        (["--host", "localhost"], True),
        (["--host", "::1"], True),
        (["--host", "0.0.0.0"], False),  # noqa: S104  # what is tried
        (["--host", "::"], False),
        (["--host", ""], False),
        (["--host", "192.0.2.1"], False),
        (["--public-url", "https://talk.example"], False),
    ],
    ids=str,
)
def test_only_a_server_that_others_cannot_reach_trusts_loopback(monkeypatch, arguments, trusting):
    """By itself on loopback alone: beyond it, or behind a proxy with an address of its own, it does not."""
    made = []

    class Stop(Exception):
        pass

    def keep(settings: ServerConfig, **_more: object) -> None:
        made.append(settings)
        raise Stop

    monkeypatch.setattr("socket.create_server", lambda *_: Listener())
    monkeypatch.setattr("infinitalk_server.__main__.create_app", keep)
    monkeypatch.setattr("signal.signal", lambda *_: None)
    with pytest.raises(Stop):
        main(["--port", "0", *arguments])
    assert made[0].trust_loopback is trusting


class Listener:
    """Stands for a socket: most of these addresses are not this machine's."""

    def getsockname(self) -> tuple[str, int]:
        return "", 1
