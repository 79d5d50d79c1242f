"""Decodes the content of an HTTP response in pieces of limited size, by the standard library alone.

0.5 MB of gzip in gzip hold 2 GB, and httpx decodes a chunk of any size at once.
"""

import zlib
from collections.abc import Iterator

PIECE_MAX = 64 * 1024  # bytes
_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS


class ContentDecodingError(ValueError):
    """The content cannot be decoded; the text lacks its subject: "is packed as br"."""


class ContentDecoder:
    """Decodes gzip, deflate, or content that is not encoded; `most` is the limit of encoded bytes.

    Raises:
        ContentDecodingError: another coding, several codings, damaged, or too large.
    """

    def __init__(self, coding: str, most: int) -> None:
        coding = coding.strip().lower()
        if coding not in ("", "identity", "gzip", "x-gzip", "deflate"):
            raise ContentDecodingError(f"is packed as {coding[:40]}, which nobody asked for")
        self._zlib = None if coding in ("", "identity") else zlib.decompressobj(_GZIP_OR_ZLIB)
        self._most = self._left = most

    def feed(self, raw: bytes) -> Iterator[bytes]:
        """Yield the decoded bytes; what follows the end of a gzip is ignored."""
        if self._zlib is None:
            yield raw
            return
        self._left -= len(raw)
        if self._left < 0:
            raise ContentDecodingError(f"is larger than {self._most // 1024**2} MB")
        more = True
        while more and not self._zlib.eof:
            try:
                piece = self._zlib.decompress(raw, PIECE_MAX)
            except zlib.error as error:
                raise ContentDecodingError("is packed, and damaged") from error
            yield piece
            raw = self._zlib.unconsumed_tail
            more = bool(raw) or len(piece) == PIECE_MAX  # after a full piece zlib may hold more
