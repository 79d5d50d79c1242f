"""python -m tests.app.hurried: the page, whose hours last HOUR_S seconds, and which has few sessions.

On SIGUSR1 it writes the number of its unfinished tasks to the file TASKS.
"""

import asyncio
import gc
import os
import signal
from pathlib import Path
from typing import Any

from infinitalk_app import journal, settings

HOUR_S = float(os.environ["HOUR_S"])


def hurry() -> None:
    """Shorten every time that something is kept, before other modules read it; then look often."""
    settings.INPUT_KEPT_S, settings.RESULT_KEPT_S = HOUR_S, 2 * HOUR_S  # type: ignore[assignment]
    journal.KEPT_S = 48 * HOUR_S  # type: ignore[assignment]
    from infinitalk_app import application
    from infinitalk_app.providers import preview  # they read what was set above
    from infinitalk_local.settings import LocalSettings

    application.SWEEP_EVERY_S = HOUR_S / 10
    preview.LocalSettings = lambda **given: LocalSettings(retention_s=HOUR_S, **given)  # type: ignore[assignment, misc]


def count_tasks(*_: Any) -> None:
    """Write how many tasks there are in all event loops of this process."""
    tasks = [item for item in gc.get_objects() if isinstance(item, asyncio.Task) and not item.done()]
    Path(os.environ["TASKS"]).write_text(str(len(tasks)))


if __name__ == "__main__":
    hurry()
    signal.signal(signal.SIGUSR1, count_tasks)
    import app
    from infinitalk_app.gradio_compat import visitors

    visitors.REMEMBERED = 40
    app.launch()
