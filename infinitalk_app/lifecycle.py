"""The end of the page: SIGTERM and SIGINT end it in time, and no child process outlives it.

A stream to somebody who looks on never ends by itself, and a thread that waits for its child cannot be
cancelled: so streams get a second, and children are killed.
"""

import asyncio
import contextlib
import logging
import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType

STREAMS_S = 1  # for answers that are on their way
END_S = 2.2  # from the signal to the end of the process, whatever still runs
_KILL_EVERY_S = 0.02
_SIGNALS = (signal.SIGTERM, signal.SIGINT)


def end_in_time(last: Callable[[], None]) -> None:
    """Let SIGTERM and SIGINT interrupt the main thread; `last` clears up when that has not ended the process.

    By default SIGTERM would skip the end of the lifespan, and leave children and files behind.
    """

    def stop(number: int, frame: FrameType | None) -> None:
        for name in _SIGNALS:  # once is enough: a second one would interrupt the clearing up
            signal.signal(name, signal.SIG_IGN)
        logging.getLogger("uvicorn.error").addFilter(_is_news)
        timer = threading.Timer(END_S, _give_up, (last,))
        timer.daemon = True
        timer.start()
        signal.default_int_handler(number, frame)

    for name in _SIGNALS:
        if name == signal.SIGTERM or signal.getsignal(name) != signal.SIG_IGN:  # of a job in the background
            signal.signal(name, stop)


def _is_news(record: logging.LogRecord) -> bool:
    """Leave out the streams that were cut: uvicorn writes a traceback for everybody who looked on."""
    return not (record.exc_info and isinstance(record.exc_info[1], asyncio.CancelledError))


def _give_up(last: Callable[[], None]) -> None:
    """End the process although something does not: a thread that computes cannot be ended otherwise."""
    with contextlib.suppress(OSError):
        last()
    kill_children()
    logging.shutdown()
    os._exit(0)


def kill_children_from_now_on() -> None:
    """Kill every child of this process, and those that its threads may still start, until it ends."""
    threading.Thread(target=_kill_for_ever, daemon=True).start()


def _kill_for_ever() -> None:
    while True:
        kill_children()
        time.sleep(_KILL_EVERY_S)


def kill_children() -> None:
    """Kill each child, with its group if it leads one; without /proc, their time limits end them."""
    for tasks in Path("/proc/self/task").glob("*/children"):
        with contextlib.suppress(OSError):  # the thread has ended meanwhile
            for child in map(int, tasks.read_text().split()):
                _kill(child)


def _kill(child: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        (os.killpg if os.getpgid(child) == child else os.kill)(child, signal.SIGKILL)
