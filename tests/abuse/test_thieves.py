"""A service that wants the key sent elsewhere: redirects, foreign addresses, and words that echo it."""

import contextlib
import http.server
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import anyio
import anyio.lowlevel
import httpx
import pytest
from anyio.from_thread import start_blocking_portal

from infinitalk_client import AsyncClient, Client, InfinitalkError, TalkRequest
from tests.client.blocking import Blocking
from tests.client.fakes import REQUEST_ID

KEY = "SG_marked_7f3a"
TALK = TalkRequest("https://example.org/a.jpg", "https://example.org/a.mp3")


@dataclass
class Site:
    """A small web server; `seen` keeps every request with its headers."""

    base: str = ""
    seen: list[tuple[str, dict[str, str]]] = field(default_factory=list)


@contextlib.contextmanager
def site(answer) -> Iterator[Site]:
    """Run a server whose answers `answer(path)` gives: status, headers, body."""
    found = Site()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            found.seen.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
            status, headers, body = answer(self.path)
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", **headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815  # the name that http.server looks for

        def log_message(self, *args):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        found.base = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield found
        server.shutdown()


def redirecting(status, elsewhere):
    return lambda path: (status, {"Location": elsewhere + path}, b'{"error": "moved"}')


def naming(elsewhere):
    """Answer as a service does, but let every address lie elsewhere."""
    body = {"status": "COMPLETED", "request_id": REQUEST_ID, "file_urls": [f"{elsewhere}/assets/a"]}
    for name in ("status_url", "response_url", "poll_url", "output"):
        body[name] = f"{elsewhere}/{name}"
    return lambda path: (200, {}, json.dumps(body).encode())


def echoing(elsewhere):
    return lambda path: (400, {}, json.dumps({"error": f"your key {KEY} is not good"}).encode())


def use_everything(client, tmp_path) -> list[str]:
    """Make every call there is, and return what the errors said."""
    picture = tmp_path / "a.jpg"
    picture.write_bytes(b"x")
    job = client.job(REQUEST_ID)
    calls = [
        lambda: client.submit(TALK),
        lambda: client.generate(TALK, tmp_path / "a.mp4", timeout=1),
        lambda: client.generate_now(TALK, tmp_path / "b.mp4"),
        lambda: client.upload(picture, timeout=1),
        lambda: client.credits(timeout=1),
        lambda: client.history(REQUEST_ID, timeout=1),
        job.status,
        job.result,
        lambda: job.wait(timeout=1),
        lambda: job.download(tmp_path / "c.mp4", timeout=1),
    ]
    return [said for call in calls if (said := _said(call))]


def _said(call) -> str:
    try:
        call()
    except InfinitalkError as error:
        return f"{error!r} {error} {error.detail}"
    return ""


@contextlib.contextmanager
def connected(kind: str, base: str):
    """Yield a client that does not wait between tries."""
    if kind == "sync":
        with Client(KEY, base_url=base, sleep=lambda seconds: None) as client:
            yield client
        return
    with start_blocking_portal() as portal:
        client = AsyncClient(KEY, base_url=base, sleep=lambda seconds: anyio.lowlevel.checkpoint())
        yield Blocking(client, portal)
        portal.call(client.close)


@pytest.mark.parametrize("kind", ["sync", "async"])
@pytest.mark.parametrize("trick", [
    *(pytest.param(lambda to, status=status: redirecting(status, to), id=str(status))
      for status in (301, 302, 303, 307, 308)),
    pytest.param(naming, id="foreign addresses"),
    pytest.param(echoing, id="echo"),
])  # fmt: skip
def test_the_key_goes_to_the_service_and_to_nobody_else(kind, trick, tmp_path, caplog):
    """Whatever the service answers, no other host is asked with the key, and no error holds it."""
    caplog.set_level("DEBUG")
    with (
        site(lambda path: (404, {}, b"{}")) as elsewhere,
        site(trick(elsewhere.base)) as service,
        connected(kind, service.base) as client,
    ):
        said = use_everything(client, tmp_path)
    assert said
    assert all(headers["x-api-key"] == KEY for path, headers in service.seen if "requests/" in path)
    assert service.seen
    assert not [headers for _, headers in elsewhere.seen if KEY in str(headers)]
    assert not elsewhere.seen
    assert KEY not in "".join(said)
    assert KEY not in caplog.text


def test_a_file_on_another_host_is_fetched_without_the_key(tiny_mp4, tmp_path):
    """A foreign public address gets the request for the video, and neither key nor cookie."""
    seen = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        if request.url.host == "images.example.org":
            return httpx.Response(200, content=tiny_mp4, headers={"content-type": "video/mp4"})
        body = {"status": "COMPLETED", "output": "https://images.example.org/talk.mp4"}
        return httpx.Response(200, json=body, headers={"set-cookie": "a=b; Domain=example.org"})

    with Client(KEY, base_url="https://api.example.org", transport=httpx.MockTransport(answer)) as client:
        client.job(REQUEST_ID).download(tmp_path / "talk.mp4")
    foreign = [request for request in seen if request.url.host == "images.example.org"]
    assert foreign
    assert not any(KEY in str(r.headers.raw) or "cookie" in r.headers for r in foreign)
