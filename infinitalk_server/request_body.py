"""Reads request bodies within limits of size, time and nesting, before their fields are checked."""

import asyncio
import base64
import json
from typing import Any

from fastapi import HTTPException
from starlette.requests import Request

from infinitalk_server.storage import SUFFIXES

BODY_MAX = 1024**2
BODY_SECONDS_MAX = 60.0
ASSET_MAX = 50 * 1024**2
UPLOAD_MAX = 2 * ASSET_MAX


async def read_object(request: Request, most: int = BODY_MAX) -> dict[str, Any]:
    """Return the JSON object that was sent.

    Raises:
        HTTPException: another content type (406), too large (413), too slow (408), or no JSON object (400).
    """
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != "application/json":
        raise HTTPException(406, "Invalid content type")
    content = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS_MAX):
            async for chunk in request.stream():
                content += chunk
                if len(content) > most:
                    raise HTTPException(413, f"The body is larger than {most // 1024**2} MB")
    except TimeoutError as error:
        raise HTTPException(408, f"The body did not arrive within {BODY_SECONDS_MAX:g} s") from error
    try:
        body = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise HTTPException(400, "The body is not valid JSON") from error
    if not isinstance(body, dict):
        raise HTTPException(400, "The body must be a JSON object")
    return body


async def read_submission(request: Request) -> dict[str, Any]:
    """Return the JSON object of a submission, which the job's record repeats.

    Raises:
        HTTPException: as `read_object`, and for what Python reads although JSON has no NaN, infinity or lone
            surrogates (400).
    """
    body = await read_object(request)
    try:
        json.dumps(body, ensure_ascii=False, allow_nan=False).encode()
    except ValueError as error:
        raise HTTPException(400, "The body is not valid JSON") from error
    return body


def decode_asset(data_url: str) -> tuple[bytes, str]:
    """Return the bytes and the file suffix of one data URL.

    Raises:
        HTTPException: no base64 data URL, empty, of an unknown type (400), or too large (413).
    """
    head, _, payload = data_url.partition(",")
    if not head.startswith("data:") or not head.endswith(";base64"):
        raise HTTPException(400, "Each asset must be a base64 data URL")
    if len(payload) > ASSET_MAX * 4 // 3 + 4:
        raise HTTPException(413, f"An asset is larger than {ASSET_MAX // 1024**2} MB")
    suffix = SUFFIXES.get(head.removeprefix("data:").split(";")[0].lower())
    if suffix is None:
        raise HTTPException(400, "Unsupported file type")
    try:
        data = base64.b64decode(payload, validate=True)
    except ValueError as error:
        raise HTTPException(400, "Each asset must be a base64 data URL") from error
    if not data:
        raise HTTPException(400, "An asset is empty")
    return data, suffix
