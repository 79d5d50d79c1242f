"""Which package may import which other, read from the imports."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
# Each package may import these others.
ALLOWED = {
    "infinitalk_media": set(),
    "infinitalk_client": {"infinitalk_media"},
    "infinitalk_preview": {"infinitalk_media"},
    "infinitalk_server": {"infinitalk_media", "infinitalk_preview"},
    "infinitalk_app": {"infinitalk_client", "infinitalk_media", "infinitalk_preview", "infinitalk_server"},
}
PACKAGES = {*ALLOWED, "app"}
CLIENT_LAYERS = [
    {"_messages"},
    {"_errors"},
    {"_models", "_urls", "_retry", "_response_body"},
    {"_requests", "_error_responses"},
    {"_responses", "_download"},
    {"_steps"},
    {"_operations", "_executor"},
    {"_video_operations"},
    {"_client"},
    {"__init__"},
    {"cli.console", "cli.job_file", "cli.args"},
    {"cli.inputs"},
    {"cli.commands"},
    {"__main__"},
]


# Each package or module of the page imports those above it; `deploy` and `lifecycle` stand alone.
APP_LAYERS = [
    {"config", "messages", "lifecycle", "deploy"},
    {"tasks", "ui.text"},
    {"gradio_compat", "providers"},
    {"inputs", "quota"},
    {"runs"},
    {"cleanup"},
    {"ui", "application"},
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


@pytest.mark.parametrize("package", sorted(ALLOWED))
def test_imports_between_packages_go_one_way(package):
    """A package imports only those that it may; client and server never import each other."""
    for path in (ROOT / package).rglob("*.py"):
        others = {name.split(".")[0] for name in imports(path)} & PACKAGES - {package}
        assert others <= ALLOWED[package], f"{path.name} imports {others}"


def test_imports_inside_the_client_go_one_way():
    """Each layer of the client imports only layers below it; errors and values are at the bottom."""
    depth = {name: level for level, names in enumerate(CLIENT_LAYERS) for name in names}
    package = ROOT / "infinitalk_client"
    for path in package.rglob("*.py"):
        name = ".".join(path.relative_to(package).with_suffix("").parts)
        if name == "cli.__init__":
            continue
        here = name.rpartition(".")[0]
        for imported in imports(path):
            below = imported.removeprefix("infinitalk_client.")
            if imported.startswith("."):
                below = f"{here}.{imported[1:]}".strip(".")
            if below in depth:
                assert depth[below] <= depth[name], f"{name} imports {below}"


def test_imports_inside_the_page_go_one_way():
    """Each layer of the page imports only layers below it; only `ui` and `application` know each other."""
    depth = {name: level for level, names in enumerate(APP_LAYERS) for name in names}
    package = ROOT / "infinitalk_app"

    def part_of(module: str) -> str | None:
        return next(
            (name for name in sorted(depth, reverse=True) if f"{module}.".startswith(f"{name}.")), None
        )

    for path in package.rglob("*.py"):
        part = part_of(".".join(path.relative_to(package).with_suffix("").parts))
        for imported in imports(path):
            other = part_of(imported.removeprefix("infinitalk_app."))
            if part and other and other != part and imported.startswith("infinitalk_app."):
                assert depth[other] < depth[part] or {part, other} == APP_LAYERS[-1], (
                    f"{path} imports {other}"
                )


def test_the_client_needs_httpx_alone():
    """Beside the standard library and the MP4 check, the client imports httpx and what comes with it."""
    outside = set()
    for path in (ROOT / "infinitalk_client").rglob("*.py"):
        outside |= {name.split(".")[0] for name in imports(path) if not name.startswith(".")}
    import sys

    assert outside - set(sys.stdlib_module_names) - {"infinitalk_client"} <= {
        "httpx",
        "anyio",
        "infinitalk_media",
        "infinitalk_client",
    }


def test_only_the_page_knows_gradio():
    """The libraries and the server can be used without Gradio."""
    for package in ("infinitalk_client", "infinitalk_media", "infinitalk_preview", "infinitalk_server"):
        for path in (ROOT / package).rglob("*.py"):
            assert not any(name.split(".")[0] == "gradio" for name in imports(path)), path.name


def test_every_folder_of_code_is_a_package():
    """The wheel holds what has an `__init__.py`: a folder without one would be missing there."""
    for package in ALLOWED:
        for path in (ROOT / package).rglob("*.py"):
            assert (path.parent / "__init__.py").exists(), path.parent


def test_what_is_imported_is_pinned():
    """Every library that is imported has its version in requirements.txt, or comes with one that has."""
    import sys
    from importlib.metadata import packages_distributions

    files = ("requirements.txt", "requirements-dask.txt")
    lines = [line for name in files for line in (ROOT / name).read_text().splitlines()]
    pinned = {line.split("==")[0].replace("_", "-") for line in lines if "==" in line}
    comes_along = {"anyio": "httpx", "httpx2": "huggingface-hub"}
    comes_along |= {"starlette": "fastapi", "pydantic": "pydantic-settings"}
    paths = [ROOT / "app.py", *(path for package in ALLOWED for path in (ROOT / package).rglob("*.py"))]
    tops = {name.split(".")[0] for path in paths for name in imports(path) if not name.startswith(".")}
    installed = packages_distributions()
    for top in tops - PACKAGES - set(sys.stdlib_module_names):
        distributions = {name.lower().replace("_", "-") for name in installed.get(top, [])}
        assert pinned & (distributions | {comes_along.get(top)}), top


def test_every_module_says_what_it_is():
    """The first line of each file says what it is."""
    for package in (*ALLOWED, "tests"):
        for path in (ROOT / package).rglob("*.py"):
            if path.read_text():
                assert ast.get_docstring(ast.parse(path.read_text())), path
