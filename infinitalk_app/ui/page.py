"""The page: its event handlers, its layout, and the events that connect them."""

import asyncio
import html
import json
import shutil
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr
from fastapi.concurrency import contextmanager_in_threadpool

from infinitalk_app.application import Application
from infinitalk_app.gradio_compat.languages import PageInLanguages
from infinitalk_app.gradio_compat.subclasses import CheckedVideo
from infinitalk_app.inputs import talking_face
from infinitalk_app.inputs.speeches import Script
from infinitalk_app.messages import Refusal
from infinitalk_app.runs.manager import Run, Snapshot
from infinitalk_app.ui import comparison, components
from infinitalk_app.ui.api import programs
from infinitalk_app.ui.cards import Example
from infinitalk_app.ui.components import PRIVATE
from infinitalk_app.ui.form import Form
from infinitalk_app.ui.preflight import FormValues
from infinitalk_app.ui.typed_text import speaker_choices
from infinitalk_app.ui.wording import Wording
from infinitalk_media import MediaError
from infinitalk_media.captions import cues
from infinitalk_media.temporary_folder import temporary_folder

LATEST: dict[str, Any] = PRIVATE | {"trigger_mode": "always_last"}  # an event replaces one that still waits


@dataclass(frozen=True)
class Events:
    """What the server does when something is clicked, chosen or loaded."""

    application: Application

    def _panel(self, run: Snapshot, said: Wording) -> dict[str, Any]:
        """Return the status panel of a run, with the usual range of past runs."""
        resolution = str((run.settings or {}).get("resolution", ""))
        usual = self.application.pipeline.timings.usual(run.provider.id, resolution, run.clip_s or 0.0)
        return said.status_panel.of(run, time.time(), usual)

    async def watch(self, run: Run, request: gr.Request) -> AsyncIterator[dict[str, Any]]:
        """Yield the panel at each change of a run: the only output, since all are sent to every watcher."""
        said = self.application.wording_for(request)
        async for snapshot in run.watch(str(request.session_hash)):
            trouble = snapshot.trouble
            if trouble and trouble.field:  # the form shows it, and the panel is as before the click
                yield said.status_panel.missing(trouble)
            else:
                yield self._panel(snapshot, said)

    async def generate(
        self, request: gr.Request, picture: str | None, video: str | None, run: str, **inputs: Any
    ) -> AsyncIterator[dict[str, Any]]:
        inputs |= {"picture": video or picture, "visitor": self.application.visitor_of(request)}
        async for panel in self.watch(await self.application.run_service.generate(run, **inputs), request):
            yield panel

    async def load(self, token_or_id: str, engine: str, request: gr.Request) -> AsyncIterator[Any]:
        """Watch the run that the address names, else one that this browser started before."""
        if not token_or_id:
            yield gr.skip()
            return
        run = await self.application.run_service.resume(token_or_id, engine)
        async for panel in self.watch(run, request):
            yield panel

    async def retry(
        self, panel: dict[str, Any], api_key: str, request: gr.Request
    ) -> AsyncIterator[dict[str, Any]]:
        """Poll a run again that failed, perhaps with another key."""
        token_or_id, engine = str(panel.get("job") or panel.get("run") or ""), str(panel.get("engine"))
        run = await self.application.run_service.resume(token_or_id, engine, api_key or "", retry=True)
        async for shown in self.watch(run, request):
            yield shown

    async def end(self, panel: dict[str, Any], request: gr.Request) -> Any:
        """Show the video of a run that has completed."""
        if panel.get("state") != "COMPLETED":
            return gr.skip()
        run = await self.application.run_service.resume(str(panel.get("run")), str(panel.get("engine")))
        snapshot = run.snapshot
        if snapshot.video is None:
            return gr.skip()
        label = self.application.wording_for(request).texts.say(snapshot.provider.text("video"))
        found = cues(snapshot.timeline)
        subtitles = [{"text": cue.text, "timestamp": [cue.start_s, cue.end_s]} for cue in found]
        # Without words an empty list: at None, Gradio's player keeps the captions of the video before.
        return gr.update(value=str(snapshot.video), label=label, subtitles=subtitles)

    async def charged(self, panel: dict[str, Any], key: str, engine: str, request: gr.Request) -> Any:
        """Show what a paid run has left on the key in the form."""
        provider = self.application.providers[engine]
        if not (key and provider.needs_key and panel.get("state") == "COMPLETED"):
            return gr.skip()
        self.application.balances.forget(provider, key.strip())
        return await self.key(key, engine, request)

    async def stop(self, panel: dict[str, Any], request: gr.Request) -> dict[str, Any]:
        """Cancel a run that was not submitted, or stop watching one that was.

        It does not end the watching event by Gradio's `cancels`: the browser would send that only after this
        has returned, and would end a click that came meanwhile.
        """
        run = await self.application.run_service.stop(str(panel.get("run")))
        said = self.application.wording_for(request)
        if run is None:
            return said.status_panel.idle()
        if run.snapshot.ended:
            return self._panel(run.snapshot, said)
        run.leave(str(request.session_hash))
        return said.status_panel.stopped(run.snapshot, time.time())

    async def share(self, secret: str, request: gr.Request) -> None:
        """Give the run that this browser made a share card of its own, since its link was given away."""
        await self.application.shares.share(secret, self.application.visitor_of(request))

    async def tick(self) -> None:
        """Do nothing: a request makes Gradio send a response that it has not sent yet."""

    async def clip(self, request: gr.Request, **inputs: Any) -> AsyncIterator[tuple[str | None, str]]:
        """Cut the part of the voice that will be sent; Gradio copies the file before it is removed."""
        form, visitor = self._form(inputs, request), self.application.visitor_of(request)
        if form.voice is None:
            yield None, ""
            return
        texts, pipeline = self.application.wording_for(request).texts, self.application.pipeline
        async with contextmanager_in_threadpool(temporary_folder()) as folder:
            try:
                if form.script:
                    await pipeline.speeches.speak(form.script, visitor)
                clip = await pipeline.threads.run(visitor, form.voice.cut, pipeline.pool, folder / "clip.mp3")
            except MediaError as error:
                yield None, components.hint(html.escape(texts.say(error.sentence)), bad=True)
            else:
                facts = texts.fill("form.clip_facts", seconds=clip.duration_s, level=clip.level_dbfs)
                notes = [texts.say(note) for note in (clip.taken or "", *clip.warnings)]
                yield str(clip.path), components.hint(html.escape(" ".join((facts, *notes))))

    async def change(self, request: gr.Request, **inputs: Any) -> dict[str, Any]:
        """Check the form before the click."""
        return await self.application.wording_for(request).preflight.check(self._form(inputs, request))

    def _form(self, inputs: dict[str, Any], request: gr.Request) -> FormValues:
        application = self.application
        visitor, file_of = application.visitor_of(request), application.pipeline.speeches.file
        return FormValues.of(inputs, application.providers, file_of, visitor)

    async def hear(
        self, text: str, speaker: str, pace: float, request: gr.Request
    ) -> AsyncIterator[tuple[dict[str, Any], dict[str, Any]]]:
        """Speak the typed text, and offer the voices that are here by now."""
        texts, speeches = self.application.wording_for(request).texts, self.application.pipeline.speeches
        try:
            visitor = self.application.visitor_of(request)
            voice = await speeches.speak(Script(text, speaker, pace), visitor)
        except MediaError:  # the line below the main button says it
            yield gr.update(value=None, visible=False), gr.skip()
            return
        choices = speaker_choices(speeches.voices.names, texts)
        async with contextmanager_in_threadpool(temporary_folder()) as folder:
            # Gradio publishes no file of the folder in which inputs lie.
            copy = await asyncio.to_thread(shutil.copy, voice, folder / "voice.wav")
            yield gr.update(value=str(copy), visible=True), gr.update(choices=choices)

    async def faces(
        self, picture: str | None, video: str | None, request: gr.Request
    ) -> dict[str, Any] | None:
        """Return the faces to choose from; None if the picture cannot be used, which the click will say."""
        if not (file := video or picture):
            return None
        checks, visitor = self.application.pipeline.checks, self.application.visitor_of(request)
        try:
            found = await talking_face.detect(checks, Path(file), visitor)
        except (MediaError, Refusal):
            return None
        texts = self.application.wording_for(request).texts
        return components.face_options(texts, found, picture if not video else "")

    async def key(self, key: str, engine: str, request: gr.Request) -> dict[str, str] | None:
        """Check a key, which is free and stores it nowhere."""
        visitor = self.application.visitor_of(request)
        provider = self.application.providers[engine]
        preflight = self.application.wording_for(request).preflight
        return await preflight.key_note(provider, (key or "").strip(), visitor)


def page(
    application: Application, examples: list[Example], sample: Path, language: str = ""
) -> PageInLanguages:
    """Build the page in a language, by default its own; `sample` is the video that it opens with."""
    said = application.wording(language or application.texts.language)
    texts = said.texts
    blocks = PageInLanguages(title=texts["page.title"], analytics_enabled=False, delete_cache=(300, 3300))
    blocks.language = texts.language
    with blocks:
        components.title(texts)
        with gr.Row(elem_id="page"):
            voices = application.pipeline.speeches.voices.names
            fields = Form(application.settings, application.providers, examples, texts, voices)
            with gr.Column(elem_id="output"):
                with gr.Column(elem_id="player"):
                    result = CheckedVideo(
                        str(sample),
                        label=texts["panel.video_sample"],
                        autoplay=True,
                        loop=True,
                        interactive=False,
                        buttons=[],
                        elem_id="result",
                    )
                    components.waiting()
                    components.sound_button(texts, examples[0].name)
                panel = components.status_panel(texts, said.status_panel.sample())
                comparison.add(application.run_service, texts)
                components.visit(texts)
                share = components.share(texts)
                components.done_notice(texts)
            with gr.Column(elem_id="rest"):
                history = components.history(texts)
                with gr.Accordion(texts["details.title"], open=False, elem_id="details"):
                    components.details()
                components.how_it_works(texts, application.providers.paid)
                components.language_choice(texts, application.languages)
        programs(application)
        events = Events(application)
        _wire_runs(blocks, events, fields, panel, result)
        secret = gr.Textbox(visible=False)
        share.select(events.share, secret, None, js="infinitalk.secretOfRun", **PRIVATE)
        _wire_form(blocks, events, fields, panel, history)
    return blocks


def _wire_runs(blocks: gr.Blocks, events: Events, fields: Form, panel: gr.HTML, result: gr.Video) -> None:
    """Connect the events that start, show and end a run."""
    run_and_engine = [gr.Textbox(visible=False), gr.Textbox(visible=False)]
    seeds = [fields.more.seed, fields.more.keep_seed]
    seeded = fields.button.click(None, seeds, fields.more.seed, js="infinitalk.nextSeed", **PRIVATE)
    clicked = seeded.then(
        events.generate, None, panel, inputs_kwargs=fields.inputs, js=fields.click_script, **PRIVATE
    )
    clicked.failure(None, None, None, js="infinitalk.clickFailed", **PRIVATE)
    loaded = blocks.load(events.load, run_and_engine, panel, js="infinitalk.findRun", **PRIVATE)
    retried = panel.retry(events.retry, [panel, fields.api_key], panel, **PRIVATE)
    for watched in (clicked, loaded, retried):
        watched.then(events.end, panel, result, **PRIVATE)
    # Not by `then`: Gradio loses the texts of a component that gets an update before it was ever drawn.
    charged = [panel, fields.api_key, fields.engine]
    fields.key_note.select(events.charged, charged, fields.key_note, **PRIVATE)
    panel.stop(events.stop, panel, panel, **PRIVATE)
    panel.tick(events.tick, None, None, trigger_mode="multiple", **PRIVATE)


def _wire_form(blocks: gr.Blocks, events: Events, fields: Form, panel: gr.HTML, history: gr.HTML) -> None:
    """Connect the events before the click."""
    shown = [panel.change, fields.engine.change]
    gr.on(shown, None, panel, fields.button, js="infinitalk.mainButton", **PRIVATE)
    # A click may change the seed, and a key or a consent makes no other run.
    gr.on(fields.changes("api_key", "consent", "seed"), None, None, js="infinitalk.formChanged", **PRIVATE)
    without_key = [box for box in fields.boxes.values() if box is not fields.api_key]
    gr.on(fields.changes("api_key"), None, without_key, None, js="infinitalk.formEdited", **PRIVATE)
    fields.api_key.input(None, None, None, js="infinitalk.formEdited", **PRIVATE)
    more, typed = fields.more, fields.typed
    choices = [more.prompt, fields.engine, fields.resolution, fields.fps, more.seed]
    kept = {name: box for name, box in fields.boxes.items() if name not in ("api_key", "consent")}
    of_kept = f"(...values) => infinitalk.{{}}({json.dumps(list(kept))}, values)"
    boxes = list(kept.values())
    gr.on(fields.changes("api_key", "consent"), None, boxes, None, js=of_kept.format("keepForm"), **PRIVATE)
    blocks.load(None, boxes, boxes, js=of_kept.format("startForm"), **PRIVATE)
    history.select(None, choices, choices, js="infinitalk.reusedSettings", **PRIVATE)
    pictures = [fields.picture.change, more.video.change]
    part = [more.start_s.change, more.seconds.release, more.end_in_pause.change]
    speech = [fields.way.change, fields.text.blur, fields.speaker.change, fields.pace.release]
    form: dict[str, Any] = {"inputs_kwargs": fields.inputs}
    cut = [fields.voice.change, *part, *speech]
    gr.on([*cut, more.fold.expand], events.clip, None, [more.clip, more.clip_note], **form, **LATEST)
    script = [typed.text, typed.speaker, typed.pace]
    typed.hear.click(events.hear, script, [typed.heard, typed.speaker], **PRIVATE)
    # An update may bring what was there before, which no component notices: its event tells of it.
    files, choice = [fields.picture, more.video], fields.face_choice
    looked = gr.on(
        [blocks.load, *pictures], events.faces, files, choice, js="infinitalk.changePicture", **LATEST
    )
    looked.then(None, None, None, js="() => infinitalk.updateArrived('face_choice')", **PRIVATE)
    chosen = [fields.face, fields.engine, fields.consent, fields.resolution, fields.fps]
    changes = [box.change for box in chosen]  # type: ignore[attr-defined]
    changes += [blocks.load, *pictures, *cut, fields.api_key.blur]
    checked = gr.on(changes, events.change, None, fields.check, js="infinitalk.sendForm", **form, **LATEST)
    checked.then(None, None, None, js="() => infinitalk.updateArrived('preflight')", **PRIVATE)
    entered = [fields.api_key.blur, fields.api_key.submit]
    gr.on(entered, events.key, [fields.api_key, fields.engine], fields.key_note, **LATEST)
