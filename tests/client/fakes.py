"""A scripted service: each exchange takes the next answer of its kind, and every request is kept."""

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx

BASE = "http://fake.test"
REQUEST_ID = "0123456789abcdef0123456789abcdef"
VIDEO_URL = f"{BASE}/outputs/talk.mp4"
METRICS = {
    "cost": 0.46,
    "remaining_credits": "12.30",
    "inference_time": 281.0,
    "queue_time": 1.5,
    "total_time": 283.4,
}

Answer = httpx.Response | Exception


def submitted() -> httpx.Response:
    body = {"request_id": REQUEST_ID, "status": "QUEUED", "status_url": "https://elsewhere.test/s"}
    return httpx.Response(200, json=body)


def state(word: str, status: int = 200, **more: Any) -> httpx.Response:
    return httpx.Response(status, json={"status": word, "request_id": REQUEST_ID, "metrics": {}, **more})


def completed() -> httpx.Response:
    return state("COMPLETED", metrics=METRICS)


def finished(output: Any = VIDEO_URL, **more: Any) -> httpx.Response:
    return state("COMPLETED", metrics=METRICS, output=output, **more)


def error(status: int, text: str = "no", body: Any = None, **headers: str) -> httpx.Response:
    return httpx.Response(status, json={"error": text} | (body or {}), headers=headers)


class Body(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body in chunks, which may end in a transport error."""

    def __init__(self, *chunks: bytes | Exception) -> None:
        self._chunks = chunks

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            if isinstance(chunk, Exception):
                raise chunk
            yield chunk

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for chunk in self:
            yield chunk


def media(*chunks: bytes | Exception, status: int = 200, **headers: str) -> httpx.Response:
    kinds = {"content-type": "video/mp4", "etag": '"v1"'} | {
        k.replace("_", "-"): v for k, v in headers.items()
    }
    return httpx.Response(status, headers=kinds, stream=Body(*chunks))


class Fake:
    """Answers by kind of exchange; the last answer of a kind is given again and again.

    Kinds: submit, generate_now (v1), status, result, media, credits, history, upload.
    """

    def __init__(self, **script: list[Answer] | Answer) -> None:
        self.script = {k: list(v) if isinstance(v, list) else [v] for k, v in script.items()}
        self.requests: list[httpx.Request] = []
        self.count: Counter[str] = Counter()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        kind = _kind(request)
        self.requests.append(request)
        answers = self.script[kind]
        answer = answers[min(self.count[kind], len(answers) - 1)]
        self.count[kind] += 1
        if isinstance(answer, Exception):
            raise answer
        return _copy(answer)

    def last(self, kind: str) -> httpx.Request:
        return next(request for request in reversed(self.requests) if _kind(request) == kind)


def _copy(answer: httpx.Response) -> httpx.Response:
    """A response can be sent once only."""
    if isinstance(answer.stream, Body):
        return httpx.Response(answer.status_code, headers=answer.headers, stream=answer.stream)
    return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)


def _kind(request: httpx.Request) -> str:
    path = request.url.path
    if request.method == "POST":
        return {
            "/v2/infinite-talk": "submit",
            "/v1/infinite-talk": "generate_now",
            "/upload-asset": "upload",
        }[path]
    if path.startswith("/inference-request/request-history/"):
        return "history"
    if path == "/v1/get-user-credits":
        return "credits"
    if path.startswith("/v2/requests/"):
        return "status" if path.endswith("/status") else "result"
    return "media"


class Clock:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def time(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        assert seconds >= 0
        self.slept.append(seconds)
        self.now += seconds

    async def async_sleep(self, seconds: float) -> None:
        self.sleep(seconds)
