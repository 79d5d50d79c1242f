"""The error tree.

InfinitalkError
├── InvalidRequest (ValueError)     refused here, before anything was sent
├── APIError                        the service refused, or answered nonsense
│   ├── BadRequest                  400, 406 for a value, 422 on submit
│   ├── NotAuthorized               401, 403
│   ├── InsufficientCredits         402, 406 about money
│   ├── NotFound                    404
│   ├── ModelRetired                410 on submit
│   ├── RateLimited                 429
│   ├── BadAnswer                   too large, or packed in a way that is not read
│   └── ServerError                 408, 5xx, an answer that cannot be read
├── Unreachable (ConnectionError)   nobody answered for too long
├── SubmitUncertain                 sent, but the answer was lost: it may be running
├── JobFailed                       the job ended without a video
├── JobExpired                      the service no longer knows the job
├── JobTimeout (TimeoutError)       our wait is over, the job may go on
└── DownloadError                   the video could not be fetched, or is not whole
    └── DiskError (OSError)         the video could not be written here
"""

from collections.abc import Callable


class InfinitalkError(Exception):
    """The base of every error of this package: plain data, so that it survives pickling.

    `request_id` is the job's where there is one, `status` the HTTP status, `detail` the service's own words.
    """

    def __init__(
        self,
        message: str,
        *,
        request_id: str | None = None,
        status: int | None = None,
        detail: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.request_id = request_id
        self.status = status
        self.detail = detail

    def __str__(self) -> str:
        return self.message

    def __reduce__(self) -> tuple[Callable[..., "InfinitalkError"], tuple[object, ...]]:
        return _rebuild, (type(self), self.message, dict(self.__dict__))


def _rebuild(kind: type[InfinitalkError], message: str, state: dict[str, object]) -> InfinitalkError:
    error = kind(message)
    error.__dict__.update(state)
    return error


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
    """The answer is larger than any of this service can be, or packed in a way that nobody asked for."""


class ServerError(APIError):
    """The service is in trouble: 408, 5xx, or an answer that cannot be read."""


class Unreachable(InfinitalkError, ConnectionError):
    """Nobody answered for too long; a job that was submitted goes on without us."""


class SubmitUncertain(InfinitalkError):
    """The submission went out and its answer was lost: the job may be running, and may be charged.

    It is never sent again by itself, because the service has no idempotency key.
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
    """The video could not be written here; the service has it still, and `detail` is what the disk said."""
