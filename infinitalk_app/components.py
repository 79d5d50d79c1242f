"""Gradio components with one thing changed each."""

from html import escape
from pathlib import Path
from typing import Any, TypeVar

import gradio as gr
from gradio.components import Component
from gradio.data_classes import FileData, GradioRootModel, ImageData
from pydantic import model_serializer

from infinitalk_app import words
from infinitalk_local.marks import COUNT

Described = TypeVar("Described", bound=Component)


def described(component: Described, description: str, example: Any, **schema: Any) -> Described:
    """Tell programs of an input what Gradio leaves out, in /gradio_api/info and to MCP clients alike.

    Args:
        component: the input.
        description: what it means, in a sentence.
        example: a value that can be used; Gradio's own for a text is "Hello!!".
        schema: further words of JSON Schema, such as enum, minimum or maximum.
    """
    # The second is what gradio_client's view_api shows.
    both = {"description": description, "additional_description": description}
    told = component.api_info() | both | schema
    component.api_info = lambda: told  # type: ignore[method-assign]  # a class for each kind would say no more
    component.example_payload = lambda: example  # type: ignore[method-assign]
    return component


class Secret(GradioRootModel):
    """A text that leaves no trace when it is written down.

    Whatever else was sent is taken, too: pydantic's error would hold it, and Gradio logs that.
    """

    root: Any = ""

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
        """Return the text that was typed.

        Raises:
            Error: it is no text.
        """
        key = payload.root if isinstance(payload, Secret) else payload
        if not isinstance(key, str | None):
            raise gr.Error(words.BAD_KEY, print_exception=False)
        return key

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


class _ByAddress(Component):
    """An input whose file may be named by its address, which Gradio fetches before any handler runs."""

    async def async_move_resource_to_block_cache(self, url_or_file_path: str | Path | None) -> str | None:
        """Fetch the file as Gradio does; one that cannot be fetched is a sentence, where Gradio says nothing.

        Raises:
            Error: the same for each cause, so that nobody can look around in the network of this machine.
        """
        try:
            return await super().async_move_resource_to_block_cache(url_or_file_path)
        except Exception as error:
            address = str(url_or_file_path)
            if not address.startswith(("http://", "https://")):
                raise
            said = words.NOT_FETCHED.format(name=self.label, address=address)
            raise gr.Error(escape(said), print_exception=False) from error


class FileByAddress(_ByAddress, gr.File):
    """A file input for programs."""

    def get_block_name(self) -> str:
        return "file"


class AudioByAddress(_ByAddress, gr.Audio):
    """A sound input for programs."""

    def get_block_name(self) -> str:
        return "audio"


class FaceChoice(gr.Textbox):
    """An input for programs that names a face: a number, six numbers, or either as text; "" is no choice.

    It is a text since Gradio asks for whatever has None for its default.
    """

    def api_info(self) -> dict[str, Any]:
        six = {"type": "array", "items": {"type": "number"}, "minItems": COUNT, "maxItems": COUNT}
        return {"anyOf": [{"type": "integer", "minimum": 1}, six, {"type": "string"}]}

    def preprocess(self, payload: Any) -> Any:
        """Return what was sent; whether it will do is for the run to say."""
        return payload

    def get_block_name(self) -> str:
        return "textbox"


class CheckedVideo(gr.Video):
    """A video output for files that have been checked already.

    Gradio's own check needs ffprobe, and loses the video where there is ffmpeg without it.
    """

    def postprocess(self, value: str | Path | None) -> FileData | None:
        """Hand over the file as it is."""
        return FileData(path=str(value), orig_name="talking.mp4") if value else None

    def get_block_name(self) -> str:
        return "video"
