"""The page's own HTML pieces: title, status panel, head; their markup lies in `web/`.

Data reaches a template as `${value.x}` alone, escaped before: Gradio evaluates whatever Handlebars puts in.
"""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import gradio as gr

from infinitalk_app import status, words

KEPT_S = 7200.0  # after that the video is gone, here and at the service
_WEB = Path(__file__).parent / "web"


def read(name: str) -> str:
    """Return one of the files in `web/`."""
    return (_WEB / name).read_text(encoding="utf-8")


def head() -> str:
    """Return what goes into the document's head: rules that `css=` cannot hold, and the page's script."""
    narrow = "@media(max-width:599px){.gradio-container .main.app{padding:12px 16px!important}}"
    return f"<style>{narrow}</style><script>{read('page.js')}</script>"


def title() -> gr.HTML:
    return gr.HTML(read("title.html").format(title=words.TITLE, intro=words.INTRO), elem_id="head")


def panel() -> gr.HTML:
    """Return the status panel; it triggers `stop` and `retry`, and does the rest in the browser."""
    return gr.HTML(
        status.idle(),
        html_template=read("panel.html"),
        js_on_load=read("panel.js"),
        apply_default_css=False,
        elem_id="status",
    )


def hint(text: str, *, bad: bool = False) -> str:
    """Return a line of small text, already escaped by the caller."""
    return f'<p class="hint{" bad" if bad else ""}">{text}</p>' if text else ""


def with_token(inputs: int) -> str:
    """Return the click's script: all inputs as they are, and the run token in the last one."""
    return f"(...values) => [...values.slice(0, {inputs - 1}), talk.token()]"


def whereabouts(search: str, kept: dict[str, Any] | None, now: float) -> tuple[str, str]:
    """Return token or request_id, and engine, as the address names them, else as this browser kept them."""
    asked = {name: values[0] for name, values in parse_qs((search or "").lstrip("?")).items()}
    if asked.get("job") or asked.get("run"):
        return asked.get("job") or asked["run"], asked.get("engine", "")
    if not isinstance(kept, dict) or now - float(kept.get("at") or 0) > KEPT_S:
        return "", ""
    return str(kept.get("job") or kept.get("run") or ""), str(kept.get("engine") or "")
