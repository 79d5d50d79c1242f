"""What /docs and /openapi.json say about each route, whose bodies `reading` reads by hand."""

from typing import Any

from starlette.responses import Response

from infinitalk_local.jobs import State
from infinitalk_local.marks import COUNT
from infinitalk_local.talk import DEFAULT_PROMPT, DEFAULT_SEED, FPS, PROMPT_MAX, RESOLUTIONS, SEED_MAX

DESCRIPTION = (
    "Speaks the HTTP API of Segmind's InfiniteTalk, and renders a CPU preview instead of the paid video. "
    "Send any key in `x-api-key`, unless the server was started with keys of its own."
)


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


_ERROR = {
    "content": {"application/json": {"schema": _object(error={"type": "string"}) | {"required": ["error"]}}}
}
_WORDS = {
    400: "No JSON object",
    401: "No key, or a wrong one",
    402: "No credits",
    404: "Unknown",
    406: "A value, a content type, or no credits",
    413: "Too large",
    422: "The job FAILED",
    429: "Too many",
}
_TALK = {
    "type": "object",
    "required": ["image", "audio", "prompt"],
    "properties": {
        "image": {"type": "string", "format": "uri", "description": "a picture or a short video"},
        "audio": {"type": "string", "format": "uri"},
        "prompt": {"type": "string", "minLength": 1, "maxLength": PROMPT_MAX, "default": DEFAULT_PROMPT},
        "resolution": {"type": "string", "enum": list(RESOLUTIONS), "default": "480p"},
        "fps": {"type": "integer", "minimum": FPS.start, "maximum": FPS.stop - 1, "default": 25},
        "seed": {"type": "integer", "minimum": -1, "maximum": SEED_MAX, "default": DEFAULT_SEED},
        "base64": {"type": "boolean", "default": False},
        "face": {
            "description": (
                "who talks, where the picture shows several: the number of a face, the largest being 1; or "
                "six numbers, in pixels of the upright picture: left eye x, y, right eye x, y, mouth x, y. "
                "Of this server alone: Segmind's API has no such field"
            ),
            "oneOf": [
                {"type": "integer", "minimum": 1},
                {"type": "array", "items": {"type": "number"}, "minItems": COUNT, "maxItems": COUNT},
            ],
        },
    },
}
_UPLOAD = {
    "type": "object",
    "required": ["data_urls"],
    "properties": {"data_urls": {"type": "array", "items": {"type": "string"}}},
}


_TEXT, _NUMBER, _ADDRESS = {"type": "string"}, {"type": "number"}, {"type": "string", "format": "uri"}
_STATE = {"type": "string", "enum": list(State)}
_JOB = {"status": _STATE, "request_id": _TEXT, "status_url": _ADDRESS, "response_url": _ADDRESS}
_METRICS = _object(
    cost=_NUMBER,
    remaining_credits=_NUMBER,
    inference_time=_NUMBER,
    queue_time=_NUMBER,
    total_time=_NUMBER,
)
_PROGRESS = _object(done={"type": "integer"}, total={"type": "integer"})
_LOOK = _object(**_JOB, metrics=_METRICS, progress=_PROGRESS, queue_position={"type": "integer"})
_VIDEO = _object(url=_ADDRESS, content_type=_TEXT, file_name=_TEXT, file_size=_TEXT)
_FINISHED = _object(
    status=_STATE,
    request_id=_TEXT,
    output=_TEXT,
    video=_VIDEO,
    metrics=_METRICS,
    seed={"type": "integer"},
    prompt=_TEXT,
    error={"type": "null"},
)
_RECORD = _object(
    request_id=_TEXT,
    model_status={"type": "string", "enum": ["COMPLETED", "FAILED", "PENDING"]},
    request_body={"type": "object"},
    generation_url={"type": ["string", "null"]},
    credits_deduction=_NUMBER,
    latency_ms=_NUMBER,
    error={"type": ["string", "null"]},
)


def _route(
    summary: str, answer: dict[str, Any], *refusals: int, body: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Describe a route; a "default" keeps FastAPI from promising its own form of 422."""
    extra: dict[str, Any] = {
        "parameters": [{"name": "x-api-key", "in": "header", "required": True, "schema": {"type": "string"}}]
    }
    if body:
        extra["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
    responses: dict[int | str, Any] = {200: {"description": "OK", "content": answer}}
    responses |= {status: {"description": _WORDS[status], **_ERROR} for status in (401, 429, *refusals)}
    responses["default"] = {"description": "Anything else", **_ERROR}
    return {"summary": summary, "responses": responses, "openapi_extra": extra}


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


_FILM = {"video/mp4": {"schema": {"type": "string", "format": "binary"}}}
SUBMIT = _route(
    "Submit a job", _json(_object(**_JOB, poll_url=_ADDRESS)), 400, 402, 404, 406, 413, body=_TALK
)
STATUS = _route("Look at a job", _json(_LOOK), 404, 422)
RESULT = _route("The finished video; before that, a look", _json(_FINISHED), 404, 422)
NOW = _route("Submit and wait; the answer is the video", _FILM, 400, 402, 404, 406, 413, 422, body=_TALK)
NOW["response_class"] = Response  # of no type by itself
CREDITS = _route("The balance", _json(_object(**{"credits": _NUMBER, "free-credits": _NUMBER})))
HISTORY = _route("The record of a job", _json(_RECORD), 404)
UPLOAD = _route(
    "Store inputs",
    _json(_object(file_urls={"type": "array", "items": _ADDRESS}, message=_TEXT)),
    400,
    406,
    413,
    body=_UPLOAD,
)
FILE: dict[str, Any] = {
    "response_class": Response,
    "responses": {
        200: {"description": "The file", "content": {"*/*": {}}},
        206: {"description": "The part that Range asked for", "content": {"*/*": {}}},
        404: {"description": "Unknown, or gone", **_ERROR},
        "default": {"description": "Anything else", **_ERROR},
    },
}
