"""A proxy between a client and the server, on real sockets, that plays a schedule of faults."""

import asyncio
import contextlib
import json
import socket
import struct
import time
from collections import Counter
from dataclasses import dataclass

import httpx

from benchmarks.faulty.catalogue import Answer, Delivery, Fault
from benchmarks.faulty.schedule import Schedule

_DRIPS, _DRIP_S = 60, 0.002
_HOP_HEADERS = {"connection", "transfer-encoding", "content-length", "content-encoding", "server"}


@dataclass(frozen=True)
class Request:
    """One request of the client."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def kind(self) -> str:
        if self.method == "POST":
            return "post" if self.path == "/v2/infinite-talk" else "other"
        if self.path.startswith("/v2/requests/"):
            return "poll" if self.path.endswith("/status") else "result"
        return "media"


class Proxy:
    """A listener for one job.

    Attributes:
        submitted: the ids of the jobs that the server accepted.
        played: how often each fault occurred, by kind of exchange.
        longest_s: the longest exchange, in real seconds.
    """

    def __init__(self, http: httpx.AsyncClient, schedule: Schedule) -> None:
        self._http, self._schedule = http, schedule
        self._server: asyncio.Server | None = None
        self._outage: asyncio.Task[None] | None = None
        self._exchanges = 0
        # Bound but not listening, this socket keeps the port while connections are refused.
        self._reserved = socket.socket()
        self._reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        self._reserved.bind(("127.0.0.1", 0))
        self.port = self._reserved.getsockname()[1]
        self.submitted: list[str] = []
        self.played: Counter[tuple[str, str]] = Counter()
        self.longest_s = 0.0

    async def open(self) -> str:
        """Start to listen, unless the schedule starts with refused connections; return the address."""
        await self._listen()
        await self._refuse_for_a_while()
        return f"http://127.0.0.1:{self.port}"

    async def close(self) -> None:
        if self._outage:
            await self._outage
        if self._server:
            self._server.close()
        self._reserved.close()

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, reuse_port=True)

    async def _refuse_for_a_while(self) -> None:
        """Refuse connections before the next exchange, if the schedule says so."""
        seconds = self._schedule.refused.pop(self._exchanges, None)
        if seconds is None or self._server is None:
            return
        self.played["any", "refused"] += 1
        self._server.close()
        self._outage = asyncio.create_task(self._listen_again(seconds))

    async def _listen_again(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        await self._listen()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            request = await _read(reader)
            began = time.monotonic()
            await self._exchange(request, reader, writer)
            self.longest_s = max(self.longest_s, time.monotonic() - began)
        writer.close()

    async def _exchange(
        self, request: Request, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        fault = self._schedule.next(request.kind) or Fault("none")
        self.played[request.kind, fault.name] += 1
        self._exchanges += 1
        answer = await self._forward(request) if fault.reaches else Answer(500, b"")
        if fault.change:
            answer = fault.change(answer)
        await self._refuse_for_a_while()
        await _deliver(answer, fault.delivery, reader, writer)

    async def _forward(self, request: Request) -> Answer:
        sent = await self._http.request(
            request.method, request.path, headers=request.headers, content=request.body
        )
        if request.kind == "post" and sent.is_success:
            self.submitted.append(json.loads(sent.content)["request_id"])
        kept = {name: value for name, value in sent.headers.items() if name not in _HOP_HEADERS}
        return Answer(sent.status_code, sent.content, kept)


async def _read(reader: asyncio.StreamReader) -> Request:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").splitlines()
    method, path, _ = head[0].split(" ")
    headers = dict(line.lower().split(": ", 1) for line in head[1:] if line)
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Request(method, path, headers, body)


async def _deliver(
    answer: Answer, delivery: Delivery, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    """Send an answer as the fault says, and close: each connection carries one exchange."""
    head, body = answer.raw()
    head = head.replace(b"\r\n", b"\r\nconnection: close\r\n", 1)
    match delivery:
        case "whole":
            writer.write(head + body)
        case "truncated":
            writer.write(head + body[: len(body) // 2])
        case "drip":
            await _drip(head + body, writer)
        case "reset":
            _reset(writer)
            return
        case "silent":
            await reader.read()  # until the client gives up
            return
        case "closed":
            return
    await writer.drain()


async def _drip(data: bytes, writer: asyncio.StreamWriter) -> None:
    """Send single bytes with pauses, then the rest."""
    for index in range(_DRIPS):
        writer.write(data[index : index + 1])
        await asyncio.sleep(_DRIP_S)
    writer.write(data[_DRIPS:])


def _reset(writer: asyncio.StreamWriter) -> None:
    """Close the connection by a reset."""
    connection: socket.socket = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
