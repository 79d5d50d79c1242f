"""The flows that end in a file: download, and the synchronous call."""

from dataclasses import replace
from pathlib import Path

import httpx

from . import _answers
from ._errors import DownloadError, JobExpired, JobFailed, RateLimited, ServerError
from ._flows import (
    NEVER_SENT,
    NOT_SENDABLE,
    Flow,
    JobRef,
    Means,
    Save,
    Weather,
    about,
    history,
    name_of,
    never_sent,
    wait,
)
from ._models import JobState, Result, TalkRequest
from ._part import Part

REDIRECTS = 5
WHOLE_TRANSFERS = 3  # that turn out not to be a whole video


def download(means: Means, ref: JobRef, path: Path, timeout: float, poll_every: float) -> Flow[Path]:
    """Wait for the job, and put its video at `path` once it is whole.

    Raises:
        DownloadError: the video could not be fetched, or is not a whole MP4; nothing is left at `path`.
        JobFailed, JobExpired, JobTimeout, Unreachable, APIError: each with the `request_id`.
    """
    with about(ref):
        Part.check_target(path)
    weather = Weather(means, means.clock() + timeout, ref.request_id)
    found = yield from wait(means, ref, timeout, poll_every)
    weather.clears()
    with about(ref), Part(path, means.clock) as part:
        if found.data is None:
            yield from fetch(means, found.url or "", part, weather)
        else:
            part.write(found.data)
        part.keep()
    return path


def recover(means: Means, ref: JobRef, path: Path, timeout: float) -> Flow[Path]:
    """Put the video of a job whose result has expired at `path`, by the service's own record.

    Raises:
        JobExpired: the record does not name a video, or does not know the job.
        JobFailed, DownloadError, Unreachable, APIError: as `download`.
    """
    with about(ref):
        Part.check_target(path)
    weather = Weather(means, means.clock() + timeout, ref.request_id)
    entry = yield from history(means, ref.request_id, timeout)
    if entry.state is JobState.FAILED:
        sentence = f"The job failed: {entry.error or 'no reason given'}"
        raise JobFailed(sentence, request_id=ref.request_id, detail=entry.error)
    if not entry.url:
        sentence = f"The history of job {ref.request_id} names no video."
        raise JobExpired(sentence, request_id=ref.request_id)
    with about(ref), Part(path, means.clock) as part:
        yield from fetch(means, entry.url, part, weather)
        part.keep()
    return path


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
        raise DownloadError("The video's address cannot be read.") from error


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
        except (httpx.RequestError, DownloadError, ServerError) as fault:
            raise _answers.uncertain(name_of(fault), request_id=part.headers.get("x-request-id")) from fault
    return replace(_answers.read_headers(response), path=path)
