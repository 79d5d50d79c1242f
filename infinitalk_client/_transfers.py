"""The flows that end in a file: download, and the synchronous call."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import httpx

from . import _answers
from ._errors import (
    BadAnswer,
    DiskError,
    DownloadError,
    InvalidRequest,
    JobExpired,
    JobFailed,
    RateLimited,
    ServerError,
)
from ._flows import (
    NEVER_SENT,
    NOT_SENDABLE,
    Flow,
    JobRef,
    Means,
    Save,
    Sleep,
    Weather,
    about,
    finished_result,
    history,
    name_of,
    never_sent,
    wait,
)
from ._models import JobState, Result, TalkRequest
from ._part import Part
from ._pauses import back_off

FRESH_ADDRESSES = 2  # that are asked for when a storage refuses the one at hand
REDIRECTS = 5
WHOLE_TRANSFERS = 3  # that turn out not to be a whole video


def download(means: Means, ref: JobRef, path: Path, timeout: float, poll_every: float) -> Flow[Path]:
    """Wait for the job, and put its video at `path` once it is whole.

    Raises:
        DownloadError: the video could not be fetched, or is not a whole MP4; nothing is left at `path`.
        JobFailed, JobExpired, JobTimeout, Unreachable, APIError: each with the `request_id`.
    """
    with about(ref):
        _check_target(path)
    weather = Weather(means, means.clock() + timeout, ref.request_id)
    found = yield from wait(means, ref, timeout, poll_every)
    weather.clears()
    again = partial(finished_result, means, ref, weather, timeout, poll_every)
    with about(ref), Part(path, means.clock) as part:
        yield from _fetch_result(means, found, again, part, weather)
        part.keep()
    return path


def _check_target(path: Path) -> None:
    """Look for a place for the video of a job that may be paid for: no mistake in a request any more."""
    try:
        Part.check_target(path)
    except InvalidRequest as error:
        raise DiskError(error.message, detail=error.detail) from error


def _fetch_result(
    means: Means, found: Result, again: Callable[[], Flow[Result]], part: Part, weather: Weather
) -> Flow[None]:
    """Bring a result into a part; an address that the storage refuses may have expired, or be too new."""
    for left in reversed(range(FRESH_ADDRESSES + 1)):
        if found.data is not None:
            part.restart()
            part.write(found.data)
            return
        try:
            yield from fetch(means, found.url or "", part, weather)
        except DownloadError as error:
            if not left or not httpx.codes.is_client_error(error.status or 0):
                raise
        else:
            return
        yield Sleep(back_off(FRESH_ADDRESSES - left, means.rng))
        found = yield from again()


def recover(means: Means, ref: JobRef, path: Path, timeout: float) -> Flow[Path]:
    """Put the video of a job whose result has expired at `path`, by the service's own record.

    Raises:
        JobExpired: the record does not name a video, or does not know the job.
        JobFailed, DownloadError, Unreachable, APIError: as `download`.
    """
    with about(ref):
        _check_target(path)
    weather = Weather(means, means.clock() + timeout, ref.request_id)
    found = yield from _recorded(means, ref, timeout)
    with about(ref), Part(path, means.clock) as part:
        again = partial(_recorded, means, ref, timeout)
        yield from _fetch_result(means, found, again, part, weather)
        part.keep()
    return path


def _recorded(means: Means, ref: JobRef, timeout: float) -> Flow[Result]:
    """Ask the service's own record for the video's address."""
    entry = yield from history(means, ref.request_id, timeout)
    if entry.state is JobState.FAILED:
        sentence = f"The job failed: {entry.error or 'no reason given'}"
        raise JobFailed(sentence, request_id=ref.request_id, detail=entry.error)
    if not entry.url:
        sentence = f"The history of job {ref.request_id} names no video."
        raise JobExpired(sentence, request_id=ref.request_id)
    return Result(url=entry.url)


def fetch(means: Means, address: str, part: Part, weather: Weather) -> Flow[None]:
    """Stream a video into a part, resuming after every fault and following redirects by the same rule."""
    redirects, whole_transfers = 0, 0
    while True:
        request = means.wire.media(address, part.resume_headers())
        size = part.size
        try:
            response: httpx.Response = yield Save(request, part)
            if response.has_redirect_location and redirects < REDIRECTS:
                redirects += 1
                address = _joined(request.url, response.headers["location"])
                continue
            part.judge(response)
        except NOT_SENDABLE:
            raise
        except (httpx.RequestError, RateLimited, ServerError) as fault:
            if isinstance(fault.__context__, httpx.InvalidURL):  # httpx has tried to read the redirect's
                raise _unreadable() from fault
            if part.size > size:
                weather.clears()
            yield weather.pause(fault)
            continue
        whole_transfers += 1
        if part.is_whole() or whole_transfers == WHOLE_TRANSFERS:
            return
        part.restart()


def _joined(url: httpx.URL, location: str) -> str:
    try:
        return str(url.join(location))
    except httpx.InvalidURL as error:
        raise _unreadable() from error


def _unreadable() -> DownloadError:
    return DownloadError("The video's address cannot be read.")


def generate_now(means: Means, talk: TalkRequest, path: Path) -> Flow[Result]:
    """Make the synchronous call: one POST, never repeated, whose answer is the video itself.

    Raises:
        SubmitUncertain: it went out, and the video did not arrive whole.
        Unreachable: it was not sent.
        APIError: the service refused it.
    """
    Part.check_target(path)
    with Part(path, means.clock) as part:
        try:
            response = yield Save(means.wire.generate_now(talk), part)
            _answers.refuse_submission(response)
            part.keep()
        except NOT_SENDABLE:
            raise
        except NEVER_SENT as fault:
            raise never_sent(fault) from fault
        except (httpx.RequestError, BadAnswer, DownloadError, ServerError) as fault:
            raise _answers.uncertain(name_of(fault), request_id=part.headers.get("x-request-id")) from fault
    return replace(_answers.read_headers(response), path=path)
