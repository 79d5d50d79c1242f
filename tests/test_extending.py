"""The code blocks of docs/extending.md run as they stand."""

import os
import re
import runpy
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from infinitalk_app.config import Settings
from infinitalk_client import Client, TalkRequest
from infinitalk_media import mp4
from infinitalk_server.config import ServerConfig
from tests.client.shell import PICTURE, VOICE
from tests.server.serving import serving

ROOT = Path(__file__).parent.parent
DOCUMENT, OTHER = "docs/extending.md", "infinitalk_app/providers/other.py"


def block(name: str) -> str:
    text = (ROOT / DOCUMENT).read_text()
    return re.search(rf"```python\n# {re.escape(name)}\n(.+?)```", text, re.DOTALL)[1]


def test_another_renderer_is_a_command(tmp_path):
    """The smallest renderer makes a whole video through the embedded server."""
    script = tmp_path / "still.py"
    script.write_text(block("still.py"))
    settings = ServerConfig(render_command=(sys.executable, str(script)))
    with serving(settings) as service, Client("any", base_url=service) as client:
        request = TalkRequest(client.upload(PICTURE), client.upload(VOICE), fps=16)
        path = client.generate(request, tmp_path / "talk.mp4", poll_every=0.1)
    assert mp4.inspect(path).frames > 16


def test_another_provider_needs_no_variable(tmp_path, monkeypatch):
    """Registered without an address or a key of its own, it stops neither the page nor the tests."""
    for name in ("OTHER_URL", "OTHER_KEY"):
        monkeypatch.delenv(name, raising=False)
    file = tmp_path / "other.py"
    file.write_text(block(OTHER))
    provider = runpy.run_path(str(file))["Other"](Settings())
    assert (provider.needs_key, provider.owner_key) == (True, None)


PAID_SUITE = (
    *("abuse/test_budgets.py", "app/test_generate.py", "app/test_errors_on_page.py", "app/test_own_key.py"),
    *("app/test_behind_a_login.py", "app/test_after_the_video.py", "app/test_full_disk.py"),
)


@pytest.mark.provider
@pytest.mark.timeout(900)
def test_another_provider_takes_its_file_and_its_registration(tmp_path):
    """Added to a copy of this project as the document says, it passes the tests of a paid run on the page."""
    copy = tmp_path / "project"
    copy.mkdir()
    for name in ("app.py", "pyproject.toml", "requirements.txt", "README.md", "docs"):
        (copy / name).symlink_to(ROOT / name)
    for folder in (*ROOT.glob("infinitalk_*"), ROOT / "tests", ROOT / "examples"):
        shutil.copytree(folder, copy / folder.name, ignore=shutil.ignore_patterns("__pycache__", "*.pyi"))
    (copy / OTHER).write_text(block(OTHER))
    _register(copy / "infinitalk_app/providers/registry.py")
    command = [sys.executable, "-m", "pytest", "-m", "not lifecycle", "-n", "2", "-p", "no:cacheprovider"]
    tested = [f"tests/{name}" for name in PAID_SUITE]
    environment = os.environ | {"TEST_ENGINE": "other", "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [*command, *tested], cwd=copy, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-8000:]


def _register(registry: Path) -> None:
    """Import it, and return it among the others by the document's line."""
    line = re.search(r"```python\n( +return Providers\(.+\)\n)```", (ROOT / DOCUMENT).read_text())[1]
    text, known = registry.read_text(), "    return Providers(preview, Segmind(settings))\n"
    first = "from infinitalk_app.providers.preview"
    assert (text.count(known), text.count(first)) == (1, 1)
    text = text.replace(first, f"from infinitalk_app.providers.other import Other\n{first}")
    registry.write_text(text.replace(known, line))
