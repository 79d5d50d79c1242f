"""What befalls one job, drawn from a seed: the same seed is the same bad day for every client."""

import random
from dataclasses import dataclass

from benchmarks.faulty.catalogue import FAULTS, Fault

# How many faults an exchange of each kind meets before it is let through.
_HOW_MANY = {"post": (0, 0, 0, 1, 2), "look": (0, 1, 2, 4, 6), "result": (0, 0, 1, 2), "media": (0, 0, 1, 2)}
_TIMEOUTS_S = (1800.0, 1800.0, 600.0, 20.0)
_OUTAGES = (0, 0, 1, 2)
_LONGEST_OUTAGE_S = 0.12  # real seconds; within the five tries of a submission, which are 0.15


@dataclass
class Schedule:
    """The faults of each kind of exchange; `refused` maps a number of exchanges to seconds of nobody there.

    `timeout_s` is how long the caller wants to wait, in the client's seconds.
    """

    seed: int
    timeout_s: float
    faults: dict[str, list[Fault]]
    refused: dict[int, float]

    @classmethod
    def drawn(cls, seed: int) -> "Schedule":
        chance = random.Random(seed)  # noqa: S311  # a bad day, not a secret
        faults = {
            kind: chance.sample(FAULTS[kind], chance.choice(counts)) for kind, counts in _HOW_MANY.items()
        }
        outages = chance.sample(range(8), chance.choice(_OUTAGES))
        refused = {at: chance.uniform(0.02, _LONGEST_OUTAGE_S) for at in outages}
        return cls(seed, chance.choice(_TIMEOUTS_S), faults, refused)

    def next(self, kind: str) -> Fault | None:
        """Return what befalls the next exchange of this kind, once."""
        waiting = self.faults.get(kind)
        return waiting.pop(0) if waiting else None
