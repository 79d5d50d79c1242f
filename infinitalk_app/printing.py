"""Standard output and error whose failures end nothing: a log on a full disk, a pipe that nobody reads.

Gradio prints while it starts and while it stops; an error there would end the page, or its clearing up.
"""

import contextlib
import sys
from typing import Any, TextIO, cast


class _Forgiving:
    """A stream that drops what it cannot write; all else is the stream's own."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        with contextlib.suppress(OSError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with contextlib.suppress(OSError):
            self._stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def forgive_lost_lines() -> None:
    """Let what is printed be lost where it cannot be written; call it before anything is printed."""
    sys.stdout, sys.stderr = (cast("TextIO", _Forgiving(stream)) for stream in (sys.stdout, sys.stderr))
