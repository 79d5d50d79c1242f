"""The folder where Gradio puts what visitors bring: one of ours, so that it is private, and emptied in time.

Gradio's own `delete_cache` forgets what a killed process had, and some empty files of its own in any case.
"""

import os
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from typing import Any

from infinitalk_app.journal import is_token
from infinitalk_app.settings import INPUT_KEPT_S, RESULT_KEPT_S


def claim(folder: Path) -> None:
    """Let Gradio use this folder; before the first component is made."""
    os.environ["GRADIO_TEMP_DIR"] = str(folder)


def lasting(page: Any) -> set[str]:
    """Return the files that Gradio keeps for good: the copies of our examples."""
    blocks = page.get_blocks().blocks.values()
    return {str(path) for block in blocks for path in getattr(block, "keep_in_cache", ())}


def sweep(folder: Path, kept: Collection[str], now: float) -> None:
    """Remove what visitors brought after an hour, and Gradio's copies of our videos after two."""
    for path in [*folder.rglob("*")]:
        with suppress(OSError):  # gone meanwhile, or a folder that is not empty
            if path.is_dir():
                path.rmdir()
            # By ctime: a copy has the mtime of what it was copied from.
            elif str(path) not in kept and now - path.stat().st_ctime > _kept_s(path):
                path.unlink()


def _kept_s(path: Path) -> int:
    ours = path.suffix == ".mp4" and is_token(path.stem)
    return RESULT_KEPT_S if ours else INPUT_KEPT_S
