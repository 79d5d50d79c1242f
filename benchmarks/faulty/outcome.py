"""A job under faults, and its outcome for the caller.

Time is scaled: sleeps take a hundredth of their time, and clocks run a hundred times as fast.
"""

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass

SCALE = 100
CONNECT_S, READ_S = 0.1, 0.3  # real seconds of one exchange; 10 and 30 on the scaled clock
POLL_EVERY_S = 5.0
CALLS_MAX = 12


@dataclass(frozen=True)
class Task:
    """Where to send a job, where to put its video, and how long to wait, in scaled seconds."""

    base: str
    image: str
    audio: str
    target: str
    timeout_s: float
    seed: int

    @property
    def prompt(self) -> str:
        return f"schedule {self.seed}"


@dataclass
class Outcome:
    """The calls, the last error's name, and by how many scaled seconds a wait exceeded its timeout."""

    downloaded: bool = False
    calls: int = 0
    error: str = ""
    late_s: float = 0.0

    @contextlib.contextmanager
    def call(self, timeout_s: float = float("inf")) -> Iterator[None]:
        """Count one call, and note how it ends instead of raising."""
        self.calls += 1
        began = scaled_clock()
        try:
            yield
        except Exception as error:  # noqa: BLE001  # the vendor's SDK also raises those of httpx and json
            self.error = type(error).__name__
            self.late_s = max(self.late_s, scaled_clock() - began - timeout_s)

    @property
    def goes_on(self) -> bool:
        return not self.downloaded and self.calls < CALLS_MAX


def scaled_clock() -> float:
    return time.monotonic() * SCALE
