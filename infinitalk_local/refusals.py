"""Answers that are no success: on this wire each has the body {"error": "<text>"}."""

import re
from collections.abc import Mapping

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse

from infinitalk_local.headers import OPEN

NO_KEY = "Missing Authorization or x-api-key in header"
_REQUEST_ID = re.compile(r"[0-9A-Za-z_-]{1,80}")
BAD_KEY = "Unauthorized. API key is invalid or may have expired."


class Refusal(Exception):
    """Raised anywhere below a route; becomes the answer."""

    def __init__(self, status: int, text: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(text)
        self.status = status
        self.headers = dict(headers or {})


def unknown_request(request_id: str) -> Refusal:
    """Return the answer for an id that is not known; one that can be none is not repeated."""
    named = f" {request_id}" if _REQUEST_ID.fullmatch(request_id) else ""
    return Refusal(404, f"Request{named} not found")


async def answer_refusal(_: Request, error: Exception) -> JSONResponse:
    """Answer a Refusal, and what Starlette itself refuses (404, 405), in the same form."""
    if isinstance(error, Refusal):
        return JSONResponse({"error": str(error)}, error.status, error.headers)
    if isinstance(error, HTTPException):
        return JSONResponse({"error": error.detail}, error.status_code, dict(error.headers or {}))
    # Starlette answers this one outside of every middleware.
    return JSONResponse({"error": "Internal server error"}, 500, OPEN)
