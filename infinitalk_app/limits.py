"""What visitors may spend of the owner's money: clip seconds a day in all, runs a day for each visitor."""

import ipaddress
import math
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from limits import RateLimitItem, RateLimitItemPerDay
from limits.errors import ConfigurationError
from limits.storage import Storage, storage_from_string
from limits.strategies import FixedWindowRateLimiter
from starlette.datastructures import Headers

from infinitalk_app.refusals import Refusal
from infinitalk_app.settings import Settings, SettingsError
from infinitalk_app.words import ERRORS
from infinitalk_media.net import is_public_address


@dataclass(frozen=True)
class Spent:
    """One run that was counted: on which day, for whom, and how many seconds."""

    day: str
    visitor: str
    seconds: int


class _PerDay(RateLimitItemPerDay):
    """A limit whose count goes on when the limit is changed, and is found by a clock that is set back."""

    def __init__(self, amount: int) -> None:
        super().__init__(amount, multiples=2)

    def key_for(self, *identifiers: bytes | str | float) -> str:
        return "/".join((self.namespace, *map(str, identifiers)))


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
        self._seconds = _PerDay(daily_seconds) if daily_seconds else None
        self._runs = _PerDay(visitor_runs) if visitor_runs else None
        self._counter = FixedWindowRateLimiter(_storage(storage))
        self._now = now
        # The storage in memory loses a count whose first two runs come at the same moment.
        self._one_by_one = threading.Lock()

    @classmethod
    def of(cls, settings: Settings) -> "Budget":
        return cls(
            settings.infinitalk_daily_seconds, settings.infinitalk_visitor_runs, settings.rate_limit_storage
        )

    def recall(self, taken: Iterable[tuple[str, float]]) -> None:
        """Count what earlier runs took, as (day, seconds): a count in memory goes with its process.

        Whose runs they were is not known, so visitors' runs are counted anew.
        """
        for day, clip_s in taken:
            if self._seconds:
                self._add(self._seconds, math.ceil(clip_s), "seconds", day)

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

    def spend(self, visitor: str, clip_s: float) -> Spent:
        """Count one run, in whole seconds, rounded up; called before anything is sent with the owner's key.

        A run that is refused leaves every count as it was. Of replicas that race for the last seconds both
        may be refused; they never get more than there is.

        Raises:
            Refusal: as `check` does.
        """
        with self._one_by_one:
            self.check(visitor, clip_s)
            spent = Spent(self._today(), visitor, math.ceil(clip_s))
            if not self._took(self._seconds, spent.seconds, "seconds", spent.day):
                raise Refusal(ERRORS["limit_day"])
            if not self._took(self._runs, 1, "runs", visitor, spent.day):
                self._lower(self._seconds, spent.seconds, "seconds", spent.day)
                raise Refusal(ERRORS["limit_visitor"])
            return spent

    def give_back(self, spent: Spent) -> None:
        """Take a run out of the count of its day: it was certainly not bought."""
        with self._one_by_one:
            self._lower(self._seconds, spent.seconds, "seconds", spent.day)
            self._lower(self._runs, 1, "runs", spent.visitor, spent.day)

    def _took(self, limit: RateLimitItem | None, amount: int, *names: str) -> bool:
        """Raise a count, unless that passes its limit: `hit` counts what it refuses."""
        if limit is None or self._counter.hit(limit, *names, cost=amount):
            return True
        self._lower(limit, amount, *names)
        return False

    def _lower(self, limit: RateLimitItem | None, amount: int, *names: str) -> None:
        """Lower a count, never below zero: a storage that was emptied meanwhile does not know the run."""
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
    # A fixed window of `limits` begins at its first hit: the date in the key ends it at midnight.
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
            forwarded = next((hop for hop in reversed(hops) if is_public_address(hop)), None)
        else:
            forwarded = next(iter(hops[-proxies:]), None) if proxies else None
        return cls(_network(forwarded if forwarded and _is_address(forwarded) else host or "unknown"))


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:  # a name says nothing of who it is
        return False
    return True


def _network(text: str) -> str:
    """Cut an IPv6 address to its /64, of which one household has 18 quintillion."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return text
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is None:
        return str(ipaddress.ip_network(f"{address}/64", strict=False).network_address)
    return str(getattr(address, "ipv4_mapped", None) or address)
