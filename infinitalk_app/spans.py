"""Times as people say them: about 4 s, from 4 to 6 min."""

import math

MINUTES_FROM_S = 90


def span(low_s: float, high_s: float) -> str:
    """Return a range of seconds in words, its ends rounded outwards; from 90 s on in minutes."""
    unit, name = (60, "min") if high_s >= MINUTES_FROM_S else (1, "s")
    low, high = max(1, math.floor(low_s / unit)), math.ceil(high_s / unit)
    return f"about {high} {name}" if high - low <= (unit == 1) else f"{low}–{high} {name}"  # noqa: RUF001  # a range's dash
