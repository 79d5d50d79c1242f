"""One answer on its way in, without any I/O: unpacks it within bounds, and hands it to what takes it."""

from typing import Protocol

import httpx

from infinitalk_media.unpack import Unpacker, UnpackError

from ._errors import BadAnswer

ANSWER_MAX = 64 * 1024**2  # bytes, packed or not: a result may hold its video in base64
_REFUSAL_KEPT = 1024**2  # of an answer that is no success: what is after it is read, and dropped


class Taker(Protocol):
    """What a body goes into; `most` is how many packed bytes may come."""

    most: int

    def begin(self, response: httpx.Response) -> None:
        """Look at status and headers."""

    def write(self, chunk: bytes) -> None:
        """Take the next bytes."""

    def answer(self, response: httpx.Response) -> httpx.Response:
        """Return the answer to be read."""


class Answer:
    """Takes an answer that is read as a whole.

    Raises:
        BadAnswer: it is larger than 64 MB.
    """

    most = ANSWER_MAX

    def __init__(self) -> None:
        self._content = bytearray()
        self._size = 0
        self._kept = ANSWER_MAX

    def begin(self, response: httpx.Response) -> None:
        self._kept = ANSWER_MAX if response.is_success else _REFUSAL_KEPT

    def write(self, chunk: bytes) -> None:
        self._size += len(chunk)
        if self._size > ANSWER_MAX:
            raise _bad(f"is larger than {ANSWER_MAX // 1024**2} MB")
        self._content += chunk[: self._kept - len(self._content)]

    def answer(self, response: httpx.Response) -> httpx.Response:
        headers = response.headers.copy()
        for name in ("content-encoding", "content-length", "transfer-encoding"):  # of the packed body
            headers.pop(name, None)
        content = bytes(self._content)
        return httpx.Response(
            response.status_code, headers=headers, content=content, request=response.request
        )


class Transfer:
    """The body of one response; the driver feeds it with what it reads.

    `is_raw` tells whether its bytes are to be read as they came: a transport may have read them already, and
    httpx has unpacked them then.

    Raises:
        BadAnswer: it is packed in a way that is not read, or too large.
    """

    def __init__(self, response: httpx.Response, taker: Taker) -> None:
        self._response, self._taker = response, taker
        self.is_raw = not response.is_stream_consumed
        coding = response.headers.get("content-encoding", "") if self.is_raw else ""
        taker.begin(response)
        try:
            self._unpacker = Unpacker(coding, taker.most)
        except UnpackError as error:
            raise _bad(str(error)) from error

    def feed(self, raw: bytes) -> None:
        try:
            for piece in self._unpacker.feed(raw):
                self._taker.write(piece)
        except UnpackError as error:
            raise _bad(str(error)) from error

    def answer(self) -> httpx.Response:
        return self._taker.answer(self._response)


def _bad(why: str) -> BadAnswer:
    return BadAnswer(f"The answer of the service {why}; it was not read.")
