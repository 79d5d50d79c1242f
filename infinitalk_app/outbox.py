"""The folder from which the service fetches the inputs: unguessable names, emptied when a run ends."""

import contextlib
import secrets
import shutil
from pathlib import Path

SUFFIXES = (".jpg", ".mp3", ".mp4")


class Outbox:
    """A folder that Gradio may serve; what lies in it is meant to be fetched by the service.

    Its methods work on files: call them in a thread.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, file: Path) -> Path:
        """Move a clean file in, under a name that nobody can guess, and return where it is.

        Raises:
            ValueError: its extension is not one that we make.
        """
        if file.suffix not in SUFFIXES:
            raise ValueError(f"{file.suffix} is not hosted")
        target = self.folder / f"{secrets.token_urlsafe(24)}{file.suffix}"
        shutil.move(file, target)
        return target

    def remove(self, *files: Path) -> None:
        """Withdraw files of a run that has ended."""
        for file in files:
            if file.parent == self.folder:
                file.unlink(missing_ok=True)


def sweep(folder: Path, older_than_s: float, now: float) -> None:
    """Remove what a crash left behind in a folder of ours."""
    for path in folder.iterdir():
        with contextlib.suppress(FileNotFoundError):  # its run has ended meanwhile
            if now - path.stat().st_mtime > older_than_s:
                shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)
