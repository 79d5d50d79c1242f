"""What the browser runs: its unit tests, its lines, and how its modules are joined."""

import subprocess

import pytest

from infinitalk_app.ui import assets
from tests.test_architecture import ROOT
from tests.tools import need

WIDTH = 120


def test_what_the_browser_decides():
    """Every test in `browser_unit/` passes, in Node and without a page."""
    files = sorted((ROOT / "tests/browser_unit").glob("*.test.js"))
    done = subprocess.run([need("node"), "--test", *files], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_lines_are_short():
    """Nobody has to scroll sideways in a template, a style or a script."""
    files = [*assets.STATIC.rglob("*.*"), *(ROOT / "infinitalk_app/gradio_compat").glob("*.js")]
    assert {path.suffix for path in files} == {".html", ".css", ".js"}
    assert [path for path in files if any(len(line) > WIDTH for line in path.read_text().splitlines())] == []


def module(folder, name: str, text: str):
    path = folder / f"{name}.js"
    path.write_text(text)
    return path


def joined(path, monkeypatch) -> str:
    monkeypatch.setattr(assets, "STATIC", path.parent / "ui/static")
    return assets.joined(path)


def test_joined_modules_are_one_expression(tmp_path, monkeypatch):
    """Each module runs once, after those that it imports, and keeps what it does not export to itself."""
    module(tmp_path, "a", "let count = 0;\nexport function next() {\n  count += 1;\n  return count;\n}\n")
    module(tmp_path, "b", 'import { next } from "./a.js";\nexport const count = next();\n')
    first = 'import { next } from "./a.js";\nimport { count as first } from "./b.js";\n'
    entry = module(tmp_path, "c", first + "export const all = [first, next()];\n")
    script = f"console.log(JSON.stringify({joined(entry, monkeypatch)}))"
    done = subprocess.run([need("node"), "-e", script], capture_output=True, text=True, check=True)
    assert done.stdout == '{"all":[1,2]}\n'


@pytest.mark.parametrize(
    "text",
    [
        'import { a } from "./odd.js";\nexport const b = 1;\n',
        'import * as other from "./other.js";\n',
        "export default 1;\n",
        "export { a };\n",
        "export let a = 1;\n",
    ],
    ids=["a circle", "a namespace", "a default", "a list", "a variable"],
)
def test_modules_that_cannot_be_joined_are_refused(tmp_path, monkeypatch, text):
    """The page does not start with half of a script."""
    with pytest.raises(ValueError, match=r"odd\.js imports"):
        joined(module(tmp_path, "odd", text), monkeypatch)
