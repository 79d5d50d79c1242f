"""Submit, poll, wait, upload, credits, history: what to send when, and what to retry; no I/O."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TypeVar

import httpx

from . import _responses
from ._errors import (
    APIError,
    BadAnswer,
    DownloadError,
    InfinitalkError,
    JobExpired,
    JobTimeout,
    NotFound,
    RateLimited,
    ServerError,
    Unreachable,
)
from ._messages import message
from ._models import Credits, HistoryEntry, JobState, JobStatus, Result, TalkRequest
from ._retry import PATIENCE_S, RetryPolicy, fault_text, poll_interval
from ._steps import NEW_JOB_S, Context, JobRef, Operation, Send, Sleep

T = TypeVar("T")

NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
NOT_SENDABLE = (httpx.UnsupportedProtocol, httpx.LocalProtocolError)

log = logging.getLogger("infinitalk_client")


def retried(
    request: httpx.Request, read: Callable[[httpx.Response], T], retries: RetryPolicy
) -> Operation[T]:
    """Send a request that changes nothing until it is answered, and read the answer."""
    while True:
        try:
            value = read((yield Send(request)))
        except NOT_SENDABLE:
            raise
        except (httpx.RequestError, NotFound, RateLimited, ServerError) as fault:
            yield Sleep(retries.pause(fault))
        else:
            retries.reset()
            return value


def submit(context: Context, talk: TalkRequest) -> Operation[JobRef]:
    """Send the one POST that costs money.

    It is repeated only when it certainly was not sent, or was refused for being too busy (429).

    Raises:
        SubmitUncertain: it was sent, and its answer was lost.
        Unreachable: five tries did not get through; nothing was started.
        APIError: the service refused it; nothing was started.
    """
    request = context.requests.submit(talk)
    for pause in (1.0, 2.0, 4.0, 8.0, None):
        try:
            request_id = _responses.read_submission((yield Send(request)))
        except NOT_SENDABLE:
            raise
        except NEVER_SENT as fault:
            if pause is None:
                raise not_sent(fault) from fault
            yield Sleep(pause)
        except (httpx.RequestError, BadAnswer) as fault:
            raise _responses.lost_answer(fault_text(fault)) from fault
        except RateLimited as fault:
            if pause is None:
                raise
            yield Sleep(fault.retry_after_s or pause)
        else:
            log.info("submitted %s", request_id)
            return JobRef(request_id, context.clock())
    raise AssertionError("the last try returns or raises")


def not_sent(fault: Exception) -> Unreachable:
    return Unreachable(message("not_sent", fault=fault_text(fault)))


def status(context: Context, ref: JobRef, retries: RetryPolicy | None = None) -> Operation[JobStatus]:
    """Poll a job once; a failed one is a status here, not an error."""
    retries = retries or context.retries(PATIENCE_S, ref)
    request = context.requests.status(ref.request_id)
    with job_errors(ref):
        found = yield from retried(request, _responses.read_status, retries)
    began = retries.began if ref.submitted_at is None else ref.submitted_at
    return replace(found, request_id=ref.request_id, elapsed_s=context.clock() - began)


def watch(context: Context, ref: JobRef, timeout: float, poll_every: float) -> Operation[None]:
    """Yield the status of every poll until the job is finished.

    Raises:
        JobFailed, JobExpired, JobTimeout, Unreachable, APIError: each with the `request_id`.
    """
    retries = context.retries(timeout, ref)
    while True:
        found = yield from status(context, ref, retries)
        yield found
        if found.state is JobState.FAILED:
            raise _responses.job_failed(found)
        if found.state is JobState.COMPLETED:
            return
        now = context.clock()
        if now >= retries.deadline:
            raise _unfinished(ref, timeout, found.unknown_word)
        pause = poll_interval(now - retries.began, poll_every, context.rng)
        yield Sleep(min(pause, retries.deadline - now))


def _unfinished(ref: JobRef, timeout: float, unknown_word: str | None = None) -> JobTimeout:
    text = message("job_unfinished", timeout_s=timeout)
    if unknown_word:
        text = message("job_unknown_state", timeout_s=timeout, word=unknown_word)
    hint = message("wait_again", request_id=ref.request_id)
    return JobTimeout(text, request_id=ref.request_id, detail=unknown_word, hint=hint)


def result(context: Context, ref: JobRef, retries: RetryPolicy | None = None) -> Operation[Result | None]:
    """Ask for the video once; None while the job is not finished."""
    retries = retries or context.retries(PATIENCE_S, ref)
    request = context.requests.result(ref.request_id)
    with job_errors(ref):
        found = yield from retried(request, _responses.read_result, retries)
    return found and replace(found, request_id=ref.request_id)


def wait(context: Context, ref: JobRef, timeout: float, poll_every: float) -> Operation[Result]:
    """Watch to the end, and return the video's address or bytes."""
    retries = context.retries(timeout, ref)
    yield from watch(context, ref, timeout, poll_every)
    return (yield from finished_result(context, ref, retries, poll_every))


def finished_result(
    context: Context, ref: JobRef, retries: RetryPolicy, poll_every: float
) -> Operation[Result]:
    """Ask for the result of a finished job until it is there: its status may be ahead of it."""
    while True:
        retries.reset(new_until=context.clock() + NEW_JOB_S)
        found = yield from result(context, ref, retries)
        if found:
            return found
        yield Sleep(min(1.0, poll_every))
        if context.clock() >= retries.deadline:
            raise _unfinished(ref, retries.timeout)


@contextmanager
def job_errors(ref: JobRef) -> Iterator[None]:
    """Add the job to every error that leaves this block; a job that is not found has expired."""
    try:
        yield
    except NotFound as error:
        gone = expired(ref, "job_expired", error.status)
        gone.detail = error.detail
        gone.service_code, gone.service_values = error.service_code, error.service_values
        raise gone from error
    except InfinitalkError as error:
        error.request_id = ref.request_id
        if isinstance(error, APIError | DownloadError):
            error.detail = error.detail or error.message
            error.hint = message("job_wait_again", request_id=ref.request_id)
        raise


def expired(ref: JobRef, code: str, status: int | None = None) -> JobExpired:
    request_id = ref.request_id
    return JobExpired(message(code, request_id=request_id), request_id=request_id, status=status)


def balance(context: Context, timeout: float) -> Operation[Credits]:
    """Ask for the balance; free of charge."""
    request = context.requests.credits()
    return (yield from retried(request, _responses.read_credits, context.retries(timeout)))


def history(context: Context, request_id: str, timeout: float) -> Operation[HistoryEntry]:
    """Look a request up in the service's history, which outlives the result."""
    ref, request = JobRef(request_id), context.requests.history(request_id)
    with job_errors(ref):
        try:
            found = yield from retried(request, _responses.read_history, context.retries(timeout, ref))
        except NotFound as error:
            raise expired(ref, "job_not_in_history", error.status) from error
    return replace(found, request_id=request_id)


def upload(context: Context, name: str, data: bytes, timeout: float) -> Operation[str]:
    """Store a file at the service and return its address; repeating it costs nothing."""
    request = context.requests.upload(name, data)
    return (yield from retried(request, _responses.read_upload, context.retries(timeout)))
