"""What the command line shows while a job runs: one changing line in a terminal, plain lines elsewhere."""

import os
from typing import TextIO

from ._console import put
from ._models import JobStatus

_BAR = 24
_USUALLY = "usually 4 to 6 min"
_UNUSUAL_S = 720.0
_UNKNOWN_TOLD_S = 60.0


class Progress:
    """Shows steps and looks; elsewhere than in a terminal only what is new.

    A closed pipe silences it: nobody reads on, and the job is worth more than a line.
    """

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream
        self._lively = stream is not None and stream.isatty()
        self._said = ""
        self._unknown: str | None = None

    def note(self, text: str) -> None:
        """Say something that stays."""
        self._write(("\r\x1b[K" if self._lively else "") + text + "\n")

    def step(self, text: str) -> None:
        """Say what is being done; in a terminal the next step takes its place."""
        self._change(text, text)

    def show(self, look: JobStatus, *, usual: bool = False) -> None:
        """Show one look; with `usual`, how long such a job takes; and a state that nobody here knows."""
        if look.elapsed_s >= _UNKNOWN_TOLD_S and look.unknown_word not in (None, self._unknown):
            self._unknown = look.unknown_word
            self.note(
                f"The service calls the job “{look.unknown_word}”, which is not known here. Waiting on."
            )
        if self._lively:
            self._change(_line(look, usual), "")
        else:
            hint = f"; {_USUALLY}" if usual else ""
            self._change(f"{look.state} after {look.elapsed_s:.0f} s{hint}", look.state)

    def _change(self, text: str, what: str) -> None:
        if self._lively:
            self._write(f"\r\x1b[K{text[: self._width() - 1]}")  # a line that wraps could not be taken back
        elif what != self._said:
            self.note(text)
        self._said = what

    def _width(self) -> int:
        try:
            return os.get_terminal_size(self._stream.fileno()).columns or 80  # type: ignore[union-attr]
        except (OSError, AttributeError):
            return 80

    def _write(self, text: str) -> None:
        if not put(self._stream, text):
            self._stream = None


def _line(look: JobStatus, usual: bool) -> str:
    minutes, seconds = divmod(int(look.elapsed_s), 60)
    line = f"{look.state:<10} {minutes}:{seconds:02}"
    if look.queue_position:
        line += f"  {look.queue_position} ahead"
    if look.progress:  # frames are counted, so this is a measure; the hosted model tells none
        done, total = look.progress.done, max(look.progress.total, 1)
        full = _BAR * min(done, total) // total
        line += f"  [{'#' * full}{'-' * (_BAR - full)}] {done}/{total}"
    elif usual:
        line += f"  longer than usual ({_USUALLY})" if look.elapsed_s > _UNUSUAL_S else f"  {_USUALLY}"
    return line
