"""The faults that one job meets, drawn from a seed, so that all clients meet the same ones."""

import random
from dataclasses import dataclass

from benchmarks.faulty.catalogue import FAULTS, Fault

# How many faults an exchange of each kind meets before it succeeds.
_HOW_MANY = {"post": (0, 0, 0, 1, 2), "poll": (0, 1, 2, 4, 6), "result": (0, 0, 1, 2), "media": (0, 0, 1, 2)}
_TIMEOUTS_S = (1800.0, 1800.0, 600.0, 20.0)
_OUTAGES = (0, 0, 1, 2)
_LONGEST_OUTAGE_S = 0.12  # real seconds; less than the five tries of a submission take, 0.15


@dataclass
class Schedule:
    """The faults of each kind of exchange.

    Attributes:
        timeout_s: the caller's timeout for the whole wait, in scaled seconds.
        refused: before which exchange the server refuses connections, and for how many real seconds.
    """

    seed: int
    timeout_s: float
    faults: dict[str, list[Fault]]
    refused: dict[int, float]

    @classmethod
    def drawn(cls, seed: int) -> "Schedule":
        rng = random.Random(seed)  # noqa: S311  # not for secrets
        faults = {kind: rng.sample(FAULTS[kind], rng.choice(counts)) for kind, counts in _HOW_MANY.items()}
        outages = rng.sample(range(8), rng.choice(_OUTAGES))
        refused = {at: rng.uniform(0.02, _LONGEST_OUTAGE_S) for at in outages}
        return cls(seed, rng.choice(_TIMEOUTS_S), faults, refused)

    def next(self, kind: str) -> Fault | None:
        """Remove and return the fault of the next exchange of this kind."""
        faults = self.faults.get(kind)
        return faults.pop(0) if faults else None
