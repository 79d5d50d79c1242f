"""Reads one response's body within bounds, without any I/O: unpacks it, and hands it to a sink."""

from typing import Protocol

import httpx

from infinitalk_media.content_decoding import ContentDecoder, ContentDecodingError

from ._errors import BadAnswer
from ._messages import message

ANSWER_MAX = 64 * 1024**2  # bytes, packed or not: a result may hold its video in base64
_REFUSAL_KEPT = 1024**2  # bytes of an answer that is no success; the rest is read and dropped


class BodySink(Protocol):
    """Takes a body; `max_bytes` bounds how many packed bytes may come."""

    max_bytes: int

    def start(self, response: httpx.Response) -> None:
        """Read status and headers."""

    def write(self, chunk: bytes) -> None:
        """Take the next unpacked bytes."""

    def finish(self, response: httpx.Response) -> httpx.Response:
        """Return the response with what the sink keeps of its body."""


class BodyBuffer:
    """Keeps a body of at most 64 MB in memory.

    Raises:
        BadAnswer: it is larger.
    """

    max_bytes = ANSWER_MAX

    def __init__(self) -> None:
        self._content = bytearray()
        self._size = 0
        self._kept = ANSWER_MAX

    def start(self, response: httpx.Response) -> None:
        self._kept = ANSWER_MAX if response.is_success else _REFUSAL_KEPT

    def write(self, chunk: bytes) -> None:
        self._size += len(chunk)
        if self._size > ANSWER_MAX:
            raise BadAnswer(message("answer_too_large", most_mb=ANSWER_MAX // 1024**2))
        self._content += chunk[: self._kept - len(self._content)]

    def finish(self, response: httpx.Response) -> httpx.Response:
        return with_body(response, bytes(self._content))


def with_body(response: httpx.Response, content: bytes) -> httpx.Response:
    """Return a copy of a response with this body, and without the headers of the packed one."""
    headers = response.headers.copy()
    for name in ("content-encoding", "content-length", "transfer-encoding"):
        headers.pop(name, None)
    return httpx.Response(response.status_code, headers=headers, content=content, request=response.request)


class BodyReader:
    """Unpacks the body of one response, which the executor feeds to it, into a sink.

    `is_raw` tells the executor to read packed bytes; a transport may have read, and httpx unpacked, the body
    already.

    Raises:
        BadAnswer: the body is too large, or packed in a way that is not read here.
    """

    def __init__(self, response: httpx.Response, sink: BodySink) -> None:
        self._response, self._sink = response, sink
        self.is_raw = not response.is_stream_consumed
        coding = response.headers.get("content-encoding", "") if self.is_raw else ""
        sink.start(response)
        try:
            self._unpacker = ContentDecoder(coding, sink.max_bytes)
        except ContentDecodingError as error:
            raise _not_unpacked(error) from error

    def feed(self, raw: bytes) -> None:
        try:
            for piece in self._unpacker.feed(raw):
                self._sink.write(piece)
        except ContentDecodingError as error:
            raise _not_unpacked(error) from error

    def finish(self) -> httpx.Response:
        return self._sink.finish(self._response)


def _not_unpacked(error: ContentDecodingError) -> BadAnswer:
    return BadAnswer(message("answer_not_unpacked", reason=error.args[0]))
