"""What those who carry the project on rely on: workflow, hooks and guides say what is so."""

import json
import re
import tomllib
from pathlib import Path

import pytest
import yaml

from docs.settings import TARGET, table
from tests.test_architecture import ALLOWED

ROOT = Path(__file__).parent.parent
VERSIONS = ["3.11", "3.12", "3.13"]
GUIDES = ["CONTRIBUTING.md", "SECURITY.md", *(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md"))]


def test_the_workflow_runs_the_one_check_command():
    """On every Python that the metadata names, with no right to write."""
    workflow = yaml.safe_load((ROOT / ".github/workflows/checks.yml").read_text())
    job = workflow["jobs"]["run"]
    assert job["strategy"]["matrix"]["python"] == VERSIONS
    assert job["steps"][-1] == {"run": ".ci/run"}
    assert (ROOT / ".ci/run").stat().st_mode & 0o111
    assert workflow["permissions"] == {"contents": "read"}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    named = [name.rsplit(" ", 1)[1] for name in project["classifiers"] if "Python :: 3" in name]
    assert named == VERSIONS


def test_the_hooks_run_what_is_pinned():
    """Each hook is a tool of requirements-dev.txt or package.json: nobody has another version of it."""
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())
    hooks = [hook for repository in config["repos"] for hook in repository["hooks"]]
    pinned = re.findall(r"^([\w-]+)==", (ROOT / "requirements-dev.txt").read_text(), re.MULTILINE)
    entries = {hook["entry"].split()[0] for hook in hooks}
    assert entries == {"ruff", "mypy", "node_modules/.bin/biome"}
    assert {"ruff", "mypy"} <= set(pinned)
    assert "@biomejs/biome" in json.loads((ROOT / "package.json").read_text())["devDependencies"]
    assert {hook["language"] for hook in hooks} == {"system"}


@pytest.mark.parametrize("name", GUIDES)
def test_a_guide_names_only_what_is_there(name):
    """Every file and module that a guide names exists."""
    text = (ROOT / name).read_text()
    links = re.findall(r"\]\((?!http)([^)#]+)\)", text)
    named = re.findall(r"`((?:infinitalk_\w+|tests|docs|examples|benchmarks|\.ci)/[\w./-]*)`", text)
    modules = re.findall(r"python -m ((?:infinitalk_\w+|benchmarks|docs)[\w.]*)", text)
    for path in [(ROOT / name).parent / link for link in links] + [ROOT / place for place in named]:
        assert path.exists(), path
    for module in modules:
        place = ROOT / module.replace(".", "/")
        assert place.with_suffix(".py").exists() or (place / "__main__.py").exists(), module


def test_the_table_of_settings_is_that_of_the_class():
    """Written anew by `python -m docs.settings` after each change of the class."""
    assert TARGET.read_text() == table()


def test_the_map_allows_the_imports_that_are_tested():
    """The table of docs/architecture.md allows the same imports as the test of the imports."""
    text = (ROOT / "docs/architecture.md").read_text()
    rows = re.findall(r"^\| `(infinitalk_\w+)` \|.+\|(.+)\|$", text, re.MULTILINE)
    assert {package: set(re.findall(r"infinitalk_\w+", allowed)) for package, allowed in rows} == ALLOWED
