"""The error tree.

InfinitalkError
├── InvalidRequest (ValueError)     refused here, before anything was sent
├── APIError                        the service refused, or its answer cannot be used
│   ├── BadRequest                  400, 406 for a value, 422 on submit
│   ├── NotAuthorized               401, 403
│   ├── InsufficientCredits         402, 406 about money
│   ├── NotFound                    404
│   ├── ModelRetired                410 on submit
│   ├── RateLimited                 429
│   ├── BadAnswer                   too large, or packed in a way that is not read here
│   └── ServerError                 408, 5xx, an answer that cannot be read
├── Unreachable (ConnectionError)   nobody answered for too long
├── SubmitUncertain                 sent, but the answer was lost: it may be running
├── JobFailed                       the job ended without a video
├── JobExpired                      the service no longer knows the job
├── JobTimeout (TimeoutError)       the wait is over, the job may go on
└── DownloadError                   the video could not be fetched, or is not whole
    └── DiskError (OSError)         the video could not be written here
"""

from collections.abc import Callable, Mapping
from typing import Any

from ._messages import followed_by


class InfinitalkError(Exception):
    """The base of every error of this package: plain data, so that it survives pickling.

    Attributes:
        message: what happened, in English.
        code: names the message in every language; empty when the message is not of this package's catalogue.
        values: fill the gaps of the message; one may be a message with a code and values itself.
        hint: what to do next, a message of its own or empty; `str(error)` is message and hint.
        request_id: the job's, where there is one.
        status: the HTTP status.
        detail: the service's own words.
        service_code, service_values: the code and values of those words, from a service that sends them.
    """

    service_code: str | None = None
    service_values: Mapping[str, Any] = {}  # replaced, never changed

    def __init__(
        self,
        message: str,
        *,
        request_id: str | None = None,
        status: int | None = None,
        detail: str | None = None,
        hint: str = "",
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code: str = getattr(message, "code", "")
        self.values: Mapping[str, Any] = getattr(message, "values", {})
        self.hint = hint
        self.request_id = request_id
        self.status = status
        self.detail = detail

    def __str__(self) -> str:
        return followed_by(self.message, self.hint)

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[str], dict[str, Any]]:
        return type(self), (self.message,), dict(self.__dict__)


class InvalidRequest(InfinitalkError, ValueError):
    """A value that the service would refuse; nothing was sent."""


class APIError(InfinitalkError):
    """The service refused the exchange."""


class BadRequest(APIError):
    """The service refused a value of the request (400, 406, 422)."""


class NotAuthorized(APIError):
    """The key is missing, wrong, or not allowed to use this model (401, 403)."""


class InsufficientCredits(APIError):
    """The account cannot pay for the job (402, 406)."""


class NotFound(APIError):
    """The service knows no such thing (404)."""


class ModelRetired(APIError):
    """The service no longer offers this model (410 on submit); nothing was charged."""


class RateLimited(APIError):
    """Too many requests (429); `retry_after_s` is the pause that was asked for, if any."""

    retry_after_s: float | None = None


class BadAnswer(APIError):
    """The answer is larger than 64 MB, or packed in a way that is not read here."""


class ServerError(APIError):
    """The service is in trouble: 408, 5xx, or an answer that cannot be read."""


class Unreachable(InfinitalkError, ConnectionError):
    """Nobody answered for too long; a job that was submitted goes on."""


class SubmitUncertain(InfinitalkError):
    """The submission was sent and its answer was lost: the job may be running, and may be charged.

    The client never sends it again, because the service has no idempotency key.
    """


class JobFailed(InfinitalkError):
    """The job ended without a video; `detail` is the service's reason."""


class JobExpired(InfinitalkError):
    """The service no longer knows the job: results are kept for one hour."""


class JobTimeout(InfinitalkError, TimeoutError):
    """The wait was over before the job was; the job goes on."""


class DownloadError(InfinitalkError):
    """The video could not be fetched, comes from a forbidden address, or is not a whole MP4."""


class DiskError(DownloadError, OSError):
    """The video could not be written here; the service still has it. `detail` is the system's reason."""
