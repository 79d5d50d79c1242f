"""Reads a request: the key, the rate, the body and its limits."""

import asyncio
import json
import time
from collections import defaultdict, deque
from collections.abc import Callable
from typing import Any

from starlette.requests import Request

from infinitalk_local.refusals import BAD_KEY, NO_KEY, Refusal
from infinitalk_local.settings import LocalSettings

BODY_MAX = 1024**2
BODY_SECONDS_MAX = 60.0
_MINUTE_S = 60.0


class Gate:
    """Asks for a key (Bearer is none), and counts requests where a rate limit is set."""

    def __init__(
        self,
        settings: LocalSettings,
        clock: Callable[[], float] = time.monotonic,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        self._keys, self._rate = settings.keys, settings.rate_limit
        self._clock, self._wall_clock = clock, wall_clock
        self._seen: defaultdict[str, deque[float]] = defaultdict(deque)

    def check(self, request: Request) -> None:
        """Let a request pass.

        Raises:
            Refusal: no key, a wrong one (401), or too many requests (429).
        """
        key = request.headers.get("x-api-key", "").strip()
        if not key:
            raise Refusal(401, BAD_KEY if "authorization" in request.headers else NO_KEY)
        if self._keys and key not in self._keys:
            raise Refusal(401, BAD_KEY)
        if self._rate:
            self._count(key, self._rate)

    def caller(self, request: Request) -> str:
        """Name who asks, for a share of the places: by a key that not everybody can make up, else by address.

        A page in the same process is whatever its transport names as the client: its visitor.
        """
        if self._keys:
            return request.headers.get("x-api-key", "").strip()
        return request.client.host if request.client else ""

    def _count(self, key: str, most: int) -> None:
        now, seen = self._clock(), self._seen[key]
        while seen and now - seen[0] >= _MINUTE_S:
            seen.popleft()
        if len(seen) >= most:
            reset = self._wall_clock() + _MINUTE_S - (now - seen[0])
            raise Refusal(429, "Rate limit exceeded", {"x-rate-limit-reset-at-utc": str(round(reset, 3))})
        seen.append(now)


async def read_object(request: Request, most: int = BODY_MAX) -> dict[str, Any]:
    """Return the JSON object that was sent.

    Raises:
        Refusal: another content type (406), too large (413), too slow (408), or no JSON object (400).
    """
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != "application/json":
        raise Refusal(406, "Invalid content type")
    try:
        async with asyncio.timeout(BODY_SECONDS_MAX):
            content = await _read(request, most)
    except TimeoutError as error:
        raise Refusal(408, f"The body did not arrive within {BODY_SECONDS_MAX:g} s") from error
    try:
        body = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise Refusal(400, "The body is not valid JSON") from error
    if not isinstance(body, dict):
        raise Refusal(400, "The body must be a JSON object")
    return body


async def read_submission(request: Request) -> dict[str, Any]:
    """Return the JSON object of a submission, which the record will tell again.

    Raises:
        Refusal: as `read_object`; also for what Python reads and JSON cannot carry: NaN, infinity, half
            characters (400).
    """
    body = await read_object(request)
    try:
        json.dumps(body, ensure_ascii=False, allow_nan=False).encode()
    except ValueError as error:
        raise Refusal(400, "The body is not valid JSON") from error
    return body


async def _read(request: Request, most: int) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise Refusal(413, f"The body is larger than {most // 1024**2} MB")
    return bytes(body)
