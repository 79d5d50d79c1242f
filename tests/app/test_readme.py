"""The README does what it says: every block of code in it is run, but the two that install everything."""

import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from imageio_ffmpeg import get_ffmpeg_exe
from playwright.sync_api import expect

from infinitalk_app import deploy
from infinitalk_local.settings import LocalSettings
from infinitalk_media import mp4
from tests.app import pages
from tests.app.browsing import DONE
from tests.local.serving import serving

ROOT = pages.ROOT
TEXT = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", TEXT, re.DOTALL)
SHELL = [code.strip() for kind, code in BLOCKS if kind == "sh"]
PYTHON = [code for kind, code in BLOCKS if kind == "python"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the two files that the README speaks of."""
    (tmp_path / "portrait.jpg").write_bytes(pages.PICTURE.read_bytes())
    (tmp_path / "voice.mp3").write_bytes(pages.VOICE.read_bytes())
    return tmp_path


def run(command: list[str], folder: Path, **variables: str) -> str:
    environment = os.environ | {"PYTHONPATH": str(ROOT)} | variables
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def words(start: str) -> list[str]:
    """Return the one command of the README that begins so, for this Python."""
    (command,) = [code for code in SHELL if code.startswith(start)]
    return [sys.executable, *shlex.split(command)[1:]]


def test_every_block_is_known_here():
    """A new block needs a test; the two that install are run by .ci/run."""
    assert [code.split("&&")[0].strip() for code in SHELL[:2]] == ["python3 -m venv .venv"] * 2
    known = ("client", "local --port", "local.render", "app.deploy")
    assert len(SHELL) == 2 + len(known)
    for code, name in zip(SHELL[2:], known, strict=True):
        assert code.startswith(f"python -m infinitalk_{name}")
    assert len(PYTHON) == 2
    assert [kind for kind, _ in BLOCKS if kind not in ("sh", "python")] == ["html"]


def test_the_client_block_and_the_command_line(folder):
    """Against the embedded server both leave a whole video."""
    with serving(LocalSettings()) as base:
        service = {"INFINITALK_BASE_URL": base, "SEGMIND_API_KEY": "SG_any"}
        assert "COMPLETED" in run([sys.executable, "-c", PYTHON[0]], folder, **service)
        assert mp4.inspect(folder / "talk.mp4").duration_s == pytest.approx(6.5, abs=0.2)
        (folder / "talk.mp4").unlink()
        run(words("python -m infinitalk_client"), folder, **service)
        assert mp4.inspect(folder / "talk.mp4").duration_s == pytest.approx(4.0, abs=0.1)


def test_the_block_for_programs_and_the_frame(browser, shared_page, folder):
    """The running page answers `gradio_client`, and the frame shows it without its head."""
    code = PYTHON[1].replace("http://127.0.0.1:7860", shared_page.url)
    assert code != PYTHON[1]
    assert "COMPLETED" in run([sys.executable, "-c", code], folder)
    (frame,) = [code for kind, code in BLOCKS if kind == "html"]
    tab = browser.new_page()
    tab.set_content(frame.replace("https://OWNER-NAME.hf.space", shared_page.url))
    inside = tab.frame_locator("iframe")
    expect(inside.locator("#check .sum")).not_to_be_empty(timeout=DONE)
    expect(inside.locator("#head")).to_be_hidden()
    tab.close()


def test_the_local_server_starts(folder):
    """It says where it serves, and stops when it is told to."""
    command = words("python -m infinitalk_local --port")
    command[command.index("8000")] = "0"
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        assert "Serving on http://127.0.0.1:" in server.stdout.readline()
        server.terminate()


def test_one_preview_from_the_shell(folder):
    """It says what it did, and leaves the video."""
    said = run(words("python -m infinitalk_local.render"), folder)
    assert "talking" in said
    assert mp4.inspect(folder / "preview.mp4").fps == pytest.approx(25)


def test_the_deployment_can_be_looked_at(tmp_path):
    """The dry run needs no network and no token."""
    said = run(words("python -m infinitalk_app.deploy"), ROOT, SEGMIND_API_KEY="SG_owner")
    assert "app.py" in said
    assert "SG_owner" not in said


def test_every_link_leads_somewhere_here_and_on_a_space():
    """Each link of a document that is sent leads to a file that is sent; a folder's page the Hub has not."""
    sent = deploy.files_in(ROOT)
    documents = [ROOT / name for name in sent if name.endswith(".md")]
    assert {"README.md", "SECURITY.md", "CONTRIBUTING.md", "docs/settings.md"} <= set(sent)
    for document in documents:
        for link in re.findall(r"\]\((?!http)([^)#]+)\)", document.read_text()):
            leads_to = (document.parent / link).resolve().relative_to(ROOT).as_posix()
            assert leads_to in sent, f"{document.name}: {link}"


def test_the_notice_goes_along_and_names_what_has_terms_of_its_own():
    """Portraits, voices and ffmpeg: whose they are, and under which terms, in the Space and in the wheel."""
    notice = (ROOT / "NOTICE").read_text()
    assert "NOTICE" in deploy.files_in(ROOT)
    assert "NOTICE" in tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["license-files"]
    for name in ("mira", "otto", "lena", "kwame", "mika", "CC0", "CMU ARCTIC", "real speakers", "x264"):
        assert name in notice
    said = subprocess.run([get_ffmpeg_exe(), "-L"], capture_output=True, text=True, check=True).stdout
    assert "GNU General Public License" in said
    assert "version 3 of the License, or" in said
    assert "GNU General Public License, version 3 or later" in notice
