"""The command line in a terminal: one line that changes, a bar where frames are counted, Ctrl-C."""

import re
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest

from infinitalk_client import JobState, JobStatus
from infinitalk_client.cli.console import Progress
from infinitalk_media import mp4
from infinitalk_server.config import ServerConfig
from tests.client.shell import PICTURE, VOICE, run, terminal
from tests.server.serving import copies, serving

CLEARED = "\r\x1b[K"


@pytest.fixture
def service(tmp_path: Path, tiny_mp4: bytes) -> Iterator[str]:
    """Yield the address of a service whose renders count five frames in two seconds."""
    with serving(ServerConfig(render_command=copies(tmp_path, tiny_mp4, seconds=2.0))) as base:
        yield base


def words(tmp_path: Path) -> list[str]:
    return [str(PICTURE), str(VOICE), "-o", str(tmp_path / "talk.mp4"), "--seconds", "4"]


@pytest.mark.parametrize("columns", [80, 30])
def test_a_preview_has_a_bar_of_its_frames(service, tmp_path, columns):
    """The bar grows with the frames, in one line that never wraps and is gone at the end."""
    with terminal(service, *words(tmp_path), columns=columns) as call:
        assert call.end() == 0
    changing = [piece for piece in call.shown.split(CLEARED) if "\n" not in piece]
    assert all(len(piece) < columns for piece in changing)
    bars = [piece.count("#") for piece in changing if piece.startswith("PROCESSING") and "[" in piece]
    assert len(set(bars)) > 2
    assert bars == sorted(bars)
    if columns == 80:
        assert re.search(r"PROCESSING 0:0\d  \[#+-+\] [1-4]/5", call.shown)
    last = call.shown.rsplit(CLEARED, 1)[1].split()
    assert last[0] == "Done."
    assert last[-1] == str(tmp_path / "talk.mp4")


def test_ctrl_c_in_the_terminal(service, tmp_path):
    """The key ends it with exit code 3 and the words that bring the video later."""
    with terminal(service, *words(tmp_path)) as call:
        call.until("PROCESSING")
        call.press(b"\x03")
        assert call.end() == 3
    assert "will be charged" in call.shown
    resume = call.shown.split("infinitalk_client ")[-1].split()
    assert run(service, *resume).returncode == 0
    assert mp4.inspect(tmp_path / "talk.mp4").frames > 0


def test_a_closed_window_is_as_ctrl_c(service, tmp_path):
    """Nothing half done is left beside the note, and the same words take the job up again."""
    with terminal(service, *words(tmp_path)) as call:
        call.until("PROCESSING")
        assert call.hang_up() == 3
    again = run(service, *words(tmp_path))
    assert again.returncode == 0
    assert "Resuming job" in again.stderr
    assert (tmp_path / "runs").read_text() == "x"


class Screen(StringIO):
    """A text stream that is a terminal, or not."""

    def __init__(self, is_terminal: bool) -> None:
        super().__init__()
        self._is_terminal = is_terminal

    def isatty(self) -> bool:
        return self._is_terminal


def status(elapsed_s: float, **more) -> JobStatus:
    return JobStatus("r1", JobState.PROCESSING, elapsed_s, **more)


def test_the_hosted_model_has_a_range_and_no_bar():
    """Its frames are not counted: the time so far, what is usual, and when it is longer than that."""
    screen = Screen(is_terminal=True)
    shown = Progress(screen)
    shown.show(status(83), usual=True)
    shown.show(status(721), usual=True)
    shown.show(status(3, queue_position=2))
    _, first, late, waiting = screen.getvalue().split(CLEARED)
    assert first == "PROCESSING 1:23  usually 4 to 6 min"
    assert late == "PROCESSING 12:01  longer than usual (usually 4 to 6 min)"
    assert waiting == "PROCESSING 0:03  2 ahead"


def test_elsewhere_it_is_plain_lines():
    """A file or a pipe gets each state once, without a control character."""
    screen = Screen(is_terminal=False)
    shown = Progress(screen)
    for elapsed in (1, 2, 3):
        shown.show(status(elapsed), usual=True)
    shown.step("Downloading")
    assert screen.getvalue() == "PROCESSING after 1 s; usually 4 to 6 min\nDownloading\n"


@pytest.mark.parametrize("is_terminal", [True, False])
def test_an_unknown_state_is_shown_after_a_minute_once(is_terminal):
    """The service's name of the state is printed once, not at each poll."""
    screen = Screen(is_terminal)
    shown = Progress(screen)
    for elapsed in (1, 59):
        shown.show(status(elapsed, unknown_word="HIBERNATING"))
    assert "HIBERNATING" not in screen.getvalue()
    for elapsed in (61, 66, 600):
        shown.show(status(elapsed, unknown_word="HIBERNATING"))
    assert screen.getvalue().count("The service calls the job “HIBERNATING”") == 1
    shown.show(status(605, unknown_word="THAWING"))
    assert screen.getvalue().count("THAWING") == 1
