"""The journal's files: who may read them, and when they are safe."""

import os
import stat
from pathlib import Path

from infinitalk_app.journal import Entry, Journal

TOKEN = "0123456789abcdef" * 2
ENTRY = Entry(TOKEN, "infinitetalk", "submitted", 1.0, "abc123")


def test_an_entry_is_readable_by_its_owner_alone(tmp_path):
    """Whatever the umask is."""
    before = os.umask(0)
    try:
        Journal(tmp_path).write(ENTRY)
    finally:
        os.umask(before)
    modes = {path.suffix: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert modes == {".json": 0o600, ".id": 0o600}


def test_a_written_entry_survives_a_loss_of_power(tmp_path, monkeypatch):
    """Each file reaches the disk before it gets its name, and at the end so do the names.

    No test can cut the power: it hears what the system is asked for, and in which order.
    """
    asked: list[str] = []
    fsync, replace = os.fsync, Path.replace

    def hear_fsync(handle: int) -> None:
        asked.append(f"sync {Path(f'/proc/self/fd/{handle}').readlink().suffix or 'folder'}")
        fsync(handle)

    def hear_replace(path: Path, target: Path) -> Path:
        asked.append(f"name {target.suffix}")
        return replace(path, target)

    monkeypatch.setattr(os, "fsync", hear_fsync)
    monkeypatch.setattr(Path, "replace", hear_replace)
    Journal(tmp_path).write(ENTRY)
    assert asked == ["sync .part", "name .id", "sync .part", "name .json", "sync folder"]
