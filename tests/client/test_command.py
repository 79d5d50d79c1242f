"""`python -m infinitalk_client`, as a shell sees it: against the embedded server, killed and called again."""

import json
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from infinitalk_client import Client, _words
from infinitalk_client._jobfile import JobFile, Note
from infinitalk_client._order import Order
from infinitalk_local.settings import LocalSettings
from infinitalk_media import mp4
from tests.client.shell import COMMAND, PICTURE, ROOT, VOICE, environment, run
from tests.local.serving import copies, serving


@pytest.fixture
def service(tmp_path: Path, tiny_mp4: bytes) -> Iterator[str]:
    """Yield the address of a service whose renders take a second; each adds a letter to `runs`."""
    with serving(LocalSettings(render_command=copies(tmp_path, tiny_mp4, seconds=1.0))) as base:
        yield base


def test_two_files_become_a_video(service, tmp_path):
    """It says what it made of the files, the id and the states, leaves the video, and no note."""
    target = tmp_path / "out" / "talk.mp4"
    target.parent.mkdir()
    done = run(service, PICTURE, VOICE, "-o", target, "--seconds", "4", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["path"] == str(target)
    assert told["request_id"] in done.stderr
    assert isinstance(told["cost"], float)
    assert mp4.inspect(target).frames > 0
    assert list(target.parent.iterdir()) == [target]
    for words in ("Picture: 832x832", "Voice: 4 s", "Submitted as", "PROCESSING", "COMPLETED"):
        assert words in done.stderr
    assert "SG_shell" not in done.stderr + done.stdout


def test_a_call_may_say_who_talks(service, tmp_path):
    """A number goes as it is, marks in pixels of what is sent; a note is for that choice alone."""
    large = tmp_path / "large.png"
    with Image.open(PICTURE) as image:
        image.resize((4096, 4096)).save(large)
    for choice, sent in (("2", 2), ("1000,2000,3000,2000,2000,3000", [500, 1000, 1500, 1000, 1000, 1500])):
        done = run(
            service, large, VOICE, "-o", tmp_path / "talk.mp4", "--seconds", "4", "--face", choice, "--json"
        )
        assert done.returncode == 0, done.stderr
        with Client("SG_shell", base_url=service) as client:
            found = client.history(json.loads(done.stdout)["request_id"])
        assert found.request["face"] == sent
    given = [str(PICTURE), str(VOICE), "-o", "talk.mp4"]
    prints = {
        Order.of(_words.read([*given, *more])).fingerprint("")
        for more in ([], ["--face", "1"], ["--face", "2"])
    }
    assert len(prints) == 3


def test_segmind_is_not_told_who_talks(tmp_path):
    """Its API has no such field: nothing is sent, nothing is noted, and the sentence names the field."""
    target = tmp_path / "talk.mp4"
    done = run("https://api.segmind.com", PICTURE, VOICE, "-o", target, "--face", "2")
    assert done.returncode == 2
    assert "face is a field of the preview's server" in done.stderr
    assert list(tmp_path.iterdir()) == []


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


@pytest.mark.parametrize("noted", ['{"state": "submitting", "request_id": null}', '{"order": "ab', "", "[1]"])
def test_a_note_without_an_id_is_not_bought_again_by_itself(service, tmp_path, noted):
    """An answer that was lost, or half a note, is explained, and wants a deliberate word."""
    target = tmp_path / "talk.mp4"
    (tmp_path / "talk.mp4.job").write_text(noted)
    words = [PICTURE, VOICE, "-o", target, "--seconds", "4"]
    refused = run(service, *words)
    assert refused.returncode == 1
    assert "--submit-again" in refused.stderr
    assert not (tmp_path / "runs").exists()
    assert (tmp_path / "talk.mp4.job").read_text() == noted


def test_a_deliberate_word_buys_again(service, tmp_path):
    """With --submit-again a job is bought although one may be running; what is left to itself is named."""
    target = tmp_path / "talk.mp4"
    (tmp_path / "talk.mp4.job").write_text('{"order": "other", "request_id": "abc123"}')
    again = run(service, PICTURE, VOICE, "-o", target, "--seconds", "4", "--submit-again")
    assert again.returncode == 0
    assert "Leaving job abc123" in again.stderr
    assert not (tmp_path / "talk.mp4.job").exists()
    assert (tmp_path / "runs").read_text() == "x"


def test_the_same_words_with_other_files_get_no_other_job(service, tmp_path):
    """A note is good for the very files and values it was written for; its own job can still be had."""
    target, voice = tmp_path / "talk.mp4", tmp_path / "voice.mp3"
    voice.write_bytes(VOICE.read_bytes())
    words = [PICTURE, voice, "-o", target]
    order = Order.of(_words.read([str(word) for word in words]))
    JobFile.beside(target).keep(Note(order.fingerprint(service), "abc123"))
    assert "does not know job abc123" in run(service, *words).stderr  # taken up, though long gone
    for other in ([*words, "--fps", "16"], [*words, "--base-url", service.replace("127.0.0.1", "localhost")]):
        refused = run(service, *other)
        assert refused.returncode == 2
        assert f"resume abc123 -o {target}" in refused.stderr
    voice.write_bytes((ROOT / "examples/voices/morning.mp3").read_bytes())
    assert run(service, *words).returncode == 2
    assert not (tmp_path / "runs").exists()


def test_only_one_of_two_may_claim_an_output(tmp_path):
    """Even when neither saw the other's note before."""
    file = JobFile.beside(tmp_path / "talk.mp4")
    file.claim("one")
    with pytest.raises(FileExistsError):
        file.claim("two")
    assert file.read() == Note("one")


def test_a_failed_job_is_told_and_its_note_goes(tmp_path):
    """Failed jobs are not charged: the next call may buy anew. As JSON, the reason and the id are there."""
    with serving(LocalSettings(fail_with="no face was found")) as service:
        failed = run(service, PICTURE, VOICE, "-o", tmp_path / "talk.mp4", "--seconds", "4", "--json")
    assert failed.returncode == 1
    assert "no face was found" in failed.stderr
    told = json.loads(failed.stdout)
    assert told["error"] == "JobFailed"
    assert told["request_id"]
    assert list(tmp_path.iterdir()) == []


def test_a_refused_job_leaves_no_note(tmp_path):
    """Without credits nothing was started, so nothing is noted."""
    with serving(LocalSettings(no_credits=402)) as service:
        refused = run(service, PICTURE, VOICE, "-o", tmp_path / "talk.mp4", "--seconds", "4")
    assert refused.returncode == 1
    assert "redits" in refused.stderr
    assert list(tmp_path.iterdir()) == []


def test_nobody_reading_costs_no_video(service, tmp_path):
    """With both pipes closed by their reader the file still arrives, and nothing complains."""
    target = tmp_path / "talk.mp4"
    words = [str(PICTURE), str(VOICE), "-o", str(target), "--seconds", "4"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen([*COMMAND, *words], env=environment(service), **pipes) as call:
        call.stdout.close()
        call.stderr.close()
    assert call.returncode == 0
    assert mp4.inspect(target).frames > 0


@pytest.mark.parametrize(
    ("words", "sense"),
    [
        (["missing.jpg", VOICE, "-o", "t.mp4"], "missing"),
        ([PICTURE, ROOT / "README.md", "-o", "t.mp4"], "not a sound file"),
        ([PICTURE, VOICE, "-o", "t.mp4", "--fps", "99"], "fps"),
        ([PICTURE, VOICE, "-o", "t.mp4", "--resolution", "8k"], "invalid choice"),
        ([PICTURE, VOICE, "-o", "t.mp4", "--seconds", "0"], "length must be"),
        ([PICTURE, VOICE, "-o", "t.mp4", "--seconds", "ten"], "invalid float"),
        ([PICTURE, VOICE, "-o", "t.mp4", "--start", "nan"], "start must be"),
        ([PICTURE, VOICE, "-o", "t.mp4", "--start", "-1"], "start must be"),
        ([PICTURE, VOICE, "-o", "t.mp4", "--start", "999"], "ends before"),
        ([PICTURE, VOICE, "-o", "t.mp4", "--prompt", ""], "prompt"),
        ([PICTURE, VOICE, "-o", "no/such/folder/t.mp4"], "cannot be written"),
        (["resume", "abc", "-o", "no/such/folder/t.mp4"], "cannot be written"),
        (["credits", "--base-url", "https://SG_key@example.org"], "without user name"),
        (["credits", "--base-url", "https://example.org/?key=SG_key"], "without user name and query"),
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
    assert "Traceback" not in done.stderr
    assert "SG_key" not in done.stderr
    assert not (tmp_path / "runs").exists()


def test_the_balance(service):
    """`credits` prints a number, or JSON."""
    assert run(service, "credits").stdout == "100.00\n"
    assert json.loads(run(service, "credits", "--json").stdout) == {"credits": 100.0, "free_credits": 0.0}


def test_a_disk_that_is_full_claims_nothing(tmp_path, monkeypatch):
    """When the note cannot be written, no POST goes out, and the next call may buy."""

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    file = JobFile.beside(tmp_path / "talk.mp4")
    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        file.claim("an order")
    assert list(tmp_path.iterdir()) == []
