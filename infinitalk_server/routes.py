"""The routes of the API, and the application that serves them."""

from collections.abc import AsyncIterator
from concurrent.futures import Executor
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request, Security
from fastapi.responses import FileResponse, JSONResponse, Response
from fastapi.security import APIKeyHeader
from starlette.exceptions import HTTPException as StarletteHTTPException

from infinitalk_server import responses, schemas
from infinitalk_server.allowed_hosts import AllowedHosts, HostGuard, SecurityHeaders
from infinitalk_server.config import ServerConfig
from infinitalk_server.errors import answer_error
from infinitalk_server.fetcher import Resolver, resolve
from infinitalk_server.job_queue import State
from infinitalk_server.request_body import UPLOAD_MAX, decode_asset, read_object
from infinitalk_server.server import Api

DESCRIPTION = (
    "Speaks the HTTP API of Segmind's InfiniteTalk, and renders a CPU preview instead of the paid video. "
    "Send any key in `x-api-key`, unless the server was started with keys of its own."
)
FOREIGN_HOST = "This server is not known by this name. If it is yours, start it with --public-url."


def create_app(
    config: ServerConfig | None = None, *, executor: Executor | None = None, resolver: Resolver = resolve
) -> FastAPI:
    """Return the server as an ASGI application; its `state.api` has `trust(origin)` and `aclose()`.

    In process, through `httpx.ASGITransport`, there is no lifespan: call `aclose` yourself.
    """
    api = Api(config or ServerConfig(), executor, resolver)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await api.aclose()

    app = FastAPI(title="InfiniteTalk, embedded", description=DESCRIPTION, version="1", lifespan=lifespan)
    app.state.api = api
    hosts = AllowedHosts(api.config.host, FOREIGN_HOST)
    hosts.add_public(api.config.public_url)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(HostGuard, hosts=hosts)
    for error in (StarletteHTTPException, Exception):
        app.add_exception_handler(error, answer_error)
    app.include_router(_with_key)
    app.include_router(_without_key)
    return app


async def _api_of(request: Request) -> Api:
    api: Api = request.app.state.api
    return api


_Api = Annotated[Api, Depends(_api_of)]


async def _caller_of(
    request: Request, api: _Api, _: Annotated[str, Security(APIKeyHeader(name="x-api-key", auto_error=False))]
) -> str:
    return api.authenticator.caller(request)


_Caller = Annotated[str, Depends(_caller_of)]
_ERRORS: dict[int | str, str] = {
    400: "No JSON object",
    401: "No key, or a wrong one",
    402: "No credits",
    404: "Unknown",
    406: "A value, a content type, or no credits",
    413: "Too large",
    422: "The job FAILED",
    429: "Too many",
    "default": "Anything else",  # else FastAPI describes its own form of 422
}


def _errors(*statuses: int | str) -> dict[int | str, dict[str, Any]]:
    return {status: {"description": _ERRORS[status], "model": schemas.ErrorResponse} for status in statuses}


def _body(model: type[schemas.TalkRequest | schemas.UploadRequest]) -> dict[str, Any]:
    """Return the OpenAPI description of a body that FastAPI does not read: it would read one of any size."""
    content = {"application/json": {"schema": model.model_json_schema()}}
    return {"requestBody": {"required": True, "content": content}}


_with_key = APIRouter(dependencies=[Depends(_caller_of)], responses=_errors(401, 429, "default"))
_without_key = APIRouter(responses=_errors("default"))


@_with_key.post(
    "/v2/{slug}",
    summary="Submit a job",
    responses=_errors(400, 402, 404, 406, 413),
    openapi_extra=_body(schemas.TalkRequest),
)
async def submit(slug: str, request: Request, api: _Api, caller: _Caller) -> schemas.SubmitResponse:
    return responses.submitted(await api.submit(slug, request, caller), api.base(request))


@_with_key.get(
    "/v2/requests/{request_id}/status",
    summary="Poll a job",
    response_model=schemas.StatusResponse,
    responses=_errors(404, 422),
)
async def status(request_id: str, request: Request, api: _Api) -> JSONResponse:
    return responses.status(api.queue.get(request_id), api.base(request))


_RESULT: dict[str, Any] = {
    "summary": "The finished video; before that, the answer to a poll",
    "response_model": schemas.ResultResponse,
    "response_model_exclude_unset": True,
    "responses": _errors(404, 422),
}


@_with_key.get("/v2/requests/{request_id}", **_RESULT)
@_with_key.get("/v1/requests/{request_id}", **_RESULT)
async def result(request_id: str, request: Request, api: _Api) -> schemas.ResultResponse | JSONResponse:
    job = api.queue.get(request_id)
    if job.state is not State.COMPLETED:
        return responses.status(job, api.base(request))
    return responses.result(job, api.base(request), api.files.path(job.output or ""))


@_with_key.post(
    "/v1/{slug}",
    summary="Submit and wait; the answer is the video",
    response_class=Response,
    responses={
        200: {"content": {"video/mp4": {"schema": {"type": "string", "format": "binary"}}}},
        **_errors(400, 402, 404, 406, 413, 422),
    },
    openapi_extra=_body(schemas.TalkRequest),
)
async def generate_now(slug: str, request: Request, api: _Api, caller: _Caller) -> Response:
    job = await api.submit(slug, request, caller)
    await job.done.wait()
    if job.error is not None:
        raise HTTPException(422, job.error)
    path = api.files.path(job.output or "")
    if path is None:
        return JSONResponse(responses.result(job, api.base(request), None).model_dump(exclude_unset=True))
    return Response(path.read_bytes(), media_type="video/mp4", headers=responses.headers(job))


@_with_key.get("/v1/get-user-credits", summary="The balance")
async def balance(api: _Api) -> schemas.CreditsResponse:
    left = 0.0 if api.config.no_credits else responses.CREDITS
    return schemas.CreditsResponse(**{"credits": left, "free-credits": 0.0})


@_with_key.get(
    "/inference-request/request-history/{request_id}",
    summary="The record of a job",
    response_model=schemas.HistoryResponse,
    responses=_errors(404),
)
async def history(request_id: str, request: Request, api: _Api) -> JSONResponse:
    job = api.queue.history(request_id)
    return responses.history(job, api.base(request), api.files.path(job.output or ""))


@_with_key.post(
    "/upload-asset",
    summary="Store inputs",
    responses=_errors(400, 406, 413),
    openapi_extra=_body(schemas.UploadRequest),
)
async def upload(request: Request, api: _Api, caller: _Caller) -> schemas.UploadResponse:
    body = schemas.checked(schemas.UploadRequest, await read_object(request, UPLOAD_MAX))
    assets = [decode_asset(url) for url in body.data_urls]
    names = [api.store_upload(data, suffix, caller) for data, suffix in assets]
    urls = [f"{api.base(request)}/assets/{name}" for name in names]
    return schemas.UploadResponse(file_urls=urls, message="File uploaded successfully")


@_without_key.head("/healthz", include_in_schema=False)
@_without_key.get("/healthz", summary="Is the server there?")
async def healthz() -> dict[str, str]:
    return {"status": "ok"}


_FILE: dict[int | str, dict[str, Any]] = {
    200: {"description": "The file", "content": {"*/*": {}}},
    206: {"description": "The part that Range asked for", "content": {"*/*": {}}},
    404: {"description": "Unknown, or gone", "model": schemas.ErrorResponse},
}


@_without_key.head("/assets/{name}", include_in_schema=False)
@_without_key.head("/outputs/{name}", include_in_schema=False)
@_without_key.get("/assets/{name}", summary="An uploaded input", response_class=Response, responses=_FILE)
@_without_key.get("/outputs/{name}", summary="A finished video", response_class=Response, responses=_FILE)
async def file(name: str, api: _Api) -> FileResponse:
    api.sweep()
    path = api.files.path(name)
    if path is None:
        raise HTTPException(404, "Not found")
    headers = {"cache-control": "private, max-age=3600"}
    return FileResponse(path, headers=headers, media_type=api.files.content_type(name))
