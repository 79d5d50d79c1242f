"""How a pause is read from an answer."""

from datetime import UTC, datetime

import httpx
import pytest

from infinitalk_client._retry import retry_after

NOW = datetime(2026, 11, 24, 12, 0, 0, tzinfo=UTC)
IN_20_S = NOW.timestamp() + 20


@pytest.mark.parametrize(
    "value",
    [
        str(int(IN_20_S)),
        str(IN_20_S),
        str(int(IN_20_S * 1000)),
        "2026-11-24T12:00:20Z",
        "2026-11-24T12:00:20+00:00",
        "2026-11-24T12:00:20",
        "2026-11-24 12:00:20",
        "2026-11-24T13:00:20+01:00",
        "Tue, 24 Nov 2026 12:00:20 GMT",
    ],
)
def test_every_spelling_of_the_reset_time(value):
    """Epoch seconds and milliseconds, ISO 8601 and RFC 1123 all mean the same moment."""
    assert retry_after(httpx.Headers({"x-rate-limit-reset-at-utc": value}), NOW) == pytest.approx(20)


@pytest.mark.parametrize(
    ("value", "pause"), [("7", 7), ("0", 1), ("-5", 1), ("7200", 60), ("9" * 40, 60), ("2.5", 2.5)]
)
def test_retry_after_in_seconds(value, pause):
    """Seconds are kept within 1 and 60."""
    assert retry_after(httpx.Headers({"retry-after": value}), NOW) == pause


def test_retry_after_as_a_date():
    """The standard's other form is read too, and goes before the vendor's header."""
    both = {"retry-after": "Tue, 24 Nov 2026 12:00:30 GMT", "x-rate-limit-reset-at-utc": str(IN_20_S)}
    assert retry_after(httpx.Headers(both), NOW) == pytest.approx(30)


def test_a_time_is_compared_with_the_clock_of_the_answer():
    """A wrong clock of this machine does not change the pause."""
    headers = httpx.Headers(
        {"date": "Tue, 24 Nov 2026 12:00:00 GMT", "x-rate-limit-reset-at-utc": "2026-11-24T12:00:20Z"}
    )
    assert retry_after(headers, datetime(2031, 1, 1, tzinfo=UTC)) == pytest.approx(20)


@pytest.mark.parametrize("value", ["soon", "", "nan", "inf", "1e400", "2026-13-45"])
def test_nonsense_is_no_pause(value):
    """What cannot be read is as if it were not there."""
    assert retry_after(httpx.Headers({"x-rate-limit-reset-at-utc": value, "retry-after": value}), NOW) is None


def test_nothing_asked():
    """Without a header there is no pause."""
    assert retry_after(httpx.Headers(), NOW) is None
