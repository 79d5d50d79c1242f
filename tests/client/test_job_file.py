"""The command line killed in each phase, and called again: the job is bought once and never lost."""

import contextlib
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from infinitalk_client.__main__ import main
from infinitalk_client.cli.job_file import JobFile, Note
from infinitalk_media import mp4
from tests.client.shell import COMMAND, PICTURE, VOICE, environment, run
from tests.client.stalling import PHASES, Stalling, stalling

pytestmark = pytest.mark.lifecycle
CASES = [(phase, end) for phase in ("prepare", *PHASES) for end in ("SIGKILL", "SIGINT")]
CASES += [("upload", "SIGTERM"), ("render", "SIGTERM")]  # handled as Ctrl-C is
Call = subprocess.Popen[str]
# A job is running: 3. None is: 1.
EXIT_CODES = {"prepare": 1, "upload": 1, "submit": 1, "queue": 3, "render": 3, "download": 3}


@pytest.fixture
def service(tiny_mp4: bytes) -> Iterator[Stalling]:
    with stalling(tiny_mp4) as service:
        yield service


@contextlib.contextmanager
def call_in(
    phase: str, service: Stalling, words: list[str], scratch: Path
) -> Iterator[subprocess.Popen[str]]:
    """Yield the command when it is in the middle of a phase."""
    scratch.mkdir()
    service.hold = phase
    own = environment(service.url, TMPDIR=str(scratch))
    with subprocess.Popen([*COMMAND, *words], stderr=subprocess.PIPE, text=True, env=own) as call:
        if phase == "prepare":
            assert call.stderr.readline() == "Preparing the files\n"
        else:
            assert service.reached.acquire(timeout=60)
        yield call


@pytest.mark.parametrize(("phase", "end"), CASES)
def test_killed_and_called_again(service, tmp_path, phase, end):
    """At most one POST is sent; the same arguments fetch the file, or say that the answer was lost."""
    folder, scratch = tmp_path / "out", tmp_path / "scratch"
    folder.mkdir()
    target = folder / "talk.mp4"
    words = [str(PICTURE), str(VOICE), "-o", str(target), "--seconds", "1", "--fps", "16"]
    with call_in(phase, service, words, scratch) as call:
        call.send_signal(getattr(signal, end))
        said = call.stderr.read()
    if end == "SIGKILL":
        assert call.returncode == -signal.SIGKILL
    else:
        assert call.returncode == EXIT_CODES[phase], said
        assert "Traceback" not in said
        senses = {1: "No job was sent", 3: "resume r1 -o"}
        assert (senses[call.returncode] if phase != "submit" else "--submit-again") in said
        assert list(scratch.iterdir()) == []
        assert [path.name for path in folder.iterdir()] == ["talk.mp4.job"] * (service.posts > 0)
    service.go_on()
    again = run(service.url, *words)
    if phase == "submit":
        assert again.returncode == 1
        assert "--submit-again" in again.stderr
        assert not target.exists()
    else:
        assert again.returncode == 0, again.stderr
        assert mp4.inspect(target).frames > 0
        assert not (folder / "talk.mp4.job").exists()
    assert service.posts == 1


def test_two_calls_at_once_buy_one_job(service, tmp_path):
    """While one call waits for the answer to its POST, another for the same output does not send its own."""
    words = [str(PICTURE), str(VOICE), "-o", str(tmp_path / "talk.mp4"), "--seconds", "1", "--fps", "16"]
    with call_in("submit", service, words, tmp_path / "scratch") as first:
        second = run(service.url, *words)
        assert second.returncode == 1
        assert "--submit-again" in second.stderr
        service.go_on()
        first.stderr.read()
    assert first.returncode == 0
    assert service.posts == 1


def test_a_lost_answer_stays_in_the_job_file(service, tmp_path):
    """The service takes the job and hangs up: explained, noted, and bought again by --submit-again alone."""
    words = [PICTURE, VOICE, "-o", tmp_path / "talk.mp4", "--seconds", "1", "--fps", "16"]
    service.hangs_up = True
    for _ in range(2):
        lost = run(service.url, *words)
        assert lost.returncode == 1
        assert "--submit-again" in lost.stderr
        assert service.posts == 1
        service.hangs_up = False
    assert run(service.url, *words, "--submit-again").returncode == 0
    assert service.posts == 2


def test_ctrl_c_while_the_id_is_written_does_not_lose_it(service, tmp_path, monkeypatch, capsys):
    """The job is bought, its id is known, and just then Ctrl-C is pressed: printed, noted, resumed."""
    words = [str(PICTURE), str(VOICE), "-o", str(tmp_path / "talk.mp4"), "--seconds", "1", "--fps", "16"]
    write, pressed = JobFile.write, []

    def press(file: JobFile, note: Note) -> None:
        if not pressed:
            pressed.append(note)
            raise KeyboardInterrupt
        write(file, note)

    monkeypatch.setenv("INFINITALK_BASE_URL", service.url)
    monkeypatch.setattr(JobFile, "write", press)
    assert main(words) == 3
    assert "resume r1 -o" in capsys.readouterr().err
    assert JobFile.beside(tmp_path / "talk.mp4").read().request_id == "r1"
    assert main(words) == 0
    assert service.posts == 1
