"""python -m tests.app.hanging_preparations: the page, with preparations that never end and have no child."""

import threading
from pathlib import Path
from typing import Any


def compute_for_ever(_pool: Any, _source: Any, _clip: Any, folder: Path, *_more: Any) -> None:
    """Write half a file, and never return."""
    (folder / "picture.jpg").write_bytes(b"half a face")
    threading.Event().wait()


if __name__ == "__main__":
    import app
    from infinitalk_app.runs import pipeline

    pipeline.prepare = compute_for_ever
    app.launch()
