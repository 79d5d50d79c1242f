"""Errors of this server: the catalogue of its sentences, failed jobs, and the bodies of error answers."""

from collections.abc import Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse

from infinitalk_media import sentences
from infinitalk_media.sentences import Sentence, packed
from infinitalk_preview import errors as preview
from infinitalk_server.allowed_hosts import SECURITY_HEADERS

_FETCHING = {
    "timeout": "the {what} did not arrive within {most_s:g} s",
    "address_unreadable": "the address of the {what} cannot be read",
    "unreachable": "the {what} could not be fetched ({reason})",
    "redirects": "the {what} could not be fetched (too many redirects)",
    "no_http_address": "the {what} has no http or https address",
    "not_public": "the {what} lies at an address that is not public",
    "http_status": "the {what} could not be fetched (HTTP {status})",
    "web_page": "the {what} is a web page",
    "encoding": "the {what} is packed as {encoding}, which nobody asked for",
    "damaged": "the {what} is packed, and damaged",
    "too_large": "the {what} is larger than {most_mb} MB",
}
# Sentences that a visitor may read; one that only programs read has no code.
ENGLISH = {
    **{
        f"fetch_{what}_{code}": text.replace("{what}", what)
        for what in ("picture", "sound")
        for code, text in _FETCHING.items()
    },
    "address_not_http": "{field} must be an http or https address",
    "prompt_length": "prompt must have 1 to {most} characters",
    "prompt_control_characters": "prompt must not hold control characters",
    "seed_out_of_range": "seed must be a whole number from 0 to {most}, or -1",
    "resolution_unknown": "resolution must be one of {known}",
    "fps_out_of_range": "fps must be a whole number from {least} to {most}",
    "spoken_unusable": "{field} must be a list of [text, start, end] with times in seconds: {reason}",
    "base64_not_boolean": "base64 must be true or false",
    "mock_out_of_range": "{field} must be a number from 0 to {most}",
    "upload_expired": "the upload is no longer here; send it again",
    "uploads_full": (
        "Of uploads {most_each_mb} MB of one caller and {most_mb} MB in all are kept; try again later"
    ),
    "queue_full": "{waiting} previews are waiting; try again in about {wait_s} s",
    "server_stopped": "The server was stopped.",
    "cancelled": "The job was cancelled.",
    "internal_error": "Internal error.",
    "render_no_video": "The renderer left no video.",
    "render_timeout": "The renderer took longer than {most_s:g} s and was stopped.",
    "render_crashed": "The renderer stopped unexpectedly (exit code {exit_code}).",
    "render_worker_lost": "The machines that render went away; try again.",
    "render_worker_failed": "The machine that rendered failed; try again.",
}
_ALL = sentences.ENGLISH | preview.ENGLISH | ENGLISH


def say(code: str, **values: Any) -> Sentence:
    """Return a sentence of this package."""
    return Sentence(code, ENGLISH[code], values)


class JobFailed(Exception):
    """Ends a job as FAILED; the sentence is its `error`, and `log_text` is for the log alone."""

    def __init__(self, sentence: str, log_text: str = "") -> None:
        super().__init__(sentence, log_text)  # both, so that it survives pickling
        self.sentence, self.log_text = sentence, log_text

    def __str__(self) -> str:
        return str(self.sentence)


class BadInput(JobFailed):
    """An input or a value cannot be used."""


class RenderFailed(JobFailed):
    """A render ended without a video, and not because of its inputs."""


def sentence_of(message: Mapping[str, Any]) -> str:
    """Return the sentence that a child process reports, with code and values if they are of a catalogue."""
    try:
        return _unpacked(message)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError):
        return str(message["error"])


def _unpacked(message: Mapping[str, Any]) -> Sentence:
    values = message["values"].items()
    filled = {name: _unpacked(value) if isinstance(value, dict) else value for name, value in values}
    return Sentence(message["code"], _ALL[message["code"]], filled)


def error_fields(sentence: str) -> dict[str, Any]:
    """Return the fields of a body for an error: the English text, and the code and values if it has any."""
    return {"error": str(sentence)} | (packed(sentence) if isinstance(sentence, Sentence) else {})


async def answer_error(_: Request, error: Exception) -> JSONResponse:
    """Answer a refusal, Starlette's own (404, 405) included, with the body {"error": "<text>"}."""
    if isinstance(error, HTTPException):
        return JSONResponse(error_fields(error.detail), error.status_code, dict(error.headers or {}))
    # Starlette answers this one outside of every middleware.
    return JSONResponse({"error": "Internal server error"}, 500, SECURITY_HEADERS)
