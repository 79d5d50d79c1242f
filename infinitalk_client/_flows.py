"""The decisions over time, without any I/O.

A flow is a generator, in the way of httpx's `auth_flow`. It yields what to do next: a request (and is sent
the response, or is thrown the transport's error), a `Sleep`, a `Save`, or a `JobStatus` for whoever looks on.
It returns its outcome. `_drivers` performs the steps; nothing here differs between sync and async.
"""

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import httpx

from . import _answers, _pauses
from ._errors import (
    APIError,
    BadAnswer,
    DownloadError,
    InfinitalkError,
    InvalidRequest,
    JobExpired,
    JobTimeout,
    NotFound,
    RateLimited,
    ServerError,
    Unreachable,
)
from ._models import Credits, HistoryEntry, JobState, JobStatus, Result, TalkRequest, is_request_id
from ._part import Part
from ._protocol import Wire

T = TypeVar("T")

PATIENCE_S = 300.0  # without one good answer
NEW_JOB_S = 15.0  # in which a job just submitted, or just finished, may still be unknown

NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
NOT_SENDABLE = (httpx.UnsupportedProtocol, httpx.LocalProtocolError)


@dataclass(frozen=True)
class Sleep:
    """Wait so many seconds."""

    seconds: float


@dataclass(frozen=True)
class Save:
    """Send the request, and stream the body into the part if the part wants it."""

    request: httpx.Request
    part: Part


Step = httpx.Request | Sleep | Save | JobStatus
Flow = Generator[Step, Any, T]


@dataclass(frozen=True)
class Means:
    """What a flow is given: the wire, and time and chance as functions."""

    wire: Wire
    clock: Callable[[], float]
    rng: Callable[[], float]


@dataclass(frozen=True)
class JobRef:
    """Which job is meant; `submitted_at` (our clock) only if we have just submitted it.

    Raises:
        InvalidRequest: the id can be none.
    """

    request_id: str
    submitted_at: float | None = None

    def __post_init__(self) -> None:
        if not is_request_id(self.request_id):
            raise InvalidRequest("A request_id has 1 to 80 letters, digits, - or _; this is none.")


class Weather:
    """Faults that pass: backs off, and gives up after 300 s without one good answer, or at the deadline."""

    def __init__(self, means: Means, deadline: float, request_id: str | None = None) -> None:
        self._means = means
        self._good_at = means.clock()
        self._faults = 0
        self._request_id = request_id
        self.deadline = deadline

    def clears(self) -> None:
        self._good_at = self._means.clock()
        self._faults = 0

    def pause(self, fault: Exception) -> Sleep:
        """Return how long to wait before the next try.

        Raises:
            Unreachable: this has gone on for too long.
        """
        now = self._means.clock()
        end = min(self._good_at + PATIENCE_S, self.deadline)
        if now >= end:
            raise self._given_up(fault) from fault
        asked = fault.retry_after_s if isinstance(fault, RateLimited) else None
        seconds = asked or _pauses.back_off(self._faults, self._means.rng)
        self._faults += 1
        return Sleep(min(seconds, end - now))

    def _given_up(self, fault: Exception) -> Unreachable:
        sentence = "The service could not be reached"
        if self._request_id:
            sentence += f"; the job goes on. {how_to_go_on(self._request_id)}"
        return Unreachable(
            f"{sentence} ({name_of(fault)}).", request_id=self._request_id, detail=name_of(fault)
        )


def how_to_go_on(request_id: str) -> str:
    return f'To go on: client.job("{request_id}").wait()'


def name_of(fault: Exception) -> str:
    return str(fault) if isinstance(fault, InfinitalkError) else type(fault).__name__


def ask(
    means: Means,
    request: httpx.Request,
    read: Callable[[httpx.Response], T],
    weather: Weather,
    known_by: float = float("-inf"),
) -> Flow[T]:
    """Repeat an exchange that changes nothing until it is answered; until `known_by` a 404 is weather."""
    while True:
        try:
            value = read((yield request))
        except NOT_SENDABLE:
            raise
        except (httpx.RequestError, RateLimited, ServerError) as fault:
            yield weather.pause(fault)
        except NotFound as fault:
            if means.clock() >= known_by:
                raise
            yield weather.pause(fault)
        else:
            weather.clears()
            return value


def submit(means: Means, talk: TalkRequest) -> Flow[str]:
    """Send the one POST that costs money, and return the `request_id`.

    It is repeated only when it certainly was not sent, or was refused for being too busy (429).

    Raises:
        SubmitUncertain: it went out, and its answer was lost.
        Unreachable: five tries did not get through; nothing was started.
        APIError: the service refused it; nothing was started.
    """
    request = means.wire.submit(talk)
    for pause in (1.0, 2.0, 4.0, 8.0, None):
        try:
            return _answers.read_submission((yield request))
        except NOT_SENDABLE:
            raise
        except NEVER_SENT as fault:
            if pause is None:
                raise never_sent(fault) from fault
            yield Sleep(pause)
        except (httpx.RequestError, BadAnswer) as fault:
            raise _answers.uncertain(name_of(fault)) from fault
        except RateLimited as refusal:
            if pause is None:
                raise
            yield Sleep(refusal.retry_after_s or pause)
    raise AssertionError("the last try returns or raises")


def never_sent(fault: Exception) -> Unreachable:
    return Unreachable(f"The service could not be reached ({name_of(fault)}); nothing was started.")


def look(means: Means, ref: JobRef) -> Flow[JobStatus]:
    """Look at a job once; a failed one is a status here, not an error."""
    weather = Weather(means, means.clock() + PATIENCE_S, ref.request_id)
    return (yield from _look(means, ref, weather, means.clock(), _known_by(ref)))


def _look(means: Means, ref: JobRef, weather: Weather, since: float, known_by: float) -> Flow[JobStatus]:
    request = means.wire.status(ref.request_id)
    with about(ref):
        seen = yield from ask(means, request, _answers.read_status, weather, known_by)
    began = since if ref.submitted_at is None else ref.submitted_at
    return replace(seen, request_id=ref.request_id, elapsed_s=means.clock() - began)


def _known_by(ref: JobRef) -> float:
    return float("-inf") if ref.submitted_at is None else ref.submitted_at + NEW_JOB_S


def watch(means: Means, ref: JobRef, timeout: float, poll_every: float) -> Flow[None]:
    """Yield every look until the job is finished.

    Raises:
        JobFailed, JobExpired, JobTimeout, Unreachable, APIError: each with the `request_id`.
    """
    began, known_by = means.clock(), _known_by(ref)
    weather = Weather(means, began + timeout, ref.request_id)
    while True:
        seen = yield from _look(means, ref, weather, began, known_by)
        known_by = float("-inf")
        yield seen
        if seen.state is JobState.FAILED:
            raise _answers.failed(seen)
        if seen.state is JobState.COMPLETED:
            return
        now = means.clock()
        if now >= weather.deadline:
            raise _timed_out(ref, timeout, seen.unknown_word)
        pause = _pauses.next_look(now - began, poll_every, means.rng)
        yield Sleep(min(pause, weather.deadline - now))


def _timed_out(ref: JobRef, timeout: float, unknown_word: str | None = None) -> JobTimeout:
    said = f" The service calls it “{unknown_word}”, which this client does not know." if unknown_word else ""
    sentence = (
        f"The job was not finished after {timeout:g} s; it goes on.{said} {how_to_go_on(ref.request_id)}"
    )
    return JobTimeout(sentence, request_id=ref.request_id, detail=unknown_word)


def result(means: Means, ref: JobRef) -> Flow[Result | None]:
    """Ask for the video once; None while the job is not finished."""
    weather = Weather(means, means.clock() + PATIENCE_S, ref.request_id)
    return (yield from _result(means, ref, weather, _known_by(ref)))


def _result(means: Means, ref: JobRef, weather: Weather, known_by: float) -> Flow[Result | None]:
    request = means.wire.result(ref.request_id)
    with about(ref):
        found = yield from ask(means, request, _answers.read_result, weather, known_by)
    return found and replace(found, request_id=ref.request_id)


def wait(means: Means, ref: JobRef, timeout: float, poll_every: float) -> Flow[Result]:
    """Watch to the end, and return the video's address or bytes."""
    weather = Weather(means, means.clock() + timeout, ref.request_id)
    yield from watch(means, ref, timeout, poll_every)
    weather.clears()
    return (yield from finished_result(means, ref, weather, timeout, poll_every))


def finished_result(
    means: Means, ref: JobRef, weather: Weather, timeout: float, poll_every: float
) -> Flow[Result]:
    """Ask for the result of a finished job until it is there."""
    while True:
        found = yield from _result(means, ref, weather, means.clock() + NEW_JOB_S)
        if found:
            return found
        # The status was ahead of the result.
        yield Sleep(min(1.0, poll_every))
        if means.clock() >= weather.deadline:
            raise _timed_out(ref, timeout)


@contextmanager
def about(ref: JobRef) -> Iterator[None]:
    """Name the job in every error that leaves this block, and tell an expired job from an unknown address."""
    try:
        yield
    except NotFound as error:
        raise JobExpired(
            f"The service does not know job {ref.request_id}: results are kept for one hour. "
            "With the key it ran under, your request history may still have it.",
            request_id=ref.request_id,
            status=error.status,
            detail=error.detail,
        ) from error
    except InfinitalkError as error:
        error.request_id = ref.request_id
        if isinstance(error, APIError | DownloadError):
            error.detail = error.detail or error.message
            error.message += f" The job is {ref.request_id}. {how_to_go_on(ref.request_id)}"
        raise


def short(means: Means, timeout: float) -> Weather:
    return Weather(means, means.clock() + timeout)


def balance(means: Means, timeout: float) -> Flow[Credits]:
    """Ask for the balance; free of charge."""
    return (yield from ask(means, means.wire.credits(), _answers.read_credits, short(means, timeout)))


def history(means: Means, request_id: str, timeout: float) -> Flow[HistoryEntry]:
    """Look one of our own requests up in the service's record, which outlives the result."""
    weather = Weather(means, means.clock() + timeout, request_id)
    with about(JobRef(request_id)):
        try:
            found = yield from ask(means, means.wire.history(request_id), _answers.read_history, weather)
        except NotFound as error:
            sentence = f"The request history of this key does not know job {request_id}."
            raise JobExpired(sentence, request_id=request_id, status=error.status) from error
    return replace(found, request_id=request_id)


def upload(means: Means, name: str, data: bytes, timeout: float) -> Flow[str]:
    """Store one file at the service and return its address; repeating it costs nothing."""
    return (yield from ask(means, means.wire.upload(name, data), _answers.read_upload, short(means, timeout)))
