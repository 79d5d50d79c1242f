"""The file beside the target into which a video is streamed; a whole MP4 takes the target's place."""

import contextlib
import re
import secrets
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

from infinitalk_media import MediaError, mp4

from ._errors import DiskError, DownloadError, InvalidRequest, RateLimited, ServerError
from ._refusals import refusal

SIZE_MAX = 300 * 1024 * 1024
SECONDS_MAX = 180.0  # for one transfer
_NO_SUCH_RANGE = 416
_REMARK_MAX = 64 * 1024  # of a body that is no video, kept for the words in it
_TELLING = (
    "content-type",
    "location",
    "retry-after",
    "date",
    "x-rate-limit-reset-at-utc",
    "x-cost",
    "x-remaining-credits",
    "x-generation-time",
    "x-seed-value",
    "x-request-id",
)
_REMARKS = ("text/html", "application/xhtml+xml", "application/json", "text/json")


def part_of(target: Path) -> Path:
    """Return a name beside a target for a file that is not whole yet, short whatever the target's name is."""
    return target.with_name(f".infinitalk-{secrets.token_hex(8)}.part")


class Part:
    """A context manager; whatever has not been kept when it ends is removed.

    Raises:
        DownloadError: the body is no video, too large, or too slow.
        DiskError: the disk refuses.
    """

    most = SIZE_MAX

    def __init__(self, target: Path, clock: Callable[[], float]) -> None:
        self._target = target
        self._path = part_of(target)
        self._clock = clock
        self._began = clock()
        self._validator: str | None = None
        self._remark: bytearray | None = None
        self.headers = httpx.Headers()

    @staticmethod
    def check_target(target: Path) -> None:
        """Make sure that there is a place for the video, before it is paid for, by writing a file beside it.

        Raises:
            InvalidRequest: the folder is missing or closed to us, the target's name cannot be, or the target
                is there and is no file: a folder or a device.
        """
        try:
            _check_free(target)
            probe = part_of(target)
            probe.touch(exist_ok=False)
            probe.unlink()
        except (OSError, ValueError) as error:  # ValueError: a name that no file can have
            why = getattr(error, "strerror", None) or str(error)
            raise InvalidRequest(f"The video cannot be written to {target}: {why}.", detail=why) from error

    def __enter__(self) -> Self:
        with _writing():
            self._file = self._path.open("xb")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(OSError):  # a full disk told again; what matters was told before
            self._file.close()
        self._path.unlink(missing_ok=True)

    @property
    def size(self) -> int:
        return self._file.tell()

    def resume_headers(self) -> dict[str, str]:
        """Ask for the rest only, and only if it is the rest of the same file."""
        if not self.size or not self._validator:
            return {}
        return {"range": f"bytes={self.size}-", "if-range": self._validator}

    def begin(self, response: httpx.Response) -> None:
        """Look at status and headers before the first byte: is the body the video, or a remark?"""
        self._began, self.headers = self._clock(), response.headers
        if response.status_code != httpx.codes.OK and not self._is_rest(response):
            self._remark = bytearray()
            return
        self._remark = None
        _check_kind(response)
        if response.status_code == httpx.codes.OK:
            self.restart()
        self._validator = _validator(response)
        self._check_size(_content_length(response))

    def _is_rest(self, response: httpx.Response) -> bool:
        if response.status_code != httpx.codes.PARTIAL_CONTENT:
            return False
        found = re.match(r"bytes (\d+)-", response.headers.get("content-range", ""))
        same_file = _validator(response) in (None, self._validator)  # a storage may not know If-Range
        return same_file and found is not None and int(found[1]) == self.size

    def write(self, chunk: bytes) -> None:
        if self._clock() - self._began > SECONDS_MAX:
            raise DownloadError(f"The video did not arrive within {SECONDS_MAX:g} s.")
        if self._remark is None:
            self._check_size(len(chunk))
            with _writing():
                self._file.write(chunk)
        else:
            self._remark += chunk[: _REMARK_MAX - len(self._remark)]

    def answer(self, response: httpx.Response) -> httpx.Response:
        """Return the answer without its video, but with the words of a refusal, for `_answers` to read."""
        kind = {name: response.headers[name] for name in _TELLING if name in response.headers}
        return httpx.Response(
            response.status_code, headers=kind, content=bytes(self._remark or b""), request=response.request
        )

    def _check_size(self, more: int) -> None:
        if self.size + more > SIZE_MAX:
            raise DownloadError(f"The video is larger than {SIZE_MAX // 1024**2} MB.")

    def judge(self, response: httpx.Response) -> None:
        """Raise what a finished transfer means, unless its body was the video."""
        if self._remark is None:
            return
        status = response.status_code
        if status in (httpx.codes.PARTIAL_CONTENT, _NO_SUCH_RANGE):
            self.restart()
            raise ServerError("The storage does not have the rest of the video.", status=status)
        error = refusal(response)
        if isinstance(error, RateLimited | ServerError):
            raise error
        raise DownloadError(f"The video could not be fetched (HTTP {status}).", status=status)

    def restart(self) -> None:
        """Forget what has arrived."""
        self._remark = None
        if self.size:  # ext4 writes a file that was ever cut to nothing to the disk as it is closed, at once
            with _writing():
                self._file.seek(0)
                self._file.truncate()
        self._validator = None

    def is_whole(self) -> bool:
        return self._flaw() is None

    def _flaw(self) -> str | None:
        try:
            with _writing():
                self._file.flush()
                mp4.inspect(self._path)
        except MediaError as error:
            return str(error)
        return None

    def keep(self) -> None:
        """Check the file, and put it in the target's place in one step."""
        flaw = self._flaw()
        if flaw:
            raise DownloadError(f"What arrived is no whole video: {flaw}", detail=flaw)
        with _writing():
            self._file.close()
            self._path.replace(self._target)


def _check_free(target: Path) -> None:
    """Raise OSError unless a file may take the target's place; a link is replaced, not followed."""
    try:
        mode = target.stat().st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISREG(mode):
        raise OSError("it is there and is no file")


@contextlib.contextmanager
def _writing() -> Iterator[None]:
    """Turn what the disk says into an error of ours: the job's id is added to those alone."""
    try:
        yield
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise DiskError(f"The video could not be written here: {why}.", detail=why) from error


def _check_kind(response: httpx.Response) -> None:
    """A page with status 200 is a gateway's way to be in trouble; of all else the file itself decides."""
    kind = response.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind.startswith(_REMARKS) or kind.endswith("+json"):
        raise ServerError(f"What arrived is no video but {kind}.", status=response.status_code)


def _content_length(response: httpx.Response) -> int:
    length: str = response.headers.get("content-length", "")
    return int(length) if length.isdecimal() else 0


def _validator(response: httpx.Response) -> str | None:
    """A weak ETag must not be used with If-Range (RFC 9110, 13.1.5)."""
    etag: str = response.headers.get("etag", "")
    return etag if etag.startswith('"') else response.headers.get("last-modified")
