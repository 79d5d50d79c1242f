"""What MCP tools answer: JSON, where Gradio would write Python's repr of it.

Without a progress token Gradio hands over all outputs of a call as one, with a token each by itself; either
way, a client gets a text for each output: the address of a file, or JSON.
"""

import json
from typing import Any

import gradio as gr


def answer_in_json(page: gr.Blocks) -> None:
    """Have the MCP server of a launched page write JSON; a page without one is left as it is."""
    server = page.mcp_server_obj
    if server is None:
        return
    write = server.postprocess_output_data
    server.postprocess_output_data = lambda data, root_url: write(_texts(data), root_url)  # type: ignore[method-assign]


def _texts(data: Any) -> list[Any]:
    """Return one value for each output; files are left to Gradio, which knows the page's address."""
    outputs = data[0] if len(data) == 1 and isinstance(data[0], list | tuple) else data
    return [value if _is_file(value) else json.dumps(value) for value in outputs]


def _is_file(value: Any) -> bool:
    return isinstance(value, dict) and "path" in value and "meta" in value
