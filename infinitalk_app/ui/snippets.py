"""Snippets that repeat a run by this page's own API: Python, cURL, command line.

Anybody who has a run's link can copy them, with a prompt that somebody else wrote: each value is quoted for
its language. Keys are read from the environment.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from infinitalk_app.gradio_compat.calls import CALL, UPLOAD, file_value
from infinitalk_app.providers.base import Provider
from infinitalk_app.runs.manager import Snapshot
from infinitalk_app.ui.text.catalogue import Texts

PAGE = "PAGE_ADDRESS"  # in its first place in a snippet the browser puts the page's address
_PICTURE, _VOICE, _VIDEO = "portrait.jpg", "voice.mp3", "talk.mp4"

_PYTHON = f"""\
import os
import shutil

from gradio_client import Client, handle_file

page = Client("{PAGE}")"""
_PYTHON_END = f"""\
print(status)
shutil.copy(video, "{_VIDEO}")"""

_CURL = rf"""
page='{PAGE}'
upload() {{ curl -sSf -F "files=@$1" "$page{UPLOAD}" | tr -d '[]"'; }}
talk() {{
  call="$page{CALL}/$1"
  event=$(printf '%s' "$2" | curl -sSf -H 'content-type: application/json' -d @- "$call" | cut -d '"' -f 4)
  video=$(curl -sSfN "$call/$event" | tee /dev/stderr | sed -n 's/.*"url": *"\([^"]*\)".*/\1/p' | tail -n 1)
  curl -sSf -o {_VIDEO} "$video"
}}""".strip()

_SHELL = f"""\
page='{PAGE}'"""


@dataclass(frozen=True)
class _Call:
    """A call of the page's API; `key` is the variable that holds the key, "" if none is needed."""

    name: str
    key: str
    values: Mapping[str, Any]
    files: Mapping[str, str] = field(default_factory=dict)


class _Expanded(str):
    """What the shell expands when the snippet runs."""

    __slots__ = ()


def snippets(run: Snapshot, texts: Texts) -> dict[str, str]:
    """Return the snippets of a run with a request_id.

    Each has the call that makes it once more, if this process knows how, and the one that fetches its video.
    """
    key, calls = _key_variable(run.provider), []
    if arguments := run.arguments:
        calls.append(_Call("generate", key, _values(arguments, run.part), _files(arguments)))
    calls.append(_Call("result", key, {"request_id": run.request_id}))

    def snippet(name: str, start: str, write: Callable[[_Call], str], end: str = "") -> str:
        lines = [*_comments(name, run, calls[0], texts), start, write(calls[0])]
        for call in calls[1:]:
            lines += [f"# {texts['details.snippets.again']}", f"# {' '.join(write(call).split())}"]
        return "\n".join((*lines, end)).strip()

    return {
        "python": snippet("python", _PYTHON, _python, _PYTHON_END),
        "curl": snippet("curl", _CURL, _curl),
        "shell": snippet("shell", _SHELL, _shell),
    }


def _comments(name: str, run: Snapshot, call: _Call, texts: Texts) -> Iterator[str]:
    """Yield what is to be done before a snippet is pasted."""
    needs = {"python": ["python"], "curl": [], "shell": ["shell"]}[name]
    if call.files:
        needs.append("bring" if "audio" in call.files else "bring_picture")
    if call.key:
        needs.append("key")
    values = {"picture": _PICTURE, "voice": _VOICE, "service": run.provider.service, "variable": call.key}
    for need in needs:
        yield f"# {texts.fill(f'details.snippets.{need}', **values)}"


def _key_variable(provider: Provider) -> str:
    """Return the environment variable of a provider's key, as in SEGMIND_API_KEY."""
    needed = provider.needs_key and not provider.owner_key
    return re.sub(r"\W+", "_", f"{provider.service} API key").upper() if needed else ""


def _files(arguments: Mapping[str, Any]) -> dict[str, str]:
    spoken = "voice" in arguments
    return {"image": _PICTURE} | ({} if spoken else {"audio": _VOICE})


def _values(arguments: Mapping[str, Any], part: tuple[float, float] | None) -> dict[str, Any]:
    """Return the arguments; the part of the voice is the one that was taken, where that is known."""
    if part is None:
        return dict(arguments)
    start_s, end_s = part
    return {**arguments, "start_s": round(start_s, 2), "seconds": round(end_s - start_s, 2)}


def _python(call: _Call) -> str:
    words = [f"{name}=handle_file({file!r})" for name, file in call.files.items()]
    words += [f"{name}={value!r}" for name, value in call.values.items()]
    words += [f'api_key=os.environ["{call.key}"]'] if call.key else []
    words += [f'api_name="/{call.name}"']
    return "video, status = page.predict(\n    {},\n)".format(",\n    ".join(words))


def _curl(call: _Call) -> str:
    files = {name: _Expanded(f"$(upload {file})") for name, file in call.files.items()}
    return f"talk {call.name} {_json_word(call, files)}"


def _shell(call: _Call) -> str:
    return f'hf-gradio predict --download-files . "$page" /{call.name} {_json_word(call, call.files)}'


def _json_word(call: _Call, files: Mapping[str, str]) -> str:
    """Return the arguments as JSON, in one word of a shell."""
    arguments: dict[str, Any] = {name: file_value(path) for name, path in files.items()}
    arguments |= call.values
    if call.key:
        arguments["api_key"] = _Expanded(f"${call.key}")
    return f"'{_quoted_json(arguments)}'"


def _quoted_json(value: Any) -> str:
    """Return JSON that may stand between single quotes."""
    if isinstance(value, _Expanded):
        return f'"\'"{value}"\'"'
    if isinstance(value, Mapping):
        return (
            "{" + ", ".join(f"{_quoted_json(key)}: {_quoted_json(one)}" for key, one in value.items()) + "}"
        )
    return json.dumps(value).replace("'", r"'\''")
