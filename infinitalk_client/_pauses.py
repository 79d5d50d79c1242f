"""How long to wait: what the service asked for, and what we choose by ourselves. No clock, no sleep."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_SHORTEST_S, _LONGEST_S = 1.0, 60.0
_MILLISECONDS_FROM = 1e11  # epoch seconds stay below this until the year 5138


def asked_pause(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Return the pause that the service asks for, 1 to 60 s, or None.

    `Retry-After` (seconds or a date) is standard; the vendor names a reset time instead, in a format that it
    does not publish. A time is compared with the answer's own `Date`, so that our clock need not be right.
    """
    now = _date(headers.get("date")) or now or datetime.now(UTC)
    after = headers.get("retry-after", "").strip()
    seconds = _float(after)
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


def _float(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if abs(number) < float("inf") else None


def next_look(elapsed_s: float, poll_every: float, rng: Callable[[], float]) -> float:
    """Return the pause before the next look: short at first, because bad inputs fail at once."""
    return jittered(min(1 + elapsed_s / 4, poll_every), rng)


def back_off(faults: int, rng: Callable[[], float]) -> float:
    """Return the pause after so many faults in a row: 1 s, doubled each time up to 30 s."""
    return jittered(min(2.0 ** min(faults, 5), 30.0), rng)


def jittered(seconds: float, rng: Callable[[], float]) -> float:
    """Spread by ±10 %, so that a crowd does not look in step."""
    return seconds * (0.9 + 0.2 * rng())
