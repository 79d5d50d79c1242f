"""Writes to the streams of a shell; nothing here fails, since a job is worth more than a line."""

import codecs
import io
import os
from contextlib import suppress
from pathlib import Path
from typing import TextIO

_ESCAPED = "infinitalk-escaped"


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


def put(stream: TextIO | None, text: str) -> bool:
    """Write at once, and tell whether it was written; a stream that takes nothing is silenced."""
    if stream is None:  # closed before we began
        return False
    try:
        stream.write(text)
        stream.flush()
    except (OSError, ValueError):
        _silence(stream)
        return False
    return True


def _silence(stream: TextIO) -> None:
    """Let what is still to be written go nowhere: Python would try again at its exit, and end with 120."""
    with suppress(OSError, ValueError), Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), stream.fileno())
