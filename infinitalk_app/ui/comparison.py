"""The comparison of a full video with the preview of the same inputs."""

from functools import partial

import gradio as gr

from infinitalk_app.gradio_compat.addresses import file_url
from infinitalk_app.runs.service import RunService
from infinitalk_app.ui import components
from infinitalk_app.ui.components import PRIVATE
from infinitalk_app.ui.text.catalogue import Texts


def add(service: RunService, texts: Texts) -> None:
    """Add the comparison to the page; the browser knows which runs had the same inputs."""
    shown = components.compare(texts)
    runs = [gr.Textbox(visible=False), gr.Textbox(visible=False)]
    shown.select(partial(videos, service), runs, shown, js="infinitalk.runsToCompare", **PRIVATE)


async def videos(service: RunService, preview: str, full: str) -> dict[str, str]:
    """Return the addresses of two runs' videos, below the page's own; "" for one that is not there.

    The preview is the silent one, the full video the sounding one.
    """
    return {"run": full, "silent": await _video(service, preview), "sounding": await _video(service, full)}


async def _video(service: RunService, token: str) -> str:
    video = (await service.resume(token)).snapshot.video
    return file_url("", video).lstrip("/") if video and video.exists() else ""
