"""Error -> exit code, and what happened with what to do about it, in the shell's words."""

import argparse
import shlex

from infinitalk_media import MediaError

from ._errors import (
    InfinitalkError,
    InvalidRequest,
    JobExpired,
    JobFailed,
    JobTimeout,
    SubmitUncertain,
    Unreachable,
)

DONE, FAILED, USAGE, RUNNING = 0, 1, 2, 3
_SUBMIT_AGAIN = "To buy it all the same: --submit-again."


class Stopped(InfinitalkError):
    """Ctrl-C, or an end asked for otherwise, while a job was running."""


class OtherOrder(InfinitalkError):
    """The note beside the target is of a job with other inputs."""


_CODES: dict[type[Exception], int] = {
    Stopped: RUNNING,
    JobTimeout: RUNNING,
    Unreachable: RUNNING,
    OtherOrder: USAGE,
}


def explain(error: Exception, chosen: argparse.Namespace) -> tuple[int, str]:
    """Return the exit code, and the sentences; a job that can still be had comes with the words for it."""
    said, request_id = _said(error), getattr(error, "request_id", None)
    if isinstance(error, (InvalidRequest, MediaError)) and not request_id:
        return USAGE, f"{said} Nothing was sent."
    if isinstance(error, SubmitUncertain) or (isinstance(error, JobExpired) and chosen.command == "generate"):
        return FAILED, f"{said} {_SUBMIT_AGAIN}"
    if request_id and not isinstance(error, (JobFailed, JobExpired)):
        return _CODES.get(type(error), FAILED), f"{said} To get its video:\n{_resume(request_id, chosen)}"
    return FAILED, said


def _said(error: Exception) -> str:
    """Return the error's text; two of them name a Python call, which is of no use in a shell."""
    match error:
        case JobTimeout():
            return "The job is not finished yet; it goes on."
        case Unreachable(request_id=str()):
            return f"The service could not be reached ({error.detail}); the job goes on."
        case _:
            return str(error) or type(error).__name__


def _resume(request_id: str, chosen: argparse.Namespace) -> str:
    target = str(chosen.output)
    options = [f"--output={target}"] if target.startswith("-") else ["-o", target]
    options += ["--base-url", chosen.base_url] if chosen.base_url else []
    dashed = request_id.startswith("-")
    words = [*options, "--", request_id] if dashed else [request_id, *options]
    return shlex.join(["python", "-m", "infinitalk_client", "resume", *words])
