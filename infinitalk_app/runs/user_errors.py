"""Exceptions -> errors for the visitor: what happened, whether it cost anything, what to do."""

import logging
import secrets
from typing import Any

import infinitalk_client as client
from infinitalk_app.messages import Message, PageStopped, Refusal, Text, Trouble, from_json
from infinitalk_app.runs.manager import Snapshot
from infinitalk_client import InfinitalkError, InvalidRequest
from infinitalk_media import MediaError
from infinitalk_media.sentences import Sentence

_INCIDENT_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # without those that look alike
_BLOCKED = ("nsfw", "content policy", "safety", "moderat", "sensitive", "prohibited", "flagged")
_CASES: tuple[tuple[type[InfinitalkError], str], ...] = (  # the first that matches
    (client.SubmitUncertain, "uncertain"),
    (client.NotAuthorized, "key"),
    (client.InsufficientCredits, "credits"),
    (client.RateLimited, "busy"),
    (client.ModelRetired, "retired"),
    (client.JobFailed, "failed"),
    (client.JobExpired, "gone"),
    (client.DownloadError, "bad_video"),
    (client.Unreachable, "unreachable"),
    (client.JobTimeout, "unreachable"),
    (client.ServerError, "unreachable"),
    (client.APIError, "refused"),
)

log = logging.getLogger("infinitalk_app")


def explain(error: Exception, run: Snapshot) -> Trouble:
    """Return what the page says of an exception; an unforeseen one gets a number that is in the log, too."""
    match error:
        case Refusal():
            return error.trouble
        case PageStopped():
            code = "unreachable" if run.request_id else "uncertain"
            return Trouble.of(code if run.provider.outlives_page else "preview_died")
        case MediaError() | InvalidRequest():
            return _of_input(error, run)
        case InfinitalkError():
            return _of_service(error, run) if run.provider.outlives_page else _of_preview(error)
        case OSError() if run.request_id and run.provider.outlives_page:
            return _of_disk(error, error.strerror)
        case _:
            return _unforeseen(error, run)


def _of_input(error: MediaError | InvalidRequest, run: Snapshot) -> Trouble:
    if isinstance(error, InvalidRequest):
        return Trouble.of("input", reason=_detail(error))
    failed = "bad_video" if run.provider.outlives_page else "failed_preview"
    return Trouble.of(failed if run.state == "VERIFYING" else "input", reason=error.sentence)


def _of_preview(error: InfinitalkError) -> Trouble:
    if isinstance(error, client.JobExpired):
        return Trouble.of("gone_preview")
    if isinstance(error, client.RateLimited):
        return Trouble.of("busy_preview")
    packed = {"code": error.service_code, "values": dict(error.service_values)}  # what our own server says
    return Trouble.of("failed_preview", reason=from_json(packed) if error.service_code else _detail(error))


def _of_disk(error: Exception, reason: str | None) -> Trouble:
    """Return the error of a video that the service has made, but that cannot be written to this disk."""
    log.error("a video cannot be kept", exc_info=error)
    return Trouble.of("bad_video", reason=reason or type(error).__name__)


def _of_service(error: InfinitalkError, run: Snapshot) -> Trouble:
    if isinstance(error, client.DiskError):
        return _of_disk(error, error.detail)
    reason = _detail(error)
    code = next((code for kind, code in _CASES if isinstance(error, kind)), None)
    if code is None:
        return _unforeseen(error, run)
    if code == "failed" and any(word in str(reason).lower() for word in _BLOCKED):
        code = "blocked"
    if code in ("failed", "blocked") and not run.provider.failed_runs_are_free:
        code += "_perhaps_charged"
    if code == "gone" and not run.provider.keeps_history:
        code = "not_kept"
    if code == "unreachable" and not (error.request_id or run.request_id):
        code = "never_sent"
    if run.request_id:  # it was sent: its values were accepted, and another key bought it
        code = {"key": "other_key", "refused": "odd"}.get(code, code)
    return Trouble.of(code, reason=reason)


def _unforeseen(error: Exception, run: Snapshot) -> Trouble:
    incident = "".join(secrets.choice(_INCIDENT_LETTERS) for _ in range(4))
    log.error("incident %s", incident, exc_info=error)
    cost = "_and_free" if run.provider.free else "_and_perhaps_charged" if run.committed else ""
    return Trouble.of(f"unforeseen{cost}", incident=incident)


def _detail(error: InfinitalkError) -> Text:
    """Return the service's own words, else what the client says, by its code."""
    if error.code and error.detail in (None, error.message):
        message: Message = _message(error)
        return message
    return error.detail or str(error)


def _message(text: Any) -> Any:
    """Return a sentence of the client, and those in its values, as messages of the page."""
    if isinstance(text, Sentence) or not hasattr(text, "code"):
        return text  # a sentence of media has its own code
    return Message(f"client.{text.code}", {name: _message(value) for name, value in text.values.items()})
