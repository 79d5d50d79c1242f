"""A fair queue: some places, and whoever waits for one is served in turn with the others, by name."""

import asyncio
from collections import Counter, deque
from types import TracebackType
from typing import Self


class Turns:
    """Gives places away round robin: one with a hundred requests holds up nobody for longer than one of them.

    Next is who holds the fewest places; among those, whose last turn is the longest ago.

    Args:
        places: how many are held at a time.
        each: how many of them one name may hold; None is all.
    """

    def __init__(self, places: int, each: int | None = None) -> None:
        self._free = places
        self._each = each or places
        self._held: Counter[str] = Counter()
        self._waiting: dict[str, deque[Turn]] = {}  # by name, in the order of their last turns

    def turn(self, name: str) -> "Turn":
        """Return what holds a place while it is entered."""
        return Turn(self, name)

    def ahead(self, turn: "Turn") -> int | None:
        """Return how many will have their turn before this one, if nobody else comes; None if none."""
        if turn not in self._waiting.get(turn.name, ()):
            return None
        names = sorted(self._waiting, key=lambda name: self._held[name])
        own = self._waiting[turn.name].index(turn)
        place = names.index(turn.name)
        rounds = (own + (number < place) for number in range(len(names)))
        others = zip(names, rounds, strict=True)
        return own + sum(min(len(self._waiting[name]), most) for name, most in others if name != turn.name)

    def join(self, turn: "Turn") -> None:
        self._waiting.setdefault(turn.name, deque()).append(turn)
        self._serve()

    def drop(self, turn: "Turn") -> None:
        """Forget one that waits no longer."""
        line = self._waiting.get(turn.name, deque())
        if turn in line:
            line.remove(turn)
            if not line:
                del self._waiting[turn.name]

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
            turn = self._waiting[name][0]
            self.drop(turn)
            self._put_last(name)
            if turn.given.cancelled():  # its task has not come round to saying so
                continue
            self._free -= 1
            self._held[name] += 1
            turn.given.set_result(None)

    def _next(self) -> str | None:
        names = (name for name in self._waiting if self._held[name] < self._each)
        return min(names, key=lambda name: self._held[name], default=None)


class Turn:
    """One request for a place: an asynchronous context manager, to be entered once."""

    def __init__(self, turns: Turns, name: str) -> None:
        self.name = name
        self.given: asyncio.Future[None] = asyncio.Future()
        self._turns = turns

    @property
    def ahead(self) -> int | None:
        """Return how many come first; None when it does not wait."""
        return self._turns.ahead(self)

    async def __aenter__(self) -> Self:
        self._turns.join(self)
        try:
            await self.given
        except asyncio.CancelledError:
            if self.given.cancelled():
                self._turns.drop(self)
            else:  # it was given the place and stopped in the same moment
                self._turns.leave(self.name)
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._turns.leave(self.name)
