"""The doors of page and server: paths that lead out, folders that list themselves, strangers, slow lines."""

import http.client
import json
import secrets
import socket

import httpx
import pytest

from infinitalk_server import header_timeout, request_body
from infinitalk_server.config import ServerConfig
from tests.app.pages import ROOT, inputs
from tests.server.conftest import body_of, connect
from tests.server.serving import serving

HEADERS = {"cache-control": "no-store", "referrer-policy": "no-referrer", "x-content-type-options": "nosniff"}


def raw(base: str, path: str) -> tuple[int, bytes]:
    """Ask for a path exactly as it is spelled: other clients tidy it up first."""
    url = httpx.URL(base)
    line = http.client.HTTPConnection(url.host, url.port, timeout=30)
    line.putrequest("GET", path, skip_host=True, skip_accept_encoding=True)
    line.putheader("Host", f"{url.host}:{url.port}")
    line.endheaders()
    answer = line.getresponse()
    body = answer.read()
    line.close()
    return answer.status, body


OUT = [
    "../app.py",
    "..%2fapp.py",
    "%2e%2e/app.py",
    "....//app.py",
    "..\\app.py",
    "/etc/passwd",
    "%00",
    "a%00.mp4",
    ".",
]


@pytest.mark.parametrize("way", OUT)
@pytest.mark.parametrize("door", ["/outputs/", "/assets/", "/v2/requests/", "/healthz/", "/docs/"])
def test_no_path_leads_out_of_the_server(server_for_all, door, way):
    """Whatever is appended to a route, the answer is a no in the wire's form."""
    status, body = raw(server_for_all, door + way)
    assert status in (401, 404, 405)
    assert "error" in json.loads(body)


@pytest.mark.parametrize("way", OUT)
def test_no_path_leads_out_of_the_page(shared_page, way):
    """The page's file route gives away nothing but what lies in its open folders."""
    for folder in (shared_page.state / "outbox", shared_page.state / "uploads", ROOT / "examples"):
        for spelled in (f"{folder}/{way}", f"{folder}/../journal/{way}", way):
            status, body = raw(shared_page.url, f"/gradio_api/file={spelled}".replace("\\", "%5c"))
            assert status in (400, 403, 404), spelled
            assert b"import gradio" not in body
            assert b"root:" not in body


@pytest.mark.parametrize(
    "folder", ["", "outbox", "results", "uploads", "journal", "scratch", "spoken", "temporary"]
)
def test_no_folder_lists_itself(shared_page, folder):
    """A folder, with and without the slash, is not served."""
    for slash in ("", "/", "/."):
        path = f"/gradio_api/file={shared_page.state / folder}{slash}"
        assert raw(shared_page.url, path)[0] in (403, 404)


@pytest.mark.parametrize("path", ["/healthz", "/gradio_api/file=http://x/", "/gradio_api/deep_link"])
def test_the_pages_own_routes_have_careful_headers(shared_page, path):
    """Nothing of ours is kept, guessed, or told to the next site."""
    assert HEADERS.items() <= dict(httpx.get(shared_page.url + path).headers).items()


def test_the_servers_answers_have_careful_headers(server_for_all, tiny_mp4):
    """Each answer and each refusal has them; files may be kept by their reader alone."""
    with connect(server_for_all) as http:
        body = body_of(http)
        for answer in (
            http.post("/v2/infinite-talk", json=body),
            http.get("/v2/requests/unknown"),
            http.get("/nowhere"),
            http.post("/v2/infinite-talk", content=b"x"),
        ):
            assert HEADERS.items() <= dict(answer.headers).items()
        file = http.get(str(body["image"]))
        assert file.headers["cache-control"].startswith("private")
        assert file.headers["x-content-type-options"] == "nosniff"


@pytest.fixture(scope="module")
def server_for_all():
    with serving(ServerConfig(render_command=("/bin/false",))) as base:
        yield base


SLOW_BODY = (
    "POST /v2/infinite-talk HTTP/1.1\r\nhost: {host}\r\nx-api-key: k\r\nconnection: close\r\n"
    "content-type: application/json\r\ncontent-length: 1000\r\n\r\n{{"
)


def test_a_slow_client_is_cut_off_and_holds_up_nobody(server_for_all, monkeypatch):
    """Fifty bodies that never end: others are answered meanwhile, and each of the fifty gets a 408."""
    monkeypatch.setattr(request_body, "BODY_SECONDS_MAX", 1.0)
    url = httpx.URL(server_for_all)
    lines = [socket.create_connection((url.host, url.port), timeout=20) for _ in range(50)]
    for line in lines:
        line.sendall(SLOW_BODY.format(host=url.host).encode())
    assert httpx.get(f"{server_for_all}/healthz", timeout=1.0).status_code == 200
    for line in lines:
        assert line.recv(100).startswith(b"HTTP/1.1 408")
        line.close()


HALF = b"GET /healthz HTTP/1.1\r\nhost: localhost\r\nx-slow: "


@pytest.mark.parametrize("first", [b"", HALF[:-10] + b"\r\n\r\n"], ids=["first", "second"])
@pytest.mark.parametrize("half", [HALF, HALF[:3]], ids=len)
def test_half_sent_headers_are_cut_off(server_for_all, monkeypatch, first, half):
    """A line on which no request gets through its headers is closed, be it the first or a later one."""
    monkeypatch.setattr(header_timeout, "HEADERS_SECONDS_MAX", 0.3)
    url = httpx.URL(server_for_all)
    with socket.create_connection((url.host, url.port), timeout=20) as line:
        if first:
            line.sendall(first)
            assert line.recv(1000).startswith(b"HTTP/1.1 200")
        line.sendall(half)
        while line.recv(1000):  # for ever, or until the test's own time-out
            pass


def test_what_takes_its_time_after_its_headers_is_not_cut_off(server_for_all, monkeypatch):
    """The limit of the headers is over with them: a body has a limit of its own, and an idle line, too."""
    monkeypatch.setattr(header_timeout, "HEADERS_SECONDS_MAX", 0.1)
    monkeypatch.setattr(request_body, "BODY_SECONDS_MAX", 0.5)
    url = httpx.URL(server_for_all)
    with socket.create_connection((url.host, url.port), timeout=20) as line:
        line.sendall(SLOW_BODY.format(host=url.host).encode())
        assert line.recv(100).startswith(b"HTTP/1.1 408")


def test_what_is_too_large_is_cut_off_while_it_comes(server_for_all):
    """A body without end is refused after its limit, by both routes that read one."""

    def endless():
        for _ in range(300):
            yield b"[" * 2**20

    headers = {"content-type": "application/json"}
    with connect(server_for_all) as http:
        for path in ("/v2/infinite-talk", "/upload-asset"):
            try:
                answer = http.post(path, content=endless(), headers=headers)
            except httpx.WriteError:  # cut off in the middle, before the answer was read
                continue
            assert answer.status_code == 413
            assert "larger than" in answer.json()["error"]


def test_a_stranger_sees_nothing_of_a_visitor(shared_page):
    """Without the link, no open address names a visitor's run, files or video."""
    token = secrets.token_hex(16)
    video, status = shared_page.client().predict(**inputs(run=token), api_name="/generate")
    assert video
    secret = [token, status["request_id"]]

    with httpx.Client(base_url=shared_page.url, trust_env=False) as stranger:
        for path in (
            "/",
            "/config",
            "/gradio_api/info",
            "/gradio_api/startup-events",
            "/gradio_api/queue/status",
        ):
            text = stranger.get(path).text
            assert not [name for name in secret if name in text], path
        named = {"data": ["", ""], "fn_index": load_event(stranger), "session_hash": "stranger"}
        stranger.post("/gradio_api/queue/join", json=named)
        seen = stranger.get("/gradio_api/queue/data?session_hash=stranger").text
        assert "process_completed" in seen
        assert not [name for name in secret if name in seen]
        for guess in ("0" * 32, token[::-1], status["request_id"][:-1] + "g", "*", "", "../" + token):
            event = stranger.post("/gradio_api/call/result", json={"data": [guess, ""]}).json()["event_id"]
            assert "event: error" in stranger.get(f"/gradio_api/call/result/{event}").text


def load_event(stranger: httpx.Client) -> int:
    events = stranger.get("/config").json()["dependencies"]
    return next(event["id"] for event in events if "findRun" in str(event["js"]))
