"""python -m tests.app.stuck: the page, in which no preparation of inputs ever ends, and none has a child."""

import threading
from pathlib import Path
from typing import Any


def compute_for_ever(_pool: Any, _order: Any, folder: Path, *_more: Any) -> None:
    """Leave half a file, and come back no more."""
    (folder / "picture.jpg").write_bytes(b"half a face")
    threading.Event().wait()


if __name__ == "__main__":
    import app
    from infinitalk_app import work

    work.prepare = compute_for_ever
    app.launch()
