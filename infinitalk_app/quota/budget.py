"""The budget of the owner's key: clip seconds a day in all, and runs a day of each visitor."""

import math
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from limits import RateLimitItem, RateLimitItemPerDay
from limits.errors import ConfigurationError
from limits.storage import Storage, storage_from_string
from limits.strategies import FixedWindowRateLimiter

from infinitalk_app.config import SettingsError
from infinitalk_app.messages import Refusal, Trouble


@dataclass(frozen=True)
class Spent:
    """One run that was counted; `day` is a UTC date, as in 2026-11-28."""

    day: str
    visitor: str
    seconds: int


class _PerDay(RateLimitItemPerDay):
    """A daily limit; its counter outlives a change of the limit, and a clock that is set back by a day."""

    def __init__(self, amount: int) -> None:
        super().__init__(amount, multiples=2)

    def key_for(self, *identifiers: bytes | str | float) -> str:
        return "/".join((self.namespace, *map(str, identifiers)))


class Budget:
    """Counts the runs on the owner's key; each counter starts at zero at 00:00 UTC.

    The methods may ask a Redis over the network: call them in a thread.
    """

    def __init__(
        self,
        daily_seconds: int | None,
        visitor_runs: int | None,
        storage: str = "memory",
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._seconds = _PerDay(daily_seconds) if daily_seconds else None
        self._runs = _PerDay(visitor_runs) if visitor_runs else None
        self._counter = FixedWindowRateLimiter(_storage(storage))
        self._now = now
        # The storage in memory loses one of two simultaneous first counts.
        self._lock = threading.Lock()

    def restore(self, taken: Iterable[tuple[str, float]]) -> None:
        """Count the clip seconds of runs before a restart, as (day, seconds).

        Their visitors are not known, so the runs of each visitor start at zero.
        """
        for day, clip_s in taken:
            if self._seconds:
                self._add(self._seconds, math.ceil(clip_s), "seconds", day)

    def check(self, visitor: str, clip_s: float) -> None:
        """Check whether a run is still allowed, and count nothing.

        Raises:
            Refusal: the day's seconds, or this visitor's runs, are used up.
        """
        day = self._today()
        if self._runs and not self._counter.test(self._runs, "runs", visitor, day):
            raise Refusal(Trouble.of("limit_visitor"))
        cost = math.ceil(clip_s)
        if self._seconds is None or not self._counter.test(self._seconds, "seconds", day, cost=cost):
            raise Refusal(Trouble.of("limit_day"))

    def spend(self, visitor: str, clip_s: float) -> Spent:
        """Count one run, its seconds rounded up, before anything is sent with the owner's key.

        A refused run changes no counter. If several processes want the last seconds at the same time, all may
        be refused, but they never get more than the limit.

        Raises:
            Refusal: as `check` does.
        """
        with self._lock:
            self.check(visitor, clip_s)
            spent = Spent(self._today(), visitor, math.ceil(clip_s))
            if not self._raise(self._seconds, spent.seconds, "seconds", spent.day):
                raise Refusal(Trouble.of("limit_day"))
            if not self._raise(self._runs, 1, "runs", visitor, spent.day):
                self._lower(self._seconds, spent.seconds, "seconds", spent.day)
                raise Refusal(Trouble.of("limit_visitor"))
            return spent

    def give_back(self, spent: Spent) -> None:
        """Uncount a run that was certainly not bought."""
        with self._lock:
            self._lower(self._seconds, spent.seconds, "seconds", spent.day)
            self._lower(self._runs, 1, "runs", spent.visitor, spent.day)

    def _raise(self, limit: RateLimitItem | None, amount: int, *names: str) -> bool:
        """Raise a counter within its limit; `hit` alone would raise it beyond."""
        if limit is None or self._counter.hit(limit, *names, cost=amount):
            return True
        self._lower(limit, amount, *names)
        return False

    def _lower(self, limit: RateLimitItem | None, amount: int, *names: str) -> None:
        """Lower a counter, but not below zero: a storage that was emptied meanwhile does not know the run."""
        if limit is None:
            return
        left = self._add(limit, -amount, *names)
        if left < 0:
            self._add(limit, -left, *names)

    def _add(self, limit: RateLimitItem, amount: int, *names: str) -> int:
        return self._counter.storage.incr(limit.key_for(*names), limit.get_expiry(), amount)

    def _today(self) -> str:
        return self._now().astimezone(UTC).date().isoformat()


def _storage(address: str) -> Storage:
    # In `limits` a fixed window begins at its first hit; the date in the key ends it at midnight.
    try:
        storage = storage_from_string("memory://" if address == "memory" else address)
    except ConfigurationError as error:  # its text has the address, perhaps with a password
        raise SettingsError("RATE_LIMIT_STORAGE: no such storage, or its client is not installed.") from error
    if not isinstance(storage, Storage):
        raise SettingsError("RATE_LIMIT_STORAGE must not be an async+ address.")
    return storage
