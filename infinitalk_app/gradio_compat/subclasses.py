"""Components of Gradio with one change each, by a subclass or on the instance."""

from html import escape
from pathlib import Path
from typing import Any, TypeVar

import gradio as gr
from gradio.components import Component
from gradio.data_classes import FileData, GradioRootModel, ImageData
from pydantic import model_serializer

from infinitalk_app.ui.text.catalogue import texts_in
from infinitalk_preview.face_choice import COUNT

Described = TypeVar("Described", bound=Component)


def described(component: Described, description: str, example: Any, **schema: Any) -> Described:
    """Describe an input to programs, in /gradio_api/info and by MCP, with what Gradio leaves out.

    The example is a valid value; Gradio's own for a text is "Hello!!". `schema` is more of JSON Schema.

    Rests on: both ask the instance for `api_info` and `example_payload`; view_api shows the second text.
    If it breaks: programs see only names and types of inputs; subclass each kind.
    """
    both = {"description": description, "additional_description": description}
    info = component.api_info() | both | schema
    component.api_info = lambda: info  # type: ignore[method-assign]  # instead of a subclass for each kind
    component.example_payload = lambda: example  # type: ignore[method-assign]
    return component


class RenderedAsParent(Component):
    """A subclass of a Gradio component that the browser renders as that component.

    Rests on: the frontend finds a component by the lower-case name of its class.
    If it breaks: the page shows nothing in its place; return the parent's own answer.
    """

    def get_block_name(self) -> str:
        kinds = type(self).__mro__
        return next(kind for kind in kinds if kind.__module__.startswith("gradio.")).__name__.lower()


class SecretText(GradioRootModel):
    """A text that serializes to nothing.

    It accepts any type, since an error of pydantic would hold the value, and Gradio logs that.
    """

    root: Any = ""

    @model_serializer
    def _serialize(self) -> str:
        return ""


class SecretBox(RenderedAsParent, gr.Textbox):
    """A text box for a key, which the handler gets and the session does not keep.

    Rests on: Gradio reads an input by its `data_model`, and stores what that dumps.
    If it breaks: keys are in logged errors, and in sessions but for `sessions.keep_no_values`.
    """

    data_model = SecretText

    def preprocess(self, payload: Any) -> str | None:
        """Return the text.

        Raises:
            Error: it is no text.
        """
        key = payload.root if isinstance(payload, SecretText) else payload
        if not isinstance(key, str | None):
            raise gr.Error(texts_in()["refused.bad_key"], print_exception=False)
        return key


class PlainImage(RenderedAsParent, gr.Image):
    """A picture input that passes the original file on; the run says what is wrong with it.

    Rests on: an image arrives as an `ImageData`, and no check comes before `preprocess`.
    If it breaks: a broken picture ends the click with an error that names a path of the server.
    """

    def preprocess(self, payload: ImageData | None) -> str | None:
        return payload.path if payload else None


class PlainSlider(RenderedAsParent, gr.Slider):
    """A slider that passes on any typed number; the run says whether it is in range.

    Rests on: its range is checked in `preprocess`.
    If it breaks: a number out of range ends the click with an error that covers the page.
    """

    def preprocess(self, payload: float) -> float:
        return payload


class _ByAddress(RenderedAsParent):
    """An input whose file may be named by its address; if it cannot be fetched, the error is a sentence.

    Rests on: Gradio fetches it by `async_move_resource_to_block_cache` before any handler runs.
    If it breaks: such an address ends in an error without a reason.
    """

    async def async_move_resource_to_block_cache(self, url_or_file_path: str | Path | None) -> str | None:
        """Fetch the file as Gradio does.

        Raises:
            Error: the same for each cause, so that nobody can explore the network of this machine.
        """
        try:
            return await super().async_move_resource_to_block_cache(url_or_file_path)
        except Exception as error:
            address = str(url_or_file_path)
            if not address.startswith(("http://", "https://")):
                raise
            text = texts_in().fill("refused.not_fetched", name=self.label, address=address)
            raise gr.Error(escape(text), print_exception=False) from error


class FileByAddress(_ByAddress, gr.File):
    """A file input for programs."""


class AudioByAddress(_ByAddress, gr.Audio):
    """A sound input for programs."""


class FaceChoice(RenderedAsParent, gr.Textbox):
    """An input for programs that names a face: a number, six numbers, or either as text; "" is no choice.

    Its default is a text, since Gradio requires an input whose default is None.

    Rests on: values of calls are not checked against `api_info`.
    If it breaks: programs can name faces only by text.
    """

    def api_info(self) -> dict[str, Any]:
        six = {"type": "array", "items": {"type": "number"}, "minItems": COUNT, "maxItems": COUNT}
        return {"anyOf": [{"type": "integer", "minimum": 1}, six, {"type": "string"}]}

    def preprocess(self, payload: Any) -> Any:
        return payload


class CheckedVideo(RenderedAsParent, gr.Video):
    """A video output for files that have been checked already.

    Rests on: an output may be the `FileData` that the browser gets.
    If it breaks: use gr.Video; its own check needs ffprobe, and loses the video where there is none.
    """

    def postprocess(self, value: str | Path | None) -> FileData | None:
        return FileData(path=str(value), orig_name="talking.mp4") if value else None
