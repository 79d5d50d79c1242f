"""The form: its components from picture to button, and what they do among themselves in the browser."""

import json
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.components import Component

from infinitalk_app import pieces, words
from infinitalk_app.gradio_compat.components import PlainImage, PlainSlider, SecretBox
from infinitalk_app.providers.base import Provider
from infinitalk_app.providers.registry import Providers
from infinitalk_app.settings import Settings
from infinitalk_client import DEFAULT_PROMPT

VIDEOS = [".mp4", ".mov", ".webm", ".mkv", ".avi", ".wmv", ".3gp", ".mpg", ".ts", ".flv", ".ogv"]
SECONDS, SEED, FPS = 10, 42424242, 25
QUALITIES = {"draft": ("480p", 16), "standard": ("480p", 25), "final": ("720p", 25)}
# Events that only wait count as running too: none may hold up another.
PRIVATE: dict[str, Any] = {"concurrency_limit": None, "show_progress": "hidden", "api_visibility": "private"}


@dataclass(frozen=True)
class Example:
    """A portrait, and the voice that it says."""

    picture: Path
    voice: Path


# What a click hands over, in the words of an order.
INPUTS = (
    *("picture", "video", "voice", "start_s", "seconds", "end_in_pause", "prompt", "engine"),
    *("api_key", "consent", "resolution", "fps", "seed", "face"),
)


@dataclass(frozen=True)
class Form:
    """The form's components; `token` takes the run token."""

    picture: PlainImage
    video: gr.File
    voice: gr.Audio
    start_s: gr.Number
    seconds: PlainSlider
    end_in_pause: gr.Checkbox
    prompt: gr.Textbox
    engine: gr.Radio
    api_key: SecretBox
    consent: gr.Checkbox
    resolution: gr.Dropdown
    fps: PlainSlider
    seed: gr.Number
    keep_seed: gr.Checkbox
    clip: gr.Audio
    clip_note: gr.HTML
    key_note: gr.HTML
    who: gr.HTML
    face: gr.Textbox
    check: gr.HTML
    button: gr.Button
    token: gr.Textbox

    @property
    def boxes(self) -> dict[str, Component]:
        return {name: getattr(self, name) for name in INPUTS}

    @property
    def inputs(self) -> dict[str, Component]:
        """Everything that a click hands over, by name, in the order in which the browser is given it."""
        return self.boxes | {"run": self.token}

    @property
    def edits(self) -> list[Any]:
        """The events by which anything in it becomes another."""
        return [box.change for box in self.boxes.values()]  # type: ignore[attr-defined]

    @property
    def changes(self) -> list[Any]:
        """The events by which it comes to hold another order; each click may roll another seed."""
        kept = {"api_key", "consent", "seed"}
        return [box.change for name, box in self.boxes.items() if name not in kept]  # type: ignore[attr-defined]


def form(settings: Settings, providers: Providers, examples: list[Example]) -> Form:
    """Build the form, filled with the first example, so that its button works at once."""
    with gr.Column(elem_id="form"):
        files = _files(examples)
        people = _people()
        trim = _trim(settings)
        engine = _engine(providers)
        paid, terms = _paid(providers.paid)
        quality = gr.Radio(
            [(words.QUALITIES[name], name) for name in QUALITIES],
            value="standard",
            label=words.QUALITY,
            interactive=True,
            elem_id="quality",
            elem_classes="segs",
        )
        prompt = _direction()
        more = _more(providers)
        with gr.Column(elem_id="go"):
            check = pieces.check()
            button = gr.Button(providers.first.go, variant="primary", elem_id="generate")
        pieces.foot()
    parts = {**files, **people, **trim, **paid, **more, "engine": engine, "prompt": prompt}
    built = Form(**parts, check=check, button=button, token=gr.Textbox(visible=False))
    _wire(built, quality, terms)
    return built


def _files(examples: list[Example]) -> dict[str, Any]:
    first = examples[0]
    with gr.Row(elem_id="inputs"):
        picture = PlainImage(
            str(first.picture),
            label=words.PICTURE,
            type="filepath",
            image_mode=None,
            sources=["upload", "webcam", "clipboard"],
            interactive=True,
            buttons=[],
            elem_id="picture",
        )
        voice = gr.Audio(
            str(first.voice),
            label=words.VOICE,
            type="filepath",
            sources=["upload", "microphone"],
            interactive=True,
            buttons=[],
            elem_id="voice",
        )
        dropped = pieces.voice_file()
    dropped.upload(None, None, voice, js="() => talk.form.voice", **PRIVATE)
    chosen = gr.Dataset(
        components=[gr.Image(visible=False)],
        samples=[[str(example.picture)] for example in examples],
        label=words.EXAMPLES,
        type="index",
        elem_id="examples",
    )

    def take(index: int) -> tuple[str, str]:
        return str(examples[index].picture), str(examples[index].voice)

    chosen.click(take, chosen, [picture, voice], **PRIVATE)
    return {"picture": picture, "voice": voice}


def _people() -> dict[str, Any]:
    """Return the choice of who talks, which shows itself when there is one, and the value that goes along."""
    who = pieces.who()
    # Without a place in the page, its changes would not be heard.
    face = gr.Textbox("", visible="hidden", label=words.WHO)
    who.select(None, None, face, js="() => talk.who.choice()", **PRIVATE)
    return {"who": who, "face": face}


def _trim(settings: Settings) -> dict[str, Any]:
    with gr.Accordion(words.TRIM, open=False, elem_id="trim"):
        with gr.Row():
            start = gr.Number(0, label=words.START, interactive=True, elem_id="start")
            seconds = PlainSlider(
                1,
                settings.max_clip_seconds,
                min(SECONDS, settings.max_clip_seconds),
                step=0.5,
                label=words.SECONDS,
                interactive=True,
                elem_id="seconds",
            )
        pause = gr.Checkbox(False, label=words.IN_PAUSE, interactive=True)
        clip = gr.Audio(label=words.CLIP, interactive=False, buttons=[], elem_id="clip")
        note = gr.HTML()
    return {
        "start_s": start,
        "seconds": seconds,
        "end_in_pause": pause,
        "clip": clip,
        "clip_note": note,
    }


def _engine(providers: Providers) -> gr.Radio:
    return gr.Radio(
        [(provider.label, provider.id) for provider in providers],
        value=providers.first.id,
        label=words.ENGINE,
        interactive=True,
        elem_id="engine",
        elem_classes="cards",
    )


def _paid(provider: Provider) -> tuple[dict[str, Any], list[Component]]:
    with gr.Group(visible=False, elem_id="paid") as group:
        key = SecretBox(
            label=provider.key_label,
            info=provider.key_info,
            placeholder=provider.key_hint,
            type="password",
            interactive=True,
            html_attributes=gr.InputHTMLAttributes(autocomplete="off", spellcheck=False),
            elem_id="key",
        )
        key_note = pieces.key_note()
        consent = gr.Checkbox(False, label=words.CONSENT, interactive=True, elem_id="consent")
        price = gr.HTML(pieces.hint(escape(provider.price_note)), visible=bool(provider.price_note))
    key_note.clear(None, None, [key, key_note], js="() => ['', null]", **PRIVATE)
    return {"api_key": key, "consent": consent, "key_note": key_note}, [group, key, price]


def _direction() -> gr.Textbox:
    with gr.Group(elem_id="direct"):
        prompt = gr.Textbox(
            DEFAULT_PROMPT,
            label=words.DIRECTION,
            info=words.DIRECTION_HINT,
            lines=2,
            max_length=2000,
            interactive=True,
            elem_id="prompt",
        )
        names = list(words.PHRASINGS)
        ideas = gr.Dataset(
            components=[gr.Textbox(visible=False)],
            samples=[[name] for name in names],
            show_label=False,
            type="index",
            elem_id="ideas",
        )
    ideas.click(lambda index: words.PHRASINGS[names[index]], ideas, prompt, **PRIVATE)
    return prompt


def _more(providers: Providers) -> dict[str, Any]:
    with gr.Accordion(words.MORE, open=False, elem_id="more"):
        with gr.Row():
            fps = PlainSlider(
                *providers.fps,
                FPS,
                step=1,
                label=words.FPS,
                info=words.FPS_HINT,
                interactive=True,
                elem_id="fps",
            )
            resolution = gr.Dropdown(
                list(providers.first.resolutions),
                value="480p",
                label=words.RESOLUTION,
                interactive=True,
                elem_id="resolution",
            )
        with gr.Row(elem_id="seedrow"):
            seed = gr.Number(
                SEED,
                label=words.SEED,
                info=words.SEED_HINT,
                precision=0,
                interactive=True,
                elem_id="seed",
            )
            new_seed = gr.Button(words.NEW_SEED, size="md", min_width=90)
        keep_seed = gr.Checkbox(True, label=words.KEEP_SEED, interactive=True)
        video = gr.File(label=words.VIDEO_SOURCE, file_types=VIDEOS, height=120)
    new_seed.click(None, seed, seed, js="(now) => talk.form.seed(now, false)", **PRIVATE)
    return {"fps": fps, "resolution": resolution, "seed": seed, "keep_seed": keep_seed, "video": video}


def _wire(built: Form, quality: gr.Radio, terms: list[Component]) -> None:
    """Connect what needs no server."""
    built.engine.change(None, built.engine, built.face, js="(engine) => talk.who.engine(engine)", **PRIVATE)
    of_provider = [*terms, built.resolution, built.fps]
    built.engine.change(None, [built.engine, built.resolution], of_provider, js="talk.form.engine", **PRIVATE)
    resolution, fps = built.resolution, built.fps
    qualities = json.dumps(QUALITIES)
    quality.input(
        None,
        [quality, resolution, fps],
        [resolution, fps],
        js=f"(name, ...now) => ({qualities})[name] ?? now",
        **PRIVATE,
    )
    gr.on(
        [resolution.change, fps.change],
        None,
        [resolution, fps],
        quality,
        js=f"(resolution, fps) => talk.form.quality({qualities}, resolution, fps)",
        **PRIVATE,
    )
