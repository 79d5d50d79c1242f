"""The running page: its version of Gradio, its login, its cached files, its end, and its MCP server."""

import json
import logging
from typing import Any

import gradio as gr
from gradio.routes import App

TESTED = "6.31"


def warn_when_untested(version: str = gr.__version__) -> None:
    """Log a warning if the installed minor release of Gradio is not the tested one.

    Rests on: minor releases change what is not documented.
    If it breaks: run the contract tests with the new release, mend what fails, and set `TESTED`.
    """
    if version.split(".")[:2] != TESTED.split("."):
        logging.getLogger("infinitalk_app").warning(
            "This page was tested with Gradio %s and runs with %s: parts of it may not work. Install the "
            "version in requirements.txt, or run tests/app/test_gradio_*.py.",
            TESTED,
            version,
        )


def asks_for_login(demo: gr.Blocks) -> bool:
    """Tell whether a launched page serves its files only after a login.

    Rests on: `Blocks.auth` and `App.auth_dependency`.
    If it breaks: return False; then each paid run fails to prove its addresses, and uploads its files.
    """
    return demo.auth is not None or demo.app.auth_dependency is not None


def serve_until_interrupted(demo: gr.Blocks, streams_s: int) -> None:
    """Serve a launched page until the main thread is interrupted, then give open streams `streams_s` seconds.

    Rests on: `Blocks.server` is uvicorn's, without a limit for open streams; `block_thread` stops it and
        returns.
    If it breaks: the timer in `lifecycle.py` ends the process all the same, a second later.
    """
    demo.server.config.timeout_graceful_shutdown = streams_s
    demo.block_thread()


def files_to_keep(app: App) -> set[str]:
    """Return the files in the folder of uploads that Gradio needs as long as it runs: copies of examples.

    Rests on: `Block.keep_in_cache`, and `App.get_blocks`.
    If it breaks: examples vanish from the page after an hour; see how `delete_cache` spares them.
    """
    blocks = app.get_blocks().blocks.values()
    return {str(path) for block in blocks for path in getattr(block, "keep_in_cache", ())}


def answer_in_json(demo: gr.Blocks) -> None:
    """Have the MCP server of a launched page, if any, write JSON where Gradio writes Python's repr.

    A client gets a text for each output: the address of a file, or JSON. With a progress token Gradio passes
    the outputs of a call one by one, without one as a single value.

    Rests on: `Blocks.mcp_server_obj.postprocess_output_data(data, root_url)`.
    If it breaks: leave it out; MCP clients then read statuses as Python writes them.
    """
    if server := demo.mcp_server_obj:
        write = server.postprocess_output_data
        server.postprocess_output_data = lambda data, root_url: write(_texts(data), root_url)  # type: ignore[method-assign]


def _texts(data: Any) -> list[Any]:
    """Return one value for each output; files stay as they are for Gradio, which knows the page's address."""
    outputs = data[0] if len(data) == 1 and isinstance(data[0], list | tuple) else data
    return [value if isinstance(value, dict) and "meta" in value else json.dumps(value) for value in outputs]
