"""`pip install .`: the wheel holds the packages, and the client needs httpx alone."""

import shutil
import subprocess
import sys
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from infinitalk_media import mp4
from infinitalk_server.config import ServerConfig
from tests.client.shell import PICTURE, VOICE
from tests.server.serving import copies, serving

pytestmark = pytest.mark.wheel

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PACKAGES = sorted(path.parent.name for path in ROOT.glob("infinitalk_*/__init__.py"))


def run(*command: object, **more) -> subprocess.CompletedProcess[str]:
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False, **more)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build from a copy: setuptools leaves folders behind where it builds."""
    copy = tmp_path_factory.mktemp("source")
    for name in PACKAGES:
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__", "*.pyi"))
    for name in ("pyproject.toml", "README.md", "LICENSE", "NOTICE"):
        shutil.copy(ROOT / name, copy)
    target = tmp_path_factory.mktemp("wheel")
    built = run(sys.executable, "-m", "pip", "wheel", "--no-deps", "--quiet", "-w", target, copy)
    assert built.returncode == 0, built.stderr
    return next(target.glob("*.whl"))


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the Python of a fresh environment in which the wheel was installed."""
    place = tmp_path_factory.mktemp("fresh")
    venv.create(place, with_pip=True)
    installed = run(place / "bin/pip", "install", "--quiet", wheel)
    assert installed.returncode == 0, installed.stderr
    return place / "bin/python"


def test_the_wheel_holds_every_file_of_the_packages(wheel):
    """Modules, type marks and the page's own files; no test, no example, no cache."""
    inside = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    there = {path for name in PACKAGES for path in (ROOT / name).rglob("*") if path.is_file()}
    wanted = {path.relative_to(ROOT).as_posix() for path in there if path.suffix not in {".pyc", ".pyi"}}
    assert inside == wanted
    assert {f"{name}/py.typed" for name in PACKAGES} <= inside


def test_the_client_works_with_httpx_alone(python, tmp_path, tiny_mp4):
    """In a fresh environment it is imported from there, and the first example makes a video."""
    where = run(python, "-c", "import infinitalk_client; print(infinitalk_client.__file__)", cwd=tmp_path)
    assert str(python.parent.parent) in where.stdout
    assert run(python, "-c", "import numpy").returncode == 1  # fresh indeed
    with serving(ServerConfig(render_command=copies(tmp_path, tiny_mp4))) as service:
        own = {"INFINITALK_BASE_URL": service, "SEGMIND_API_KEY": "any", "HOME": str(tmp_path)}
        talk = ROOT / "examples/talk.py"
        done = run(python, talk, PICTURE, VOICE, "talk.mp4", cwd=tmp_path, env=own)
        assert done.returncode == 0, done.stderr
        assert mp4.inspect(tmp_path / "talk.mp4").frames > 0
        command = [python, "-m", "infinitalk_client"]
        assert run(*command, "credits", cwd=tmp_path, env=own).stdout == "100.00\n"
        bare = run(*command, PICTURE, VOICE, "-o", "other.mp4", cwd=tmp_path, env=own)
    assert bare.returncode == 2
    assert "pip install 'infinitalk[media]'" in bare.stderr


def extra(name: str) -> dict[str, Requirement]:
    """Return what an extra asks for, with what the extras that it builds upon ask for."""
    found = {}
    for text in PROJECT["project"]["optional-dependencies"][name]:
        requirement = Requirement(text)
        if requirement.name == "infinitalk":
            for below in requirement.extras:
                found |= extra(below)
        else:
            found[requirement.name.lower()] = requirement
    return found


@pytest.mark.parametrize(("file", "name"), [("requirements.txt", "app"), ("requirements-dev.txt", "dev")])
def test_extras_allow_what_is_pinned(file, name):
    """What the requirements pin is asked for by the extra too, in a range that allows the pin."""
    asked = extra(name) | {"httpx": Requirement(PROJECT["project"]["dependencies"][0])}
    lines = [line.split("#")[0].strip() for line in (ROOT / file).read_text().splitlines()]
    for pin in (Requirement(line) for line in lines if line and not line.startswith("-r")):
        assert asked[pin.name.lower()].specifier.contains(next(iter(pin.specifier)).version), pin


def test_httpx_is_the_one_requirement():
    """Whoever wants the client alone gets nothing else."""
    assert [Requirement(text).name for text in PROJECT["project"]["dependencies"]] == ["httpx"]
