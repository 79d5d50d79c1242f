"""A cache of balances: the service is asked at most once a minute for the balance of a key."""

import asyncio
import hashlib
import time
from collections.abc import Callable

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from infinitalk_app.providers.base import Provider
from infinitalk_app.tasks import detached
from infinitalk_client import Credits, InvalidRequest, NotAuthorized

KEPT_S = 60.0
KEYS_PER_VISITOR = RateLimitItemPerMinute(10)


class TooManyKeys(Exception):
    """A visitor has tried more keys within a minute than are allowed."""


class BalanceCache:
    """Balances by a hash of provider and key; the key itself is not kept. None is a key that was refused."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._pending: dict[str, asyncio.Task[Credits | None]] = {}
        self._cached: dict[str, tuple[float, Credits | None]] = {}
        self._limiter = FixedWindowRateLimiter(MemoryStorage())

    def cached(self, provider: Provider, key: str) -> Credits | None:
        """Return the balance if it was asked for within the last minute."""
        self._drop_expired()
        return self._cached.get(_hash(provider, key), (0.0, None))[1]

    def forget(self, provider: Provider, key: str) -> None:
        """Ask again for the balance of a key that a run has just been charged to."""
        self._cached.pop(_hash(provider, key), None)

    async def balance(self, provider: Provider, key: str, visitor: str = "") -> Credits | None:
        """Return the balance, or None if the key was refused; the request is free.

        Raises:
            InfinitalkError: the service does not answer; the next call asks again.
            TooManyKeys: this visitor has asked for ten other keys within the minute.
        """
        self._drop_expired()
        name = _hash(provider, key)
        if name in self._cached:
            return self._cached[name][1]
        if name not in self._pending:
            if not self._limiter.hit(KEYS_PER_VISITOR, visitor):
                raise TooManyKeys
            self._pending[name] = detached(self._ask(provider, key))
        # A caller who is cancelled must not cancel the request of another.
        return await asyncio.shield(self._pending[name])

    def _drop_expired(self) -> None:
        now = self._clock()
        self._cached = {name: entry for name, entry in self._cached.items() if now - entry[0] < KEPT_S}

    async def _ask(self, provider: Provider, key: str) -> Credits | None:
        try:
            balance = await provider.balance(key)
        except (NotAuthorized, InvalidRequest):  # InvalidRequest: no key can look like this
            balance = None
        finally:
            del self._pending[_hash(provider, key)]
        self._cached[_hash(provider, key)] = self._clock(), balance
        return balance


def _hash(provider: Provider, key: str) -> str:
    return hashlib.sha256(f"{provider.id} {key}".encode()).hexdigest()
