"""The form: its components from picture to button, and the events among them that need no server."""

import json
from collections.abc import Sequence
from typing import Any

import gradio as gr
from gradio.components import Component

from infinitalk_app.config import Settings
from infinitalk_app.gradio_compat.subclasses import PlainSlider, SecretBox
from infinitalk_app.providers.base import Provider
from infinitalk_app.providers.registry import Providers
from infinitalk_app.ui import components
from infinitalk_app.ui.cards import Example, PictureCard, VoiceCard
from infinitalk_app.ui.components import PRIVATE
from infinitalk_app.ui.more import More
from infinitalk_app.ui.provider_facts import key_box, labels, resolution_choices, terms
from infinitalk_app.ui.text.catalogue import Texts

FPS = 25

# The inputs of a run, by the names of `read_request` (beside `video`, which replaces the picture).
INPUTS = (
    *("picture", "video", "way", "voice", "text", "speaker", "pace", "said"),
    *("start_s", "seconds", "end_in_pause", "prompt", "engine"),
    *("api_key", "consent", "resolution", "fps", "seed", "face"),
)


class Form:
    """The form, filled with the first example: its button works at once. `token` holds the run token."""

    def __init__(
        self,
        settings: Settings,
        providers: Providers,
        examples: list[Example],
        texts: Texts,
        voices: Sequence[str],
    ) -> None:
        self._texts = texts
        with gr.Column(elem_id="form"):
            with gr.Row(elem_id="inputs"):
                picture = PictureCard(texts, examples[0])
                self.typed = VoiceCard(texts, examples[0], voices, settings.max_clip_seconds)
            picture.take_files(texts)
            self._show_examples(examples)
            self._faces()
            self._sizes(providers)
            self._engines(providers)
            asked = self._paid(providers.paid)
            self._button(providers.first)
            self.more = More(texts, settings.max_clip_seconds, examples[0].text, providers.paid.model)
            components.full_page_link(texts)
        self.picture, self.way, self.voice = picture.picture, self.typed.way, self.typed.voice
        self.text, self.speaker, self.pace = self.typed.text, self.typed.speaker, self.typed.pace
        self.token = gr.Textbox(visible=False)
        self._wire(asked)
        self._wire_examples(examples)

    @property
    def boxes(self) -> dict[str, Component]:
        return {name: getattr(self if hasattr(self, name) else self.more, name) for name in INPUTS}

    @property
    def inputs(self) -> dict[str, Component]:
        """The inputs of a click, in the order in which the browser sends them."""
        return self.boxes | {"run": self.token}

    @property
    def click_script(self) -> str:
        """The `js=` of the click: all inputs as they are, and the run token in the last one."""
        return f"(...values) => infinitalk.click({json.dumps(INPUTS)}, values)"

    def changes(self, *excluded: str) -> list[Any]:
        """Return the change events of the inputs."""
        return [box.change for name, box in self.boxes.items() if name not in excluded]  # type: ignore[attr-defined]

    def _show_examples(self, examples: list[Example]) -> None:
        self._examples = gr.Dataset(
            components=[gr.Image(visible=False)],
            samples=[[str(example.small)] for example in examples],
            label=self._texts["form.examples"],
            type="index",
            elem_id="examples",
        )
        components.accessibility(self._texts, [example.name for example in examples])

    def _faces(self) -> None:
        """Add the choice of the face that talks, which is visible when there is one, and its value."""
        self.face_choice = components.face_choice(self._texts)
        # "hidden" and not False: a component outside of the page sends no change events.
        self.face = gr.Textbox("", visible="hidden", label=self._texts["face.title"])
        self.face_choice.select(None, None, self.face, js="infinitalk.faceValue", **PRIVATE)

    def _sizes(self, providers: Providers) -> None:
        texts = self._texts
        with gr.Row(elem_id="sizes"):
            choices = resolution_choices(providers.first, texts)
            label = texts["form.resolution"]
            self.resolution = gr.Dropdown(choices, value="480p", label=label, elem_id="resolution")
            label = texts["form.fps"]
            self.fps = PlainSlider(*providers.fps, FPS, step=1, label=label, buttons=[], elem_id="fps")

    def _engines(self, providers: Providers) -> None:
        self.engine = gr.Radio(
            [(label, name) for name, label in labels(providers, self._texts).items()],
            value=providers.first.id,
            label=self._texts["form.engine"],
            elem_id="engine",
            elem_classes="cards",
        )

    def _paid(self, provider: Provider) -> list[Component]:
        """Add key and consent; return what depends on the provider."""
        texts = self._texts
        with gr.Group(visible=False, elem_id="paid") as group:
            self.api_key = SecretBox(
                **key_box(provider, texts),
                type="password",
                html_attributes=gr.InputHTMLAttributes(autocomplete="off", spellcheck=False),
                elem_id="key",
            )
            self.key_note = components.key_note(texts)
            self.consent = gr.Checkbox(False, label=texts["form.consent"], elem_id="consent")
            about = components.terms(terms(provider, texts))
        self.key_note.clear(None, None, [self.api_key, self.key_note], js="() => ['', null]", **PRIVATE)
        return [group, self.api_key, self.key_note, about]

    def _button(self, provider: Provider) -> None:
        with gr.Column(elem_id="go"):
            components.second_purchase(self._texts)
            label = self._texts.say(provider.text("button"))
            self.button = gr.Button(label, variant="primary", elem_id="generate")
            self.check = components.preflight(self._texts)

    def _wire(self, asked: list[Component]) -> None:
        """Connect the choices that change others, in the browser."""
        self.engine.change(None, self.engine, self.face, js="infinitalk.changeEngine", **PRIVATE)
        named, chosen = [self.engine, self.resolution], [self.resolution, self.fps]
        self.engine.change(None, named, [*asked, *chosen], js="infinitalk.providerFields", **PRIVATE)

    def _wire_examples(self, examples: list[Example]) -> None:
        """Fill the form with the example that is chosen; another voice does not say its words."""
        said = self.more.said
        filled = [(str(one.picture), "recording", str(one.voice), one.text) for one in examples]
        boxes = [self.picture, self.way, self.voice, said]
        self._examples.click(lambda index: filled[index], self._examples, boxes, **PRIVATE)
        others = [self.voice.upload, self.voice.stop_recording, self.voice.clear, self.typed.file.upload]
        known = json.dumps([one.text for one in examples])
        forget = f"(said) => ({known}.includes(said) ? '' : said)"
        gr.on(others, None, said, said, js=forget, **PRIVATE)
