"""The command line on consoles that cannot print, and with odd names: bought once, printed, never lost."""

import contextlib
import os
import shlex
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from infinitalk_client.__main__ import explain
from infinitalk_client.cli import args
from infinitalk_client.cli.commands import Stopped
from infinitalk_client.cli.job_file import JobFile
from infinitalk_media import mp4
from tests.client.shell import COMMAND, PICTURE, VOICE, environment, run
from tests.client.stalling import Stalling, stalling

SHORT = ["--seconds", "1", "--fps", "16"]
NAME = "動画 — “talk”.mp4"


@pytest.fixture
def service(tiny_mp4: bytes) -> Iterator[Stalling]:
    with stalling(tiny_mp4) as service:
        yield service


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "out"
    place.mkdir()
    return place


def words(target: Path | str) -> list[str]:
    return [str(PICTURE), str(VOICE), "-o", str(target), *SHORT]


def assert_done(service: Stalling, target: Path) -> None:
    """The video is whole, it was bought once, and nothing else is left."""
    assert mp4.inspect(target).frames > 0
    assert list(target.parent.iterdir()) == [target]
    assert service.posts == 1


@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "latin-1", "cp437", "utf-8", "utf-16", "shift_jis"])
@pytest.mark.parametrize("more", [[], ["--json"]], ids=["text", "json"])
def test_a_console_that_lacks_letters_costs_nothing(service, folder, encoding, more):
    """The name is printed as far as the console has its letters, and the exit code is that of the video."""
    call = subprocess.run(
        [*COMMAND, *words(folder / NAME), *more],
        capture_output=True,
        check=False,
        env=environment(service.url, PYTHONIOENCODING=encoding),
    )
    said, result = call.stderr.decode(encoding), call.stdout.decode(encoding)
    assert call.returncode == 0, said
    assert "Done." in said
    assert result.count("\n") == 1
    assert ".mp4" in result
    if encoding.startswith("utf") and not more:
        assert result.rstrip("\r\n") == str(folder / NAME)
    assert_done(service, folder / NAME)


def test_a_name_that_is_no_text_is_printed_as_it_is(service, folder):
    """Its bytes come out as they went in, so that a program finds the file; the other stream escapes them."""
    target = os.fsencode(folder) + b"/talk\xff.mp4"
    line = [*COMMAND, str(PICTURE), str(VOICE), "-o", target, *SHORT]
    call = subprocess.run(line, capture_output=True, check=False, env=environment(service.url))
    assert call.returncode == 0, call.stderr
    assert call.stdout == target + b"\n"
    assert_done(service, Path(os.fsdecode(target)))


CLOSED = {
    "stdout closed": ">&-",
    "stderr closed": "2>&-",
    "both closed": ">&- 2>&-",
    "all closed": "<&- >&- 2>&-",
    "stdout on a full disk": ">/dev/full",
    "stderr on a full disk": "2>/dev/full",
    "both on a full disk": ">/dev/full 2>/dev/full",
    "stdout for reading only": "1</dev/null",
    "a reader that went": "| true",
}


@pytest.mark.parametrize("how", CLOSED.values(), ids=CLOSED)
def test_a_stream_that_takes_nothing_costs_nothing(service, folder, how):
    """Exit code 0, the video, no note, no traceback; what stdout does not take is printed on stderr."""
    target = folder / NAME
    line = f"set -o pipefail; {shlex.join([*COMMAND, *words(target)])} {how}"
    call = subprocess.run(
        ["/bin/bash", "-c", line], capture_output=True, text=True, check=False, env=environment(service.url)
    )
    assert call.returncode == 0, call.stderr
    assert "Traceback" not in call.stderr
    assert "Exception ignored" not in call.stderr
    if "2>" not in how:
        assert call.stderr.endswith(f"Done.\n{target}\n")
    assert_done(service, target)


@contextlib.contextmanager
def full_pipe() -> Iterator[tuple[int, int]]:
    """Yield both ends, to be read and to be written, of a pipe that takes nothing more."""
    theirs, ours = os.pipe()
    os.set_blocking(ours, False)
    with contextlib.suppress(BlockingIOError):
        while os.write(ours, b"x" * 4096):
            pass
    os.set_blocking(ours, True)
    try:
        yield theirs, ours
    finally:
        os.close(theirs)
        os.close(ours)


@contextlib.contextmanager
def calling(service: Stalling, target: Path, stdout: int) -> Iterator[subprocess.Popen[str]]:
    """Run the command with this stdout; it is gone when the block ends."""
    line, own = [*COMMAND, *words(target)], environment(service.url)
    with subprocess.Popen(line, stdout=stdout, stderr=subprocess.PIPE, text=True, env=own) as call:
        try:
            yield call
        finally:
            call.kill()


def test_the_job_file_stays_until_the_result_was_printed(service, folder):
    """Killed while it prints, for a reader who does not read, it is not bought again by the same words."""
    target = folder / "talk.mp4"
    with full_pipe() as (_, ours), calling(service, target, ours) as call:
        while not call.stderr.readline().startswith("Done."):
            assert call.poll() is None
        note = JobFile.beside(target).read()
        assert note is not None
        assert note.request_id == "r1"
    again = run(service.url, *words(target))
    assert again.returncode == 0, again.stderr
    assert "Resuming job r1" in again.stderr
    assert_done(service, target)


@pytest.mark.parametrize("end", ["SIGTERM", "SIGINT"])
def test_an_end_asked_for_while_it_prints_is_no_crash(service, folder, end):
    """The video is there: exit code 0 and no traceback, once the reader has gone on."""
    target = folder / "talk.mp4"
    with full_pipe() as (theirs, ours), calling(service, target, ours) as call:
        while not call.stderr.readline().startswith("Done."):
            assert call.poll() is None
        call.send_signal(getattr(signal, end))
        os.set_blocking(theirs, False)
        until = time.monotonic() + 30
        while call.poll() is None and time.monotonic() < until:
            with contextlib.suppress(BlockingIOError):
                os.read(theirs, 4096)
        assert call.returncode == 0
        assert call.stderr.read() == ""
    assert mp4.inspect(target).frames > 0


@pytest.mark.parametrize("name", ["声" * 79 + ".mp4", "a" * 251 + ".mp4", "talk.mp4. ", " "], ids=len)
def test_an_odd_name_is_bought_once_and_resumed(service, folder, name):
    """Killed in the middle and called again, a long name resumes the same job, as any other does."""
    target = folder / name
    service.hold = "render"
    with subprocess.Popen(
        [*COMMAND, *words(target)], stderr=subprocess.PIPE, env=environment(service.url)
    ) as call:
        assert service.reached.acquire(timeout=60)
        call.kill()
    service.go_on()
    again = run(service.url, *words(target))
    assert again.returncode == 0, again.stderr
    assert "Resuming job r1" in again.stderr
    assert_done(service, target)


def test_two_long_names_have_two_job_files(tmp_path):
    """A job file named by a hash is of one target, and lies beside it as any other does."""
    notes = {JobFile.beside(tmp_path / (letter * 255)).path for letter in "ab"}
    assert len(notes) == 2
    assert {note.parent for note in notes} == {tmp_path}
    assert JobFile.beside(tmp_path / ("a" * 251)).path.name == "a" * 251 + ".job"


@pytest.mark.parametrize("target", ["a" * 256, "fifo", "link", "/proc/talk.mp4", "."])
def test_a_place_that_cannot_be_is_exit_code_2_and_sends_nothing(service, folder, target):
    """Before anything is uploaded or bought; a device, by a link here, stays one."""
    os.mkfifo(folder / "fifo")
    (folder / "link").symlink_to("/dev/null")
    done = subprocess.run(
        [*COMMAND, *words(target)],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env=environment(service.url),
    )
    assert done.returncode == 2
    assert "cannot be written" in done.stderr
    assert "Nothing was sent." in done.stderr
    assert (service.requests, sorted(path.name for path in folder.iterdir())) == ([], ["fifo", "link"])
    assert (folder / "fifo").is_fifo()
    assert (folder / "link").is_char_device()


def test_an_input_is_not_overwritten(service, folder):
    """A video does not take the place of the voice that it is made from."""
    voice = folder / "voice.mp3"
    voice.write_bytes(VOICE.read_bytes())
    done = run(service.url, PICTURE, voice, "-o", folder / "." / "voice.mp3")
    assert done.returncode == 2
    assert "one of the inputs" in done.stderr
    assert (service.requests, voice.read_bytes()) == ([], VOICE.read_bytes())


def test_a_wrong_fps_is_refused_before_a_file_is_opened(service, folder):
    """The value is refused though no input is there, and with inputs nothing is read, uploaded or bought."""
    for picture in ("missing.jpg", PICTURE):
        done = run(service.url, picture, VOICE, "-o", folder / "talk.mp4", "--fps", "99")
        assert done.returncode == 2
        assert "fps must be" in done.stderr
        assert "Preparing" not in done.stderr
    assert (service.requests, list(folder.iterdir())) == ([], [])


@pytest.mark.parametrize(("request_id", "target"), [("r1", "-talk.mp4"), ("-r1", "talk.mp4"), ("--", "-")])
def test_the_resume_command_can_be_parsed(request_id, target):
    """A name or an id that begins with a dash is spelt so that it is not taken for an option."""
    chosen = args.read([str(PICTURE), str(VOICE), f"--output={target}"])
    _, text = explain(Stopped("Stopped.", request_id=request_id), chosen)
    read = args.read(shlex.split(text.splitlines()[-1])[3:])
    assert (read.command, read.request_id, str(read.output)) == ("resume", request_id, target)
