"""The partial file into which a video is streamed; once it is whole, it replaces the target."""

import contextlib
import errno
import re
import secrets
import stat
from collections.abc import Callable, Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Self

import httpx

from infinitalk_media import MediaError, mp4

from ._error_responses import refusal
from ._errors import DiskError, DownloadError, InvalidRequest, RateLimited, ServerError
from ._messages import message
from ._response_body import with_body

SIZE_MAX = 300 * 1024 * 1024
SECONDS_MAX = 180.0  # for one transfer
_ERROR_BODY_MAX = 64 * 1024
_NO_VIDEO = ("text/html", "application/xhtml+xml", "application/json", "text/json")


def partial_path(target: Path) -> Path:
    """Return a new name beside a target, short whatever the target's name is."""
    return target.with_name(f".infinitalk-{secrets.token_hex(8)}.part")


def check_target(target: Path) -> None:
    """Make sure, before a video is paid for, that it can be written, by writing a file beside the target.

    Raises:
        InvalidRequest: the folder is missing or not writable, no file can have the target's name, or there
            is something of that name that is no file: a folder or a device.
    """
    try:
        _check_replaceable(target)
        probe = partial_path(target)
        probe.touch(exist_ok=False)
        probe.unlink()
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        reason = getattr(error, "strerror", None) or str(error)
        text = message("target_not_writable", target=str(target), reason=reason)
        raise InvalidRequest(text, detail=reason) from error


def _check_replaceable(target: Path) -> None:
    """Raise OSError unless a file may replace the target; a link is replaced, not followed."""
    with contextlib.suppress(FileNotFoundError):
        if not stat.S_ISREG(target.stat().st_mode):
            raise FileExistsError(errno.EEXIST, message("not_a_file"))


class PartialFile:
    """A context manager and a `BodySink`; it removes its file at the end unless that replaced the target.

    Raises:
        DownloadError: the body is no video, too large, or too slow.
        DiskError: the disk refuses.
    """

    max_bytes = SIZE_MAX

    def __init__(self, target: Path, clock: Callable[[], float]) -> None:
        self._target = target
        self._path = partial_path(target)
        self._clock = clock
        self._started_at = clock()
        self._validator: str | None = None
        self._error_body: bytearray | None = None  # of a response that is no video
        self.headers = httpx.Headers()

    def __enter__(self) -> Self:
        with _disk_errors():
            self._file = self._path.open("xb")
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):  # a full disk fails once more; the first error is raised already
            self._file.close()
        self._path.unlink(missing_ok=True)

    @property
    def size(self) -> int:
        return self._file.tell()

    def resume_headers(self) -> dict[str, str]:
        """Return the headers that ask for the rest, if it is the rest of the same file."""
        if not self.size or not self._validator:
            return {}
        return {"range": f"bytes={self.size}-", "if-range": self._validator}

    def start(self, response: httpx.Response) -> None:
        """Tell by status and headers whether the body is the video, its rest, or an error's."""
        self._started_at, self.headers = self._clock(), response.headers
        is_whole = response.status_code == httpx.codes.OK
        if not is_whole and not self._is_rest(response):
            self._error_body = bytearray()
            return
        self._error_body = None
        _check_content_type(response)
        if is_whole:
            self.restart()
        self._validator = _validator(response)
        length = response.headers.get("content-length", "")
        self._check_size(int(length) if length.isdecimal() else 0)

    def _is_rest(self, response: httpx.Response) -> bool:
        if response.status_code != HTTPStatus.PARTIAL_CONTENT:
            return False
        found = re.match(r"bytes (\d+)-", response.headers.get("content-range", ""))
        same_file = _validator(response) in (None, self._validator)  # a storage may not know If-Range
        return same_file and found is not None and int(found[1]) == self.size

    def write(self, chunk: bytes) -> None:
        if self._clock() - self._started_at > SECONDS_MAX:
            raise DownloadError(message("download_too_slow", most_s=SECONDS_MAX))
        if self._error_body is None:
            self._check_size(len(chunk))
            with _disk_errors():
                self._file.write(chunk)
        else:
            self._error_body += chunk[: _ERROR_BODY_MAX - len(self._error_body)]

    def _check_size(self, more: int) -> None:
        if self.size + more > SIZE_MAX:
            raise DownloadError(message("video_too_large", most_mb=SIZE_MAX // 1024**2))

    def finish(self, response: httpx.Response) -> httpx.Response:
        """Return the response without its video, but with an error's body."""
        return with_body(response, bytes(self._error_body or b""))

    def raise_for_error(self, response: httpx.Response) -> None:
        """Raise the error of a finished response, unless its body was the video."""
        if self._error_body is None:
            return
        status = response.status_code
        if status in (HTTPStatus.PARTIAL_CONTENT, HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE):
            self.restart()
            raise ServerError(message("no_rest_of_video"), status=status)
        error = refusal(response)
        if isinstance(error, RateLimited | ServerError):
            raise error
        raise DownloadError(message("download_refused", status=status), status=status)

    def restart(self) -> None:
        """Drop all bytes."""
        self._error_body = None
        if self.size:  # ext4 writes a file that was truncated to the disk when it is closed, which takes time
            with _disk_errors():
                self._file.seek(0)
                self._file.truncate()
        self._validator = None

    def flaw(self) -> str | None:
        """Return why the file is no whole MP4, or None if it is one."""
        try:
            with _disk_errors():
                self._file.flush()
                mp4.inspect(self._path)
        except MediaError as error:
            text: str = error.args[0]  # which may know its code and values
            return text
        return None

    def replace_target(self) -> None:
        """Check that the file is a whole MP4, and move it to the target in one step."""
        if flaw := self.flaw():
            raise DownloadError(message("video_not_whole", reason=flaw), detail=flaw)
        with _disk_errors():
            self._file.close()
            self._path.replace(self._target)


@contextlib.contextmanager
def _disk_errors() -> Iterator[None]:
    """Turn an OSError into a DiskError, to which the operations add the job's id."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise DiskError(message("disk_error", reason=reason), detail=reason) from error


def _check_content_type(response: httpx.Response) -> None:
    """Refuse HTML and JSON, by which gateways report failures; anything else is judged by its content."""
    content_type = response.headers.get("content-type", "").split(";")[0].strip().lower()
    if content_type.startswith(_NO_VIDEO) or content_type.endswith("+json"):
        raise ServerError(message("not_a_video", content_type=content_type), status=response.status_code)


def _validator(response: httpx.Response) -> str | None:
    """Return a value for If-Range: the ETag if it is not weak, else a date (RFC 9110, 13.1.5)."""
    etag: str = response.headers.get("etag", "")
    return etag if etag.startswith('"') else response.headers.get("last-modified")
