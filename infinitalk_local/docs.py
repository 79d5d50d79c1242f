"""What /docs and /openapi.json say about each route, whose bodies `reading` reads by hand."""

from typing import Any

from infinitalk_local.talk import DEFAULT_PROMPT, DEFAULT_SEED, FPS, PROMPT_MAX, RESOLUTIONS

DESCRIPTION = (
    "Speaks the HTTP API of Segmind's InfiniteTalk, and renders a CPU preview instead of the paid video. "
    "Send any key in `x-api-key`, unless the server was started with keys of its own."
)
_ERROR = {
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["error"],
                "properties": {"error": {"type": "string"}},
            }
        }
    }
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
        "seed": {"type": "integer", "minimum": -1, "default": DEFAULT_SEED},
        "base64": {"type": "boolean", "default": False},
    },
}
_UPLOAD = {
    "type": "object",
    "required": ["data_urls"],
    "properties": {"data_urls": {"type": "array", "items": {"type": "string"}}},
}


def _route(summary: str, *refusals: int, body: dict[str, Any] | None = None) -> dict[str, Any]:
    extra: dict[str, Any] = {
        "parameters": [{"name": "x-api-key", "in": "header", "required": True, "schema": {"type": "string"}}]
    }
    if body:
        extra["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
    responses = {status: {"description": _WORDS[status], **_ERROR} for status in (401, 429, *refusals)}
    return {"summary": summary, "responses": responses, "openapi_extra": extra}


SUBMIT = _route("Submit a job", 400, 402, 404, 406, 413, body=_TALK)
STATUS = _route("Look at a job", 404, 422)
RESULT = _route("The finished video", 404, 422)
NOW = _route("Submit and wait; the answer is the video", 400, 402, 404, 406, 413, 422, body=_TALK)
CREDITS = _route("The balance")
HISTORY = _route("The record of a job", 404)
UPLOAD = _route("Store inputs", 400, 406, 413, body=_UPLOAD)
