"""A text box for a key, whose value Gradio does not keep.

Gradio stores the last value of every input in the visitor's session, from which its deep links are written.
It stores what the data model dumps, so this one dumps nothing; the handler gets the value all the same.
"""

from typing import Any

import gradio as gr
from gradio.data_classes import GradioRootModel
from pydantic import model_serializer


class Secret(GradioRootModel):
    """A text that leaves no trace when it is written down."""

    root: str = ""

    @model_serializer
    def _nothing(self) -> str:
        return ""


class SecretBox(gr.Textbox):
    """A password field; the handler gets a plain text."""

    data_model = Secret

    def preprocess(self, payload: Any) -> str | None:
        """Return the text that was typed."""
        return payload.root if isinstance(payload, Secret) else payload

    def get_block_name(self) -> str:
        """Be drawn as the text box that it is."""
        return "textbox"
