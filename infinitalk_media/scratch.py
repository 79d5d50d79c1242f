"""A folder for a while, that an interrupt cannot leave behind."""

import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """Yield a new folder in the temporary one, and remove it with all that is in it.

    `tempfile.TemporaryDirectory` forgets its folder when Ctrl-C comes right after making it.
    """
    folder = Path(tempfile.gettempdir()) / f"infinitalk-{secrets.token_hex(8)}"
    try:
        folder.mkdir(mode=0o700)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
