"""Who calls: key, rate limit, and whether the caller is a program on this machine."""

import time
from collections import defaultdict, deque
from collections.abc import Mapping

from fastapi import HTTPException
from starlette.requests import Request

from infinitalk_media.net import is_loopback
from infinitalk_server.allowed_hosts import host_in
from infinitalk_server.config import ServerConfig

NO_KEY = "Missing Authorization or x-api-key in header"
BAD_KEY = "Unauthorized. API key is invalid or may have expired."
_MINUTE_S = 60.0
# Of requests that a browser sends for a page, or a proxy for another machine.
_FOR_ANOTHER = ("origin", "forwarded", "via", "x-real-ip")


class Authenticator:
    """Requires a key in `x-api-key` (a Bearer token is none), and enforces the rate limit."""

    def __init__(self, config: ServerConfig) -> None:
        self._keys = config.keys
        self._limiter = RateLimiter(config.rate_limit) if config.rate_limit else None

    def caller(self, request: Request) -> str:
        """Return who calls: the key where the server has a list of them, else the client's address.

        A page in the same process has its transport give its visitor as the client.

        Raises:
            HTTPException: no key, a wrong one (401), or too many requests (429).
        """
        key = request.headers.get("x-api-key", "").strip()
        if not key:
            raise HTTPException(401, BAD_KEY if "authorization" in request.headers else NO_KEY)
        if self._keys and key not in self._keys:
            raise HTTPException(401, BAD_KEY)
        if self._limiter:
            self._limiter.count(key)
        if self._keys:
            return key
        return request.client.host if request.client else ""


class RateLimiter:
    """Allows each key `per_minute` requests within any minute."""

    def __init__(self, per_minute: int) -> None:
        self._per_minute = per_minute
        self._requests: defaultdict[str, deque[float]] = defaultdict(deque)

    def count(self, key: str) -> None:
        """Count a request.

        Raises:
            HTTPException: one too many (429), with the time at which the next one is allowed.
        """
        now, requests = time.monotonic(), self._requests[key]
        while requests and now - requests[0] >= _MINUTE_S:
            requests.popleft()
        if len(requests) >= self._per_minute:
            reset_at = time.time() + _MINUTE_S - (now - requests[0])
            headers = {"x-rate-limit-reset-at-utc": str(round(reset_at, 3))}
            raise HTTPException(429, "Rate limit exceeded", headers)
        requests.append(now)


def is_local_program(headers: Mapping[str, str]) -> bool:
    """Tell by a request's headers whether a program on this machine sent it, to loopback."""
    names = [name.lower() for name in headers]
    if any(name in _FOR_ANOTHER or name.startswith("x-forwarded-") for name in names):
        return False
    return is_loopback(host_in(headers.get("host", "")) or "")
