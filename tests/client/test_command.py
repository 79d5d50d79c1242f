"""`python -m infinitalk_client`, as a shell sees it: against the embedded server, killed and called again."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from infinitalk_local import LocalSettings
from infinitalk_media import mp4
from tests.local.serving import copies, serving

ROOT = Path(__file__).parent.parent.parent
PICTURE, VOICE = ROOT / "examples/portraits/mira.jpg", ROOT / "examples/voices/hello.mp3"
COMMAND = [sys.executable, "-m", "infinitalk_client"]


@pytest.fixture
def service(tmp_path: Path, tiny_mp4: bytes) -> Iterator[str]:
    """Yield the address of a service whose renders take a second; each adds a letter to `runs`."""
    with serving(LocalSettings(render_command=copies(tmp_path, tiny_mp4, seconds=1.0))) as base:
        yield base


def environment(service: str) -> dict[str, str]:
    return os.environ | {
        "INFINITALK_BASE_URL": service,
        "SEGMIND_API_KEY": "SG_shell",
        "PYTHONPATH": str(ROOT),
    }


def run(service: str, *words: object) -> subprocess.CompletedProcess[str]:
    command = [*COMMAND, *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment(service))


def test_two_files_become_a_video(service, tmp_path):
    """It says what it made of the files, the id and the states, leaves the video, and no note."""
    target = tmp_path / "out" / "talk.mp4"
    target.parent.mkdir()
    done = run(service, PICTURE, VOICE, "-o", target, "--seconds", "4", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["path"] == str(target)
    assert mp4.inspect(target).frames > 0
    assert list(target.parent.iterdir()) == [target]
    for words in ("Picture: 832x832", "Voice: 4 s", "Submitted as", "PROCESSING", "COMPLETED"):
        assert words in done.stderr
    assert "SG_shell" not in done.stderr + done.stdout


def test_a_killed_call_is_taken_up_again(service, tmp_path):
    """Killed in mid-render and called again in the same words, it brings the same job, bought once."""
    target = tmp_path / "talk.mp4"
    words = [str(PICTURE), str(VOICE), "-o", str(target), "--seconds", "4"]
    with subprocess.Popen(
        [*COMMAND, *words], stderr=subprocess.PIPE, text=True, env=environment(service)
    ) as call:
        for line in call.stderr:
            if line.startswith("Submitted as"):
                call.kill()
                break
    again = run(service, *words)
    assert again.returncode == 0, again.stderr
    assert f"Going on with job {line.split()[-1].rstrip('.')}" in again.stderr
    assert target.exists()
    assert not (tmp_path / "talk.mp4.job").exists()
    assert (tmp_path / "runs").read_text() == "x"


def test_ctrl_c_says_how_to_come_back(service, tmp_path):
    """Interrupted, it is exit code 3, names the command that goes on, and that command brings the video."""
    target = tmp_path / "talk.mp4"
    words = [str(PICTURE), str(VOICE), "-o", str(target), "--seconds", "4"]
    with subprocess.Popen(
        [*COMMAND, *words], stderr=subprocess.PIPE, text=True, env=environment(service)
    ) as call:
        said = ""
        for line in call.stderr:
            said += line
            if line.startswith("PROCESSING"):
                call.send_signal(signal.SIGINT)
        assert call.wait() == 3
    assert "will be charged" in said
    resume = said.strip().splitlines()[-1].split("infinitalk_client ")[1].split()
    assert run(service, *resume).returncode == 0
    assert mp4.inspect(target).frames > 0


def test_a_note_without_an_id_is_not_bought_again_by_itself(service, tmp_path):
    """An answer that was lost is explained, and wants a deliberate word."""
    target = tmp_path / "talk.mp4"
    (tmp_path / "talk.mp4.job").write_text('{"state": "submitting", "request_id": null}')
    words = [PICTURE, VOICE, "-o", target, "--seconds", "4"]
    refused = run(service, *words)
    assert refused.returncode == 1
    assert "--submit-again" in refused.stderr
    assert not (tmp_path / "runs").exists()
    assert run(service, *words, "--submit-again").returncode == 0


@pytest.mark.parametrize(
    ("words", "sense"),
    [
        (["missing.jpg", VOICE, "-o", "t.mp4"], "missing"),
        ([PICTURE, ROOT / "README.md", "-o", "t.mp4"], "not a sound file"),
        ([PICTURE, VOICE, "-o", "t.mp4", "--fps", "99"], "fps"),
        ([PICTURE, VOICE, "-o", "t.mp4", "--resolution", "8k"], "invalid choice"),
        ([PICTURE, VOICE], "required"),
        ([], "required"),
    ],
    ids=str,
)
def test_wrong_words_are_exit_code_2_and_send_nothing(service, tmp_path, words, sense):
    """Bad files and bad values are told before anything is spent."""
    done = run(service, *words)
    assert done.returncode == 2
    assert sense in done.stderr
    assert not (tmp_path / "runs").exists()


def test_the_balance(service):
    """`credits` prints a number, or JSON."""
    assert run(service, "credits").stdout == "100.00\n"
    assert json.loads(run(service, "credits", "--json").stdout) == {"credits": 100.0, "free_credits": 0.0}
