"""A paid service that accepts each job and finishes none; the progress of a job is the time of its poll.

python -m benchmarks.endless_service --port PORT. Whoever is shown a progress knows by it how old it is.
"""

import asyncio
import contextlib
import itertools
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route


class EndlessService:
    """The service as an ASGI application; `polls` counts the polls of each job."""

    def __init__(self) -> None:
        self.polls: Counter[str] = Counter()
        self._ids = itertools.count(1)
        self.application = Starlette(
            routes=[
                Route("/v2/requests/{id}/status", self._status),
                Route("/v2/infinite-talk", self._submit, methods=["POST"]),
                Route("/upload-asset", self._upload, methods=["POST"]),
                Route("/v1/get-user-credits", self._credits),
                Route("/healthz", self._credits),
            ]
        )

    @contextlib.asynccontextmanager
    async def serving(self) -> AsyncIterator[str]:
        """Serve in this event loop, and yield the address."""
        server = uvicorn.Server(uvicorn.Config(self.application, port=0, log_level="error"))
        task = asyncio.create_task(server.serve())
        while not server.started:  # noqa: ASYNC110  # uvicorn has no event for it
            await asyncio.sleep(0.01)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        server.should_exit = True
        await task

    async def _status(self, request: Request) -> JSONResponse:
        self.polls[request.path_params["id"]] += 1
        now_ms = int(time.time() * 1000)
        return JSONResponse({"status": "PROCESSING", "progress": {"done": now_ms, "total": now_ms}})

    async def _submit(self, _: Request) -> JSONResponse:
        return JSONResponse({"request_id": f"{next(self._ids):032x}", "status": "QUEUED"})

    async def _upload(self, _: Request) -> JSONResponse:
        return JSONResponse({"file_urls": ["https://images.example.org/asset"]})

    async def _credits(self, _: Request) -> JSONResponse:
        return JSONResponse({"credits": 100.0, "free-credits": 0.0})


if __name__ == "__main__":
    uvicorn.run(EndlessService().application, host="127.0.0.1", port=int(sys.argv[-1]), log_level="error")
