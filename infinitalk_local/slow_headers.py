"""Closes a connection whose request does not get through its headers: uvicorn waits for them for ever."""

import asyncio
from typing import TYPE_CHECKING

from uvicorn.protocols.http.auto import AutoHTTPProtocol

HEADERS_SECONDS_MAX = 20.0

_Protocol: type[asyncio.Protocol] = asyncio.Protocol if TYPE_CHECKING else AutoHTTPProtocol


class InTime(_Protocol):  # type: ignore[misc,valid-type]  # h11 or httptools, whichever is installed
    """uvicorn's protocol with a time limit from the first byte, or the connection, to the last header."""

    _limit: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._wait(transport)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._wait(self.transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop()
        super().connection_lost(exc)

    def _wait(self, transport: asyncio.BaseTransport) -> None:
        cycle = self.cycle
        if cycle is not None and not cycle.response_complete:  # the headers are here
            self._stop()
        elif self._limit is None:
            self._limit = asyncio.get_running_loop().call_later(HEADERS_SECONDS_MAX, transport.close)

    def _stop(self) -> None:
        if self._limit is not None:
            self._limit.cancel()
        self._limit = None
