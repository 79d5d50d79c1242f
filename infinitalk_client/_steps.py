"""What an operation is: a generator of steps, which an executor performs.

An operation, like httpx's `auth_flow`, yields the next step. After a `Send` it is given the response, or the
error is raised in it. A `JobStatus` that it yields is for the caller of `watch`.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any, TypeVar

import httpx

from ._errors import InvalidRequest
from ._messages import message
from ._models import JobStatus, is_request_id
from ._requests import RequestBuilder
from ._response_body import BodyBuffer, BodySink
from ._retry import RetryPolicy

NEW_JOB_S = 15.0  # in which a job just submitted, or just finished, may still be unknown

T = TypeVar("T")


@dataclass(frozen=True)
class Sleep:
    """Wait so many seconds."""

    seconds: float


@dataclass(frozen=True)
class Send:
    """Send the request, and stream the body of its response into the sink."""

    request: httpx.Request
    sink: BodySink = field(default_factory=BodyBuffer)


Step = Send | Sleep | JobStatus
Operation = Generator[Step, Any, T]


@dataclass(frozen=True)
class Context:
    """What every operation needs: the builder of requests, a clock (seconds), and random numbers (0 to 1)."""

    requests: RequestBuilder
    clock: Callable[[], float]
    rng: Callable[[], float]

    def retries(self, timeout: float, ref: "JobRef | None" = None) -> RetryPolicy:
        if ref is None:
            return RetryPolicy(self.clock, self.rng, timeout)
        return RetryPolicy(self.clock, self.rng, timeout, ref.request_id, ref.new_until)


@dataclass(frozen=True)
class JobRef:
    """Which job is meant; `submitted_at` (by the context's clock) only if this client submitted it.

    Raises:
        InvalidRequest: no job can have this id.
    """

    request_id: str
    submitted_at: float | None = None

    def __post_init__(self) -> None:
        if not is_request_id(self.request_id):
            raise InvalidRequest(message("request_id"))

    @property
    def new_until(self) -> float | None:
        """The time until which the service may not know the job yet; None if it must know it."""
        return None if self.submitted_at is None else self.submitted_at + NEW_JOB_S
