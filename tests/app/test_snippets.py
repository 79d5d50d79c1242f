"""The snippets of a run: pasted whole into a fresh shell, beside a picture and a voice, each makes it."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from infinitalk_media import mp4
from tests.app.browsing import bring, choose_paid, expect_title, opened, settle
from tests.app.conftest import KEY
from tests.app.pages import PICTURE, VOICE
from tests.app.paid import ENGINE, SERVICE
from tests.tools import need

NAMES = {"python": "Python", "curl": "cURL", "shell": "Command line"}
KEY_VARIABLE = f"{SERVICE.upper().replace(' ', '_')}_API_KEY"


def snippets_of(tab: Page) -> dict[str, str]:
    """Return the snippets of the run that the page shows, by language."""
    tab.get_by_role("button", name="Details of this run").click()
    expect(tab.locator("#details .code")).to_have_count(len(NAMES))
    names = {said: name for name, said in NAMES.items()}
    return {
        names[one.locator("summary").inner_text()]: str(one.locator("pre").text_content())
        for one in tab.locator("#details .code").all()
    }


def pasted(name: str, snippet: str, folder: Path) -> Path:
    """Run a snippet in a folder that has picture and voice alone; return the video that it leaves there."""
    folder.mkdir()
    shutil.copy(PICTURE, folder / "portrait.jpg")
    shutil.copy(VOICE, folder / "voice.mp3")
    programs = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    environment = {"PATH": programs, "HOME": str(folder), "TMPDIR": str(folder), "NO_PROXY": "127.0.0.1"}
    shell = [need("bash"), "-e"] if name != "python" else [sys.executable, "-"]
    done = subprocess.run(
        shell,
        input=snippet,
        text=True,
        cwd=folder,
        env=environment | {KEY_VARIABLE: KEY},
        check=False,
        capture_output=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    if name != "shell":
        return folder / "talk.mp4"
    return Path(re.findall(r'"([^"]+\.mp4)"', done.stdout)[-1])


def fetching(name: str, snippet: str) -> str:
    """Return the snippet with the line that is a comment below, in the place of the call that buys."""
    lines = snippet.splitlines()
    at = next(i for i, line in enumerate(lines) if line.endswith("buys nothing:"))
    start = next(i for i, line in enumerate(lines) if re.match("video, status|talk g|hf-gradio", line))
    return "\n".join([*lines[:start], lines[at + 1].removeprefix("# "), *lines[at + 2 :]])


@pytest.mark.parametrize("engine", ["preview", ENGINE])
def test_each_snippet_makes_its_run_once_more(browser, shared_page, tmp_path, engine):
    """Each asks the open page for the same part of the voice; the line below fetches the run's own video."""
    with opened(browser, shared_page.url) as tab:
        bring(tab)
        tab.locator("#more > button").click()
        tab.locator("#start input").fill("1")
        tab.locator("#seconds input[type=number]").fill("3.5")
        if engine == ENGINE:
            choose_paid(tab, KEY)
        tab.locator("#generate").click()
        expect_title(tab, "Your video is ready" if engine == ENGINE else "Your preview is ready")
        settle(tab)
        token = str(tab.evaluate("infinitalk.state.run.panel.run"))
        told = snippets_of(tab)
    video = shared_page.state / "results" / f"{token}.mp4"
    for name, snippet in told.items():
        assert ("start_s=1.0" if name == "python" else '"start_s": 1.0') in snippet
        again = pasted(name, snippet, tmp_path / name)
        assert mp4.inspect(again).duration_s == pytest.approx(mp4.inspect(video).duration_s, abs=0.1)
        own = pasted(name, fetching(name, snippet), tmp_path / f"{name} again")
        assert own.read_bytes() == video.read_bytes()
    assert len(list(video.parent.glob("*.mp4"))) >= 1 + len(told)
