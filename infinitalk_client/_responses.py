"""Reads each HTTP response into a value or an error, leniently where the vendor is vague."""

import base64
import contextlib
from collections.abc import Iterable, Mapping
from typing import Any

import httpx

from ._error_responses import detail_of, quoted, read_json, refusal, service_message, unreadable
from ._errors import APIError, JobFailed, SubmitUncertain
from ._messages import message
from ._models import Credits, HistoryEntry, JobState, JobStatus, Metrics, Progress, Result, is_request_id

# States are compared by their letters alone: "timed out", "Timed-Out" and "TIMED_OUT" are one word.
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
# Words of other services for a job that still runs.
_RUNNING = "PENDING RUNNING INPROGRESS INQUEUE WAITING STARTED STARTING SUBMITTED ACCEPTED"
_FAILED_JOB = 422  # the service's HTTP status for FAILED
_NOT_FINISHED = (202, 409, 425)
_WORD_MAX = 40
_VIDEO_KEYS = ("url", "video", "video_url", "result", "output")
_TOP_LEVEL_VIDEO_KEYS = ("output", "video", "video_url", "result")
_NESTED_MAX = 6


def read_submission(response: httpx.Response) -> str:
    """Return the `request_id`.

    Raises:
        SubmitUncertain: the answer does not tell whether the service took the job.
        APIError: the service refused it, and nothing was started.
    """
    refuse_submission(response)
    request_id = _json_object(response).get("request_id")
    request_id = request_id.strip() if isinstance(request_id, str) else None
    if not is_request_id(request_id):
        reason = message("odd_request_id" if request_id else "no_request_id")
        raise lost_answer(reason, response.status_code)
    return request_id


def refuse_submission(response: httpx.Response) -> None:
    """Raise the error that a paid POST's status means, unless it is a success.

    A 5xx may come from a gateway, after the service behind it has taken the job.
    """
    if response.status_code == httpx.codes.REQUEST_TIMEOUT or response.is_server_error:
        raise lost_answer(message("http_status", status=response.status_code), response.status_code)
    if not response.is_success:
        error = refusal(response, submitting=True)
        error.hint = message("nothing_charged")
        raise error


def lost_answer(reason: str, status: int | None = None, request_id: str | None = None) -> SubmitUncertain:
    text = message("lost_answer", reason=reason)
    return SubmitUncertain(text, request_id=request_id, status=status, detail=reason)


def read_status(response: httpx.Response) -> JobStatus:
    """Read the status of a job.

    FAILED comes as HTTP 422, from older deployments as 200, so the body decides first.

    Raises:
        APIError: the service refused, or the answer cannot be read (`ServerError`).
    """
    body = _json_object(response)
    state = _state(response, body)
    if state is None:
        raise refusal(response)
    is_failed = state is JobState.FAILED
    service_code, service_values = service_message(response) if is_failed else (None, {})
    return JobStatus(
        request_id=str(body.get("request_id") or ""),
        state=state,
        unknown_word=_unknown_word(response, body) if state is JobState.PROCESSING else None,
        metrics=_metrics(body.get("metrics")),
        progress=_progress(body.get("progress")),
        queue_position=_whole(body.get("queue_position")),
        error=detail_of(response) or message("no_reason") if is_failed else None,
        service_code=service_code,
        service_values=service_values,
    )


def _state(response: httpx.Response, body: Mapping[str, Any]) -> JobState | None:
    failed = response.status_code == _FAILED_JOB
    if not (response.is_success or failed):
        return None
    if word := _letters(body.get("status")):
        # An unknown word must not end a wait: the job runs, or has failed with 422.
        return _STATE_OF.get(word, JobState.FAILED if failed else JobState.PROCESSING)
    if failed:
        return JobState.FAILED
    return JobState.COMPLETED if find_video(body) else None


def _unknown_word(response: httpx.Response, body: Mapping[str, Any]) -> str | None:
    word = body.get("status")
    if not isinstance(word, str) or _letters(word) in {*_STATE_OF, *_RUNNING.split()}:
        return None
    return quoted(response, word)[:_WORD_MAX] or None


def _letters(word: object) -> str:
    """Return the letters of a state in capitals; a word without letters, such as a number, as it is."""
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
    status = read_status(response)
    if status.state is JobState.FAILED:
        raise job_failed(status)
    return _finished(_json_object(response), status.metrics) if status.state is JobState.COMPLETED else None


def _is_video(response: httpx.Response) -> bool:
    content_type = response.headers.get("content-type", "").strip().lower()
    return content_type.startswith("video/") or _is_video_data(response.content)


def _finished(body: Mapping[str, Any], metrics: Metrics) -> Result:
    video, seed = find_video(body), _whole(body.get("seed"))
    if video is None:
        raise APIError(message("no_video_in_result"), status=200)
    if isinstance(video, bytes):
        return Result(data=video, metrics=metrics, seed=seed)
    return Result(url=video, metrics=metrics, seed=seed)


def job_failed(status: JobStatus) -> JobFailed:
    text = message("job_failed", reason=status.error or message("no_reason"))
    error = JobFailed(text, request_id=status.request_id or None, detail=status.error)
    error.service_code, error.service_values = status.service_code, status.service_values
    return error


def read_headers(response: httpx.Response) -> Result:
    """Read what the answer of the synchronous call says in its x- headers."""
    headers = response.headers
    metrics = Metrics(
        cost=_number(headers.get("x-cost")),
        remaining_credits=_number(headers.get("x-remaining-credits")),
        inference_time=_number(headers.get("x-generation-time")),
    )
    request_id = headers.get("x-request-id")
    request_id = request_id if is_request_id(request_id) else None
    return Result(metrics=metrics, seed=_whole(headers.get("x-seed-value")), request_id=request_id)


def read_credits(response: httpx.Response) -> Credits:
    """Read the balance; the service answers 404 for an account that has none."""
    if response.status_code == httpx.codes.NOT_FOUND:
        return Credits()
    body = _success(response)
    return Credits(_number(body.get("credits")) or 0.0, _number(body.get("free-credits")) or 0.0)


def read_history(response: httpx.Response) -> HistoryEntry:
    """Read one entry of the service's request history."""
    body = _success(response)
    request, video = body.get("request_body"), find_video({"output": body.get("generation_url")})
    return HistoryEntry(
        request_id=str(body.get("request_id") or ""),
        state=_STATE_OF.get(_letters(body.get("model_status")), JobState.PROCESSING),
        url=video if isinstance(video, str) else None,
        cost=_number(body.get("credits_deduction")),
        error=detail_of(response),
        latency_ms=_number(body.get("latency_ms")),
        request=request if isinstance(request, dict) else {},
    )


def read_upload(response: httpx.Response) -> str:
    """Return the address of the uploaded file."""
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


def _number(value: object) -> float | None:
    """Return a number, also one that was sent as a string; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if abs(number) < float("inf") else None


def _whole(value: object) -> int | None:
    """Read a whole number exactly: a float would round a long seed."""
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


def find_video(body: Mapping[str, Any]) -> str | bytes | None:
    """Return the video's address, or its bytes, or None.

    The documented shape is `output: "<url>"`; the others were seen on the vendor's other models.
    """
    return _first_video(body.get(key) for key in _TOP_LEVEL_VIDEO_KEYS)


def _first_video(candidates: Iterable[Any], depth: int = 0) -> str | bytes | None:
    found = (_read_video(candidate, depth) for candidate in candidates)
    return next((video for video in found if video), None)


def _read_video(value: Any, depth: int) -> str | bytes | None:
    if depth > _NESTED_MAX:
        return None
    if isinstance(value, str):
        return _read_video_text(value.strip())
    if isinstance(value, list):
        return _first_video(value, depth + 1)
    if isinstance(value, Mapping):
        return _first_video((value.get(key) for key in _VIDEO_KEYS), depth + 1)
    return None


def _read_video_text(text: str) -> str | bytes | None:
    if text.lower().startswith(("http://", "https://")):
        return text
    if text.lower().startswith("data:"):
        head, _, text = text.partition(",")
        if not head.lower().endswith(";base64"):
            return None
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        return None
    return data if _is_video_data(data) else None


def _is_video_data(data: bytes) -> bool:
    """Tell an MP4 (a `ftyp` box first) or a WebM (an EBML head) by its first bytes."""
    return data[4:8] == b"ftyp" or data[:4] == b"\x1a\x45\xdf\xa3"
