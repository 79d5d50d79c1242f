"""The Space card in README.md keeps the Hub's rules, which otherwise refuses the push or the build."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from huggingface_hub import SpaceHardware

from infinitalk_app.deploy.hub import ZERO_GPU

ROOT = Path(__file__).parent.parent.parent
COLOURS = {"red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray"}
KNOWN = {
    "title",
    "emoji",
    "colorFrom",
    "colorTo",
    "sdk",
    "sdk_version",
    "python_version",
    "app_file",
    "pinned",
    "license",
    "short_description",
    "tags",
    "suggested_hardware",
}


@pytest.fixture(scope="module")
def text() -> str:
    return (ROOT / "README.md").read_text().split("---\n")[1]


@pytest.fixture(scope="module")
def card(text: str) -> dict:
    return yaml.safe_load(text)


def test_the_card_says_what_the_hub_wants(card):
    """No field is missing, and none turns on what is not built, such as a login."""
    assert set(card) == KNOWN
    assert card["sdk"] == "gradio"
    assert (ROOT / card["app_file"]).is_file()
    assert {card["colorFrom"], card["colorTo"]} <= COLOURS
    assert card["license"] == "apache-2.0"
    assert card["suggested_hardware"] == SpaceHardware.ZERO_A10G == ZERO_GPU


def test_the_description_is_short_enough(card):
    """More than 60 characters, and the push is refused."""
    assert 1 <= len(card["short_description"]) <= 60


def test_gradio_is_the_same_everywhere(card):
    """Space card, requirements and package metadata name one full version."""
    pin = re.search(r"^gradio==(\d+\.\d+\.\d+)$", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
    assert card["sdk_version"] == pin[1]
    assert f'"gradio=={pin[1]}"' in (ROOT / "pyproject.toml").read_text()


def test_the_python_version_is_text(text, card):
    """Unquoted, 3.10 would be 3.1."""
    assert re.search(r'^python_version: "3\.1[1-3]"$', text, re.MULTILINE)
    assert isinstance(card["python_version"], str)


def test_no_system_package_is_asked_for():
    """Ffmpeg comes with the requirements: the build installs nothing by apt."""
    assert not (ROOT / "packages.txt").exists()


@pytest.mark.parametrize("zero_gpu", [True, False])
def test_the_page_declares_a_gpu_function_on_zero_gpu_alone(tmp_path, zero_gpu):
    """ZeroGPU stops an app without one; then the page is launched as everywhere."""
    (tmp_path / "spaces.py").write_text(
        "def GPU(duration):\n"
        '    return lambda function: print("declared", duration, function(), flush=True)\n'
    )
    # An address that this machine does not have: the guard has its turn, and no server comes up.
    environment = {"PYTHONPATH": str(tmp_path), "TMPDIR": str(tmp_path), "HOME": str(tmp_path), "PATH": "/no"}
    environment |= {"GRADIO_SERVER_NAME": "192.0.2.1", "GRADIO_SERVER_PORT": "7999"}
    environment |= {"SPACES_ZERO_GPU": "true"} if zero_gpu else {}
    done = subprocess.run(
        [sys.executable, "app.py"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert "Cannot find empty port" in done.stderr  # so it came to the launch
    assert ("declared 1 None" in done.stdout) is zero_gpu
