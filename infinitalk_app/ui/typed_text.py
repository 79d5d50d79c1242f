"""The part of the form in which a visitor types what the person says."""

from collections.abc import Sequence

import gradio as gr

from infinitalk_app.gradio_compat.subclasses import PlainSlider
from infinitalk_app.ui import components
from infinitalk_app.ui.components import PRIVATE
from infinitalk_app.ui.text.catalogue import Texts
from infinitalk_media import text_to_speech


class TypedText:
    """The text, the voice that reads it and its pace; `hear` makes the voice, and `heard` plays it."""

    def __init__(self, texts: Texts, voices: Sequence[str], longest_s: float) -> None:
        self.text = gr.Textbox(
            "",
            label=texts["form.text"],
            info=texts["form.text_hint"],
            lines=3,
            max_length=text_to_speech.CHARACTERS_MAX,
            elem_id="text",
        )
        estimate = components.speech_estimate(texts, longest_s)
        with gr.Row(elem_id="speaking"):
            self.speaker = gr.Dropdown(
                speaker_choices(voices, texts),
                value=text_to_speech.VOICE if voices else None,  # Gradio refuses what is no choice
                label=texts["form.speaker"],
                elem_id="speaker",
            )
            self.pace = PlainSlider(
                *text_to_speech.PACES,
                1.0,
                step=0.1,
                label=texts["form.pace"],
                buttons=[],
                elem_id="pace",
            )
        self.hear = gr.Button(texts["form.hear"], size="md", elem_id="hear")
        self.heard = gr.Audio(
            label=texts["form.heard"],
            interactive=False,
            autoplay=True,
            visible=False,
            buttons=[],
            elem_id="heard",
        )
        changed = [self.text.change, self.pace.change]
        gr.on(changed, None, [self.text, self.pace], estimate, js="infinitalk.estimateSpeech", **PRIVATE)


def speaker_choices(voices: Sequence[str], texts: Texts) -> list[tuple[str, str]]:
    """Return label and name of each voice that can be used."""
    known = texts.table("speakers")
    return [(known.get(name, name.capitalize()), name) for name in voices]
