"""Removes files that are past their time, also those of processes that were killed."""

import shutil
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from infinitalk_app.config import INPUT_KEPT_S, RESULT_KEPT_S, Settings
from infinitalk_app.gradio_compat.environment import UPLOADS
from infinitalk_app.runs.journal import is_token


def remove_expired(folder: Path, kept_s: float, now: float) -> None:
    """Remove the files and folders in a folder that have not been written for `kept_s` seconds."""
    for path in folder.iterdir():
        with suppress(FileNotFoundError):  # removed meanwhile, when its run ended
            if now - path.stat().st_mtime > kept_s:
                shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)


def remove_expired_uploads(settings: Settings, kept: Collection[str], now: float) -> None:
    """Remove uploads after an hour and Gradio's copies of results after two, in the folders of all processes.

    An empty folder is removed after an hour, too: a younger one may be about to get its file.
    """
    for path in sorted(settings.folder(UPLOADS).rglob("*"), reverse=True):  # a folder comes after its files
        with suppress(OSError):  # removed meanwhile, or a folder that is not empty
            is_result = path.suffix == ".mp4" and is_token(path.stem)
            # Not the mtime: a copy has that of its original.
            age_s, kept_s = now - path.stat().st_ctime, RESULT_KEPT_S if is_result else INPUT_KEPT_S
            if str(path) not in kept and age_s > kept_s:
                path.rmdir() if path.is_dir() else path.unlink()
