"""What visitors may spend of the owner's money: clip seconds a day in all, runs a day for each visitor."""

import ipaddress
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from limits import RateLimitItem, RateLimitItemPerDay
from limits.errors import ConfigurationError
from limits.storage import Storage, storage_from_string
from limits.strategies import FixedWindowRateLimiter
from starlette.datastructures import Headers

from infinitalk_app.journal import Entry, spent_seconds
from infinitalk_app.refusals import Refusal
from infinitalk_app.settings import Settings, SettingsError
from infinitalk_app.words import ERRORS


@dataclass(frozen=True)
class Spent:
    """One run that was counted: on which day, for whom, and how many seconds."""

    day: str
    visitor: str
    seconds: int


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Budget:
    """Counts the runs on the owner's key; every count begins anew at 00:00 UTC.

    A Redis is asked over the network: call the methods in a thread.
    """

    def __init__(
        self,
        daily_seconds: int | None,
        visitor_runs: int | None,
        storage: str = "memory",
        now: Callable[[], datetime] = _utc_now,
    ) -> None:
        self._seconds = RateLimitItemPerDay(daily_seconds) if daily_seconds else None
        self._runs = RateLimitItemPerDay(visitor_runs) if visitor_runs else None
        self._counter = FixedWindowRateLimiter(_storage(storage))
        self._now = now

    @classmethod
    def of(cls, settings: Settings) -> "Budget":
        return cls(
            settings.infinitalk_daily_seconds, settings.infinitalk_visitor_runs, settings.rate_limit_storage
        )

    def recall(self, journal: Iterable[Entry]) -> None:
        """Count what the runs of this journal took today: a count in memory went with the last process.

        Of whose runs they were it says nothing, so visitors' runs are counted anew.
        """
        day = self._today()
        if self._seconds and (spent := spent_seconds(journal, day)):
            self._counter.storage.incr(
                self._seconds.key_for("seconds", day), self._seconds.get_expiry(), spent
            )

    def check(self, visitor: str, clip_s: float) -> None:
        """Ask whether a run would still be allowed, and count nothing.

        Raises:
            Refusal: the day's seconds, or this visitor's runs, are used up.
        """
        day = self._today()
        if self._runs and not self._counter.test(self._runs, "runs", visitor, day):
            raise Refusal(ERRORS["limit_visitor"])
        if self._seconds is None or not self._counter.test(
            self._seconds, "seconds", day, cost=math.ceil(clip_s)
        ):
            raise Refusal(ERRORS["limit_day"])

    def spend(self, visitor: str, clip_s: float) -> "Spent":
        """Count one run, in whole seconds, rounded up; called directly before the paid POST.

        Raises:
            Refusal: as `check` does. Replicas that race may count too much, never too little.
        """
        self.check(visitor, clip_s)  # `hit` would count a refused run too
        spent = Spent(self._today(), visitor, math.ceil(clip_s))
        if self._seconds is None or not self._counter.hit(
            self._seconds, "seconds", spent.day, cost=spent.seconds
        ):
            raise Refusal(ERRORS["limit_day"])
        if self._runs and not self._counter.hit(self._runs, "runs", visitor, spent.day):
            raise Refusal(ERRORS["limit_visitor"])
        return spent

    def give_back(self, spent: "Spent") -> None:
        """Take a run out of the count of its day: it was certainly not bought."""
        if self._seconds:
            self._lower(self._seconds, spent.seconds, "seconds", spent.day)
        if self._runs:
            self._lower(self._runs, 1, "runs", spent.visitor, spent.day)

    def _lower(self, limit: RateLimitItem, amount: int, *names: str) -> None:
        """Lower a count, never below zero: a storage that was emptied meanwhile does not know the run."""
        storage, key = self._counter.storage, limit.key_for(*names)
        left = storage.incr(key, limit.get_expiry(), -amount)
        if left < 0:
            storage.incr(key, limit.get_expiry(), -left)

    def _today(self) -> str:
        return self._now().astimezone(UTC).date().isoformat()


def _storage(address: str) -> Storage:
    # Every fixed window of `limits` begins at its first hit: the date in the key ends it at midnight.
    try:
        storage = storage_from_string("memory://" if address == "memory" else address)
    except ConfigurationError as error:  # its text holds the address, and that perhaps a password
        raise SettingsError("RATE_LIMIT_STORAGE: no such storage, or its client is not installed.") from error
    if not isinstance(storage, Storage):
        raise SettingsError("RATE_LIMIT_STORAGE must not be an async+ address.")
    return storage


@dataclass(frozen=True)
class Visitor:
    """Who counts as one visitor: a name when logged in, else an address."""

    name: str

    @classmethod
    def of(
        cls, headers: Headers, host: str | None, username: str | None, *, proxies: int | None
    ) -> "Visitor":
        """Name the visitor; the left-most forwarded addresses are whatever the caller typed.

        Args:
            headers: those of the request.
            host: who opened the connection: the visitor, or the last proxy.
            username: who logged in, if anybody did.
            proxies: how many proxies stand in front, each of which adds the address that it was called from;
                None on a Space, where the right-most public address is that of the Hub's visitor.
        """
        if username:
            return cls(f"user {username}")
        told = ",".join(headers.getlist("x-forwarded-for")).split(",")
        hops = [hop for hop in map(str.strip, told) if hop]
        if proxies is None:
            forwarded = next((hop for hop in reversed(hops) if _is_public(hop)), None)
        else:
            forwarded = next(iter(hops[-proxies:]), None) if proxies else None
        return cls(_network(forwarded if forwarded and _is_address(forwarded) else host or "unknown"))


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:  # a name says nothing of who it is
        return False
    return True


def _is_public(text: str) -> bool:
    return _is_address(text) and ipaddress.ip_address(text).is_global


def _network(text: str) -> str:
    """Cut an IPv6 address to its /64, of which one household has 18 quintillion."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return text
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is None:
        return str(ipaddress.ip_network(f"{address}/64", strict=False).network_address)
    return str(getattr(address, "ipv4_mapped", None) or address)
