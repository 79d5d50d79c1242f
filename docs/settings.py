"""python -m docs.settings: writes docs/settings.md from the settings class; a test holds the two together."""

import re
from pathlib import Path
from types import NoneType
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from infinitalk_app.settings import Settings

TARGET = Path(__file__).with_name("settings.md")
NGINX = Path(__file__).with_name("nginx.conf")  # a test runs an nginx with it
KINDS: dict[Any, str] = {
    bool: "0 or 1",
    int: "a whole number",
    float: "a number",
    str: "text",
    Path: "a folder",
    SecretStr: "a secret",
}
TOP = """\
# Settings

Environment variables of the page, read once, at start. An empty one counts as unset; one that cannot be used
stops the start with a sentence that names it. This table is made by `python -m docs.settings` from
`infinitalk_app/settings.py`.

| variable | default | may be | meaning |
|---|---|---|---|
"""
BOTTOM = """
Read elsewhere: `FFMPEG_BINARY` (another ffmpeg than the one in the requirements), `GRADIO_SERVER_PORT` (where
the page listens).

## Which hosts are ours

A request that names another host is refused (HTTP 421): otherwise any web page could use a page on this
machine by a name of its own that leads here, and spend the owner's key. `PUBLIC_BASE_URL` names the host of a
page behind a proxy. Under the hosts that are not public, a web page of another site is refused, too
(HTTP 403). `X-Forwarded-Host` adds no host to ours.

## Behind a reverse proxy, at a path of its own

For `https://example.org/talk`, start the page with `GRADIO_ROOT_PATH=/talk`, `PUBLIC_BASE_URL=https://example.org/talk`
and `TRUST_PROXY=1`, and let nginx take the path away:

```nginx
@NGINX@```

`TRUST_PROXY` counts the proxies of yours that a request comes through: 2 with a CDN in front of nginx. It
alone decides whether X-Forwarded-For counts; `FORWARDED_ALLOW_IPS` is not read.
"""


def table() -> str:
    """Return the text of docs/settings.md."""
    meanings = _meanings(Settings.__doc__ or "")
    rows = (_row(name, field, meanings[name]) for name, field in Settings.model_fields.items())
    return TOP + "".join(rows) + BOTTOM.replace("@NGINX@", NGINX.read_text())


def _meanings(docstring: str) -> dict[str, str]:
    """Read the Attributes of a docstring; a meaning may go on in deeper lines."""
    found = re.findall(r"^ {8}(\w+): (.+(?:\n {12}.+)*)", docstring, re.MULTILINE)
    return {name: re.sub(r"\s+", " ", meaning) for name, meaning in found}


def _row(name: str, field: FieldInfo, meaning: str) -> str:
    meaning = re.sub(r"`(\w+)`", lambda match: f"`{match[1].upper()}`", meaning)
    return f"| `{name.upper()}` | {_default(field)} | {_kind(field)} | {meaning} |\n"


def _default(field: FieldInfo) -> str:
    if field.default_factory is not None:
        return "chosen at start"
    if field.default in (None, ""):
        return "unset"
    return f"`{field.default}`" if isinstance(field.default, str) else f"`{field.default:g}`"


def _kind(field: FieldInfo) -> str:
    kinds = [kind for kind in get_args(field.annotation) or [field.annotation] if kind is not NoneType]
    if get_origin(field.annotation) is Literal:
        return ", ".join(f"`{kind}`" for kind in kinds)
    kind = "an address" if get_origin(kinds[0]) is Annotated else KINDS[kinds[0]]
    limits = {type(limit).__name__: limit for limit in field.metadata}
    low, high = (getattr(limits.get(name), name.lower(), None) for name in ("Ge", "Le"))
    if low is None:
        return kind
    return f"{kind}, {low:g} or more" if high is None else f"{kind}, {low:g} to {high:g}"


if __name__ == "__main__":
    TARGET.write_text(table())
