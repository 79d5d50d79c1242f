"""Unpacks the body of an HTTP answer piece by piece, so that whoever reads can stop when it is too much.

0.5 MB of gzip inside gzip holds 2 GB, and what httpx unpacks by itself arrives in one piece. It needs the
standard library alone.
"""

import zlib
from collections.abc import Iterator

PIECE_MAX = 64 * 1024  # bytes that are handed over at a time
_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS


class UnpackError(ValueError):
    """The body cannot be unpacked; the text goes on after its subject: "is packed as br"."""


class Unpacker:
    """Reads one gzip or deflate; `most` is how many packed bytes may arrive.

    Raises:
        UnpackError: packed in another way or twice, damaged, or too much.
    """

    def __init__(self, coding: str, most: int) -> None:
        coding = coding.strip().lower()
        if coding not in ("", "identity", "gzip", "x-gzip", "deflate"):
            raise UnpackError(f"is packed as {coding[:40]}, which nobody asked for")
        self._packed = None if coding in ("", "identity") else zlib.decompressobj(_GZIP_OR_ZLIB)
        self._most = self._left = most

    def feed(self, raw: bytes) -> Iterator[bytes]:
        """Yield what these bytes hold; bytes after the end of a gzip hold nothing."""
        if self._packed is None:
            yield raw
            return
        self._left -= len(raw)
        if self._left < 0:
            raise UnpackError(f"is larger than {self._most // 1024**2} MB")
        more = True
        while more and not self._packed.eof:
            piece = self._inflated(self._packed, raw)
            yield piece
            raw = self._packed.unconsumed_tail
            more = bool(raw) or len(piece) == PIECE_MAX  # a full piece may have left some of its bytes inside

    @staticmethod
    def _inflated(packed: "zlib._Decompress", raw: bytes) -> bytes:
        try:
            return packed.decompress(raw, PIECE_MAX)
        except zlib.error as error:
            raise UnpackError("is packed, and damaged") from error
