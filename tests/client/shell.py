"""Run `python -m infinitalk_client` as a shell does: plainly, or in a terminal of its own."""

import contextlib
import fcntl
import os
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
PICTURE, VOICE = ROOT / "examples/portraits/mira.jpg", ROOT / "tests/preview/hello.mp3"
COMMAND = [sys.executable, "-m", "infinitalk_client"]
# Opening a terminal makes it the one whose Ctrl-C reaches this session; then the command takes its place.
_TAKE_TERMINAL = """
import os, signal, sys
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # these tests may run under nohup
os.open(os.ttyname(0), os.O_RDWR)
os.execv(sys.argv[1], sys.argv[1:])
"""


def environment(service: str, **more: str) -> dict[str, str]:
    """Return the environment of a command that uses a service; its output is buffered, as by default."""
    usual = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    own = {"INFINITALK_BASE_URL": service, "SEGMIND_API_KEY": "SG_shell", "PYTHONPATH": str(ROOT)}
    return usual | own | more


def run(service: str, *words: object, **more: str) -> subprocess.CompletedProcess[str]:
    """Run the command to its end."""
    return subprocess.run(
        [*COMMAND, *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
        env=environment(service, **more),
    )


class Terminal:
    """The command in a terminal: what it has shown so far, and its keys."""

    def __init__(self, handle: int, process: subprocess.Popen[bytes]) -> None:
        self._handle, self.process, self.shown = handle, process, ""

    def until(self, text: str) -> str:
        """Read until `text` is shown, and return all of it."""
        while text not in self.shown:
            assert self._read(), f"it ended without {text!r}: {self.shown}"
        return self.shown

    def end(self) -> int:
        """Read to the end, and return the exit code."""
        while self._read():
            pass
        return self.process.wait()

    def press(self, key: bytes) -> None:
        os.write(self._handle, key)

    def hang_up(self) -> int:
        """Close the terminal's window, and return the exit code."""
        os.close(self._handle)
        self._handle = -1
        return self.process.wait()

    def close(self) -> None:
        self.process.kill()
        if self._handle >= 0:
            os.close(self._handle)

    def _read(self) -> bool:
        try:
            piece = os.read(self._handle, 4096)
        except OSError:  # on Linux, the other end is closed
            return False
        self.shown += piece.decode()
        return bool(piece)


@contextlib.contextmanager
def terminal(service: str, *words: object, columns: int = 80) -> Iterator[Terminal]:
    """Run the command in a terminal of `columns`; it is gone when the block ends."""
    ours, its = os.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    command = [sys.executable, "-c", _TAKE_TERMINAL, *COMMAND, *map(str, words)]
    with subprocess.Popen(
        command, stdin=its, stdout=its, stderr=its, start_new_session=True, env=environment(service)
    ) as process:
        os.close(its)
        screen = Terminal(ours, process)
        try:
            yield screen
        finally:
            screen.close()
