"""Gradio components with one thing changed each."""

from pathlib import Path
from typing import Any

import gradio as gr
from gradio.data_classes import FileData, GradioRootModel, ImageData
from pydantic import model_serializer


class Secret(GradioRootModel):
    """A text that leaves no trace when it is written down."""

    root: str = ""

    @model_serializer
    def _nothing(self) -> str:
        return ""


class SecretBox(gr.Textbox):
    """A text box for a key, whose value Gradio does not keep.

    Where Gradio stores a visitor's last values (sessions.py has it store none), it stores what the data model
    dumps. This one dumps nothing; the handler gets the value all the same.
    """

    data_model = Secret

    def preprocess(self, payload: Any) -> str | None:
        """Return the text that was typed."""
        return payload.root if isinstance(payload, Secret) else payload

    def get_block_name(self) -> str:
        """Be drawn as the text box that it is."""
        return "textbox"


class PlainImage(gr.Image):
    """A picture input that hands over the original file; what is wrong with it is for the run to say."""

    def preprocess(self, payload: ImageData | None) -> str | None:
        """Return the path; Gradio's own reading would end the click with a path of the server's."""
        return payload.path if payload else None

    def get_block_name(self) -> str:
        return "image"


class PlainSlider(gr.Slider):
    """A slider that hands over what was typed beside it; whether that will do is for the run to say."""

    def preprocess(self, payload: float) -> float:
        """Return the number; Gradio's own check would end the click, and write its error over the page."""
        return payload

    def get_block_name(self) -> str:
        return "slider"


class CheckedVideo(gr.Video):
    """A video output for files that have been checked already.

    Gradio's own check needs ffprobe, and loses the video where there is ffmpeg without it.
    """

    def postprocess(self, value: str | Path | None) -> FileData | None:
        """Hand over the file as it is."""
        return FileData(path=str(value), orig_name="talking.mp4") if value else None

    def get_block_name(self) -> str:
        return "video"
