"""Gradio components with one thing changed each, by a subclass or on the instance."""

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

    Rests on: both ask the instance for `api_info` and `example_payload`; view_api shows the second text.
    If it breaks: programs see the names and types of inputs alone; subclass each kind.

    Args:
        component: the input.
        description: what it means, in a sentence.
        example: a value that can be used; Gradio's own for a text is "Hello!!".
        schema: further words of JSON Schema, such as enum, minimum or maximum.
    """
    both = {"description": description, "additional_description": description}
    told = component.api_info() | both | schema
    component.api_info = lambda: told  # type: ignore[method-assign]  # a class for each kind would say no more
    component.example_payload = lambda: example  # type: ignore[method-assign]
    return component


class DrawnAsParent(Component):
    """A component of ours that the browser draws as the Gradio component it is made of.

    Rests on: the lower-case name of a class is that of its part of the frontend.
    If it breaks: the page shows nothing in its place; take the name from the parent's own answer.
    """

    def get_block_name(self) -> str:
        kinds = type(self).__mro__
        return next(kind for kind in kinds if kind.__module__.startswith("gradio.")).__name__.lower()


class Secret(GradioRootModel):
    """A text that leaves no trace when it is written down.

    Whatever else was sent is taken, too: pydantic's error would hold it, and Gradio logs that.
    """

    root: Any = ""

    @model_serializer
    def _nothing(self) -> str:
        return ""


class SecretBox(DrawnAsParent, gr.Textbox):
    """A text box for a key, whose value Gradio does not keep; the handler gets it all the same.

    Rests on: Gradio reads an input by its `data_model`, and stores what that dumps.
    If it breaks: keys stay in sessions (`visitors.remember_little` keeps none) and stand in logged errors.
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


class PlainImage(DrawnAsParent, gr.Image):
    """A picture input that hands over the original file; what is wrong with it is for the run to say.

    Rests on: an image arrives as an `ImageData`, and no check comes before `preprocess`.
    If it breaks: a broken picture ends the click with a path of the server's.
    """

    def preprocess(self, payload: ImageData | None) -> str | None:
        return payload.path if payload else None


class PlainSlider(DrawnAsParent, gr.Slider):
    """A slider that hands over what was typed beside it; whether that will do is for the run to say.

    Rests on: its range is checked in `preprocess`.
    If it breaks: a number out of range ends the click, and its error lies over the page.
    """

    def preprocess(self, payload: float) -> float:
        return payload


class _ByAddress(DrawnAsParent):
    """An input whose file may be named by its address; one that cannot be fetched is a sentence.

    Rests on: Gradio fetches it by `async_move_resource_to_block_cache` before any handler runs.
    If it breaks: whoever names such an address gets an error that says nothing.
    """

    async def async_move_resource_to_block_cache(self, url_or_file_path: str | Path | None) -> str | None:
        """Fetch the file as Gradio does.

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


class AudioByAddress(_ByAddress, gr.Audio):
    """A sound input for programs."""


class FaceChoice(DrawnAsParent, gr.Textbox):
    """An input for programs that names a face: a number, six numbers, or either as text; "" is no choice.

    It is a text since Gradio asks for whatever has None for its default.

    Rests on: values of calls are not checked against `api_info`.
    If it breaks: programs can name faces by text alone.
    """

    def api_info(self) -> dict[str, Any]:
        six = {"type": "array", "items": {"type": "number"}, "minItems": COUNT, "maxItems": COUNT}
        return {"anyOf": [{"type": "integer", "minimum": 1}, six, {"type": "string"}]}

    def preprocess(self, payload: Any) -> Any:
        return payload


class CheckedVideo(DrawnAsParent, gr.Video):
    """A video output for files that have been checked already.

    Rests on: an output may be the `FileData` that the browser gets.
    If it breaks: use gr.Video; its own check needs ffprobe, and loses the video where there is none.
    """

    def postprocess(self, value: str | Path | None) -> FileData | None:
        return FileData(path=str(value), orig_name="talking.mp4") if value else None
