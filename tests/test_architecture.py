"""The rooms of the house and the direction of the arrows, read from the imports."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = {"infinitalk_client", "infinitalk_media", "infinitalk_local", "infinitalk_app", "app"}
# Each room may import these others.
ALLOWED = {
    "infinitalk_media": set(),
    "infinitalk_client": {"infinitalk_media"},
    "infinitalk_local": {"infinitalk_media"},
    "infinitalk_app": {"infinitalk_client", "infinitalk_media", "infinitalk_local"},
}
CLIENT_LAYERS = [
    {"_errors", "_models", "_output"},
    {"_hosts", "_pauses", "_console", "_transfer"},
    {"_protocol", "_refusals"},
    {"_answers", "_part"},
    {"_flows"},
    {"_transfers", "_drivers", "_jobfile", "_progress"},
    {"_client", "_words", "_outcomes"},
    {"__init__", "_order"},
    {"_commands"},
    {"__main__"},
]


def imports(path: Path) -> set[str]:
    """Return every module that a file names in an import, with a leading dot for relative ones."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = "." * node.level + (node.module or "")
            found |= {base} if node.module else {base + alias.name for alias in node.names}
    return found


@pytest.mark.parametrize("room", sorted(ALLOWED))
def test_arrows_between_rooms_go_one_way(room):
    """A package imports only the rooms below it; client and server never know each other."""
    for path in (ROOT / room).rglob("*.py"):
        others = {name.split(".")[0] for name in imports(path)} & ROOMS - {room}
        assert others <= ALLOWED[room], f"{path.name} imports {others}"


def test_arrows_inside_the_client_go_one_way():
    """Each layer of the client imports only layers below it; errors and values are at the bottom."""
    depth = {name: level for level, names in enumerate(CLIENT_LAYERS) for name in names}
    for path in (ROOT / "infinitalk_client").glob("*.py"):
        for name in imports(path):
            if name.startswith(".") and name != ".":
                below = name.removeprefix(".")
                assert depth[below] <= depth[path.stem], f"{path.stem} imports {below}"


def test_the_client_needs_httpx_alone():
    """Beside the standard library and the MP4 check, the client imports httpx and what comes with it."""
    outside = set()
    for path in (ROOT / "infinitalk_client").glob("_[a-z]*.py"):
        outside |= {name.split(".")[0] for name in imports(path) if not name.startswith(".")}
    import sys

    assert outside - set(sys.stdlib_module_names) <= {"httpx", "anyio", "infinitalk_media"}


def test_only_the_page_knows_gradio():
    """The libraries and the server can be used without Gradio."""
    for room in ("infinitalk_client", "infinitalk_media", "infinitalk_local"):
        for path in (ROOT / room).rglob("*.py"):
            assert not any(name.split(".")[0] == "gradio" for name in imports(path)), path.name


def test_every_package_is_listed_for_the_wheel():
    """A new package cannot be forgotten in the metadata."""
    import tomllib

    listed = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]
    found = {
        str(path.parent.relative_to(ROOT)).replace("/", ".")
        for room in ALLOWED
        for path in (ROOT / room).rglob("__init__.py")
    }
    assert set(listed) == found


def test_what_is_imported_is_pinned():
    """Every library that the rooms import has its version in requirements.txt, or comes with one that has."""
    import sys
    from importlib.metadata import packages_distributions

    files = ("requirements.txt", "requirements-dask.txt")
    lines = [line for name in files for line in (ROOT / name).read_text().splitlines()]
    pinned = {line.split("==")[0].replace("_", "-") for line in lines if "==" in line}
    comes_along = {"anyio": "httpx", "httpx2": "huggingface-hub"}
    comes_along |= {"starlette": "fastapi", "pydantic": "pydantic-settings"}
    paths = [ROOT / "app.py", *(path for room in ALLOWED for path in (ROOT / room).rglob("*.py"))]
    tops = {name.split(".")[0] for path in paths for name in imports(path) if not name.startswith(".")}
    installed = packages_distributions()
    for top in tops - ROOMS - set(sys.stdlib_module_names):
        distributions = {name.lower().replace("_", "-") for name in installed.get(top, [])}
        assert pinned & (distributions | {comes_along.get(top)}), top


def test_every_module_says_what_it_is():
    """The first line of each file says what it is."""
    for room in (*ALLOWED, "tests"):
        for path in (ROOT / room).rglob("*.py"):
            if path.read_text():
                assert ast.get_docstring(ast.parse(path.read_text())), path
