"""The faults of an exchange: whether the server gets the request, what is answered, how it is delivered."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Literal

Delivery = Literal["whole", "drip", "truncated", "closed", "reset", "silent"]
ELSEWHERE = "http://127.0.0.1:9/elsewhere"
_PAGE = b"<html><body><h1>It is us, not you</h1></body></html>"
_RESET_S = 3


@dataclass(frozen=True)
class Answer:
    """The answer of the server, or one in its place."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)

    def raw(self) -> tuple[bytes, bytes]:
        """Return head and body as they are sent."""
        headers = self.headers | {"content-length": str(len(self.body))}
        lines = [f"HTTP/1.1 {self.status} X", *(f"{name}: {value}" for name, value in headers.items())]
        return ("\r\n".join(lines) + "\r\n\r\n").encode(), self.body


Change = Callable[[Answer], Answer]


@dataclass(frozen=True)
class Fault:
    """One fault; with `reaches`, the server gets the request all the same."""

    name: str
    reaches: bool = True
    delivery: Delivery = "whole"
    change: Change | None = None


def _error(status: int, **headers: str) -> Change:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    body = json.dumps({"error": f"made up {status}"}).encode()
    return lambda _: Answer(status, body, {"content-type": "application/json"} | named)


def _page(status: int) -> Change:
    return lambda _: Answer(status, _PAGE, {"content-type": "text/html"})


def _cut(answer: Answer) -> Answer:
    """Return the first half as a complete answer: broken JSON, or a video that ends early."""
    return replace(answer, body=answer.body[: len(answer.body) // 2])


def _emptied(answer: Answer) -> Answer:
    """Return an answer without fields."""
    return replace(answer, body=b"{}")


def _unknown_state(answer: Answer) -> Answer:
    fields = json.loads(answer.body)
    return replace(answer, body=json.dumps(fields | {"status": "WARMING_UP"}).encode())


def _busy(time_format: str) -> Change:
    """Refuse with 429, and give the time of the next try in one of the formats in use."""

    def change(_: Answer) -> Answer:
        then = datetime.now(UTC) + timedelta(seconds=_RESET_S)
        headers = {
            "seconds": {"x-rate-limit-reset-at-utc": f"{time.time() + _RESET_S:.0f}"},
            "milliseconds": {"x-rate-limit-reset-at-utc": f"{(time.time() + _RESET_S) * 1000:.0f}"},
            "ISO": {"x-rate-limit-reset-at-utc": then.isoformat()},
            "ISO without zone": {"x-rate-limit-reset-at-utc": then.replace(tzinfo=None).isoformat(" ")},
            "RFC 1123": {"x-rate-limit-reset-at-utc": format_datetime(then, usegmt=True)},
            "Retry-After": {"retry-after": str(_RESET_S)},
            "Retry-After date": {"retry-after": format_datetime(then, usegmt=True)},
            "rubbish": {"x-rate-limit-reset-at-utc": "soon"},
            "nothing": {},
        }[time_format]
        return _error(429, **headers)(_)

    return change


_TIME_FORMATS = (
    *("seconds", "milliseconds", "ISO", "ISO without zone", "RFC 1123"),
    *("Retry-After", "Retry-After date", "rubbish", "nothing"),
)
_GATEWAY: dict[str, Change] = {
    "408": _error(408),
    "500": _error(500),
    "502 HTML": _page(502),
    "503": _error(503),
    "504": _page(504),
}

# Each of these may happen before or after the server gets the request; a client cannot tell which.
_AMBIGUOUS = [
    *(Fault(name, delivery=delivery) for name, delivery in
      (("reset", "reset"), ("hung up", "closed"), ("time-out", "silent"))),
    *(Fault(name, change=change) for name, change in _GATEWAY.items()),
]  # fmt: skip
_BUSY = [
    Fault(f"429 {time_format}", reaches=False, change=_busy(time_format)) for time_format in _TIME_FORMATS
]
_ANSWERED = [
    Fault("half a body", delivery="truncated"),
    Fault("byte by byte", delivery="drip"),
    Fault("wrong content type", change=_page(200)),
    Fault("cut short", change=_cut),
    Fault("missing fields", change=_emptied),
]
_MOVED = [Fault(f"{n}", reaches=False, change=_error(n, location=ELSEWHERE)) for n in (301, 302, 307)]
_UNKNOWN_STATE = Fault("unknown state", change=_unknown_state)

ANYWHERE = [
    *(replace(fault, name=f"{fault.name} before", reaches=False) for fault in _AMBIGUOUS),
    *(replace(fault, name=f"{fault.name} after") for fault in _AMBIGUOUS),
    *_ANSWERED,
    *_BUSY,
    *_MOVED,
]
FAULTS: dict[str, list[Fault]] = {
    "post": [*ANYWHERE, _UNKNOWN_STATE],
    "poll": [*ANYWHERE, _UNKNOWN_STATE],
    "result": [*ANYWHERE, _UNKNOWN_STATE],
    "media": ANYWHERE,
}
