"""Turns a response that is no success into its error, with the service's own words."""

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
from ._messages import message
from ._retry import retry_after

_DETAIL_MAX = 200
_TEXT_MAX = 64 * 1024  # characters that are split into words: 64 MB of them would take 3 GB
_JSON_COMMAS_MAX = 100_000  # parsed, 64 MB of empty lists would take 1.5 GB
_TEXT_KEYS = ("error", "detail", "message", "msg")
_REFUSALS: dict[int, tuple[type[APIError], str]] = {
    400: (BadRequest, "refused_request"),
    401: (NotAuthorized, "refused_key"),
    402: (InsufficientCredits, "no_credits"),
    403: (NotAuthorized, "key_not_allowed"),
    404: (NotFound, "not_found"),
    406: (BadRequest, "refused_value"),
    408: (ServerError, "server_error"),
    422: (BadRequest, "refused_value"),
    429: (RateLimited, "rate_limited"),
}
# A 406 is about money, a content type or a value; only its text tells, and the vendor's table says money.
_ABOUT_MONEY = re.compile(r"credit|balance|spend|insufficient", re.IGNORECASE)
_CODE = re.compile(r"[a-z0-9_]{1,80}")
_CODE_VALUES_MAX = 20
_CODE_DEPTH_MAX = 3
_NUMBER_MAX = 1e20


def refusal(response: httpx.Response, *, submitting: bool = False) -> APIError:
    """Return the error that a response means: it is no success, or cannot be read.

    A 410 says of a submission that its model is retired, and elsewhere that something is gone.
    """
    if response.is_success:
        return unreadable(response)
    status, detail = response.status_code, detail_of(response)
    kind, code = _kind_of_refusal(response, detail)
    if submitting and status == httpx.codes.GONE:
        kind, code = ModelRetired, "model_retired"
    text = message(code, status=status, detail=detail or message("no_reason"))
    error = kind(text, status=status, detail=detail)
    error.service_code, error.service_values = service_message(response)
    if isinstance(error, RateLimited):
        error.retry_after_s = retry_after(response.headers)
    return error


def _kind_of_refusal(response: httpx.Response, detail: str | None) -> tuple[type[APIError], str]:
    status = response.status_code
    if status == httpx.codes.NOT_ACCEPTABLE and (not detail or _ABOUT_MONEY.search(detail)):
        status = httpx.codes.PAYMENT_REQUIRED
    other = (ServerError, "server_error") if response.is_server_error else (APIError, "refused")
    return _REFUSALS.get(status, other)


def unreadable(response: httpx.Response) -> ServerError:
    status = response.status_code
    return ServerError(message("unreadable_answer", status=status), status=status, detail=detail_of(response))


def service_message(response: httpx.Response) -> tuple[str | None, Mapping[str, Any]]:
    """Return the code and values that the project's own server sends beside its words; Segmind has none.

    What is malformed counts as absent. Values are at most 20 short texts, numbers, booleans or such messages.
    """
    body = read_json(response)
    if not isinstance(body, dict) or not _is_code(response, body.get("code")):
        return None, {}
    return body["code"], _values(response, body.get("values")) or {}


def _is_code(response: httpx.Response, value: object) -> bool:
    """Tell whether a value is a code or a name, and does not hold the key."""
    return isinstance(value, str) and bool(_CODE.fullmatch(value)) and quoted(response, value) == value


def _values(response: httpx.Response, values: object, depth: int = 1) -> dict[str, Any] | None:
    """Return values without markup and without the key, or None if one of them is not allowed."""
    if not isinstance(values, dict) or len(values) > _CODE_VALUES_MAX:
        return None
    if not all(_is_code(response, name) for name in values):
        return None
    read = {name: _value(response, value, depth) for name, value in values.items()}
    return None if None in read.values() else read


def _value(response: httpx.Response, value: object, depth: int) -> Any:
    match value:
        case str():
            return quoted(response, value) if len(value) <= _DETAIL_MAX else None
        case bool():
            return value
        case int() | float():
            return value if abs(value) < _NUMBER_MAX else None
        case {"code": code, "values": inner, **more} if (
            _is_code(response, code) and not more and depth < _CODE_DEPTH_MAX
        ):
            values = _values(response, inner, depth + 1)
            return None if values is None else {"code": code, "values": values}
        case _:
            return None


def detail_of(response: httpx.Response) -> str | None:
    """Return the service's own words: at most 200 characters, never HTML, never the key that was sent."""
    return quoted(response, _words(read_json(response)) or _plain(response)) or None


def quoted(response: httpx.Response, words: str) -> str:
    """Return words of a response as they may be shown: one short line, never HTML, never the key."""
    if key := response.request.headers.get("x-api-key"):
        words = words.replace(key, "…")
    words = words[:_TEXT_MAX]
    return "" if _is_html(words) else " ".join(words.split())[:_DETAIL_MAX]


def _words(value: Any) -> str:
    if isinstance(value, str):
        return "" if _is_html(value) else value
    if isinstance(value, list):
        return "; ".join(filter(None, map(_words, value)))
    if isinstance(value, Mapping):
        return next(filter(None, (_words(value.get(key)) for key in _TEXT_KEYS)), "")
    return ""


def _plain(response: httpx.Response) -> str:
    content_type = response.headers.get("content-type", "text/plain").lower()
    return _words(response.text) if content_type.startswith("text/plain") else ""


def _is_html(text: str) -> bool:
    return re.search("<[a-z!/]", text, re.IGNORECASE) is not None


def read_json(response: httpx.Response) -> Any:
    if response.content.count(b",") > _JSON_COMMAS_MAX:
        return None
    try:
        return response.json()
    except (ValueError, RecursionError):  # no JSON, no text, or nested without end
        return None
