"""`python -m infinitalk_client`, as a shell sees it: against the embedded server, killed and called again."""

import json
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import av
import pytest
from PIL import Image

from infinitalk_client import Client
from infinitalk_client.cli import args
from infinitalk_client.cli.commands import fingerprint
from infinitalk_client.cli.job_file import JobFile, Note
from infinitalk_media import mp4
from infinitalk_server.config import ServerConfig
from tests.client.shell import COMMAND, PICTURE, ROOT, VOICE, environment, run
from tests.media.make_files import speech, write_wav
from tests.server.serving import copies, serving

SPOKEN = [("--say", "One."), ("--say", "Two."), ("--say", "Two.", "--pace", "1.2"), (str(VOICE),)]


@pytest.fixture
def service(tmp_path: Path, tiny_mp4: bytes) -> Iterator[str]:
    """Yield the address of a service whose renders take a second; each adds a letter to `runs`."""
    with serving(ServerConfig(render_command=copies(tmp_path, tiny_mp4, seconds=1.0))) as base:
        yield base


def test_two_files_become_a_video(service, tmp_path):
    """It prints what it made of the files, the id and the states, and leaves the video but no job file."""
    target = tmp_path / "out" / "talk.mp4"
    target.parent.mkdir()
    done = run(service, PICTURE, VOICE, "-o", target, "--seconds", "4", "--json")
    assert done.returncode == 0, done.stderr
    printed = json.loads(done.stdout)
    assert printed["path"] == str(target)
    assert printed["request_id"] in done.stderr
    assert isinstance(printed["cost"], float)
    assert mp4.inspect(target).frames > 0
    assert list(target.parent.iterdir()) == [target]
    for words in ("Picture: 832x832", "Voice: 4 s", "Submitted as", "PROCESSING", "COMPLETED"):
        assert words in done.stderr
    assert "SG_shell" not in done.stderr + done.stdout


def test_as_much_of_a_voice_is_used_as_the_model_takes(service, tmp_path):
    """Of a voice of 50 s these are 40, and a warning says so; with --seconds nothing is to be warned of."""
    voice = write_wav(tmp_path / "long.wav", speech(50))
    done = run(service, PICTURE, voice, "-o", tmp_path / "talk.mp4")
    assert "Voice: 40 s" in done.stderr
    assert "Warning: Only the first 40 s of 0:50 are used." in done.stderr
    done = run(service, PICTURE, voice, "-o", tmp_path / "short.mp4", "--seconds", "5")
    assert "Only the first" not in done.stderr


def test_a_call_may_choose_a_face(service, tmp_path):
    """A number goes as it is, marks in pixels of what is sent; a job file is for that choice alone."""
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
    prints = {fingerprint(args.read([*given, *more]), "") for more in ([], ["--face", "1"], ["--face", "2"])}
    assert len(prints) == 3


def test_a_text_is_spoken_in_the_place_of_a_voice(service, tmp_path):
    """The service gets a voice and when its words are said; the video carries them as captions."""
    target = tmp_path / "talk.mp4"
    done = run(service, PICTURE, "--say", "Hello from the shell.", "-o", target, "--json")
    assert done.returncode == 0, done.stderr
    with Client("SG_shell", base_url=service) as client:
        found = client.history(json.loads(done.stdout)["request_id"])
    assert [word for word, *_ in found.request["words"]] == ["Hello", "from", "the", "shell."]
    assert found.request["phonemes"]
    with av.open(str(target)) as video:
        shown = b"".join(bytes(packet) for packet in video.demux(video.streams.subtitles[0]))
    assert b"Hello from the shell." in shown
    prints = {fingerprint(args.read([str(PICTURE), *more, "-o", "t.mp4"]), "") for more in SPOKEN}
    assert len(prints) == len(SPOKEN)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ((), "give either a VOICE or --say TEXT"),
        ((VOICE, "--say", "Hello."), "give either a VOICE or --say TEXT"),
        (("--say", "Привет"), "English only"),
        (("--say", "Hello.", "--pace", "9"), "The pace must be between"),
    ],
)
def test_a_text_that_cannot_be_spoken_buys_nothing(service, tmp_path, more, words):
    """The sentence says why, no job was sent, and nothing is left beside the target."""
    done = run(service, PICTURE, *more, "-o", tmp_path / "talk.mp4")
    assert done.returncode == 2
    assert words in done.stderr
    assert "Submitting" not in done.stderr
    assert not list(tmp_path.glob("talk*"))


def test_segmind_gets_no_choice_of_a_face(tmp_path):
    """Its API has no such field: nothing is sent, nothing is noted, and the sentence names the field."""
    target = tmp_path / "talk.mp4"
    done = run("https://api.segmind.com", PICTURE, VOICE, "-o", target, "--face", "2")
    assert done.returncode == 2
    assert "face is a field of the preview's server" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_killed_call_is_resumed(service, tmp_path):
    """Killed in mid-render and called again with the same arguments, it fetches the same job, bought once."""
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
    assert f"Resuming job {line.split()[-1].rstrip('.')}" in again.stderr
    assert target.exists()
    assert not (tmp_path / "talk.mp4.job").exists()
    assert (tmp_path / "runs").read_text() == "x"


def test_ctrl_c_prints_how_to_resume(service, tmp_path):
    """Interrupted, it is exit code 3, prints the resume command, and that command fetches the video."""
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
def test_a_job_file_without_an_id_is_not_bought_again(service, tmp_path, noted):
    """An answer that was lost, or half a job file, is explained, and needs --submit-again."""
    target = tmp_path / "talk.mp4"
    (tmp_path / "talk.mp4.job").write_text(noted)
    words = [PICTURE, VOICE, "-o", target, "--seconds", "4"]
    refused = run(service, *words)
    assert refused.returncode == 1
    assert "--submit-again" in refused.stderr
    assert not (tmp_path / "runs").exists()
    assert (tmp_path / "talk.mp4.job").read_text() == noted


def test_submit_again_buys_again(service, tmp_path):
    """With --submit-again a job is bought although one may be running; the abandoned job is named."""
    target = tmp_path / "talk.mp4"
    (tmp_path / "talk.mp4.job").write_text('{"order": "other", "request_id": "abc123"}')
    again = run(service, PICTURE, VOICE, "-o", target, "--seconds", "4", "--submit-again")
    assert again.returncode == 0
    assert "Leaving job abc123" in again.stderr
    assert not (tmp_path / "talk.mp4.job").exists()
    assert (tmp_path / "runs").read_text() == "x"


def test_the_same_arguments_with_other_files_get_no_other_job(service, tmp_path):
    """A job file is valid for its own files and values alone; its own job can still be fetched."""
    target, voice = tmp_path / "talk.mp4", tmp_path / "voice.mp3"
    voice.write_bytes(VOICE.read_bytes())
    words = [PICTURE, voice, "-o", target]
    order = fingerprint(args.read([str(word) for word in words]), service)
    JobFile.beside(target).write(Note(order, "abc123"))
    assert "does not know job abc123" in run(service, *words).stderr  # resumed, though long expired
    for other in ([*words, "--fps", "16"], [*words, "--base-url", service.replace("127.0.0.1", "localhost")]):
        refused = run(service, *other)
        assert refused.returncode == 2
        assert f"resume abc123 -o {target}" in refused.stderr
    voice.write_bytes((ROOT / "tests/preview/morning.mp3").read_bytes())
    assert run(service, *words).returncode == 2
    assert not (tmp_path / "runs").exists()


def test_only_one_of_two_may_claim_an_output(tmp_path):
    """Even when neither saw the other's job file before."""
    file = JobFile.beside(tmp_path / "talk.mp4")
    file.claim("one")
    with pytest.raises(FileExistsError):
        file.claim("two")
    assert file.read() == Note("one")


def test_a_failed_job_is_printed_and_its_job_file_removed(tmp_path):
    """Failed jobs are not charged: the next call may buy anew. As JSON, the reason and the id are there."""
    with serving(ServerConfig(fail_with="no face was found")) as service:
        failed = run(service, PICTURE, VOICE, "-o", tmp_path / "talk.mp4", "--seconds", "4", "--json")
    assert failed.returncode == 1
    assert "no face was found" in failed.stderr
    printed = json.loads(failed.stdout)
    assert printed["error"] == "JobFailed"
    assert printed["request_id"]
    assert list(tmp_path.iterdir()) == []


def test_a_refused_job_leaves_no_job_file(tmp_path):
    """Without credits nothing was started, so no job file stays."""
    with serving(ServerConfig(no_credits=402)) as service:
        refused = run(service, PICTURE, VOICE, "-o", tmp_path / "talk.mp4", "--seconds", "4")
    assert refused.returncode == 1
    assert "redits" in refused.stderr
    assert list(tmp_path.iterdir()) == []


def test_closed_pipes_cost_no_video(service, tmp_path):
    """With both pipes closed by their reader the file still arrives, without an error."""
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
        ([PICTURE, VOICE, "-o", "t.mp4", "--resolution", "8k"], "resolution"),
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
def test_wrong_arguments_are_exit_code_2_and_send_nothing(service, tmp_path, words, sense):
    """Bad files and bad values are refused before anything is spent."""
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
    """When the job file cannot be written, no POST is sent, and the next call may buy."""

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    file = JobFile.beside(tmp_path / "talk.mp4")
    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        file.claim("an order")
    assert list(tmp_path.iterdir()) == []
