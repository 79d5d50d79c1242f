"""The fold of the form, with what few visitors need."""

import gradio as gr

from infinitalk_app.gradio_compat.subclasses import PlainSlider
from infinitalk_app.messages import Text
from infinitalk_app.ui.components import PRIVATE
from infinitalk_app.ui.text.catalogue import Texts
from infinitalk_media import alignment, text_to_speech

VIDEOS = [".mp4", ".mov", ".webm", ".mkv", ".avi", ".wmv", ".3gp", ".mpg", ".ts", ".flv", ".ogv"]
PROMPT = "A person speaks confidently, gesturing naturally while addressing the camera."  # whoever is shown
SEED = 42424242
PHRASINGS = {  # prompts for the model, which reads English
    "warm": "A friendly person smiles warmly and talks to the camera, with small natural gestures.",
    "calm": "A calm, serious person speaks to the camera and holds still.",
    "lively": "A lively person speaks with energy, gesturing with both hands.",
}


class More:
    """The part of the voice and its words, the direction, the seed, and a video instead of a picture."""

    def __init__(self, texts: Texts, longest_s: float, said: str, model: Text) -> None:
        self._texts = texts
        with gr.Accordion(texts["form.more"], open=False, elem_id="more") as self.fold:
            self._part(longest_s)
            self._words(said)
            self._direction(model)
            self._seed()
            self.video = gr.File(label=texts["form.video_source"], file_types=VIDEOS, height=120)

    def _part(self, longest_s: float) -> None:
        texts = self._texts
        with gr.Row():
            self.start_s = gr.Number(0, label=texts["form.start"], elem_id="start")
            label = texts["form.seconds"]
            self.seconds = PlainSlider(1, longest_s, longest_s, step=0.5, label=label, elem_id="seconds")
        self.end_in_pause = gr.Checkbox(False, label=texts["form.end_in_pause"])
        self.clip = gr.Audio(label=texts["form.clip"], interactive=False, buttons=[], elem_id="clip")
        self.clip_note = gr.HTML()

    def _words(self, said: str) -> None:
        self.said = gr.Textbox(
            said,
            label=self._texts["form.said"],
            info=self._texts["form.said_hint"],
            max_length=text_to_speech.CHARACTERS_MAX,
            visible=alignment.available(),
            elem_id="said",
        )

    def _direction(self, model: Text) -> None:
        texts = self._texts
        self.prompt = gr.Textbox(
            PROMPT,
            label=texts["form.direction"],
            info=texts.fill("form.direction_hint", model=model),
            lines=2,
            max_length=2000,
            elem_id="prompt",
        )
        ideas = gr.Dataset(
            components=[gr.Textbox(visible=False)],
            samples=[[texts[f"phrasings.{name}"]] for name in PHRASINGS],
            show_label=False,
            type="index",
            elem_id="ideas",
        )
        prompts = list(PHRASINGS.values())
        ideas.click(lambda index: prompts[index], ideas, self.prompt, **PRIVATE)

    def _seed(self) -> None:
        texts = self._texts
        with gr.Row(elem_id="seedrow"):
            label, info = texts["form.seed"], texts["form.seed_hint"]
            self.seed = gr.Number(SEED, label=label, info=info, precision=0, elem_id="seed")
            new_seed = gr.Button(texts["form.new_seed"], size="md", min_width=90)
        self.keep_seed = gr.Checkbox(True, label=texts["form.keep_seed"])
        new_seed.click(None, self.seed, self.seed, js="(now) => infinitalk.nextSeed(now, false)", **PRIVATE)
