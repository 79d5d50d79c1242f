"""What a key is good for: the service is asked at most once a minute, however many want to know."""

import asyncio
import hashlib
import time
from collections.abc import Callable

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from infinitalk_app.detached import detached
from infinitalk_app.providers.base import Provider
from infinitalk_client import Credits, InvalidRequest, NotAuthorized

KEPT_S = 60.0
NEW_KEYS = RateLimitItemPerMinute(10)  # of one visitor, that the service is asked about


class TooManyKeys(Exception):
    """A visitor wants to know more keys than anybody has."""


class Purse:
    """Asks for the balance of a key at its provider; of the key itself it keeps a hash alone."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._asking: dict[str, asyncio.Task[Credits | None]] = {}
        self._told: dict[str, tuple[float, Credits | None]] = {}
        self._new = FixedWindowRateLimiter(MemoryStorage())

    def known(self, provider: Provider, key: str) -> Credits | None:
        """Return the balance that was told within the last minute."""
        self._forget()
        return self._told.get(_name(provider, key), (0.0, None))[1]

    async def balance(self, provider: Provider, key: str, visitor: str = "") -> Credits | None:
        """Return the balance, None when the key was refused; free of charge.

        Raises:
            InfinitalkError: the service does not answer; whoever wants to know next asks anew.
            TooManyKeys: this visitor has asked for ten others within the minute.
        """
        self._forget()
        name = _name(provider, key)
        if name in self._told:
            return self._told[name][1]
        if name not in self._asking:
            if not self._new.hit(NEW_KEYS, visitor):
                raise TooManyKeys
            self._asking[name] = detached(self._ask(provider, key))
        # One who leaves must not end the question of another.
        return await asyncio.shield(self._asking[name])

    def _forget(self) -> None:
        now = self._clock()
        self._told = {name: told for name, told in self._told.items() if now - told[0] < KEPT_S}

    async def _ask(self, provider: Provider, key: str) -> Credits | None:
        try:
            balance = await provider.balance(key)
        except (NotAuthorized, InvalidRequest):  # the latter: no key could look like this
            balance = None
        finally:
            del self._asking[_name(provider, key)]
        self._told[_name(provider, key)] = self._clock(), balance
        return balance


def _name(provider: Provider, key: str) -> str:
    return hashlib.sha256(f"{provider.id} {key}".encode()).hexdigest()
