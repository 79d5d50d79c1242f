"""A page in this process whose owner pays, files that need no cleaning, and the service that it buys from."""

import asyncio
import inspect
import itertools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from infinitalk_app.application import Application
from infinitalk_app.config import Settings
from infinitalk_app.inputs.preprocess import Inputs, VoiceClip
from infinitalk_app.providers.segmind import Segmind
from infinitalk_app.quota.budget import Budget
from infinitalk_app.runs import pipeline
from infinitalk_app.runs.manager import Run
from infinitalk_client import DEFAULT_PROMPT, AsyncClient
from tests.app.pages import PICTURE, VOICE
from tests.app.paid import ENGINE

Answer = Callable[[httpx.Request], httpx.Response | Awaitable[httpx.Response]]
DAY_S, CLIP_S = 20, 4
OVER = {"status": "FAILED", "error": "no face was found"}
_numbers = itertools.count(1)


def never(fault: type[httpx.RequestError]) -> Answer:
    """Return a service that cannot be spoken to."""

    def fail(request: httpx.Request) -> httpx.Response:
        raise fault("no answer", request=request)

    return fail


def says(status: int, body: dict[str, object] | None = None) -> Answer:
    """Return a service that answers each order alike."""
    return lambda _: httpx.Response(status, json=body or {"error": "no"})


def takes(_: httpx.Request) -> httpx.Response:
    """Take an order; its job is another than all before."""
    return httpx.Response(200, json={"request_id": f"job-{next(_numbers)}"})


def stores(_: httpx.Request) -> httpx.Response:
    return httpx.Response(200, json={"file_urls": ["https://images.example/1"]})


@dataclass
class Service:
    """Stores files, answers orders as told, fails every job that it took, and notes what it was asked.

    Attributes:
        order: what a paid POST gets.
        upload: what a file gets.
        asked: method and path of every request.
        taken: how many orders were taken.
    """

    order: Answer = takes
    upload: Answer = stores
    asked: list[str] = field(default_factory=list)
    taken: int = 0

    async def respond(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(f"{request.method} {request.url.path}")
        if request.url.path == "/upload-asset":
            return await _answer(self.upload, request)
        if request.method == "GET":
            return httpx.Response(422, json=OVER)
        answer = await _answer(self.order, request)
        self.taken += answer.status_code == httpx.codes.OK
        return answer

    def client(self, *_: object) -> AsyncClient:
        transport = httpx.MockTransport(self.respond)
        return AsyncClient("SG_owner", base_url="http://service.test", transport=transport, sleep=_no_pause)


async def _answer(answer: Answer, request: httpx.Request) -> httpx.Response:
    found = answer(request)
    return await found if inspect.isawaitable(found) else found


async def _no_pause(seconds: float) -> None:
    """Let the client's retries come at once."""


def _as_they_are(pool: Any, source: Path, clip: VoiceClip, folder: Path, crop: Any) -> Inputs:
    """Stand for the cleaning of files, which other tests are about and which takes half a second."""
    for file in (picture := folder / "picture.jpg", voice := folder / "voice.mp3"):
        file.write_bytes(b"clean")
    return Inputs(picture, voice, clip.seconds, (clip.start_s, clip.seconds), ())


def page_of(
    folder: Path, monkeypatch: pytest.MonkeyPatch, service: Service, **settings: object
) -> Application:
    """Start a page on a folder; another one on the same folder is that page after a restart."""
    monkeypatch.setattr(Segmind, "client", service.client)
    monkeypatch.setattr(pipeline, "prepare", _as_they_are)
    given = {"segmind_api_key": "SG_owner", "infinitalk_daily_seconds": DAY_S, "hosting": "segmind"}
    return Application(Settings(infinitalk_state_dir=folder, **given | settings))


async def click(
    application: Application,
    token: str = "",
    visitor: str = "anna",
    seconds: float = CLIP_S,
    api_key: str = "",
) -> Run:
    """Order a paid run, on the owner's key unless another is given; the token may be an earlier click's."""
    return await application.run_service.generate(
        token,
        picture=str(PICTURE),
        voice=str(VOICE),
        prompt=DEFAULT_PROMPT,
        engine=ENGINE,
        resolution="480p",
        fps=25,
        seed=7,
        start_s=0,
        seconds=seconds,
        api_key=api_key,
        consent=True,
        visitor=visitor,
    )


async def ended(run: Run) -> Run:
    """Wait until a run is over."""
    if run.task:
        await asyncio.wait([run.task])
    return run


async def close(application: Application) -> None:
    """End a page as its lifespan does, but leave all files."""
    await application._runs.close()
    await application.preview.close()


def budget_of(application: Application) -> Budget:
    return application.pipeline._purchases.budget


def spent(budget: Budget, visitor: str = "anna") -> tuple[int, int]:
    """Return how many seconds of the day are spent, and how many runs of a visitor."""
    day, get = budget._today(), budget._counter.storage.get
    seconds = get(budget._seconds.key_for("seconds", day)) if budget._seconds else 0
    return seconds, get(budget._runs.key_for("runs", visitor, day)) if budget._runs else 0
