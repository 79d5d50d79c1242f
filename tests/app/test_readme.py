"""Every block of code in README.md and docs/preview.md is run, except the two that install everything."""

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

from infinitalk_app.deploy import __main__ as deploy
from infinitalk_media import mp4
from infinitalk_server.config import ServerConfig
from tests.app import pages
from tests.app.browsing import DONE
from tests.server.serving import serving

ROOT = pages.ROOT
TEXT = (ROOT / "README.md").read_text() + (ROOT / "docs/preview.md").read_text()
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", TEXT, re.DOTALL)
SHELL = [code.strip() for kind, code in BLOCKS if kind == "sh"]
PYTHON = [code for kind, code in BLOCKS if kind == "python"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with the two files that the blocks read."""
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
    """Return the first command of the one block that begins so, with this Python."""
    (block,) = [code for code in SHELL if code.startswith(start)]
    return [sys.executable, *shlex.split(block.splitlines()[0])[1:]]


def test_every_block_is_known_here():
    """A new block needs a test; .ci/run runs the two that install."""
    assert [code.split("&&")[0].strip() for code in SHELL[:2]] == ["python3 -m venv .venv"] * 2
    known = ("python -m infinitalk_client", "python -m infinitalk_server --port", "INFINITALK_BASE_URL=")
    known += ("python -m infinitalk_app.deploy", "python -m infinitalk_preview", "echo")
    for code, name in zip(SHELL[2:], known, strict=True):
        assert code.startswith(name)
    assert len(PYTHON) == 2
    assert [kind for kind, _ in BLOCKS if kind not in ("sh", "python")] == ["html"]


def test_the_client_block_and_the_command_line(folder):
    """Against the embedded server both leave a whole video, also of a text that is spoken."""
    with serving(ServerConfig()) as base:
        service = {"INFINITALK_BASE_URL": base, "SEGMIND_API_KEY": "SG_any"}
        assert "COMPLETED" in run([sys.executable, "-c", PYTHON[0]], folder, **service)
        assert mp4.inspect(folder / "talk.mp4").duration_s == pytest.approx(6.5, abs=0.2)
        (folder / "talk.mp4").unlink()
        run(words("python -m infinitalk_client"), folder, **service)
        assert mp4.inspect(folder / "talk.mp4").duration_s == pytest.approx(4.0, abs=0.1)
        (folder / "talk.mp4").unlink()
        (block,) = [code for code in SHELL if code.startswith("python -m infinitalk_client")]
        _, spoken = block.splitlines()
        run([sys.executable, *shlex.split(spoken)[1:]], folder, **service)
        assert mp4.inspect(folder / "talk.mp4").frames > 0


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
    """Run the README's server command on a free port, and yield the address that it prints."""
    command = words("python -m infinitalk_server --port")
    command[command.index("8000")] = "0"
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        try:
            line = server.stdout.readline()
            assert line.startswith("Serving on http://127.0.0.1:")
            yield line.split()[-1]
        finally:
            server.terminate()


def test_the_local_server_starts():
    """It prints its address, and stops on SIGTERM."""
    with local_server() as base:
        assert httpx.get(f"{base}/healthz").json() == {"status": "ok"}


def test_two_commands_try_the_paid_way_for_free(tmp_path):
    """The page beside the local server, with no further option, finishes a paid run."""
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
    """It prints the renderer that it used, and writes the video."""
    assert "talking" in run(words("python -m infinitalk_preview"), folder)
    (block,) = [code for code in SHELL if code.startswith("echo")]
    command = block.replace("python -m", f"{shlex.quote(sys.executable)} -m")
    assert "talking" in run(["/bin/sh", "-ec", command], folder)
    assert mp4.inspect(folder / "preview.mp4").fps == pytest.approx(25)


def test_the_dry_run_of_a_deployment(tmp_path):
    """It needs no network and no token, and prints no key."""
    printed = run(words("python -m infinitalk_app.deploy"), ROOT, SEGMIND_API_KEY="SG_owner")
    assert "app.py" in printed
    assert "SG_owner" not in printed


def test_every_link_leads_to_a_file_here_and_on_a_space():
    """Each link of a deployed document leads to a deployed file; the Hub shows no folders."""
    sent = deploy.files_in(ROOT)
    documents = [ROOT / name for name in sent if name.endswith(".md")]
    assert {"README.md", "SECURITY.md", "CONTRIBUTING.md", "docs/settings.md"} <= set(sent)
    for document in documents:
        for link in re.findall(r"\]\((?!http)([^)#]+)\)", document.read_text()):
            leads_to = (document.parent / link).resolve().relative_to(ROOT).as_posix()
            assert leads_to in sent, f"{document.name}: {link}"


def test_the_notice_is_deployed_and_names_what_has_terms_of_its_own():
    """Space and wheel hold the origin and the terms of portraits, voices and ffmpeg."""
    notice = (ROOT / "NOTICE").read_text()
    assert "NOTICE" in deploy.files_in(ROOT)
    assert "NOTICE" in tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["license-files"]
    for name in ("mira", "otto", "lena", "kwame", "mika", "CC0", "CMU ARCTIC", "real speakers", "x264"):
        assert name in notice
    terms = subprocess.run([get_ffmpeg_exe(), "-L"], capture_output=True, text=True, check=True).stdout
    assert "GNU General Public License" in terms
    assert "version 3 of the License, or" in terms
    assert "GNU General Public License, version 3 or later" in notice
