"""The page's own HTML pieces: head, stage, status panel, check line, details, history; markup lies in `web/`.

Data reaches a template as `${value.x}` alone, escaped before: Gradio evaluates whatever Handlebars puts in.
"""

import json
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr

from infinitalk_app import who as choose
from infinitalk_app import words
from infinitalk_app.providers.base import Provider
from infinitalk_app.providers.registry import Providers
from infinitalk_local.looking import Look

_WEB = Path(__file__).parent / "web"
_SCRIPTS = ("page.js", "../gradio_compat/frontend.js", "stage.js", "history.js", "form.js", "who.js")


def read(name: str) -> str:
    """Return one of the files in `web/`."""
    return (_WEB / name).read_text(encoding="utf-8")


def head(providers: Providers) -> str:
    """Return what goes into the document's head: rules that `css=` cannot hold, and the page's scripts."""
    scripts = "\n".join(map(read, _SCRIPTS))
    said = words.HISTORY_STATES | words.HISTORY_WORDS | {"bring": words.BRING, "changed": words.CHANGED}
    told = f"talk.words = {json.dumps(said)}; talk.who.words = {json.dumps(words.WHO_WORDS)};"
    known = {provider.id: provider.in_browser for provider in providers}
    told += f" talk.providers = {json.dumps(known)};"
    return f"<style>{read('head.css')}</style><script>{scripts}\n{told}</script>"


def title() -> gr.HTML:
    texts = {"title": words.TITLE, "intro": words.INTRO, "how": words.HOW, "api": words.API}
    return gr.HTML(read("title.html").format(**texts), elem_id="head")


def foot() -> gr.HTML:
    """Return the way out of a frame."""
    return gr.HTML(
        f'<p class="foot"><a href="./" target="_blank" rel="noopener">{words.FULL_PAGE}</a></p>',
        elem_id="foot",
    )


def _piece(name: str, value: Any, script: str, elem_id: str) -> gr.HTML:
    return _html(value, read(f"{name}.html"), script, elem_id)


def _html(value: Any, template: str, script: str, elem_id: str) -> gr.HTML:
    return gr.HTML(value, html_template=template, js_on_load=script, apply_default_css=False, elem_id=elem_id)


def panel(value: dict[str, Any]) -> gr.HTML:
    """Return the status panel; it triggers `stop`, `retry`, and `tick` (see talk.news)."""
    return _piece("panel", value, read("panel.js"), "status")


def waiting() -> gr.HTML:
    """Return the picture that lies over the video while a run goes on."""
    return _piece("wait", None, "talk.stage.waiting = props;", "wait")


def sound() -> gr.HTML:
    """Return the button by which the sample is given its voice."""
    script = "talk.stage.hush(element.querySelector('button'));"
    return gr.HTML(
        read("sound.html").format(text=words.SOUND_ON),
        js_on_load=script,
        apply_default_css=False,
        elem_id="sound",
    )


def voice_file() -> gr.HTML:
    """Return a file input for the voice; it triggers `upload` when a sound was chosen or dropped.

    Gradio's own has none while it holds a sound, so that a second one could be neither dropped nor set.
    """
    html = '<input type="file" accept="audio/*,video/*" tabindex="-1" aria-hidden="true">'
    return _html(None, html, read("voice_file.js"), "voicefile")


def who() -> gr.HTML:
    """Return the choice of who talks; it triggers `select` when another was chosen or marked."""
    script = "talk.who.start(element, props, trigger, watch);"
    return _html(None, '<div class="who"></div>', script, "face")


def people(seen: Look, picture: str | None) -> dict[str, Any] | None:
    """Return what `who` shows of a picture: several people, or one in which a face can be marked."""
    if len(seen.people) == 1 or not (seen.people or seen.copy):
        return None
    names = words.WHO_NAMES.get(len(seen.people)) or _in_order(len(seen.people))
    from_left = sorted(seen.people, key=lambda one: one.box[0] + one.box[2])
    where = {one.number: name for one, name in zip(from_left, names, strict=False)}
    return {
        "of": picture or "",
        "size": (seen.width, seen.height),
        "copy": seen.copy,
        "people": [
            {
                "number": one.number,
                "name": words.WHO_NAME.format(number=one.number, where=where[one.number]),
                "crop": one.crop,
                "sent": choose.of(seen, one.number, takes_face=False).kept,
            }
            for one in seen.people
        ],
    }


def _in_order(count: int) -> list[str]:
    endings = {1: "st", 2: "nd", 3: "rd"}
    numbers = range(1, count + 1)
    return [words.WHO_NTH.format(nth=f"{nth}{endings.get(nth, 'th')}") for nth in numbers]


def check() -> gr.HTML:
    """Return the line above the button: what is fine, what to mind, what is in the way."""
    return _piece("check", {"items": [], "sum": ""}, read("check.js"), "check")


def key_note() -> gr.HTML:
    """Return what is known of the visitor's key; it triggers `clear` to forget it."""
    script = "element.addEventListener('click', (e) => e.target.closest('button') && trigger('clear'));"
    return _piece("key", None, script, "keynote")


def details() -> gr.HTML:
    """Return the rows and snippets of the run that the panel shows."""
    html = read("details.html").replace("@none", words.DETAILS_NONE)
    return _html(None, html, read("details.js"), "detailed")


def history() -> gr.HTML:
    """Return the strip of this browser's videos; it triggers `select` when settings are to be used again."""
    html = read("history.html").replace("@title", words.HISTORY).replace("@none", words.HISTORY_NONE)
    for name in ("again", "forget", "forget_all", "open"):
        html = html.replace(f"@{name}@", words.HISTORY_WORDS[name])
    return _html([], html, read("history_strip.js"), "history")


def hint(text: str, *, bad: bool = False) -> str:
    """Return a line of small text, already escaped by the caller."""
    return f'<p class="hint{" bad" if bad else ""}">{text}</p>' if text else ""


def how_it_works() -> gr.HTML:
    """Return what happens to a visitor's files, and who can see them."""
    lines = "".join(f"<li>{escape(line)}</li>" for line in words.HOW_LINES)
    steps = f'<h2>{words.HOW}</h2><ol class="how">{lines}</ol>'
    return gr.HTML(steps + hint(escape(words.PRIVACY)), elem_id="how")


def key_facts(key: str, kind: str, text: str, provider: Provider) -> dict[str, str]:
    """Return the value of `key_note`; of the key only the last four letters are shown."""
    said = escape(text.format(last4=key[-4:], service=provider.service))
    return {"kind": kind, "text": said, "forget": words.KEY_FORGET}


def with_token(names: list[str]) -> str:
    """Return the click's script: all inputs as they are, and the run token in the last one."""
    return f"(...values) => talk.order({json.dumps(names)}, values)"
