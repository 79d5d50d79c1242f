"""Answers that are no success: on this wire each has the body {"error": "<text>"}."""

from collections.abc import Mapping

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse

from infinitalk_local.headers import OPEN

NO_KEY = "Missing Authorization or x-api-key in header"
BAD_KEY = "Unauthorized. API key is invalid or may have expired."


class Refusal(Exception):
    """Raised anywhere below a route; becomes the answer."""

    def __init__(self, status: int, text: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(text)
        self.status = status
        self.headers = dict(headers or {})


def unknown_request(request_id: str) -> Refusal:
    return Refusal(404, f"Request {request_id} not found")


async def answer_refusal(_: Request, error: Exception) -> JSONResponse:
    """Answer a Refusal, and what Starlette itself refuses (404, 405), in the same form."""
    if isinstance(error, Refusal):
        return JSONResponse({"error": str(error)}, error.status, error.headers)
    if isinstance(error, HTTPException):
        return JSONResponse({"error": error.detail}, error.status_code, dict(error.headers or {}))
    # Starlette answers this one outside of every middleware.
    return JSONResponse({"error": "Internal server error"}, 500, OPEN)
