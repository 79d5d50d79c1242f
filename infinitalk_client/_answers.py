"""The wire, inward: reads each answer into a value or an error, leniently where the vendor is vague."""

import contextlib
from collections.abc import Mapping
from typing import Any

import httpx

from ._errors import (
    APIError,
    JobFailed,
    SubmitUncertain,
)
from ._models import Credits, HistoryEntry, JobState, JobStatus, Metrics, Progress, Result, is_request_id
from ._output import find_video, looks_like_video
from ._refusals import detail_of, quoted, read_json, refusal, unreadable

# Letters alone, in capitals: "timed out", "Timed-Out" and "TIMED_OUT" are one word.
_STATES = {
    JobState.QUEUED: "QUEUED",
    JobState.PROCESSING: "PROCESSING",
    JobState.COMPLETED: "COMPLETED COMPLETE SUCCEEDED SUCCESS SUCCESSFUL FINISHED DONE",
    JobState.FAILED: (
        "FAILED FAILURE FAIL ERROR ERRORED CANCELLED CANCELED ABORTED EXPIRED TIMEOUT TIMEDOUT REJECTED "
        "REFUSED DENIED DECLINED INVALID BLOCKED INTERRUPTED TERMINATED KILLED STOPPED CRASHED DEAD DELETED "
        "UNSUCCESSFUL"
    ),
}
_STATE_OF = {word: state for state, words in _STATES.items() for word in words.split()}
# What other services call a job that goes on, in the same letters: no news to tell.
_GOING_ON = "PENDING RUNNING INPROGRESS INQUEUE WAITING STARTED STARTING SUBMITTED ACCEPTED"
_FAILED_JOB = 422  # how the service serves FAILED
_NOT_FINISHED = (202, 409, 425)
_WORD_MAX = 40


def read_submission(response: httpx.Response) -> str:
    """Return the `request_id`.

    Raises:
        SubmitUncertain: the answer does not tell whether the job was taken.
        APIError: the service refused it, and nothing was started.
    """
    refuse_submission(response)
    request_id = _json_object(response).get("request_id")
    request_id = request_id.strip() if isinstance(request_id, str) else None
    if not request_id:
        raise uncertain("an answer without a request_id", response.status_code)
    if not is_request_id(request_id):
        raise uncertain("a request_id that is none", response.status_code)
    return request_id


def refuse_submission(response: httpx.Response) -> None:
    """Raise what a paid POST's status means, unless it is a success.

    A gateway's 5xx says nothing about whether the origin took the job.
    """
    if response.status_code == httpx.codes.REQUEST_TIMEOUT or response.is_server_error:
        raise uncertain(f"HTTP {response.status_code}", response.status_code)
    if not response.is_success:
        error = refusal(response, submitting=True)
        error.message = f"{error.message.rstrip('.')}. Nothing was charged."
        raise error


def uncertain(what: str, status: int | None = None, request_id: str | None = None) -> SubmitUncertain:
    """Say that a submission's fate is unknown, and what to do about it."""
    return SubmitUncertain(
        f"The job was sent, but its answer was lost ({what}). It may be running and may be charged: "
        "look at your request history at Segmind before you submit it again.",
        request_id=request_id,
        status=status,
        detail=what,
    )


def read_status(response: httpx.Response) -> JobStatus:
    """Read one look at a job.

    FAILED comes as HTTP 422, from older deployments as 200, so the body decides first.

    Raises:
        APIError: the service refused, or the answer cannot be read (`ServerError`).
    """
    body = _json_object(response)
    state = _state(response, body)
    if state is None:
        raise refusal(response)
    return JobStatus(
        request_id=str(body.get("request_id") or ""),
        state=state,
        unknown_word=_unknown_word(response, body) if state is JobState.PROCESSING else None,
        metrics=_metrics(body.get("metrics")),
        progress=_progress(body.get("progress")),
        queue_position=_whole(body.get("queue_position")),
        error=detail_of(response) or "no reason given" if state is JobState.FAILED else None,
    )


def _state(response: httpx.Response, body: Mapping[str, Any]) -> JobState | None:
    failed = response.status_code == _FAILED_JOB
    if not (response.is_success or failed):
        return None
    word = _letters(body.get("status"))
    if word:
        # An unknown word means a job that still runs, and must not end a wait; with 422 one that failed.
        return _STATE_OF.get(word, JobState.FAILED if failed else JobState.PROCESSING)
    if failed:
        return JobState.FAILED
    return JobState.COMPLETED if find_video(body) else None


def _unknown_word(response: httpx.Response, body: Mapping[str, Any]) -> str | None:
    word = body.get("status")
    if not isinstance(word, str) or _letters(word) in {*_STATE_OF, *_GOING_ON.split()}:
        return None
    return quoted(response, word)[:_WORD_MAX] or None


def _letters(word: object) -> str:
    """Fold the ways to write a state: only its letters count."""
    return ("".join(filter(str.isalpha, word)).upper() or word.strip()) if isinstance(word, str) else ""


def read_result(response: httpx.Response) -> Result | None:
    """Return the finished video, or None while the job is not finished.

    Raises:
        JobFailed: it ended without a video.
        APIError: the service refused, or finished without naming a video.
    """
    if response.status_code in _NOT_FINISHED:
        return None
    if response.is_success and _is_video(response):
        return Result(data=response.content)
    look = read_status(response)
    if look.state is JobState.FAILED:
        raise failed(look)
    return _finished(_json_object(response), look.metrics) if look.state is JobState.COMPLETED else None


def _is_video(response: httpx.Response) -> bool:
    kind = response.headers.get("content-type", "").strip().lower()
    return kind.startswith("video/") or looks_like_video(response.content)


def _finished(body: Mapping[str, Any], metrics: Metrics) -> Result:
    video, seed = find_video(body), _whole(body.get("seed"))
    if video is None:
        raise APIError("The job is finished, but its answer names no video.", status=200)
    if isinstance(video, bytes):
        return Result(data=video, metrics=metrics, seed=seed)
    return Result(url=video, metrics=metrics, seed=seed)


def failed(look: JobStatus) -> JobFailed:
    return JobFailed(f"The job failed: {look.error}", request_id=look.request_id or None, detail=look.error)


def read_headers(response: httpx.Response) -> Result:
    """Read what the synchronous call says about its run in x- headers."""
    head = response.headers
    metrics = Metrics(
        cost=_number(head.get("x-cost")),
        remaining_credits=_number(head.get("x-remaining-credits")),
        inference_time=_number(head.get("x-generation-time")),
    )
    told = head.get("x-request-id")
    request_id = told if is_request_id(told) else None
    return Result(metrics=metrics, seed=_whole(head.get("x-seed-value")), request_id=request_id)


def read_credits(response: httpx.Response) -> Credits:
    """Read the balance; the service answers 404 for an account that has none."""
    if response.status_code == httpx.codes.NOT_FOUND:
        return Credits()
    body = _success(response)
    return Credits(_number(body.get("credits")) or 0.0, _number(body.get("free-credits")) or 0.0)


def read_history(response: httpx.Response) -> HistoryEntry:
    """Read one entry of the service's own record."""
    body = _success(response)
    word = _letters(body.get("model_status"))
    request = body.get("request_body")
    return HistoryEntry(
        request_id=str(body.get("request_id") or ""),
        state=_STATE_OF.get(word, JobState.PROCESSING),
        url=_text(find_video({"output": body.get("generation_url")})),
        cost=_number(body.get("credits_deduction")),
        error=detail_of(response),
        latency_ms=_number(body.get("latency_ms")),
        request=request if isinstance(request, dict) else {},
    )


def read_upload(response: httpx.Response) -> str:
    """Return the address of the one file that was sent."""
    body = _success(response)
    for key in ("file_urls", "urls", "files", "url"):
        found = find_video({"output": body.get(key)})
        if isinstance(found, str):
            return found
    raise unreadable(response)


def _json_object(response: httpx.Response) -> Mapping[str, Any]:
    body = read_json(response)
    return body if isinstance(body, dict) else {}


def _success(response: httpx.Response) -> Mapping[str, Any]:
    body = _json_object(response)
    if not response.is_success or not body:
        raise refusal(response)
    return body


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _number(value: object) -> float | None:
    """Read a number leniently: the wire sometimes sends them as strings."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if abs(number) < float("inf") else None


def _whole(value: object) -> int | None:
    """Read a whole number to its last digit: a float would round a long seed."""
    if isinstance(value, int | str) and not isinstance(value, bool):
        with contextlib.suppress(ValueError):
            return int(value)
    number = _number(value)
    return None if number is None else int(number)


def _metrics(value: object) -> Metrics:
    if not isinstance(value, dict):
        return Metrics()
    names = ("cost", "remaining_credits", "inference_time", "queue_time", "total_time")
    known = {name: _number(value.get(name)) for name in names}
    return Metrics(**known, extra={k: v for k, v in value.items() if k not in names})


def _progress(value: object) -> Progress | None:
    if not isinstance(value, dict):
        return None
    done, total = _whole(value.get("done")), _whole(value.get("total"))
    return None if done is None or not total or total < 0 else Progress(done, total)
