"""Turns an answer that is no success into its error, with the service's own words; the one place for that."""

import re
from collections.abc import Mapping
from typing import Any

import httpx

from ._errors import (
    APIError,
    BadRequest,
    InsufficientCredits,
    ModelRetired,
    NotAuthorized,
    NotFound,
    RateLimited,
    ServerError,
)
from ._pauses import asked_pause

_DETAIL_MAX = 200
_LOOKED_AT = 64 * 1024  # characters of a text in which words are looked for: splitting 64 MB takes 3 GB
_VALUES_MAX = 100_000  # of a JSON: 64 MB of empty lists take 1.5 GB
_WORDED = ("error", "detail", "message", "msg")
_REFUSALS: dict[int, tuple[type[APIError], str]] = {
    400: (BadRequest, "The service refused the request"),
    401: (NotAuthorized, "The key was refused"),
    402: (InsufficientCredits, "Not enough credits"),
    403: (NotAuthorized, "The key is not allowed to do this"),
    404: (NotFound, "The service knows no such thing"),
    406: (BadRequest, "The service refused a value"),
    422: (BadRequest, "The service refused a value"),
    429: (RateLimited, "The service is busy"),
}
# A 406 is about money, a content type or a value; only its text tells, and the vendor's table says money.
_ABOUT_MONEY = re.compile(r"credit|balance|spend|insufficient", re.IGNORECASE)


def refusal(response: httpx.Response, *, submitting: bool = False) -> APIError:
    """Turn an answer that is no success into its error; the only place where that is done.

    A 410 says of a submission that its model is retired, and elsewhere that a thing is gone.
    """
    if response.is_success:
        return unreadable(response)
    status, detail = response.status_code, detail_of(response)
    kind, words = _kind_of_refusal(response, detail)
    if submitting and status == httpx.codes.GONE:
        kind, words = ModelRetired, "This model was retired by the service"
    said = f": {detail}" if detail else ""
    error = kind(f"{words} (HTTP {status}){said}", status=status, detail=detail)
    if isinstance(error, RateLimited):
        error.retry_after_s = asked_pause(response.headers)
    return error


def _kind_of_refusal(response: httpx.Response, detail: str | None) -> tuple[type[APIError], str]:
    status = response.status_code
    if response.is_server_error or status == httpx.codes.REQUEST_TIMEOUT:
        return ServerError, "The service is in trouble"
    if status == httpx.codes.NOT_ACCEPTABLE and (not detail or _ABOUT_MONEY.search(detail)):
        return _REFUSALS[402]
    return _REFUSALS.get(status, (APIError, "The service refused the exchange"))


def unreadable(response: httpx.Response) -> ServerError:
    sentence = f"The service answered HTTP {response.status_code} with something that cannot be read."
    return ServerError(sentence, status=response.status_code, detail=detail_of(response))


def detail_of(response: httpx.Response) -> str | None:
    """Return the service's own words: at most 200 characters, never HTML, never the key that was sent."""
    return quoted(response, _words(read_json(response)) or _plain(response)) or None


def quoted(response: httpx.Response, words: str) -> str:
    """Return words of an answer as they may be shown: one short line, never HTML, never the key."""
    key = response.request.headers.get("x-api-key")
    if key:
        words = words.replace(key, "…")
    words = words[:_LOOKED_AT]
    return "" if _is_html(words) else " ".join(words.split())[:_DETAIL_MAX]


def _words(value: Any) -> str:
    if isinstance(value, str):
        return "" if _is_html(value) else value
    if isinstance(value, list):
        return "; ".join(filter(None, map(_words, value)))
    if isinstance(value, Mapping):
        return next(filter(None, (_words(value.get(key)) for key in _WORDED)), "")
    return ""


def _plain(response: httpx.Response) -> str:
    kind = response.headers.get("content-type", "text/plain").lower()
    return _words(response.text) if kind.startswith("text/plain") else ""


def _is_html(text: str) -> bool:
    return re.search("<[a-z!/]", text, re.IGNORECASE) is not None


def read_json(response: httpx.Response) -> Any:
    if response.content.count(b",") > _VALUES_MAX:
        return None
    try:
        return response.json()
    except (ValueError, RecursionError):  # no JSON, no text, or nested without end
        return None
