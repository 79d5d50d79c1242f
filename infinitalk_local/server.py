"""The routes of the API: read, ask the store, answer."""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Executor
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import FileResponse, JSONResponse, Response
from starlette.exceptions import HTTPException

from infinitalk_local import answers, docs, uploads
from infinitalk_local.allowed_hosts import AllowedHosts, HostGuard
from infinitalk_local.fetch import Fetcher, Resolver, resolve
from infinitalk_local.files import Files, Full
from infinitalk_local.headers import Headers
from infinitalk_local.jobs import Job, State, Store
from infinitalk_local.nearby import asks_for_itself
from infinitalk_local.reading import Gate, read_object, read_submission
from infinitalk_local.refusals import Refusal, answer_refusal
from infinitalk_local.settings import LocalSettings
from infinitalk_local.talk import BadInput, Mock, Talk, refuse_values
from infinitalk_local.work import Workshop

TALK, MOCK = "infinite-talk", "mock-inference"
FOREIGN_HOST = "This server is not known by this name. If it is yours, start it with --public-url."


class Api:
    """The parts of one server, and its life: `aclose` leaves no process, no task and no file."""

    def __init__(self, settings: LocalSettings, executor: Executor | None, resolver: Resolver) -> None:
        self.settings = settings
        self.files = Files()
        self.fetcher = Fetcher(settings.trust, resolver)
        self.workshop = Workshop(settings, self.fetcher, self.files, executor)
        self.gate = Gate(settings)
        self.store = Store(
            queue_size=settings.queue_size,
            at_once=settings.renders_at_once,
            retention_s=settings.retention_s,
            on_forget=lambda job: self.files.remove(job.output or ""),
        )

    def trust(self, origin: str) -> None:
        """Let inputs come from an origin that is not public, such as the page's own."""
        self.fetcher.trust(origin)

    def base(self, request: Request) -> str:
        return (self.settings.public_url or str(request.base_url)).rstrip("/")

    def is_nearby(self, request: Request) -> bool:
        """Tell whether a submission's inputs may come from loopback."""
        return self.settings.trust_loopback and asks_for_itself(request.headers)

    def submit(self, slug: str, body: dict[str, Any], base: str, caller: str, *, nearby: bool) -> Job:
        if slug not in (TALK, MOCK):
            raise Refusal(404, f"Model {slug} not found")
        if slug == TALK:
            refuse_values(body)
        if self.settings.no_credits:
            raise Refusal(self.settings.no_credits, "Insufficient credits")
        if slug == MOCK:
            return self.store.submit(body, self.workshop.mock(Mock.of(body)), caller, MOCK)
        try:
            talk = Talk.of(body)
        except BadInput as reason:
            return self.store.submit_failed(body, str(reason))
        work = self.workshop.talk(talk, self._reader(base), nearby=nearby)
        return self.store.submit(body, work, caller, TALK)

    def _reader(self, base: str) -> Callable[[str], bytes | None]:
        """Return a function that reads what lies here, without a request to ourselves.

        The name alone tells, since it cannot be guessed: this server may be known under several addresses.
        """

        def read_own(address: str) -> bytes | None:
            path = self.files.path(address.rsplit("/", 1)[-1])
            if path is None and address.startswith(f"{base}/"):
                raise BadInput("the upload is no longer here; send it again")
            return path.read_bytes() if path else None

        return read_own

    def keep(self, data: bytes, suffix: str, caller: str) -> str:
        """Keep an upload for as long as a result, and return its name.

        Raises:
            Refusal: there is no room for it (429).
        """
        self.sweep()
        asyncio.get_running_loop().call_later(self.settings.retention_s + 1, self.sweep)
        try:
            return self.files.add_upload(data, suffix, self.store.now() + self.settings.retention_s, caller)
        except Full as error:
            raise Refusal(429, str(error), {"retry-after": "60"}) from error

    def sweep(self) -> None:
        """Remove what is over its time, but no upload that lay here when an unfinished preview came."""
        self.store.sweep()
        self.files.sweep(self.store.unfinished_since(TALK))

    async def aclose(self) -> None:
        await self.store.aclose()
        self.workshop.close()
        self.files.close()


def create_app(
    settings: LocalSettings | None = None, *, executor: Executor | None = None, resolver: Resolver = resolve
) -> FastAPI:
    """Return the server as an ASGI application; its `state.api` has `trust(origin)` and `aclose()`.

    In process, through `httpx.ASGITransport`, there is no lifespan: call `aclose` yourself.
    """
    api = Api(settings or LocalSettings(), executor, resolver)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await api.aclose()

    app = FastAPI(
        title="InfiniteTalk, embedded", description=docs.DESCRIPTION, version="1", lifespan=lifespan
    )
    app.state.api = api
    app.add_middleware(Headers)
    app.add_middleware(HostGuard, hosts=_hosts(api.settings))
    for error in (Refusal, HTTPException, Exception):
        app.add_exception_handler(error, answer_refusal)
    _add_job_routes(app, api)
    _add_account_routes(app, api)
    _add_file_routes(app, api)
    return app


def _hosts(settings: LocalSettings) -> AllowedHosts:
    hosts = AllowedHosts(settings.host, FOREIGN_HOST)
    hosts.add_public(settings.public_url)
    return hosts


def _add_job_routes(app: FastAPI, api: Api) -> None:
    @app.post("/v2/{slug}", **docs.SUBMIT)
    async def submit(slug: str, request: Request) -> JSONResponse:
        api.gate.check(request)
        body = await read_submission(request)
        job = api.submit(
            slug, body, api.base(request), api.gate.caller(request), nearby=api.is_nearby(request)
        )
        return JSONResponse(answers.submitted(job, api.base(request)))

    @app.get("/v2/requests/{request_id}/status", **docs.STATUS)
    async def status(request_id: str, request: Request) -> JSONResponse:
        api.gate.check(request)
        job = api.store.get(request_id)
        return answers.status(job, api.base(request), api.store.queue_position(job))

    @app.get("/v2/requests/{request_id}", **docs.RESULT)
    @app.get("/v1/requests/{request_id}", **docs.RESULT)
    async def result(request_id: str, request: Request) -> JSONResponse:
        api.gate.check(request)
        job = api.store.get(request_id)
        if job.state is not State.COMPLETED:
            return answers.status(job, api.base(request), api.store.queue_position(job))
        return answers.result(job, api.base(request), api.files.path(job.output or ""))

    @app.post("/v1/{slug}", **docs.NOW)
    async def generate_now(slug: str, request: Request) -> Response:
        api.gate.check(request)
        body = await read_submission(request)
        job = api.submit(
            slug, body, api.base(request), api.gate.caller(request), nearby=api.is_nearby(request)
        )
        await job.over.wait()
        if job.state is State.FAILED:
            raise Refusal(422, job.error or "failed")
        path = api.files.path(job.output or "")
        if path is None:
            return answers.result(job, api.base(request), None)
        return Response(path.read_bytes(), media_type="video/mp4", headers=answers.headers(job))


def _add_account_routes(app: FastAPI, api: Api) -> None:
    @app.get("/v1/get-user-credits", **docs.CREDITS)
    async def balance(request: Request) -> dict[str, float]:
        api.gate.check(request)
        return {"credits": 0.0 if api.settings.no_credits else answers.CREDITS, "free-credits": 0.0}

    @app.get("/inference-request/request-history/{request_id}", **docs.HISTORY)
    async def history(request_id: str, request: Request) -> dict[str, Any]:
        api.gate.check(request)
        job = api.store.history(request_id)
        return answers.history(job, api.base(request), api.files.path(job.output or ""))

    @app.head("/healthz", include_in_schema=False)
    @app.get("/healthz", summary="Is the server there?")
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}


def _add_file_routes(app: FastAPI, api: Api) -> None:
    @app.post("/upload-asset", **docs.UPLOAD)
    async def upload(request: Request) -> dict[str, Any]:
        api.gate.check(request)
        body = await read_object(request, uploads.BODY_MAX)
        assets = [uploads.decode(url) for url in uploads.data_urls(body)]
        names = [api.keep(data, suffix, api.gate.caller(request)) for data, suffix in assets]
        return {
            "file_urls": [f"{api.base(request)}/assets/{name}" for name in names],
            "message": "File uploaded successfully",
        }

    @app.head("/assets/{name}", include_in_schema=False)
    @app.head("/outputs/{name}", include_in_schema=False)
    @app.get("/assets/{name}", summary="An uploaded input", **docs.FILE)
    @app.get("/outputs/{name}", summary="A finished video", **docs.FILE)
    async def file(name: str) -> FileResponse:
        api.sweep()
        path = api.files.path(name)
        if path is None:
            raise Refusal(404, "Not found")
        headers = {"cache-control": "private, max-age=3600"}
        return FileResponse(path, headers=headers, media_type=api.files.kind(name))
