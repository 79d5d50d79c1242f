"""What the command line shows while a job runs: one changing line in a terminal, plain lines elsewhere."""

from typing import TextIO

from ._models import JobStatus

_BAR = 24


class Progress:
    """Shows each look; elsewhere than in a terminal only what is new."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lively = stream.isatty()
        self._said = ""

    def note(self, text: str) -> None:
        self.clear()
        print(text, file=self._stream, flush=True)

    def show(self, look: JobStatus) -> None:
        if self._lively:
            self._stream.write(f"\r\x1b[K{_line(look)}")
            self._stream.flush()
        elif look.state != self._said:
            print(f"{look.state} after {look.elapsed_s:.0f} s", file=self._stream, flush=True)
        self._said = look.state

    def clear(self) -> None:
        """Leave the line free for words."""
        if self._lively:
            self._stream.write("\r\x1b[K")


def _line(look: JobStatus) -> str:
    minutes, seconds = divmod(int(look.elapsed_s), 60)
    line = f"{look.state:<10} {minutes}:{seconds:02}"
    if look.progress:  # frames are counted, so this is a measure; the hosted model tells none
        full = _BAR * look.progress.done // look.progress.total
        line += f"  [{'#' * full}{'-' * (_BAR - full)}] {look.progress.done}/{look.progress.total}"
    return line
