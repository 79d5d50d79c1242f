"""python -m tests.app.short_times: the page with few sessions, and with HOUR_S seconds for an hour.

On SIGUSR1 it writes the number of its unfinished tasks to the file TASKS.
"""

import asyncio
import gc
import os
import signal
from pathlib import Path
from typing import Any

from infinitalk_app import config
from infinitalk_app.runs import journal

HOUR_S = float(os.environ["HOUR_S"])


def shorten_times() -> None:
    """Shorten every retention time before other modules read it, and the interval of clean-ups."""
    config.INPUT_KEPT_S, config.RESULT_KEPT_S = HOUR_S, 2 * HOUR_S  # type: ignore[assignment]
    journal.KEPT_S = 48 * HOUR_S  # type: ignore[assignment]
    from infinitalk_app import application
    from infinitalk_app.providers import preview  # they read what was set above
    from infinitalk_server.config import ServerConfig

    application.CLEANUP_EVERY_S = HOUR_S / 10
    preview.ServerConfig = lambda **given: ServerConfig(retention_s=HOUR_S, **given)  # type: ignore[assignment, misc]


def count_tasks(*_: Any) -> None:
    """Write how many tasks there are in all event loops of this process."""
    tasks = [item for item in gc.get_objects() if isinstance(item, asyncio.Task) and not item.done()]
    Path(os.environ["TASKS"]).write_text(str(len(tasks)))


if __name__ == "__main__":
    shorten_times()
    signal.signal(signal.SIGUSR1, count_tasks)
    import app
    from infinitalk_app.gradio_compat import sessions

    sessions.SESSIONS_MAX = 40
    app.launch()
