"""The README does what it says: every block of code in it is run, but the two that install everything."""

import contextlib
import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import httpx
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
    known = ("python -m infinitalk_client", "python -m infinitalk_local --port", "INFINITALK_BASE_URL=")
    known += ("python -m infinitalk_local.render", "python -m infinitalk_app.deploy")
    for code, name in zip(SHELL[2:], known, strict=True):
        assert code.startswith(name)
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


@contextlib.contextmanager
def local_server() -> Iterator[str]:
    """Run the README's command on a free port, and yield the address that it prints."""
    command = words("python -m infinitalk_local --port")
    command[command.index("8000")] = "0"
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        try:
            said = server.stdout.readline()
            assert said.startswith("Serving on http://127.0.0.1:")
            yield said.split()[-1]
        finally:
            server.terminate()


def test_the_local_server_starts():
    """It says where it serves, and stops when it is told to."""
    with local_server() as base:
        assert httpx.get(f"{base}/healthz").json() == {"status": "ok"}


def test_two_commands_try_the_paid_way_for_free(tmp_path):
    """The local server and the page beside it, with no further option: a paid run by the page's own files."""
    (code,) = [code for code in SHELL if code.startswith("INFINITALK_BASE_URL=")]
    setting, *command = shlex.split(code)
    assert (setting, command) == ("INFINITALK_BASE_URL=http://127.0.0.1:8000", ["python", "app.py"])
    with local_server() as base, pages.page(tmp_path / "state", INFINITALK_BASE_URL=base) as running:
        paid = pages.inputs(engine="infinitetalk", api_key="any key will do", consent=True)
        video, status = running.client().predict(**paid, api_name="/generate")
    assert status["state"] == "COMPLETED"
    assert not [note for note in status["warnings"] if "storage" in note]
    assert mp4.inspect(Path(video["video"] if isinstance(video, dict) else video)).frames > 0


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
