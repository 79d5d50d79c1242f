"""A reverse proxy that wants a login for everything, as some owners put in front of their page."""

import contextlib
import threading
import time
from collections.abc import AsyncIterator, Iterator

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

LOGIN = {"authorization": "Basic YW5uYTpzZWNyZXQ="}
_OWN = {"host", "content-length", "transfer-encoding", "connection"}


@contextlib.contextmanager
def login_proxy(port: int, target: str) -> Iterator[None]:
    """Forward what comes with the login on `port` to `target`; answer 401 to anything else."""

    async def forward(request: Request) -> Response:
        if request.headers.get("authorization") != LOGIN["authorization"]:
            return PlainTextResponse("Who are you?", 401, {"www-authenticate": "Basic"})
        headers = {name: value for name, value in request.headers.items() if name not in _OWN}
        sent = http.build_request(
            request.method,
            f"{target}{request.url.path}?{request.url.query}",
            headers=headers | {"x-forwarded-host": request.headers["host"]},
            content=await request.body(),
        )
        answer = await http.send(sent, stream=True)
        kept = {name: value for name, value in answer.headers.items() if name not in _OWN}
        return StreamingResponse(
            answer.aiter_raw(), answer.status_code, kept, background=BackgroundTask(answer.aclose)
        )

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with http:
            yield

    http = httpx.AsyncClient(timeout=60, trust_env=False)
    routes = [Route("/{path:path}", forward, methods=["GET", "HEAD", "POST"])]
    config = uvicorn.Config(
        Starlette(routes=routes, lifespan=lifespan),
        host="127.0.0.1",
        port=port,
        log_level="critical",  # open streams are cut off at the end
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.005)
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(10)
