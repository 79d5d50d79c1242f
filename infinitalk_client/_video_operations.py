"""The operations that end in a video file: download, recover, the synchronous call; no I/O."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import httpx

from . import _operations, _responses
from ._download import PartialFile, check_target
from ._errors import BadAnswer, DiskError, DownloadError, InvalidRequest, RateLimited, ServerError
from ._messages import message
from ._models import JobState, JobStatus, Result, TalkRequest
from ._operations import NEVER_SENT, NOT_SENDABLE, expired, job_errors, not_sent
from ._retry import RetryPolicy, back_off, fault_text
from ._steps import Context, JobRef, Operation, Send, Sleep

FRESH_ADDRESSES = 2  # to ask for when a storage refuses the one at hand
REDIRECTS = 5
WHOLE_TRANSFERS = 3  # to make when what arrives is no whole video


def download(context: Context, ref: JobRef, path: Path, timeout: float, poll_every: float) -> Operation[Path]:
    """Wait for the job, and put its video at `path` once it is whole.

    Raises:
        DownloadError: the video could not be fetched, or is not a whole MP4; nothing is left at `path`.
        JobFailed, JobExpired, JobTimeout, Unreachable, APIError: each with the `request_id`.
    """
    _check_target_of_job(ref, path)
    retries = context.retries(timeout, ref)
    yield from _operations.watch(context, ref, timeout, poll_every)
    ask = partial(_operations.finished_result, context, ref, retries, poll_every)
    return (yield from _save(context, ref, path, ask, retries))


def recover(context: Context, ref: JobRef, path: Path, timeout: float) -> Operation[Path]:
    """Put the video of a job whose result has expired at `path`, by the service's request history.

    Raises:
        JobExpired: the history does not name a video, or does not know the job.
        JobFailed, DownloadError, Unreachable, APIError: as `download`.
    """
    _check_target_of_job(ref, path)
    ask = partial(_result_by_history, context, ref, timeout)
    return (yield from _save(context, ref, path, ask, context.retries(timeout, ref)))


def _check_target_of_job(ref: JobRef, path: Path) -> None:
    """Check the target of a job that may be paid for: DiskError, since the request was no mistake."""
    with job_errors(ref):
        try:
            check_target(path)
        except InvalidRequest as error:
            raise DiskError(error.message, detail=error.detail) from error


def _result_by_history(context: Context, ref: JobRef, timeout: float) -> Operation[Result]:
    entry = yield from _operations.history(context, ref.request_id, timeout)
    if entry.state is JobState.FAILED:
        raise _responses.job_failed(JobStatus(ref.request_id, entry.state, error=entry.error))
    if not entry.url:
        raise expired(ref, "no_video_in_history")
    return Result(url=entry.url)


def _save(
    context: Context,
    ref: JobRef,
    path: Path,
    ask: Callable[[], Operation[Result]],
    retries: RetryPolicy,
) -> Operation[Path]:
    """Ask for a result and save it; ask again if its address is refused: it has expired, or is too new."""
    found = yield from ask()
    with job_errors(ref), PartialFile(path, context.clock) as file:
        for left in reversed(range(FRESH_ADDRESSES + 1)):
            if found.data is not None:
                file.restart()
                file.write(found.data)
                break
            try:
                yield from _fetch(context, found.url or "", file, retries)
                break
            except DownloadError as error:
                if not left or not httpx.codes.is_client_error(error.status or 0):
                    raise
            yield Sleep(back_off(FRESH_ADDRESSES - left, context.rng))
            found = yield from ask()
        file.replace_target()
    return path


def _fetch(context: Context, address: str, file: PartialFile, retries: RetryPolicy) -> Operation[None]:
    """Stream a video into a file; resume after every fault, and follow redirects to allowed addresses."""
    redirects, whole_transfers = 0, 0
    while True:
        request = context.requests.media(address, file.resume_headers())
        size = file.size
        try:
            response: httpx.Response = yield Send(request, file)
            if response.has_redirect_location and redirects < REDIRECTS:
                redirects += 1
                address = _joined(request.url, response.headers["location"])
                continue
            file.raise_for_error(response)
        except NOT_SENDABLE:
            raise
        except (httpx.RequestError, RateLimited, ServerError) as fault:
            if isinstance(fault.__context__, httpx.InvalidURL):  # httpx parses a redirect's address by itself
                raise DownloadError(message("video_address_unreadable")) from fault
            if file.size > size:
                retries.reset()
            yield Sleep(retries.pause(fault))
            continue
        whole_transfers += 1
        if not file.flaw() or whole_transfers == WHOLE_TRANSFERS:
            return
        file.restart()


def _joined(url: httpx.URL, location: str) -> str:
    try:
        return str(url.join(location))
    except httpx.InvalidURL as error:
        raise DownloadError(message("video_address_unreadable")) from error


def generate_now(context: Context, talk: TalkRequest, path: Path) -> Operation[Result]:
    """Make the synchronous call: one POST, never repeated, whose answer is the video itself.

    Raises:
        SubmitUncertain: it was sent, and the video did not arrive whole.
        Unreachable: it was not sent.
        APIError: the service refused it.
    """
    check_target(path)
    with PartialFile(path, context.clock) as file:
        try:
            response = yield Send(context.requests.generate_now(talk), file)
            _responses.refuse_submission(response)
            file.replace_target()
        except NOT_SENDABLE:
            raise
        except NEVER_SENT as fault:
            raise not_sent(fault) from fault
        except (httpx.RequestError, BadAnswer, DownloadError, ServerError) as fault:
            request_id = file.headers.get("x-request-id")
            raise _responses.lost_answer(fault_text(fault), request_id=request_id) from fault
    return replace(_responses.read_headers(response), path=path)
