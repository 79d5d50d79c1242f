"""Error -> what happened, whether it cost anything, what to do about it."""

import logging
import secrets

from infinitalk_app.messages import Trouble
from infinitalk_app.refusals import PageStopped, Refusal
from infinitalk_app.runs import Snapshot
from infinitalk_app.words import ERRORS
from infinitalk_client import (
    APIError,
    DiskError,
    DownloadError,
    InfinitalkError,
    InsufficientCredits,
    InvalidRequest,
    JobExpired,
    JobFailed,
    JobTimeout,
    ModelRetired,
    NotAuthorized,
    RateLimited,
    ServerError,
    SubmitUncertain,
    Unreachable,
)
from infinitalk_media import MediaError

_INCIDENT_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # none that can be misread
_BLOCKED = ("nsfw", "content policy", "safety", "moderat", "sensitive", "prohibited", "flagged")
_CASES: tuple[tuple[type[InfinitalkError], str], ...] = (  # the first that fits
    (SubmitUncertain, "uncertain"),
    (NotAuthorized, "key"),
    (InsufficientCredits, "credits"),
    (RateLimited, "busy"),
    (ModelRetired, "retired"),
    (JobFailed, "failed"),
    (JobExpired, "gone"),
    (DownloadError, "bad_video"),
    (Unreachable, "unreachable"),
    (JobTimeout, "unreachable"),
    (ServerError, "unreachable"),
    (APIError, "refused"),
)

log = logging.getLogger("infinitalk_app")


def explain(error: Exception, run: Snapshot) -> Trouble:
    """Return what the page says of an error; one that nobody foresaw gets a number, which the log has too."""
    return _explained(error, run).naming(run.provider.service)


def _explained(error: Exception, run: Snapshot) -> Trouble:
    match error:
        case Refusal():
            return error.trouble
        case PageStopped():
            return _of_stop(run)
        case MediaError() | InvalidRequest():
            return _of_file(error, run)
        case InfinitalkError():
            return _of_service(error, run) if run.provider.outlives_page else _of_preview(error)
        case OSError() if run.request_id and run.provider.outlives_page:
            return _of_disk(error)
        case _:
            return _unforeseen(error, run)


def _of_stop(run: Snapshot) -> Trouble:
    if not run.provider.outlives_page:
        return ERRORS["preview_died"]
    return ERRORS["unreachable" if run.request_id else "uncertain"]


def _of_file(error: Exception, run: Snapshot) -> Trouble:
    name = "input"
    if isinstance(error, MediaError) and run.state == "VERIFYING":
        name = "bad_video" if run.provider.outlives_page else "failed_preview"
    return ERRORS[name].saying(said=_sentence(str(error)))


def _of_preview(error: InfinitalkError) -> Trouble:
    if isinstance(error, JobExpired):
        return ERRORS["gone_preview"]
    if isinstance(error, RateLimited):
        return ERRORS["busy_preview"]
    return ERRORS["failed_preview"].saying(said=_sentence(error.detail or str(error)))


def _of_disk(error: OSError) -> Trouble:
    """Tell of a video that is there, but cannot be kept here."""
    log.error("a video cannot be kept", exc_info=error)
    said = error.detail if isinstance(error, DiskError) else error.strerror
    return ERRORS["bad_video"].saying(said=_sentence(said or type(error).__name__))


def _of_service(error: InfinitalkError, run: Snapshot) -> Trouble:
    if isinstance(error, DiskError):
        return _of_disk(error)
    said = error.detail or str(error)
    name = next((name for kind, name in _CASES if isinstance(error, kind)), None)
    if name is None:
        return _unforeseen(error, run)
    if name == "failed" and any(word in said.lower() for word in _BLOCKED):
        name = "blocked"
    if name in ("failed", "blocked") and not run.provider.failed_runs_are_free:
        name += "_perhaps_charged"
    if name == "gone" and not run.provider.keeps_history:
        name = "not_kept"
    if name == "unreachable" and not (error.request_id or run.request_id):
        name = "never_sent"
    if run.request_id:  # it was sent, with some key or other
        name = {"key": "other_key", "refused": "odd"}.get(name, name)
    return ERRORS[name].saying(said=said)


def _unforeseen(error: Exception, run: Snapshot) -> Trouble:
    incident = "".join(secrets.choice(_INCIDENT_LETTERS) for _ in range(4))
    log.error("incident %s", incident, exc_info=error)
    return ERRORS[f"unforeseen{_cost(run)}"].saying(incident=incident)


def _cost(run: Snapshot) -> str:
    if run.provider.free:
        return "_and_free"
    return "_and_perhaps_charged" if run.committed else ""


def _sentence(text: str) -> str:
    text = text.strip()
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?")) else f"{text}."
