"""The page for programs: /generate, /submit, /status and /result, on hidden components of their own.

A file may be a video there, and nothing of the page changes. The same rules hold as on the page.
"""

import html
import time
from collections.abc import AsyncIterator
from typing import Any

import gradio as gr

from infinitalk_app import status, words
from infinitalk_app.application import Application
from infinitalk_app.components import CheckedVideo, SecretBox
from infinitalk_app.form import FPS, SECONDS, SEED
from infinitalk_app.runs import Run
from infinitalk_client import DEFAULT_PROMPT

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
    """The functions behind the calls; Gradio shows their docstrings to whoever asks for the API."""

    def __init__(self, application: Application) -> None:
        self._application = application

    async def generate(  # noqa: PLR0917  # Gradio hands inputs over by position
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
        request: gr.Request,
    ) -> AsyncIterator[Answer]:
        """Make a picture talk: yield the state at each change, and at the end the video.

        Args:
            image: a picture, or a short video.
            audio: the voice; any common format.
            prompt: how the person should come across, 1 to 2000 characters.
            engine: "preview" (free, drawn here in seconds) or "infinitetalk" (Segmind, paid, five minutes).
            resolution: "480p", "576p" or "720p".
            fps: frames per second, 16 to 30.
            seed: a whole number, or -1 for a random one.
            start_s: where in the voice to begin, in seconds.
            seconds: how much of the voice to use.
            api_key: your own Segmind key, for engine "infinitetalk".
            consent: you may use this face and this voice; needed for engine "infinitetalk".
            run: 32 hex digits of your choice; the same again is the same run, and is never bought twice.
            request: who asks; Gradio adds it.
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
        )
        async for shown in answer(started):
            yield shown

    async def submit(  # noqa: PLR0917  # as above
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
        request: gr.Request,
    ) -> dict[str, Any]:
        values = (image, audio, prompt, engine, resolution, fps, seed, start_s, seconds)
        async for _, shown in self.generate(*values, api_key, consent, run, request):
            if shown["request_id"]:
                return {"request_id": shown["request_id"]}
        return {"request_id": None}

    # The inputs are those of /generate, and so are their descriptions.
    submit.__doc__ = (
        "Start a run, and return its request_id once it has one.\n" + str(generate.__doc__).partition("\n")[2]
    )

    async def status(self, request_id: str, api_key: str) -> dict[str, Any]:
        """Look once at a run that was submitted; a failed one raises its reason.

        Args:
            request_id: what /submit returned.
            api_key: the Segmind key that it was bought with, unless this page pays.
        """
        run = await self._application.desk.resume(request_id, "infinitetalk", api_key)
        await run.polled()
        refuse(run)
        return status.for_programs(run.now, time.time())

    async def result(self, request_id: str, api_key: str) -> AsyncIterator[Answer]:
        """Wait for a run that was submitted; yield its state at each change, and at the end the video.

        Args:
            request_id: what /submit returned.
            api_key: the Segmind key that it was bought with, unless this page pays.
        """
        run = await self._application.desk.resume(request_id, "infinitetalk", api_key)
        async for shown in answer(run):
            yield shown


def programs(application: Application) -> None:
    """Add the hidden components and the four calls to the page that is being built."""
    calls = Programs(application)
    with gr.Group(visible=False):
        key = SecretBox("", label="api_key")
        inputs = [
            gr.File(label="image"),
            gr.Audio(label="audio", type="filepath", format=None),
            gr.Textbox(DEFAULT_PROMPT, label="prompt"),
            gr.Textbox("preview", label="engine"),
            gr.Textbox("480p", label="resolution"),
            gr.Number(FPS, label="fps"),
            gr.Number(SEED, label="seed"),
            gr.Number(0, label="start_s"),
            gr.Number(SECONDS, label="seconds"),
            key,
            gr.Checkbox(False, label="consent"),
            gr.Textbox("", label="run"),
        ]
        request_id = gr.Textbox(label="request_id")
        video, state = CheckedVideo(label="video"), gr.JSON(label="status")
        buttons = {name: gr.Button(name) for name in ("generate", "submit", "status", "result")}
    buttons["generate"].click(calls.generate, inputs, [video, state], api_name="generate", **EVENT)
    buttons["submit"].click(calls.submit, inputs, state, api_name="submit", **EVENT)
    buttons["status"].click(calls.status, [request_id, key], state, api_name="status", **EVENT)
    buttons["result"].click(calls.result, [request_id, key], [video, state], api_name="result", **EVENT)
