"""Who may name inputs on loopback: a program on this machine, and nobody through it."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from infinitalk_local.__main__ import main
from infinitalk_local.nearby import asks_for_itself
from infinitalk_local.settings import LocalSettings
from tests.local.conftest import connect, ended
from tests.local.serving import copies, serving

SUBMIT = "/v2/infinite-talk"
THROUGH = [
    *({"origin": "https://evil.example"}, {"origin": "null"}, {"Origin": "http://127.0.0.1:3000"}),
    *({"x-forwarded-for": "8.8.8.8"}, {"x-forwarded-host": "a.example"}, {"x-real-ip": "8.8.8.8"}),
    *({"forwarded": "for=8.8.8.8"}, {"via": "1.1 proxy"}),
    *({"host": "talk.example"}, {"host": "evil.example:8000"}, {"host": "192.168.1.5:8000"}, {"host": "["}),
]


@pytest.fixture
def elsewhere() -> Iterator[tuple[str, list[str]]]:
    """Yield the address of another program on this machine, and what it was asked."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(200)
            self.send_header("Content-Length", "5")
            self.end_headers()
            self.wfile.write(b"bytes")

        def log_message(self, *args):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()


def order(origin: str) -> dict[str, str]:
    return {"image": f"{origin}/a.jpg", "audio": f"{origin}/a.mp3", "prompt": "Hello."}


def test_a_program_here_may_name_what_lies_here(tmp_path, tiny_mp4, elsewhere):
    """A server that was told so fetches from loopback, by both calls."""
    origin, asked = elsewhere
    settings = LocalSettings(trust_loopback=True, render_command=copies(tmp_path, tiny_mp4))
    with serving(settings) as base, connect(base) as http:
        request_id = http.post(SUBMIT, json=order(origin)).json()["request_id"]
        assert ended(http, request_id).json()["status"] == "COMPLETED"
        assert http.post("/v1/infinite-talk", json=order(origin)).content == tiny_mp4
    assert asked == ["/a.jpg", "/a.mp3"] * 2


@pytest.mark.parametrize("headers", THROUGH, ids=str)
def test_nobody_reaches_loopback_through_a_program_here(tmp_path, tiny_mp4, elsewhere, headers):
    """A web page in a browser, a proxy's visitor and a foreign name get what everybody gets."""
    origin, asked = elsewhere
    settings = LocalSettings(trust_loopback=True, render_command=copies(tmp_path, tiny_mp4))
    with serving(settings) as base, connect(base) as http:
        answer = http.post(SUBMIT, json=order(origin), headers=headers)
        if answer.status_code == 200:
            reason = ended(http, answer.json()["request_id"]).json()["error"]
            assert "not public" in reason
    assert not asks_for_itself({"host": "127.0.0.1", **headers})
    assert asked == []


def test_by_default_loopback_is_not_fetched_from(tmp_path, tiny_mp4, elsewhere):
    """Whoever builds a server into something else has to say so."""
    origin, asked = elsewhere
    with serving(LocalSettings(render_command=copies(tmp_path, tiny_mp4))) as base, connect(base) as http:
        request_id = http.post(SUBMIT, json=order(origin)).json()["request_id"]
        assert "not public" in ended(http, request_id).json()["error"]
    assert asked == []


@pytest.mark.parametrize(
    ("words", "trusting"),
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
def test_only_a_server_that_others_cannot_reach_trusts_loopback(monkeypatch, words, trusting):
    """By itself on loopback alone: beyond it, or behind a proxy with an address of its own, it does not."""
    made = []

    class Stop(Exception):
        pass

    def keep(settings: LocalSettings, **_more: object) -> None:
        made.append(settings)
        raise Stop

    monkeypatch.setattr("socket.create_server", lambda *_: Listener())
    monkeypatch.setattr("infinitalk_local.__main__.create_app", keep)
    monkeypatch.setattr("signal.signal", lambda *_: None)
    with pytest.raises(Stop):
        main(["--port", "0", *words])
    assert made[0].trust_loopback is trusting


class Listener:
    """Stands for a socket: most of these addresses are not this machine's."""

    def getsockname(self) -> tuple[str, int]:
        return "", 1
