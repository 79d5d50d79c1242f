"""What visitors may spend of the owner's money: clip seconds a day in all, runs a day for each visitor."""

import ipaddress
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from limits import RateLimitItemPerDay
from limits.errors import ConfigurationError
from limits.storage import Storage, storage_from_string
from limits.strategies import FixedWindowRateLimiter

from infinitalk_app.refusals import Refusal
from infinitalk_app.settings import Settings, SettingsError
from infinitalk_app.words import ERRORS
from infinitalk_media.net import is_public_address


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Budget:
    """Counts the runs on the owner's key; every count begins anew at 00:00 UTC."""

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

    def spend(self, visitor: str, clip_s: float) -> None:
        """Count one run, in whole seconds, rounded up; called directly before the paid POST.

        Raises:
            Refusal: as `check` does. Replicas that race may count too much, never too little.
        """
        self.check(visitor, clip_s)  # `hit` would count a refused run too
        day = self._today()
        if self._seconds is None or not self._counter.hit(
            self._seconds, "seconds", day, cost=math.ceil(clip_s)
        ):
            raise Refusal(ERRORS["limit_day"])
        if self._runs and not self._counter.hit(self._runs, "runs", visitor, day):
            raise Refusal(ERRORS["limit_visitor"])

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
        cls, headers: Mapping[str, str], host: str | None, username: str | None, *, behind_proxy: bool
    ) -> "Visitor":
        """Name the visitor; forwarded headers count only behind a proxy that sets them.

        The left-most forwarded address is whatever the caller typed, so the right-most public one is taken.
        """
        if username:
            return cls(f"user {username}")
        hops = headers.get("x-forwarded-for", "").split(",") if behind_proxy else []
        public = next((hop.strip() for hop in reversed(hops) if is_public_address(hop.strip())), None)
        return cls(_network(public or host or "unknown"))


def _network(text: str) -> str:
    """Cut an IPv6 address to its /64, of which one household has 18 quintillion."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return text
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is None:
        return str(ipaddress.ip_network(f"{address}/64", strict=False).network_address)
    return str(getattr(address, "ipv4_mapped", None) or address)
