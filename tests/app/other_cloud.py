"""Plays the Other Cloud of docs/extending.md: its own wire, in front of a service that the tests have."""

import contextlib
from collections.abc import AsyncIterator, Iterator

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from tests.server.serving import on_a_port


class OtherCloud:
    """Translates each request, asks the service behind it, and translates the answer."""

    def __init__(self, behind: str) -> None:
        self._service = httpx.AsyncClient(base_url=behind, timeout=60)
        self._behind = behind
        self.application = Starlette(
            routes=[
                Route("/jobs", self.order, methods=["POST"]),
                Route("/jobs/{job}", self.look),
                Route("/files", self.store, methods=["POST"]),
                Route("/balance", self.balance),
                Route("/{path:path}", self.video),
            ],
            lifespan=self._open,
        )

    @contextlib.asynccontextmanager
    async def _open(self, _: Starlette) -> AsyncIterator[None]:
        async with self._service:
            yield

    async def order(self, request: Request) -> Response:
        job = await request.json()
        talk = {"image": job["face"], "audio": job["speech"], "resolution": job["size"]}
        talk |= {"prompt": job["script"], "fps": job["rate"], "seed": job["seed"]}
        answer = await self._asked(request, "POST", "/v2/infinite-talk", json=talk)
        return self._told(request, answer, id="request_id")

    async def look(self, request: Request) -> Response:
        answer = await self._asked(request, "GET", f"/v2/requests/{request.path_params['job']}")
        if answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY:  # so a failed job is told there
            return JSONResponse({"state": "FAILED", "reason": answer.json()["error"]})
        return self._told(request, answer, state="status", video="output")

    async def store(self, request: Request) -> Response:
        answer = await self._asked(request, "POST", "/upload-asset", json=await request.json())
        return self._told(request, answer, addresses="file_urls")

    async def balance(self, request: Request) -> Response:
        return self._told(
            request, await self._asked(request, "GET", "/v1/get-user-credits"), amount="credits"
        )

    async def video(self, request: Request) -> Response:
        answer = await self._service.get(request.url.path, headers=_of(request, "range", "if-range"))
        kept = ("content-type", "content-range", "accept-ranges", "etag")
        headers = {name: value for name, value in answer.headers.items() if name in kept}
        return Response(answer.content, answer.status_code, headers)

    async def _asked(self, request: Request, method: str, path: str, **body: object) -> httpx.Response:
        key = request.headers["authorization"].removeprefix("Bearer ").strip()
        return await self._service.request(method, path, headers={"x-api-key": key}, **body)  # type: ignore[arg-type]

    def _told(self, request: Request, answer: httpx.Response, **names: str) -> Response:
        if not answer.is_success:
            known = answer.headers.get("content-type", "") == "application/json"
            said = answer.json()["error"] if known else answer.text
            return PlainTextResponse(said, answer.status_code, _of(answer, "retry-after"))
        found = answer.json()
        told = {ours: found.get(theirs) for ours, theirs in names.items()}
        own = str(request.base_url).rstrip("/")
        return JSONResponse({name: _moved(value, self._behind, own) for name, value in told.items()})


def _of(message: Request | httpx.Response, *names: str) -> dict[str, str]:
    return {name: message.headers[name] for name in names if name in message.headers}


def _moved(value: object, behind: str, own: str) -> object:
    """Return an address at this service in the place of one at the service behind it."""
    return value.replace(behind, own) if isinstance(value, str) else value


@contextlib.contextmanager
def other_cloud(behind: str) -> Iterator[str]:
    """Serve until the block ends, and yield the address."""
    with on_a_port(OtherCloud(behind).application) as url:
        yield url
