"""What the browser loads from `static/`: one stylesheet, and the scripts, joined into one."""

import json
import re
from functools import cache
from pathlib import Path

from infinitalk_app.providers.registry import Providers
from infinitalk_app.ui.provider_facts import in_browser
from infinitalk_app.ui.text.catalogue import Texts

STATIC = Path(__file__).resolve().parent / "static"
_IMPORT = re.compile(r'^import \{([^}]+)\} from "([^"]+)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|const) (\w+))", re.MULTILINE)


def stylesheet() -> str:
    """Return the rules of the page and of its components, for `css=`.

    A component's rules depend on more than itself (`.covered`, the width of the page), so none of them is
    handed to `gr.HTML` as `css_template`, which would confine them to it.
    """
    page = [STATIC / f"page/{name}.css" for name in ("page", "cards", "form", "player")]
    files = [*page, *sorted(STATIC.glob("*/style.css"))]
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


def head(providers: Providers, texts: Texts) -> str:
    """Return what goes into the document's head: rules that `css=` cannot hold, and the scripts.

    They are inline, so that they have run before Gradio draws the page, whatever its address and its login.
    """
    style = "\n".join((STATIC / f"page/{name}.css").read_text(encoding="utf-8") for name in ("head", "visit"))
    known = json.dumps({provider.id: in_browser(provider, texts) for provider in providers})
    escaped = known.replace("<", "\\u003c")
    return f"<style>{style}</style><script>{joined(STATIC / 'page/main.js')}.start({escaped});</script>"


@cache
def joined(entry: Path) -> str:
    """Return a module and all that it imports as one expression, whose value has the module's exports.

    Each module becomes a function that is called once, after those that it imports. A module may import and
    export functions and constants by name, at the top, and no two import each other.

    Raises:
        ValueError: a module imports or exports in another way.
    """
    modules: dict[Path, str] = {}
    _add(entry.resolve(), modules, ())
    called = [f"modules[{_name(path)}] = (() => {{\n{text}}})();" for path, text in modules.items()]
    returned = f"return modules[{_name(entry.resolve())}];"
    return "\n".join(["(() => {", '"use strict";', "const modules = {};", *called, returned, "})()"])


def _add(path: Path, modules: dict[Path, str], above: tuple[Path, ...]) -> None:
    if path in above:
        raise ValueError(f"{path} imports itself, by way of {above[-1]}")
    if path in modules:
        return
    source = path.read_text(encoding="utf-8")
    for _, other in _IMPORT.findall(source):
        _add((path.parent / other).resolve(), modules, (*above, path))

    def taken(found: re.Match[str]) -> str:
        names = found[1].strip().replace(" as ", ": ")
        return f"const {{ {names} }} = modules[{_name((path.parent / found[2]).resolve())}];\n"

    exported = ", ".join(_EXPORT.findall(source))
    text = _EXPORT.sub("", _IMPORT.sub(taken, source))
    if re.search(r"^(?:import|export)\b", text, re.MULTILINE):
        raise ValueError(f"{path} imports or exports in a way that is not understood here")
    modules[path] = f"{text}return {{ {exported} }};\n"


def _name(path: Path) -> str:
    return json.dumps(path.relative_to(STATIC.parents[1]).as_posix())
