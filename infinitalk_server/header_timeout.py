"""Closes a connection whose request headers do not arrive in time: uvicorn waits for them without end."""

import asyncio
from typing import TYPE_CHECKING

from uvicorn.protocols.http.auto import AutoHTTPProtocol

HEADERS_SECONDS_MAX = 20.0

_Protocol: type[asyncio.Protocol] = asyncio.Protocol if TYPE_CHECKING else AutoHTTPProtocol


class HeaderTimeoutProtocol(_Protocol):  # type: ignore[misc,valid-type]  # h11 or httptools, whichever is installed
    """uvicorn's protocol with a time limit from the connection, or the first byte, to the last header."""

    _limit: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._start_or_stop(transport)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._start_or_stop(self.transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop()
        super().connection_lost(exc)

    def _start_or_stop(self, transport: asyncio.BaseTransport) -> None:
        cycle = self.cycle
        if cycle is not None and not cycle.response_complete:  # the headers have arrived
            self._stop()
        elif self._limit is None:
            self._limit = asyncio.get_running_loop().call_later(HEADERS_SECONDS_MAX, transport.close)

    def _stop(self) -> None:
        if self._limit is not None:
            self._limit.cancel()
        self._limit = None
