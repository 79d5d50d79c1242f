"""When to retry and when to poll: back-off, patience, poll intervals, requested pauses; no sleep."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from ._errors import InfinitalkError, NotFound, RateLimited, Unreachable
from ._messages import message

PATIENCE_S = 300.0  # without one good answer
_SHORTEST_S, _LONGEST_S = 1.0, 60.0
_NUMBER = re.compile(r"-?\d+(\.\d*)?")
_MILLISECONDS_FROM = 1e11  # epoch seconds stay below this until the year 5138


@dataclass
class RetryPolicy:
    """Backs off after each fault; gives up after 300 s without one good answer, or at the deadline.

    Until `new_until` a 404 is such a fault: the service may not know a new job yet.
    """

    clock: Callable[[], float]
    rng: Callable[[], float]
    timeout: float
    request_id: str | None = None
    new_until: float | None = None

    def __post_init__(self) -> None:
        self.began = self.clock()
        self.deadline = self.began + self.timeout
        self.reset(self.new_until)

    def reset(self, new_until: float | None = None) -> None:
        """Start anew after a good answer."""
        self._good_at, self._faults, self.new_until = self.clock(), 0, new_until

    def pause(self, fault: Exception) -> float:
        """Return the seconds to wait before the next try.

        Raises:
            Unreachable: there was no good answer for 300 s, or the deadline is over.
            NotFound: it is the fault, and the service must know the job.
        """
        now = self.clock()
        if isinstance(fault, NotFound) and (self.new_until is None or now >= self.new_until):
            raise fault
        end = min(self._good_at + PATIENCE_S, self.deadline)
        if now >= end:
            raise self._unreachable(fault_text(fault)) from fault
        requested = fault.retry_after_s if isinstance(fault, RateLimited) else None
        seconds = requested or back_off(self._faults, self.rng)
        self._faults += 1
        return min(seconds, end - now)

    def _unreachable(self, fault: str) -> Unreachable:
        if self.request_id is None:
            return Unreachable(message("unreachable", fault=fault), detail=fault)
        text = message("unreachable_job", fault=fault)
        hint = message("wait_again", request_id=self.request_id)
        return Unreachable(text, request_id=self.request_id, detail=fault, hint=hint)


def fault_text(fault: Exception) -> str:
    return fault.message if isinstance(fault, InfinitalkError) else type(fault).__name__


def back_off(faults: int, rng: Callable[[], float]) -> float:
    """Return the pause after so many faults in a row: 1 s, doubled each time up to 30 s."""
    return _jittered(min(2.0 ** min(faults, 5), 30.0), rng)


def poll_interval(elapsed_s: float, poll_every: float, rng: Callable[[], float]) -> float:
    """Return the pause before the next poll: short at first, because bad inputs fail at once."""
    return _jittered(min(1 + elapsed_s / 4, poll_every), rng)


def _jittered(seconds: float, rng: Callable[[], float]) -> float:
    """Spread by ±10 %, so that many clients do not poll in step."""
    return seconds * (0.9 + 0.2 * rng())


def retry_after(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Return the pause that the service asks for, 1 to 60 s, or None.

    `Retry-After` (seconds or a date) is standard; the vendor sends a reset time instead, whose format it does
    not publish. A time is compared with the answer's own `Date`, so that this machine's clock may be wrong.
    """
    now = _date(headers.get("date")) or now or datetime.now(UTC)
    after = headers.get("retry-after", "").strip()
    seconds = float(after) if _NUMBER.fullmatch(after) else None
    if seconds is None:
        reset = _date(after) or _date(headers.get("x-rate-limit-reset-at-utc"))
        seconds = None if reset is None else (reset - now).total_seconds()
    return None if seconds is None else min(max(seconds, _SHORTEST_S), _LONGEST_S)


def _date(text: str | None) -> datetime | None:
    """Read epoch seconds or milliseconds, ISO 8601, or RFC 1123; a time without a zone is UTC."""
    text = (text or "").strip()
    for read in (_epoch, datetime.fromisoformat, parsedate_to_datetime):
        try:
            found = read(text)
        except (ValueError, OverflowError, OSError, TypeError):
            continue
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    return None


def _epoch(text: str) -> datetime:
    number = float(text)
    return datetime.fromtimestamp(number / 1000 if number >= _MILLISECONDS_FROM else number, UTC)
