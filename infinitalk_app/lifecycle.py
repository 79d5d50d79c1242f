"""The page as a process: its output, its garbage collection, and its end.

SIGTERM and SIGINT end the page in time, and no child process outlives it. A stream to a visitor never ends
by itself, and a thread that waits for a child cannot be cancelled: streams get a second, children are killed.
"""

import asyncio
import contextlib
import gc
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any, TextIO, cast

STREAMS_S = 1  # for open responses
END_S = 2.2  # from the signal to the end of the process, even if something still runs
_KILL_EVERY_S = 0.02
_SIGNALS = (signal.SIGTERM, signal.SIGINT)
# By default (700, 10, 10) a page with a thousand visitors stops for 0.6 s every few seconds: most of its
# objects live as long as a session.
_GC_THRESHOLDS = (10_000, 10, 50)


def collect_garbage_rarely() -> None:
    """Exempt all present objects from collection, and make collections rare; call it once all is loaded."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_GC_THRESHOLDS)


def ignore_failed_prints() -> None:
    """Ignore errors of prints, such as a full disk or a closed pipe; call it before anything is printed.

    Gradio prints while it starts and stops; an error there would end the page, or its clean-up.
    """
    sys.stdout, sys.stderr = (cast("TextIO", _SafeStream(stream)) for stream in (sys.stdout, sys.stderr))


class _SafeStream:
    """A stream that drops text that it cannot write."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        with contextlib.suppress(OSError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with contextlib.suppress(OSError):
            self._stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def end_in_time(last: Callable[[], None]) -> None:
    """Let SIGTERM and SIGINT interrupt the main thread; if the process goes on, call `last` and end it.

    By default SIGTERM skips the end of the lifespan, and leaves children and files behind.
    """

    def stop(number: int, frame: FrameType | None) -> None:
        for name in _SIGNALS:  # a second signal would interrupt the clean-up
            signal.signal(name, signal.SIG_IGN)
        logging.getLogger("uvicorn.error").addFilter(_is_not_of_a_cancelled_stream)
        timer = threading.Timer(END_S, _force_end, (last,))
        timer.daemon = True
        timer.start()
        signal.default_int_handler(number, frame)

    for name in _SIGNALS:
        # A shell has its jobs in the background ignore SIGINT; they go on doing so.
        if name == signal.SIGTERM or signal.getsignal(name) != signal.SIG_IGN:
            signal.signal(name, stop)


def _is_not_of_a_cancelled_stream(record: logging.LogRecord) -> bool:
    """Filter records of cancelled streams: uvicorn logs a traceback for each."""
    return not (record.exc_info and isinstance(record.exc_info[1], asyncio.CancelledError))


def _force_end(last: Callable[[], None]) -> None:
    """End the process although a thread still computes, which cannot be ended otherwise."""
    with contextlib.suppress(OSError):
        last()
    kill_children()
    logging.shutdown()
    os._exit(0)


def kill_children_from_now_on() -> None:
    """Kill all children of this process, and those that its threads still start, until it ends."""

    def keep_killing() -> None:
        while True:
            kill_children()
            time.sleep(_KILL_EVERY_S)

    threading.Thread(target=keep_killing, daemon=True).start()


def kill_children() -> None:
    """Kill each child, with its process group if it leads one; without /proc, their time limits end them."""
    for tasks in Path("/proc/self/task").glob("*/children"):
        with contextlib.suppress(OSError):  # the thread has ended meanwhile
            for child in map(int, tasks.read_text().split()):
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    (os.killpg if os.getpgid(child) == child else os.kill)(child, signal.SIGKILL)
