"""A temporary folder that is removed even after an interrupt."""

import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Yield a new temporary folder, and remove it with its content.

    `tempfile.TemporaryDirectory` leaves its folder behind when Ctrl-C comes right after it was made.
    """
    folder = Path(tempfile.gettempdir()) / f"infinitalk-{secrets.token_hex(8)}"
    try:
        folder.mkdir(mode=0o700)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
