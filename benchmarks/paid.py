"""A paid service that only pretends: its jobs never end, and each look at one tells something new."""

import asyncio
import contextlib
import itertools
import time
from collections import Counter
from collections.abc import AsyncIterator

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

TOTAL = 1_000_000


class Endless:
    """Takes every job and finishes none.

    Attributes:
        told_at: when each number of frames was told, on the monotonic clock; no number is told twice.
        looks: how often each job was looked at.
    """

    def __init__(self) -> None:
        self.told_at: dict[int, float] = {}
        self.looks: Counter[str] = Counter()
        self._ids, self._numbers = itertools.count(1), itertools.count(1)

    async def submit(self, _: Request) -> JSONResponse:
        return JSONResponse({"request_id": f"{next(self._ids):032x}", "status": "QUEUED"})

    async def upload(self, _: Request) -> JSONResponse:
        return JSONResponse({"file_urls": ["https://images.example.org/asset"]})

    async def credits(self, _: Request) -> JSONResponse:
        return JSONResponse({"credits": 100.0, "free-credits": 0.0})

    async def status(self, request: Request) -> JSONResponse:
        number = next(self._numbers)
        self.looks[request.path_params["id"]] += 1
        self.told_at[number] = time.monotonic()
        return JSONResponse({"status": "PROCESSING", "progress": {"done": number, "total": TOTAL}})

    @contextlib.asynccontextmanager
    async def serving(self) -> AsyncIterator[str]:
        """Serve in this event loop, and yield the address."""
        routes = [
            Route("/v2/infinite-talk", self.submit, methods=["POST"]),
            Route("/upload-asset", self.upload, methods=["POST"]),
            Route("/v1/get-user-credits", self.credits),
            Route("/v2/requests/{id}/status", self.status),
        ]
        config = uvicorn.Config(Starlette(routes=routes), port=0, log_level="error")
        server = uvicorn.Server(config)
        task = asyncio.create_task(server.serve())
        while not server.started:  # noqa: ASYNC110  # uvicorn has no event for it
            await asyncio.sleep(0.01)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        server.should_exit = True
        await task
