"""A pool of child processes with limits that read visitors' files; results are plain values.

A file that exceeds a limit ends its own child alone. `concurrent.futures`, pebble and loky would run the
page's main module in each child and return pickles; processes of anyio have no limits.
"""

import contextlib
import json
import logging
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

from infinitalk_media import (
    MediaError,
    TransientMediaError,
    alignment,
    child_process,
    ffmpeg,
    picture,
    sound,
    text_to_speech,
    video,
)
from infinitalk_media.child_process import Limits
from infinitalk_media.sentences import say, unpacked

_WORKER = ("-P", "-m", "infinitalk_media.worker")  # -P: no module comes from the temporary folder
_RESULT_MAX = 64 * 1024
_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1"}  # not one for each core

log = logging.getLogger("infinitalk_media")

F = TypeVar("F", picture.Facts, sound.Facts, video.Facts, text_to_speech.Facts, alignment.Facts)


class Pool:
    """Up to `children` processes, started on first use, and replaced when they have ended or grown.

    Its methods are `prepare` of picture.py, sound.py, video.py, text_to_speech.py and alignment.py. They
    block, also while all children are busy: call them in threads.
    """

    def __init__(self, children: int = 1, limits: Limits = Limits()) -> None:  # noqa: B008  # frozen
        self._limits = limits
        self._lock = threading.Lock()
        self._closed = False
        self._children: set[_Child] = set()
        self._end = weakref.finalize(self, _end_all, self._children)  # when the pool is not used any more
        # The last used child is taken first: its memory is in the caches.
        self._free: queue.LifoQueue[_Child | None] = queue.LifoQueue()
        for _ in range(children):
            self._free.put(None)

    def picture(
        self, source: Path, target: Path, part: tuple[float, float, float, float] | None = None
    ) -> picture.Facts:
        return self._facts(picture.Facts, "picture", source, target, 0.0, part=part)

    def video(self, source: Path, target: Path) -> video.Facts:
        return self._facts(video.Facts, "video", source, target, 2 * video.TIMEOUT_S)

    def sound(
        self, source: Path, target: Path, *, start_s: float, seconds: float, end_in_pause: bool = False
    ) -> sound.Facts:
        part = {"start_s": start_s, "seconds": seconds, "end_in_pause": end_in_pause}
        return self._facts(sound.Facts, "sound", source, target, ffmpeg.TIMEOUT_S, **part)

    def text(
        self, source: Path, target: Path, *, voice: str, model: str | None, pace: float, longest_s: float
    ) -> text_to_speech.Facts:
        options = {"voice": voice, "model": model, "pace": pace, "longest_s": longest_s}
        return self._facts(text_to_speech.Facts, "text", source, target, 0.0, **options)

    def words(self, source: Path, target: Path, *, text: str) -> alignment.Facts:
        return self._facts(alignment.Facts, "words", source, target, ffmpeg.TIMEOUT_S, text=text)

    def warm(self) -> None:
        """Start one child, so that the first file does not wait for it."""
        with contextlib.suppress(MediaError), self._child():
            pass

    def end_idle(self) -> None:
        """End the children that have nothing to do; the next call starts new ones."""
        idle = []
        with contextlib.suppress(queue.Empty):
            while True:
                idle.append(self._free.get_nowait())
        for child in idle:
            if child:
                child.end()
            with self._lock:
                self._children -= {child}
            self._free.put(None)

    def close(self) -> None:
        """End all children, and remove their files; calls that wait for one raise TransientMediaError."""
        with self._lock:
            self._closed = True
            self._end()

    def _facts(self, kind: type[F], call: str, source: Path, target: Path, more_s: float, **more: Any) -> F:
        request = {"call": call, "source": str(source.absolute()), "target": str(target.absolute()), **more}
        with self._child() as child:
            answer = child.run(request, self._limits.timeout_s + more_s)
        found = _parsed(kind, answer, target) or TransientMediaError(say(f"{call}_not_now"))
        if isinstance(found, MediaError):
            raise found
        return found

    @contextlib.contextmanager
    def _child(self) -> Iterator["_Child"]:
        """Yield a free child; one that ends is replaced at once."""
        child = self._free.get()
        try:
            if child is None or not child.usable:
                child = self._replaced(child)
            yield child
        finally:
            if child and not child.usable:
                with contextlib.suppress(MediaError):
                    child = self._replaced(child)
            self._free.put(child if child and child.usable else None)

    def _replaced(self, old: "_Child | None") -> "_Child":
        if old:
            old.end()
        with self._lock:
            self._children -= {old}
            if self._closed:
                raise TransientMediaError(say("page_stops"))
            try:
                new = _Child(self._limits)
            except OSError as error:
                log.exception("no child process can be started")
                raise TransientMediaError(say("no_file_now")) from error
            self._children.add(new)
            return new


def _end_all(children: set["_Child"]) -> None:
    while children:
        children.pop().end()


def _parsed(kind: type[F], answer: Any, target: Path) -> F | MediaError | None:
    """Return the facts or the error of an answer; None for an invalid answer."""
    with contextlib.suppress(KeyError, TypeError, ValueError, AttributeError, IndexError):
        match answer:
            case {"facts": dict(facts)}:
                warnings = tuple(map(unpacked, facts["warnings"]))
                return kind(**(facts | {"path": target, "warnings": warnings}))
            case {"error": error, "transient": bool(transient)}:
                return (TransientMediaError if transient else MediaError)(unpacked(error))
    return None


class _Child:
    """One child process; each call has a temporary folder of its own."""

    def __init__(self, limits: Limits) -> None:
        self._folder: str | None = None
        self._stderr = tempfile.TemporaryFile()  # noqa: SIM115  # closed in `end`
        self._to_be_replaced = False
        self._process = subprocess.Popen(
            [sys.executable, *_WORKER, str(limits.memory_mb), str(limits.cpu_s)],
            cwd=tempfile.gettempdir(),
            env=child_process.environment(Path(tempfile.gettempdir())) | _ONE_THREAD,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._stderr,
            start_new_session=True,
        )

    @property
    def usable(self) -> bool:
        return not self._to_be_replaced and not child_process.has_ended(self._process)

    def run(self, request: dict[str, Any], timeout_s: float) -> Any:
        """Return the child's answer.

        Raises:
            MediaError: it took too much CPU time.
            TransientMediaError: it took too long, or ended for another reason.
        """
        self._folder = tempfile.mkdtemp(prefix="infinitalk-worker-")
        line = json.dumps({**request, "folder": self._folder}).encode() + b"\n"
        try:
            with child_process.kill_timer(timeout_s, self._kill) as overran:
                answer = self._exchange(line)
            result = json.loads(answer)
            self._to_be_replaced = result["replace"] is not False
        except (ValueError, TypeError, KeyError, RecursionError):
            self._to_be_replaced = True
            raise self._error(str(request["call"]), overran.is_set()) from None
        finally:
            shutil.rmtree(self._folder, ignore_errors=True)
        return result

    def _exchange(self, line: bytes) -> bytes:
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None  # noqa: S101  # for mypy
        assert stdout is not None  # noqa: S101
        with contextlib.suppress(OSError, ValueError):  # it has ended, or another thread has closed it
            stdin.write(line)
            stdin.flush()
            return stdout.readline(_RESULT_MAX)
        return b""

    def _kill(self) -> None:
        child_process.kill_group(self._process)

    def _error(self, call: str, overran: bool) -> MediaError:
        self._kill()
        code = self._process.wait()
        if overran:
            return TransientMediaError(say(f"{call}_took_too_long"))
        if hasattr(signal, "SIGXCPU") and code == -signal.SIGXCPU:
            return MediaError(say(f"{call}_takes_too_long"))
        with contextlib.suppress(ValueError):  # the pool has been closed
            self._stderr.seek(0)
            messages = child_process.stderr_tail(self._stderr.read())
            log.warning("reading a %s failed (exit code %d): %s", call, code, messages)
        return TransientMediaError(say(f"{call}_could_not_be_read"))

    def end(self) -> None:
        """Kill it with its ffmpeg, and remove its files."""
        self._kill()
        self._process.wait()
        for file in (self._process.stdin, self._process.stdout, self._stderr):
            with contextlib.suppress(OSError):
                file.close() if file else None
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)
