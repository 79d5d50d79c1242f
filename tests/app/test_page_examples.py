"""The examples that use a running page, run as they stand in `examples/`."""

import os
import subprocess
import sys
from pathlib import Path

from infinitalk_media import mp4
from tests.app.pages import PICTURE, ROOT, VOICE
from tests.tools import need_module


def call(name: str, address: str) -> str:
    command = [sys.executable, str(ROOT / "examples" / name), address, str(PICTURE), str(VOICE)]
    own = {"PYTHONPATH": str(ROOT), "NO_PROXY": "127.0.0.1"}
    done = subprocess.run(command, env=os.environ | own, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_page_by_gradio_client(shared_page):
    """It prints the states and saves a whole video."""
    said = call("page.py", shared_page.url)
    assert "COMPLETED" in said
    assert mp4.inspect(Path(said.split("saved ")[1].strip())).frames > 0


def test_a_page_by_mcp(shared_page):
    """The tool is found by its name, takes two files, and answers with the video's address."""
    need_module("mcp")
    said = call("mcp_client.py", shared_page.url)
    assert said.startswith(f"made {shared_page.url}/gradio_api/file=")
