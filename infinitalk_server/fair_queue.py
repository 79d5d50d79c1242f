"""A fair queue: a semaphore whose slots go round robin by the name of who waits."""

import asyncio
from collections import Counter, deque
from typing import Self


class FairQueue:
    """Gives slots round robin: one name with a hundred requests delays others by one of them at most.

    Next is the name that holds the fewest slots; among those, the one that was served the longest ago.

    Args:
        slots: how many are held at a time.
        per_name: how many of them one name may hold; None is all.
    """

    def __init__(self, slots: int, per_name: int | None = None) -> None:
        self._free = slots
        self._per_name = per_name or slots
        self._held: Counter[str] = Counter()
        self._waiting: dict[str, deque[Slot]] = {}  # by name, the one served the longest ago first

    def slot(self, name: str) -> "Slot":
        """Return a request for a slot, which holds it while it is entered."""
        return Slot(self, name)

    def ahead(self, slot: "Slot") -> int | None:
        """Return how many will be served before this one, if nobody else comes; None if it does not wait."""
        if slot not in self._waiting.get(slot.name, ()):
            return None
        names = sorted(self._waiting, key=lambda name: self._held[name])
        own = self._waiting[slot.name].index(slot)
        position = names.index(slot.name)
        rounds = (own + (number < position) for number in range(len(names)))
        others = zip(names, rounds, strict=True)
        return own + sum(min(len(self._waiting[name]), most) for name, most in others if name != slot.name)

    def join(self, slot: "Slot") -> None:
        self._waiting.setdefault(slot.name, deque()).append(slot)
        self._serve()

    def drop(self, slot: "Slot") -> None:
        """Remove a slot that no longer waits."""
        requests = self._waiting.get(slot.name, deque())
        if slot in requests:
            requests.remove(slot)
            if not requests:
                del self._waiting[slot.name]

    def leave(self, name: str) -> None:
        self._free += 1
        self._held -= Counter((name,))
        self._put_last(name)
        self._serve()

    def _put_last(self, name: str) -> None:
        if name in self._waiting:
            self._waiting[name] = self._waiting.pop(name)

    def _serve(self) -> None:
        while self._free and (name := self._next()) is not None:
            slot = self._waiting[name][0]
            self.drop(slot)
            self._put_last(name)
            if slot.given.cancelled():  # and its task has not yet run to drop it
                continue
            self._free -= 1
            self._held[name] += 1
            slot.given.set_result(None)

    def _next(self) -> str | None:
        names = (name for name in self._waiting if self._held[name] < self._per_name)
        return min(names, key=lambda name: self._held[name], default=None)


class Slot:
    """One request for a slot: an asynchronous context manager, to be entered once."""

    def __init__(self, queue: FairQueue, name: str) -> None:
        self.name = name
        self.given: asyncio.Future[None] = asyncio.Future()
        self._queue = queue

    @property
    def ahead(self) -> int | None:
        """How many are served before this one; None when it does not wait."""
        return self._queue.ahead(self)

    async def __aenter__(self) -> Self:
        self._queue.join(self)
        try:
            await self.given
        except asyncio.CancelledError:
            if self.given.cancelled():
                self._queue.drop(self)
            else:  # it was given the slot and cancelled in the same moment
                self._queue.leave(self.name)
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        self._queue.leave(self.name)
