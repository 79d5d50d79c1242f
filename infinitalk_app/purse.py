"""What a key is good for: the service is asked at most once a minute, however many want to know."""

import asyncio
import hashlib
import time
from collections.abc import Callable

from infinitalk_client import AsyncClient, Credits, InfinitalkError, InvalidRequest, NotAuthorized

KEPT_S = 60.0
TIMEOUT_S = 8.0

ClientOf = Callable[[str], AsyncClient]


class Purse:
    """Asks for the balance of a key; of the key itself it keeps a hash alone."""

    def __init__(self, client_of: ClientOf, clock: Callable[[], float] = time.monotonic) -> None:
        self._client_of = client_of
        self._clock = clock
        self._asked: dict[str, tuple[float, asyncio.Task[Credits | None]]] = {}

    def known(self, key: str) -> Credits | None:
        """Return the balance that was told within the last minute."""
        question = self._recent(key)
        told = question is not None and question.done() and question.exception() is None
        return question.result() if question and told else None

    async def balance(self, key: str) -> Credits | None:
        """Return the balance, None when the key was refused; free of charge.

        Raises:
            InfinitalkError: the service does not answer; whoever wants to know next asks anew.
        """
        question = self._recent(key)
        if question is None:
            question = asyncio.create_task(self._ask(key))
            self._asked[_name(key)] = self._clock(), question
        try:
            # One who leaves must not end the question of another.
            return await asyncio.shield(question)
        except InfinitalkError:
            self._asked.pop(_name(key), None)
            raise

    def _recent(self, key: str) -> asyncio.Task[Credits | None] | None:
        now = self._clock()
        self._asked = {name: asked for name, asked in self._asked.items() if now - asked[0] < KEPT_S}
        asked = self._asked.get(_name(key))
        return asked[1] if asked else None

    async def _ask(self, key: str) -> Credits | None:
        try:
            async with self._client_of(key) as client:
                return await client.credits(timeout=TIMEOUT_S)
        except (NotAuthorized, InvalidRequest):  # the latter: no key could look like this
            return None


def _name(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
