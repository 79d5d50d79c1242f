"""Attacks on a page from outside, each of them bounded, and on loopback alone."""

import contextlib
import secrets
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from threading import Lock

import httpx
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError

from tests.abuse import crafted
from tests.app.gateway import Gateway
from tests.app.pages import PICTURE, VOICE, Page, client_of, inputs, page

CLIP_S = 4
_TIMEOUT_S = 60.0
ATTACKER = "203.0.113.66"
PAID = {"engine": "infinitetalk", "consent": True, "prompt": "Hello."}


@dataclass
class Target:
    """A page to attack, and the gateway between it and its paid service."""

    page: Page
    gate: Gateway
    folder: Path
    settings: dict[str, str]
    clients: dict[str, Client] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    def client(self, visitor: str) -> Client:
        """Return the visitor's client; it is kept, because creating one takes a quarter of a second."""
        with self.lock:
            if visitor not in self.clients:
                self.clients[visitor] = client_of(self.page.url, headers={"x-forwarded-for": visitor})
            return self.clients[visitor]

    def bought_s(self) -> float:
        return self.gate.bought * CLIP_S


@dataclass(frozen=True)
class Attack:
    """An attack, and the settings of the page that it attacks; `run` may return a remark."""

    name: str
    run: Callable[[Target], str | None]
    settings: dict[str, str] = field(default_factory=dict)


def _picture(name: str, target: Target, *, times: int = 1) -> None:
    """Request previews of a crafted picture, several at once."""
    file = crafted.written(name, target.folder)
    _at_once(times, lambda: _request(target, ATTACKER, image=handle_file(str(file))))


def _request(target: Target, visitor: str, **more: object) -> bool:
    """Request a run, and return whether the page accepted it; a refusal is an AppError."""
    with contextlib.suppress(AppError):
        target.client(visitor).predict(**inputs(**more), api_name="/generate")
        return True
    return False


def _at_once(times: int, what: Callable[[], object]) -> list[object]:
    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(lambda _: what(), range(times)))


def _many_previews(target: Target) -> str:
    """Upload the files once, request twenty previews of them, and wait until the last has ended.

    Twenty of Gradio's clients would use more CPU than the page does, so it sends bare requests.
    """
    api, headers = f"{target.page.url}/gradio_api", _from(ATTACKER)
    with httpx.Client(headers=headers, timeout=_TIMEOUT_S) as program:
        body: dict[str, object] = {"seconds": CLIP_S, "fps": 16}
        for name, path in (("image", PICTURE), ("audio", VOICE)):
            sent = program.post(f"{api}/upload", files={"files": (path.name, path.read_bytes())})
            body[name] = {"path": sent.raise_for_status().json()[0], "meta": {"_type": "gradio.FileData"}}

        def one() -> str:
            placed = program.post(f"{api}/call/v2/generate", json=body).raise_for_status().json()
            return program.get(f"{api}/call/generate/{placed['event_id']}").text

        ends = _at_once(20, one)
    done = sum("COMPLETED" in str(end) for end in ends)
    return f"{done} of 20 were rendered"


def _uploads(target: Target) -> str:
    """Upload 90 MB ten times, and report how much of it is on the disk."""
    blob = bytes(90_000_000)

    def upload() -> None:
        with contextlib.suppress(httpx.HTTPError):
            named = {"files": ("noise.mp4", secrets.token_bytes(16) + blob)}  # Gradio stores equal files once
            httpx.post(
                f"{target.page.url}/gradio_api/upload", files=named, headers=_from(ATTACKER), timeout=30
            )

    for _ in range(5):
        _at_once(2, upload)
    stored = sum(path.stat().st_size for path in target.page.state.rglob("*") if path.is_file())
    return f"{stored / 1e6:.0f} MB on the disk"


def _from(visitor: str) -> dict[str, str]:
    return {"x-forwarded-for": visitor}


def _half_sent(target: Target) -> None:
    """Open two hundred connections, and send half of a request's headers."""
    address = httpx.URL(target.page.url)
    with contextlib.ExitStack() as connections:
        for _ in range(200):
            connection = connections.enter_context(
                socket.create_connection((address.host, address.port or 80))
            )
            connection.sendall(b"GET / HTTP/1.1\r\nHost: ")
        with contextlib.suppress(OSError):
            connection.settimeout(20)
            connection.recv(100)


def _parallel_requests(target: Target) -> str:
    done = _at_once(12, lambda: _request(target, ATTACKER, **PAID))
    return f"{sum(map(bool, done))} of 12 requests were accepted"


def _forged_visitors(target: Target) -> str:
    """Use another address in each request, by a header that the page does not trust."""
    done = [_request(target, f"203.0.113.{number}", **PAID) for number in range(1, 7)]
    return f"{sum(done)} of 6 requests were accepted, at one a visitor"


def _refused_requests(target: Target) -> str:
    """Let the service refuse five requests, and see whether the owner's budget is still there."""
    target.gate.refusing = 5
    for _ in range(5):
        _request(target, ATTACKER, **PAID)
    left = _request(target, "198.51.100.5", **PAID)
    return "the budget is still there" if left else "the budget is gone"


def _made_up_ids(target: Target) -> str:
    """Request results of made-up ids, and count the requests to the service with the owner's key."""
    before, client = target.gate.asked, target.client(ATTACKER)

    def request_result() -> None:
        with contextlib.suppress(AppError):
            client.predict(secrets.token_hex(16), "", api_name="/result")

    _at_once(30, request_result)
    return f"{target.gate.asked - before} requests to the service for 30 ids"


def _foreign_page(target: Target) -> str:
    """Send requests as a web page of another site would, under other names of this machine."""
    port = httpx.URL(target.page.url).port
    accepted = 0
    for host in ("evil.example", f"x.localhost:{port}", f"localhost.:{port}", f"[::ffff:127.0.0.1]:{port}"):
        headers = {"host": host, "origin": f"http://{host}"}
        answer = httpx.post(f"{target.page.url}/gradio_api/call/generate", json={"data": []}, headers=headers)
        accepted += answer.is_success
    return f"{accepted} of 4 were accepted"


def _second_process(target: Target) -> str:
    """Use up the budget, start a second page on the same disk, and send requests there."""
    for number in range(4):
        _request(target, f"203.0.113.{number}", **PAID)
    with page(target.page.state, kill=True, **target.settings) as second:
        restarted = Target(second, target.gate, target.folder, target.settings)
        accepted = sum(_request(restarted, ATTACKER, **PAID) for _ in range(3))
        return f"{accepted} of 3 later requests were accepted"


ALL = [
    *(Attack(name, partial(_picture, name)) for name in crafted.CRAFTED),
    Attack("two JPEGs of scans", partial(_picture, "JPEG of scans", times=2)),
    Attack("20 previews", _many_previews),
    Attack("a gigabyte of uploads", _uploads),
    Attack("half-sent headers", _half_sent),
    Attack("12 requests at once", _parallel_requests),
    Attack("forged visitors", _forged_visitors, {"TRUST_PROXY": "0", "INFINITALK_VISITOR_RUNS": "1"}),
    Attack("refused requests", _refused_requests),
    Attack("made-up ids", _made_up_ids),
    Attack("foreign pages", _foreign_page),
    Attack("a second process", _second_process),
]
