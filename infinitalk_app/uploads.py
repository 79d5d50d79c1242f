"""The folder where Gradio puts what visitors bring: one of ours, private, and emptied in time."""

import shutil
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from infinitalk_app.gradio_compat.environment import UPLOADS
from infinitalk_app.journal import is_token
from infinitalk_app.settings import INPUT_KEPT_S, RESULT_KEPT_S, Settings


def remove(folder: Path) -> None:
    """Remove what visitors brought to this process; the page ends."""
    shutil.rmtree(folder, ignore_errors=True)


def sweep(settings: Settings, kept: Collection[str], now: float) -> None:
    """Remove what visitors brought after an hour, and Gradio's copies of our videos after two.

    It goes through the folders of all processes, also of those that were killed. An empty folder goes after
    an hour, too: a younger one may be about to get its file.
    """
    for path in sorted(settings.folder(UPLOADS).rglob("*"), reverse=True):  # a folder comes after its files
        with suppress(OSError):  # gone meanwhile, or a folder that is not empty
            if str(path) in kept or now - _changed(path) <= _kept_s(path):
                continue
            path.rmdir() if path.is_dir() else path.unlink()


def _changed(path: Path) -> float:
    """Return when a file came: by ctime, since a copy has the mtime of what it was copied from."""
    return path.stat().st_ctime


def _kept_s(path: Path) -> int:
    ours = path.suffix == ".mp4" and is_token(path.stem)
    return RESULT_KEPT_S if ours else INPUT_KEPT_S
