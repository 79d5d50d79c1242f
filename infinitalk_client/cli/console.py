"""What the command line prints: text that every console takes, and the progress of a job.

Nothing here fails: a job that is paid for is worth more than a line of text.
"""

import codecs
import io
import os
from contextlib import suppress
from pathlib import Path
from typing import TextIO

from infinitalk_client._messages import message
from infinitalk_client._models import JobStatus

_ESCAPED = "infinitalk-escaped"
_CLEAR_LINE = "\r\x1b[K"
_BAR_WIDTH = 24
_UNUSUAL_S = 720.0
_UNKNOWN_STATE_SHOWN_S = 60.0


def accept_all_text(stream: TextIO | None) -> None:
    """Let a stream take characters that its encoding lacks, and file names that are no text."""
    codecs.register_error(_ESCAPED, _escaped)
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors=_ESCAPED)


def _escaped(error: UnicodeError) -> tuple[str | bytes, int]:
    """Encode what an encoding lacks: the bytes of a file name as they are, any other character escaped."""
    try:
        return codecs.lookup_error("surrogateescape")(error)
    except UnicodeError:
        return codecs.lookup_error("backslashreplace")(error)


def write(stream: TextIO | None, text: str) -> bool:
    """Write at once, and return whether that was possible; a stream that takes nothing is silenced."""
    if stream is None:  # closed before Python started
        return False
    try:
        stream.write(text)
        stream.flush()
    except (OSError, ValueError):
        _silence(stream)
        return False
    return True


def _silence(stream: TextIO) -> None:
    """Discard what is still buffered: Python would write it again at its exit, and end with code 120."""
    with suppress(OSError, ValueError), Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), stream.fileno())


class Progress:
    """Shows steps and statuses: one changing line in a terminal, elsewhere a line for each new state."""

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream
        self._is_terminal = stream is not None and stream.isatty()
        self._last = ""
        self._unknown_word: str | None = None

    def note(self, text: str) -> None:
        """Print a line that stays."""
        self._write((_CLEAR_LINE if self._is_terminal else "") + text + "\n")

    def step(self, text: str) -> None:
        """Print what is being done; in a terminal the next step replaces it."""
        self._change(text, text)

    def show(self, status: JobStatus, *, usual: bool = False) -> None:
        """Show a status, a state that the client does not know, and with `usual` how long a job takes."""
        word = status.unknown_word
        if status.elapsed_s >= _UNKNOWN_STATE_SHOWN_S and word not in (None, self._unknown_word):
            self._unknown_word = word
            self.note(message("unknown_state", word=word))
        if self._is_terminal:
            self._change(_terminal_line(status, usual), "")
        else:
            code = "state_after_usually" if usual else "state_after"
            self._change(message(code, state=status.state, seconds=status.elapsed_s), status.state)

    def _change(self, text: str, key: str) -> None:
        if self._is_terminal:
            self._write(f"{_CLEAR_LINE}{text[: self._width() - 1]}")  # a line that wraps cannot be cleared
        elif key != self._last:
            self.note(text)
        self._last = key

    def _width(self) -> int:
        try:
            return os.get_terminal_size(self._stream.fileno()).columns or 80  # type: ignore[union-attr]
        except (OSError, AttributeError):
            return 80

    def _write(self, text: str) -> None:
        if not write(self._stream, text):
            self._stream = None


def _terminal_line(status: JobStatus, usual: bool) -> str:
    minutes, seconds = divmod(int(status.elapsed_s), 60)
    parts = [f"{status.state:<10} {minutes}:{seconds:02}"]
    if status.queue_position:
        parts.append(message("jobs_ahead", count=status.queue_position))
    if status.progress:  # the embedded server counts frames; the hosted model does not
        done, total = status.progress.done, max(status.progress.total, 1)
        full = _BAR_WIDTH * min(done, total) // total
        parts.append(f"[{'#' * full}{'-' * (_BAR_WIDTH - full)}] {done}/{total}")
    elif usual:
        parts.append(message("longer_than_usual" if status.elapsed_s > _UNUSUAL_S else "usually"))
    return "  ".join(parts)
