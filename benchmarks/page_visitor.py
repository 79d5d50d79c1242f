"""A visitor without a browser: what the page's script sends to Gradio, over bare sockets.

A thousand visitors in one httpx pool would be slower than the page that they measure.
"""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator
from typing import Any


class Visitor:
    """One browser session at a page on this machine."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._session = secrets.token_hex(8)

    async def get(self, path: str) -> bytes:
        """Return the body of one answer."""
        return b"".join([line async for line in self._exchange("GET", path)])

    async def load(self, event: int, data: list[Any]) -> AsyncIterator[str]:
        """Trigger one of the page's events, and yield the lines of its stream to the end."""
        body = {"data": data, "fn_index": event, "session_hash": self._session}
        await self._post("/gradio_api/queue/join", body)
        async for line in self._stream(f"/gradio_api/queue/data?session_hash={self._session}"):
            yield line
            if '"process_completed"' in line:
                return

    async def call(self, name: str, data: list[Any]) -> AsyncIterator[str]:
        """Call a named endpoint, and yield the lines of its stream to the end."""
        answer = await self._post(f"/gradio_api/call/{name}", {"data": data})
        async for line in self._stream(f"/gradio_api/call/{name}/{json.loads(answer)['event_id']}"):
            yield line

    async def _post(self, path: str, body: dict[str, Any]) -> bytes:
        return b"".join([line async for line in self._exchange("POST", path, json.dumps(body).encode())])

    async def _stream(self, path: str) -> AsyncIterator[str]:
        async for line in self._exchange("GET", path):
            yield line.decode("utf-8", "replace")

    async def _exchange(self, method: str, path: str, body: bytes = b"") -> AsyncIterator[bytes]:
        """Yield the lines of a body; HTTP/1.0 keeps chunk lengths out of it."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port, limit=2**24)
        head = f"{method} {path} HTTP/1.0\r\nhost: 127.0.0.1:{self._port}\r\n"
        head += f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
        try:
            writer.write(head.encode() + body)
            answer = await reader.readuntil(b"\r\n\r\n")
            if b" 200 " not in answer.split(b"\r\n", 1)[0]:
                raise ConnectionError(answer[:80].decode("latin-1"))
            async for line in reader:
                yield line
        finally:
            writer.close()
