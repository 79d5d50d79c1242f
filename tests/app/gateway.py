"""Stands between the page and its paid service, counts what was bought, and can hold one kind of exchange."""

import contextlib
import http.server
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import httpx

_OWN = {"connection", "transfer-encoding", "server", "date", "content-length"}


@dataclass
class Gateway:
    """A gateway that stands still at the exchange it is told to hold, once, with the answer in its hand.

    Attributes:
        base: its own address.
        hold: words of method, path and state, such as "/status QUEUED".
        held: set when the page waits for an answer that does not come.
        go: set by the test to let it come after all.
        refusing: how many paid POSTs are still refused, as the service refuses a value.
        before_buying: called before a paid POST is sent on.
        bought: how many paid POSTs were sent on.
        asked: how many exchanges there were in all.
    """

    service: str
    base: str = ""
    hold: str = "never"
    held: threading.Event = field(default_factory=threading.Event)
    go: threading.Event = field(default_factory=threading.Event)
    before_buying: Callable[[], None] = field(default=lambda: None)
    refusing: int = 0
    bought: int = 0
    asked: int = 0

    def pass_on(self, method: str, path: str, headers: dict[str, str], body: bytes) -> httpx.Response:
        self.asked += 1
        if path == "/v2/infinite-talk":
            self.before_buying()
            if self.refusing:
                self.refusing -= 1
                return httpx.Response(406, json={"error": "no"})
            self.bought += 1
        answer = httpx.request(
            method, self.service + path, headers=headers, content=body, trust_env=False, timeout=60
        )
        if self.hold in f"{method} {path} {_state(answer)}" and not self.held.is_set():
            self.held.set()
            self.go.wait(60)
        return answer


def _state(answer: httpx.Response) -> str:
    kind = answer.headers.get("content-type", "")
    return str(answer.json().get("status")) if kind == "application/json" else ""


@contextlib.contextmanager
def gateway(service: str, hold: str = "never") -> Iterator[Gateway]:
    """Run a gateway before a service until the block ends."""
    gate = Gateway(service, hold=hold)

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            answer = gate.pass_on(self.command, self.path, dict(self.headers), body)
            with contextlib.suppress(ConnectionError):  # the page was killed meanwhile
                self.send_response(answer.status_code)
                for name, value in answer.headers.items():
                    if name not in _OWN:
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer.content)))
                self.end_headers()
                self.wfile.write(answer.content)

        do_POST = do_GET  # noqa: N815  # the name that http.server looks for

        def log_message(self, *args):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        gate.base = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield gate
        gate.go.set()
        server.shutdown()
