"""The page for programs: /generate, /submit, /status, /result and /faces, on hidden components of their own.

The rules are those of the page; a file may be a video in the place of a picture.
"""

import html
import inspect
import re
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.components import Component

from infinitalk_app.application import Application
from infinitalk_app.gradio_compat import subclasses
from infinitalk_app.inputs import talking_face
from infinitalk_app.messages import Refusal
from infinitalk_app.runs.manager import Run
from infinitalk_app.runs.request import SHORTEST_S
from infinitalk_app.ui.form import FPS
from infinitalk_app.ui.more import SEED
from infinitalk_app.ui.provider_facts import labels
from infinitalk_app.ui.status_panel import for_programs
from infinitalk_app.ui.text.catalogue import Texts, texts_in
from infinitalk_client import DEFAULT_PROMPT
from infinitalk_media import MediaError
from infinitalk_media.text_to_speech import CHARACTERS_MAX, PACES, VOICE

ENGLISH = texts_in()  # programs are answered in one language, whatever the page's
PROMPT_MAX, RANDOM_SEED = 2000, -1
EVENT: dict[str, Any] = {"concurrency_limit": None, "show_progress": "hidden"}
Result = tuple[str | None, dict[str, Any]]


async def results(run: Run, texts: Texts) -> AsyncIterator[Result]:
    """Yield video and status at each change.

    Raises:
        Error: the run has failed.
    """
    async for snapshot in run.watch():
        raise_if_failed(run, texts)
        video = str(snapshot.video) if snapshot.video else None
        yield video, for_programs(snapshot, time.time(), texts)


def raise_if_failed(run: Run, texts: Texts) -> None:
    trouble, provider = run.snapshot.trouble, run.snapshot.provider
    if run.snapshot.state == "CANCELLED":
        raise error(texts["states.cancelled.line" if provider.free else "states.cancelled.paid.line"])
    if trouble:
        raise error(texts.sentence(trouble, service=provider.service, model=provider.model))


def error(sentence: str) -> gr.Error:
    """Return the error of a call; gr.Error is shown as HTML, and a sentence may quote anybody."""
    return gr.Error(html.escape(sentence), print_exception=False)


@dataclass(frozen=True)
class Programs:
    """The functions behind the calls; MCP takes names and descriptions from them, one line an argument."""

    application: Application

    async def talk_generate(  # noqa: PLR0917  # Gradio passes inputs by position
        self,
        image: str,
        audio: str | None = None,  # Gradio does not require an input whose default is None
        prompt: str = "",
        engine: str = "",
        resolution: str = "",
        fps: float = 0,
        seed: float = 0,
        start_s: float = 0,
        seconds: float = 0,
        api_key: str = "",
        consent: bool = False,
        run: str = "",
        face: Any = "",
        text: str = "",
        voice: str = "",
        pace: float = 1,
        request: gr.Request = None,  # type: ignore[assignment]
    ) -> AsyncIterator[Result]:
        """Make a picture talk: yield the state at each change, and at the end the video.

        Args:
            image: a picture, or a short video.
            audio: the voice; any common format. Without it, text is spoken.
            prompt: how the person should come across, 1 to 2000 characters.
            engine: the provider that renders.
            resolution: the size of the video; each engine says what it offers.
            fps: frames per second, 16 to 30.
            seed: a whole number, or -1 for a random one.
            start_s: where in the voice to begin, in seconds.
            seconds: how much of the voice to use.
            api_key: your own key, for an engine that is paid.
            consent: you may use this face and this voice; needed for an engine that is paid.
            run: 32 hex digits of your choice; the same again is the same run, and is never bought twice.
            face: a number from /faces, or six pixels: left eye x, y, right eye x, y, mouth x, y.
            text: what is said, in English: spoken if there is no audio, else the words of it, for captions.
            voice: whose voice speaks the text.
            pace: how fast the text is spoken; 1 is the voice's own pace.
            request: added by Gradio.

        Returns:
            the video, or null; and the status: state, request_id, elapsed_s, engine, progress, warnings
        """
        started = await self.application.run_service.generate(
            run or "",
            picture=image,
            voice=audio,
            text=text,
            speaker=voice,
            pace=pace,
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
            visitor=self.application.visitor_of(request),
        )
        async for result in results(started, ENGLISH):
            yield result

    async def talk_submit(self, *inputs: Any) -> dict[str, Any]:
        async for _, status in self.talk_generate(*inputs):
            if status["request_id"]:
                return {"request_id": status["request_id"]}
        return {"request_id": None}

    # Inputs and their descriptions are those of /generate.
    talk_submit.__signature__ = inspect.signature(talk_generate)  # type: ignore[attr-defined]
    talk_submit.__annotations__ = talk_generate.__annotations__
    talk_submit.__doc__ = (
        "Start a run, and return its request_id once it has one.\n"
        + str(talk_generate.__doc__).partition("\n")[2].partition("\n        Returns:")[0]
    )

    async def talk_status(self, request_id: str, api_key: str, request: gr.Request) -> dict[str, Any]:
        """Return the status of a run that was submitted; one that has failed raises its error.

        Args:
            request_id: what /submit returned.
            api_key: the key that it was bought with, unless this page pays.
            request: added by Gradio.

        Returns:
            the status, as that of /generate
        """
        run = await self._find(request_id, api_key, request)
        raise_if_failed(run, ENGLISH)
        return for_programs(run.snapshot, time.time(), ENGLISH)

    async def talk_result(self, request_id: str, api_key: str, request: gr.Request) -> AsyncIterator[Result]:
        """Wait for a run that was submitted; yield its state at each change, and at the end the video.

        Args:
            request_id: what /submit returned.
            api_key: the key that it was bought with, unless this page pays.
            request: added by Gradio.

        Returns:
            what /generate returns
        """
        run = await self._find(request_id, api_key, request)
        async for result in results(run, ENGLISH):
            yield result

    async def _find(self, request_id: str, api_key: str, request: gr.Request) -> Run:
        """Return a run with its polled state; ids can be made up, so each visitor has few at a time."""
        application = self.application
        async with application.status_queries.slot(application.visitor_of(request)):
            run = await application.run_service.resume(request_id, application.providers.paid.id, api_key)
            await run.first_poll()
        return run

    async def talk_faces(self, image: str | None, request: gr.Request) -> dict[str, Any]:
        """List the faces of a picture that could talk, the largest first; nothing is kept or sent anywhere.

        Args:
            image: a picture, or a short video.
            request: added by Gradio.

        Returns:
            width, height and faces: number, box, eyes, mouth, tier (full, weak or none) and score of each
        """
        texts, visitor = ENGLISH, self.application.visitor_of(request)
        if not image:
            raise error(texts["refused.need_picture"])
        try:
            found = await talking_face.detect(self.application.pipeline.checks, Path(image), visitor)
        except MediaError as cause:
            raise error(texts.say(cause.sentence)) from cause
        except Refusal as cause:
            raise error(texts.say(cause.trouble.values["reason"])) from cause
        return {"width": found.width, "height": found.height, "faces": [one.as_json for one in found.faces]}


def programs(application: Application) -> None:
    """Add the five calls and their hidden components to the page that is being built."""
    calls = Programs(application)
    about = _arguments(calls.talk_status) | _arguments(calls.talk_generate)

    def add(component: Component, example: Any = None, **schema: Any) -> Component:
        if component.value is not None:
            schema["default"] = component.value  # Gradio gives MCP only defaults that are true
            example = component.value if example is None else example
        return subclasses.described(component, about[str(component.label)], example, **schema)

    providers, (slowest, fastest) = application.providers, application.providers.fps
    engines = {name: label.replace("\n", " ") for name, label in labels(providers, ENGLISH).items()}
    about["engine"] = "; ".join(f'"{name}": {label}' for name, label in engines.items())
    longest_s = application.settings.max_clip_seconds
    with gr.Group(visible=False):
        audio = subclasses.AudioByAddress(label="audio", type="filepath", format=None)
        key = add(subclasses.SecretBox("", label="api_key"), format="password")
        inputs = [
            add(subclasses.FileByAddress(label="image"), gr.Image().example_payload()),
            add(audio, audio.example_payload()),
            add(gr.Textbox(DEFAULT_PROMPT, label="prompt"), minLength=1, maxLength=PROMPT_MAX),
            add(gr.Textbox(providers.first.id, label="engine"), enum=[one.id for one in providers]),
            add(gr.Textbox("480p", label="resolution"), enum=list(providers.resolutions)),
            add(gr.Number(FPS, label="fps"), type="integer", minimum=slowest, maximum=fastest),
            add(gr.Number(SEED, label="seed"), type="integer", minimum=RANDOM_SEED),
            add(gr.Number(0, label="start_s"), minimum=0),
            add(gr.Number(longest_s, label="seconds"), minimum=SHORTEST_S, maximum=longest_s),
            key,
            add(gr.Checkbox(False, label="consent")),
            add(gr.Textbox("", label="run"), pattern="^([0-9a-f]{32})?$"),
            add(subclasses.FaceChoice("", label="face"), 1),
            add(gr.Textbox("", label="text"), "Hello there.", maxLength=CHARACTERS_MAX),
            add(gr.Textbox(VOICE, label="voice")),
            add(gr.Number(1, label="pace"), minimum=PACES[0], maximum=PACES[1]),
        ]
        request_id = add(gr.Textbox(label="request_id"), "3f8e2b9c")
        video, state = subclasses.CheckedVideo(label="video"), gr.JSON(label="status")
        buttons = {name: gr.Button(name) for name in ("generate", "submit", "status", "result", "faces")}
    buttons["generate"].click(calls.talk_generate, inputs, [video, state], api_name="generate", **EVENT)
    buttons["submit"].click(calls.talk_submit, inputs, state, api_name="submit", **EVENT)
    buttons["faces"].click(calls.talk_faces, inputs[0], state, api_name="faces", **EVENT)
    buttons["status"].click(calls.talk_status, [request_id, key], state, api_name="status", **EVENT)
    buttons["result"].click(calls.talk_result, [request_id, key], [video, state], api_name="result", **EVENT)


def _arguments(call: Any) -> dict[str, str]:
    """Return the description of each argument in a docstring."""
    return dict(re.findall(r"^ {4}(\w+): (.+)$", inspect.getdoc(call) or "", re.MULTILINE))
