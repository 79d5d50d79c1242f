"""Looks at other processes, by /proc."""

import time
from pathlib import Path

import pytest


def children_of(pid: int) -> list[int]:
    """Return the children of every thread of a process."""
    return [int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in _started_by(task)]


def _started_by(task: Path) -> list[str]:
    try:
        return (task / "children").read_text().split()
    except (FileNotFoundError, ProcessLookupError):  # the thread has ended meanwhile
        return []


def command_of(pid: int) -> bytes:
    """Return the words with which a process was started; nothing when it has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


def assert_gone(pid: int) -> None:
    """Fail when a process is still there; a killed one may need a moment until it has left."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return
        if state == "Z":
            return
        time.sleep(0.01)
    pytest.fail(f"process {pid} is still there")
