"""The running page: whether this Gradio was tested, who may come in, what it keeps, and how it ends."""

import json
import logging
from typing import Any

import gradio as gr
from gradio.routes import App

TESTED = "6.31"


def warn_when_untested(version: str = gr.__version__) -> None:
    """Say at start that this package may not fit the Gradio that is installed.

    Rests on: minor releases change what is not documented.
    If it breaks: run the contract tests under the new release, mend what is red, and set `TESTED`.
    """
    if version.split(".")[:2] != TESTED.split("."):
        logging.getLogger("infinitalk_app").warning(
            "This page was tested with Gradio %s and runs with %s: parts of it may not work. Install the "
            "version in requirements.txt, or run tests/app/test_gradio_*.py.",
            TESTED,
            version,
        )


def asks_for_login(demo: gr.Blocks) -> bool:
    """Tell whether a launched page shows its files to those alone who have logged in.

    Rests on: `Blocks.auth` and `App.auth_dependency`.
    If it breaks: return False; each paid run then proves its addresses in vain, and uploads its files.
    """
    return demo.auth is not None or demo.app.auth_dependency is not None


def serve_until_interrupted(demo: gr.Blocks, streams_s: int) -> None:
    """Serve a launched page until the main thread is interrupted; open streams then have some seconds left.

    Rests on: `Blocks.server` is uvicorn's, without a limit for what never ends by itself; `block_thread`
        stops it and returns.
    If it breaks: the timer in `lifecycle.py` ends the process all the same, a second later.
    """
    demo.server.config.timeout_graceful_shutdown = streams_s
    demo.block_thread()


def cached_for_good(app: App) -> set[str]:
    """Return the files in the folder of uploads that Gradio needs as long as it runs: copies of our examples.

    Rests on: `Block.keep_in_cache`, and `App.get_blocks`.
    If it breaks: examples vanish from the page after an hour; look for how `delete_cache` spares them.
    """
    blocks = app.get_blocks().blocks.values()
    return {str(path) for block in blocks for path in getattr(block, "keep_in_cache", ())}


def answer_in_json(demo: gr.Blocks) -> None:
    """Have the MCP server of a launched page, if any, write JSON where Gradio writes Python's repr.

    Without a progress token Gradio hands over all outputs of a call as one, with a token each by itself;
    either way, a client gets a text for each output: the address of a file, or JSON.

    Rests on: `Blocks.mcp_server_obj.postprocess_output_data(data, root_url)`.
    If it breaks: leave it out; MCP clients then read statuses as Python writes them.
    """
    if server := demo.mcp_server_obj:
        write = server.postprocess_output_data
        server.postprocess_output_data = lambda data, root_url: write(_texts(data), root_url)  # type: ignore[method-assign]


def _texts(data: Any) -> list[Any]:
    """Return one value for each output; files are left to Gradio, which knows the page's address."""
    outputs = data[0] if len(data) == 1 and isinstance(data[0], list | tuple) else data
    return [value if isinstance(value, dict) and "meta" in value else json.dumps(value) for value in outputs]
