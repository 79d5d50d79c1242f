"""python -m docs.settings: write docs/settings.md from the settings class; a test compares the two."""

import re
from pathlib import Path
from types import NoneType
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from infinitalk_app.config import Settings

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

The page reads these environment variables once, when it starts. An empty variable counts as unset. If a value
is invalid, the page does not start and names the variable. `python -m docs.settings` writes this page from
`infinitalk_app/config.py`.

| variable | default | values | meaning |
|---|---|---|---|
"""
BOTTOM = """
Two more variables are read elsewhere: `FFMPEG_BINARY` (an ffmpeg instead of the one in the requirements) and
`GRADIO_SERVER_PORT` (the port of the page).

## Allowed hosts

The page refuses a request whose Host header names another host (HTTP 421). Otherwise any web page could
point a name of its own to this machine and spend the owner's key. Behind a proxy, set `PUBLIC_BASE_URL` to
allow the proxy's host. Under hosts that are not public, the page also refuses web pages of other sites
(HTTP 403). `X-Forwarded-Host` allows no host.

## Behind a reverse proxy, under a path

To serve the page at `https://example.org/talk`, start it with `GRADIO_ROOT_PATH=/talk`,
`PUBLIC_BASE_URL=https://example.org/talk` and `TRUST_PROXY=1`, and let nginx remove the path:

```nginx
@NGINX@```

`TRUST_PROXY` is the number of your proxies that a request passes: 2 with a CDN in front of nginx. It alone
decides whether X-Forwarded-For counts; `FORWARDED_ALLOW_IPS` is not read.
"""


def table() -> str:
    """Return the text of docs/settings.md."""
    rows = (_row(name, field) for name, field in Settings.model_fields.items())
    return TOP + "".join(rows) + BOTTOM.replace("@NGINX@", NGINX.read_text())


def _row(name: str, field: FieldInfo) -> str:
    meaning = " ".join(str(field.description).split())  # the docstring below the field
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
