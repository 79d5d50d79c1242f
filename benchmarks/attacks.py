"""What somebody hostile can try on a page from outside: each attack is bounded, and stays on loopback."""

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
_PATIENCE_S = 60.0
ATTACKER = "203.0.113.66"
PAID = {"engine": "infinitetalk", "consent": True, "prompt": "Hello."}


@dataclass
class Stage:
    """A page that is attacked, and the gateway before the service that it buys from."""

    page: Page
    gate: Gateway
    folder: Path
    settings: dict[str, str]
    clients: dict[str, Client] = field(default_factory=dict)
    one_at_a_time: Lock = field(default_factory=Lock)

    def client(self, visitor: str) -> Client:
        """Return the client of the visitor at that address, made once.

        Making one takes a quarter of a second of this machine, which a visitor's own machine would bear.
        """
        with self.one_at_a_time:
            if visitor not in self.clients:
                self.clients[visitor] = client_of(self.page.url, headers={"x-forwarded-for": visitor})
            return self.clients[visitor]

    def bought_s(self) -> float:
        return self.gate.bought * CLIP_S


@dataclass(frozen=True)
class Attack:
    """An attack by its name, and the settings of the page that it is tried on; it may return a remark."""

    name: str
    run: Callable[[Stage], str | None]
    settings: dict[str, str] = field(default_factory=dict)


def _picture(name: str, stage: Stage, *, times: int = 1) -> None:
    """Order previews of a crafted picture, several at once."""
    file = crafted.written(name, stage.folder)
    _at_once(times, lambda: _order(stage, ATTACKER, image=handle_file(str(file))))


def _order(stage: Stage, visitor: str, **more: object) -> bool:
    """Say whether an order went through; the page tells of a refusal by an AppError."""
    with contextlib.suppress(AppError):
        stage.client(visitor).predict(**inputs(**more), api_name="/generate")
        return True
    return False


def _at_once(times: int, what: Callable[[], object]) -> list[object]:
    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(lambda _: what(), range(times)))


def _many_previews(stage: Stage) -> str:
    """Send the files once, order twenty previews of them, and stay until the last has ended.

    By bare requests: twenty of Gradio's clients would take more of this machine than the page does.
    """
    api, headers = f"{stage.page.url}/gradio_api", _from(ATTACKER)
    with httpx.Client(headers=headers, timeout=_PATIENCE_S) as program:
        order: dict[str, object] = {"seconds": CLIP_S, "fps": 16}
        for name, path in (("image", PICTURE), ("audio", VOICE)):
            sent = program.post(f"{api}/upload", files={"files": (path.name, path.read_bytes())})
            order[name] = {"path": sent.raise_for_status().json()[0], "meta": {"_type": "gradio.FileData"}}

        def one() -> str:
            placed = program.post(f"{api}/call/v2/generate", json=order).raise_for_status().json()
            return program.get(f"{api}/call/generate/{placed['event_id']}").text

        ends = _at_once(20, one)
    done = sum("COMPLETED" in str(end) for end in ends)
    return f"{done} of 20 were rendered"


def _uploads(stage: Stage) -> str:
    """Upload 90 MB ten times, and say how much of it lies on the disk."""
    blob = bytes(90_000_000)

    def upload() -> None:
        with contextlib.suppress(httpx.HTTPError):
            named = {"files": ("noise.mp4", secrets.token_bytes(16) + blob)}  # Gradio keeps like files once
            httpx.post(
                f"{stage.page.url}/gradio_api/upload", files=named, headers=_from(ATTACKER), timeout=30
            )

    for _ in range(5):
        _at_once(2, upload)
    lying = sum(path.stat().st_size for path in stage.page.state.rglob("*") if path.is_file())
    return f"{lying / 1e6:.0f} MB on the disk"


def _from(visitor: str) -> dict[str, str]:
    return {"x-forwarded-for": visitor}


def _half_sent(stage: Stage) -> None:
    """Open two hundred connections that never say what they want."""
    address = httpx.URL(stage.page.url)
    with contextlib.ExitStack() as lines:
        for _ in range(200):
            line = lines.enter_context(socket.create_connection((address.host, address.port or 80)))
            line.sendall(b"GET / HTTP/1.1\r\nHost: ")
        with contextlib.suppress(OSError):
            line.settimeout(20)
            line.recv(100)


def _parallel_orders(stage: Stage) -> str:
    done = _at_once(12, lambda: _order(stage, ATTACKER, **PAID))
    return f"{sum(map(bool, done))} of 12 orders went through"


def _forged_visitors(stage: Stage) -> str:
    """Be somebody else in each order, by a header that nobody was told to trust."""
    done = [_order(stage, f"203.0.113.{number}", **PAID) for number in range(1, 7)]
    return f"{sum(done)} of 6 orders went through at one a visitor"


def _refused_orders(stage: Stage) -> str:
    """Have the service refuse five orders, and see whether the owner's budget is still there."""
    stage.gate.refusing = 5
    for _ in range(5):
        _order(stage, ATTACKER, **PAID)
    left = _order(stage, "198.51.100.5", **PAID)
    return "the budget is still there" if left else "the budget is gone"


def _made_up_ids(stage: Stage) -> str:
    """Ask after jobs that nobody ordered, and count what the service is asked with the owner's key."""
    before, client = stage.gate.asked, stage.client(ATTACKER)

    def ask() -> None:
        with contextlib.suppress(AppError):
            client.predict(secrets.token_hex(16), "", api_name="/result")

    _at_once(30, ask)
    return f"{stage.gate.asked - before} questions to the service for 30 ids"


def _foreign_page(stage: Stage) -> str:
    """Order as a web page of somebody else would, by other names of this machine."""
    port = httpx.URL(stage.page.url).port
    went = 0
    for host in ("evil.example", f"x.localhost:{port}", f"localhost.:{port}", f"[::ffff:127.0.0.1]:{port}"):
        headers = {"host": host, "origin": f"http://{host}"}
        answer = httpx.post(f"{stage.page.url}/gradio_api/call/generate", json={"data": []}, headers=headers)
        went += answer.is_success
    return f"{went} of 4 were let in"


def _second_process(stage: Stage) -> str:
    """Use up the budget, start a page anew on the same disk, and order there."""
    for number in range(4):
        _order(stage, f"203.0.113.{number}", **PAID)
    with page(stage.page.state, kill=True, **stage.settings) as second:
        anew = Stage(second, stage.gate, stage.folder, stage.settings)
        return f"{sum(_order(anew, ATTACKER, **PAID) for _ in range(3))} of 3 orders after it went through"


ALL = [
    *(Attack(name, partial(_picture, name)) for name in crafted.CRAFTED),
    Attack("two JPEGs of scans", partial(_picture, "JPEG of scans", times=2)),
    Attack("20 previews", _many_previews),
    Attack("a gigabyte of uploads", _uploads),
    Attack("half-sent headers", _half_sent),
    Attack("12 orders at once", _parallel_orders),
    Attack("forged visitors", _forged_visitors, {"TRUST_PROXY": "0", "INFINITALK_VISITOR_RUNS": "1"}),
    Attack("refused orders", _refused_orders),
    Attack("made-up ids", _made_up_ids),
    Attack("foreign pages", _foreign_page),
    Attack("a start anew", _second_process),
]
