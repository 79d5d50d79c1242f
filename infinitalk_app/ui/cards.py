"""The two cards of the form: a picture and a voice, each with its ways in."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import gradio as gr

from infinitalk_app.gradio_compat.subclasses import PlainImage
from infinitalk_app.ui import components
from infinitalk_app.ui.components import PRIVATE
from infinitalk_app.ui.text.catalogue import Texts
from infinitalk_app.ui.typed_text import TypedText
from infinitalk_media import text_to_speech


@dataclass(frozen=True)
class Example:
    """A portrait with its small picture, a voice, and what the voice says."""

    picture: Path
    small: Path
    voice: Path
    text: str

    @property
    def name(self) -> str:
        return self.picture.stem.capitalize()


class PictureCard:
    """A picture that is uploaded or taken."""

    def __init__(self, texts: Texts, example: Example) -> None:
        with gr.Column(elem_id="picturecard", elem_classes="in"):
            components.ways(texts, "picture", ("upload", "camera"))
            self.picture = PlainImage(
                str(example.picture),
                label=texts["form.picture"],
                type="filepath",
                image_mode=None,
                sources=["upload", "webcam", "clipboard"],
                buttons=[],
                elem_id="picture",
            )

    def take_files(self, texts: Texts) -> None:
        """Take files that are chosen or dropped; its file input comes after that of the voice."""
        file = components.file_input(texts, "picture")
        js = "() => infinitalk.takenFile('picture')"
        file.upload(None, None, self.picture, js=js, **PRIVATE)


class VoiceCard:
    """A voice that is recorded, uploaded, or typed where a text can be spoken; `way` says which."""

    def __init__(self, texts: Texts, example: Example, voices: Sequence[str], longest_s: float) -> None:
        typed = ("type",) if text_to_speech.available() else ()
        with gr.Column(elem_id="voicecard", elem_classes="in"):
            ways = components.ways(texts, "voice", ("record", "upload", *typed))
            self.voice = gr.Audio(
                str(example.voice),
                label=texts["form.voice"],
                type="filepath",
                sources=["upload", "microphone"],
                buttons=[],
                elem_id="voice",
            )
            self.file = components.file_input(texts, "voice")
            with gr.Group(visible=False, elem_id="typed") as box:
                text = TypedText(texts, voices, longest_s)
            # "hidden" and not False: a component outside of the page sends no change events.
            self.way = gr.Textbox("recording", visible="hidden", label=texts["form.voice"], elem_id="way")
        self.text, self.speaker, self.pace = text.text, text.speaker, text.pace
        self.hear, self.heard = text.hear, text.heard
        ways.select(None, None, self.way, js="infinitalk.chosenWay", **PRIVATE)
        self.way.change(None, self.way, [self.voice, box], js="infinitalk.changeWay", **PRIVATE)
        taken = "() => [infinitalk.takenFile('voice'), 'recording']"
        self.file.upload(None, None, [self.voice, self.way], js=taken, **PRIVATE)
