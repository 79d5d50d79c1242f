"""The page for programs: /generate, /submit, /status, /result and /faces, on hidden components of their own.

A file may be a video there, and nothing of the page changes. The same rules hold as on the page.
"""

import html
import inspect
import re
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import gradio as gr

from infinitalk_app import status, words
from infinitalk_app.application import Application
from infinitalk_app.form import FPS, SECONDS, SEED
from infinitalk_app.gradio_compat.components import (
    AudioByAddress,
    CheckedVideo,
    Described,
    FaceChoice,
    FileByAddress,
    SecretBox,
    described,
)
from infinitalk_app.orders import SHORTEST_S
from infinitalk_app.runs import Run
from infinitalk_client import DEFAULT_PROMPT
from infinitalk_media import MediaError

PROMPT_MAX, RANDOM_SEED = 2000, -1
EVENT: dict[str, Any] = {"concurrency_limit": None, "show_progress": "hidden"}
Answer = tuple[str | None, dict[str, Any]]


async def answer(run: Run) -> AsyncIterator[Answer]:
    """Yield video and status at each change; a run that ends without a video raises its sentence."""
    async for look in run.looks():
        refuse(run)
        yield (str(look.video) if look.video else None), status.for_programs(look, time.time())


def refuse(run: Run) -> None:
    """Raise what a run that ended badly has to say."""
    if run.now.state in {"FAILED", "CANCELLED"}:
        sentence = run.now.trouble.sentence if run.now.trouble else words.STATES["CANCELLED"][0].line
        # gr.Error is shown as HTML, and the sentence may hold words from elsewhere.
        raise gr.Error(html.escape(sentence), print_exception=False)


class Programs:
    """The functions behind the calls: MCP tools have their names, and the API tells their docstrings.

    Each argument is described in one line: that is as much as is read.
    """

    def __init__(self, application: Application) -> None:
        self._application = application

    async def talk_generate(  # noqa: PLR0917  # Gradio hands inputs over by position
        self,
        image: str,
        audio: str,
        prompt: str,
        engine: str,
        resolution: str,
        fps: float,
        seed: float,
        start_s: float,
        seconds: float,
        api_key: str,
        consent: bool,
        run: str,
        face: Any,
        request: gr.Request,
    ) -> AsyncIterator[Answer]:
        """Make a picture talk: yield the state at each change, and at the end the video.

        Args:
            image: a picture, or a short video.
            audio: the voice; any common format.
            prompt: how the person should come across, 1 to 2000 characters.
            engine: who renders.
            resolution: "480p", "576p" or "720p".
            fps: frames per second, 16 to 30.
            seed: a whole number, or -1 for a random one.
            start_s: where in the voice to begin, in seconds.
            seconds: how much of the voice to use.
            api_key: your own key, for an engine that is paid.
            consent: you may use this face and this voice; needed for an engine that is paid.
            run: 32 hex digits of your choice; the same again is the same run, and is never bought twice.
            face: who talks: a number from /faces, or six pixels: left eye x, y, right eye x, y, mouth x, y.
            request: who asks; Gradio adds it.

        Returns:
            the video, or null; and the status: state, request_id, elapsed_s, engine, progress, warnings
        """
        started = await self._application.order(
            request,
            run,
            picture=image,
            voice=audio,
            start_s=start_s,
            seconds=seconds,
            prompt=prompt,
            engine=engine,
            api_key=api_key,
            consent=consent,
            resolution=resolution,
            fps=fps,
            seed=seed,
            face=face,
        )
        async for shown in answer(started):
            yield shown

    async def talk_submit(  # noqa: PLR0917  # as above
        self,
        image: str,
        audio: str,
        prompt: str,
        engine: str,
        resolution: str,
        fps: float,
        seed: float,
        start_s: float,
        seconds: float,
        api_key: str,
        consent: bool,
        run: str,
        face: Any,
        request: gr.Request,
    ) -> dict[str, Any]:
        values = (image, audio, prompt, engine, resolution, fps, seed, start_s, seconds)
        async for _, shown in self.talk_generate(*values, api_key, consent, run, face, request):
            if shown["request_id"]:
                return {"request_id": shown["request_id"]}
        return {"request_id": None}

    # The inputs are those of /generate, and so are their descriptions.
    talk_submit.__doc__ = (
        "Start a run, and return its request_id once it has one.\n"
        + str(talk_generate.__doc__).partition("\n")[2].partition("\n        Returns:")[0]
    )

    async def talk_status(self, request_id: str, api_key: str, request: gr.Request) -> dict[str, Any]:
        """Look once at a run that was submitted; a failed one raises its reason.

        Args:
            request_id: what /submit returned.
            api_key: the key that it was bought with, unless this page pays.
            request: who asks; Gradio adds it.

        Returns:
            the status, as that of /generate
        """
        run = await self._looked_up(request_id, api_key, request)
        refuse(run)
        return status.for_programs(run.now, time.time())

    async def talk_result(self, request_id: str, api_key: str, request: gr.Request) -> AsyncIterator[Answer]:
        """Wait for a run that was submitted; yield its state at each change, and at the end the video.

        Args:
            request_id: what /submit returned.
            api_key: the key that it was bought with, unless this page pays.
            request: who asks; Gradio adds it.

        Returns:
            what /generate returns
        """
        async for shown in answer(await self._looked_up(request_id, api_key, request)):
            yield shown

    async def _looked_up(self, request_id: str, api_key: str, request: gr.Request) -> Run:
        """Return a run once the service has told its state, in its visitor's turn: ids can be made up."""
        application = self._application
        async with application.lookups.turn(application.visitor_of(request).name):
            run = await application.desk.resume(request_id, application.providers.paid.id, api_key)
            await run.polled()
        return run

    async def talk_faces(self, image: str | None, request: gr.Request) -> dict[str, Any]:
        """List the faces of a picture that could talk, the largest first; nothing is kept or sent anywhere.

        Args:
            image: a picture, or a short video.
            request: who asks; Gradio adds it.

        Returns:
            width, height and faces: number, box, eyes, mouth, tier (full, weak or none) and score of each
        """
        if not image:
            raise gr.Error(words.NEED_PICTURE, print_exception=False)
        try:
            seen = await self._application.people(Path(image), request)
        except MediaError as error:
            raise gr.Error(html.escape(str(error)), print_exception=False) from error
        return {"width": seen.width, "height": seen.height, "faces": [one.told for one in seen.people]}


def programs(application: Application) -> None:
    """Add the hidden components and the five calls to the page that is being built."""
    calls = Programs(application)
    about = _arguments(calls.talk_status) | _arguments(calls.talk_generate)

    def told(component: Described, example: Any, **schema: Any) -> Described:
        if component.value is not None:
            schema["default"] = component.value  # Gradio tells MCP clients only of those that are true
        return described(component, about[str(component.label)], example, **schema)

    providers, (slowest, fastest) = application.providers, application.providers.fps
    first = providers.first.id
    labels = {one.id: one.label.replace("\n", " ") for one in providers}
    about["engine"] = "; ".join(f'"{name}": {label}' for name, label in labels.items())
    longest_s = application.settings.max_clip_seconds
    with gr.Group(visible=False):
        key = told(SecretBox("", label="api_key"), "", format="password")
        inputs = [
            told(FileByAddress(label="image"), gr.Image().example_payload()),
            told(
                audio := AudioByAddress(label="audio", type="filepath", format=None), audio.example_payload()
            ),
            told(
                gr.Textbox(DEFAULT_PROMPT, label="prompt"), DEFAULT_PROMPT, minLength=1, maxLength=PROMPT_MAX
            ),
            told(gr.Textbox(first, label="engine"), first, enum=[one.id for one in providers]),
            told(gr.Textbox("480p", label="resolution"), "480p", enum=list(providers.resolutions)),
            told(gr.Number(FPS, label="fps"), FPS, type="integer", minimum=slowest, maximum=fastest),
            told(gr.Number(SEED, label="seed"), SEED, type="integer", minimum=RANDOM_SEED),
            told(gr.Number(0, label="start_s"), 0, minimum=0),
            told(gr.Number(SECONDS, label="seconds"), SECONDS, minimum=SHORTEST_S, maximum=longest_s),
            key,
            told(gr.Checkbox(False, label="consent"), False),
            told(gr.Textbox("", label="run"), "", pattern="^([0-9a-f]{32})?$"),
            told(FaceChoice("", label="face"), 1),
        ]
        request_id = told(gr.Textbox(label="request_id"), "3f8e2b9c")
        video, state = CheckedVideo(label="video"), gr.JSON(label="status")
        buttons = {name: gr.Button(name) for name in ("generate", "submit", "status", "result", "faces")}
    buttons["generate"].click(calls.talk_generate, inputs, [video, state], api_name="generate", **EVENT)
    buttons["submit"].click(calls.talk_submit, inputs, state, api_name="submit", **EVENT)
    buttons["faces"].click(calls.talk_faces, inputs[0], state, api_name="faces", **EVENT)
    buttons["status"].click(calls.talk_status, [request_id, key], state, api_name="status", **EVENT)
    buttons["result"].click(calls.talk_result, [request_id, key], [video, state], api_name="result", **EVENT)


def _arguments(call: Any) -> dict[str, str]:
    """Return what a docstring says of each argument."""
    return dict(re.findall(r"^ {4}(\w+): (.+)$", inspect.getdoc(call) or "", re.MULTILINE))
