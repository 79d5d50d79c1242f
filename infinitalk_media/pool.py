"""Reads strangers' files in a few child processes with limits; what comes back is plain values.

A file that takes too much ends its own child. `concurrent.futures`, pebble and loky were looked at: a page's
main module would run again in each of their children, which answer by pickles, and anyio's are not limited.
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

from infinitalk_media import MediaError, TransientMediaError, child, ffmpeg, picture, sound, video
from infinitalk_media.child import Limits
from infinitalk_media.sentences import say, unpacked

_WORKER = ("-P", "-m", "infinitalk_media.worker")  # -P: no module comes from the temporary folder
_ANSWER_MAX = 64 * 1024
_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1"}  # it starts as many as there are cores, and none is used

log = logging.getLogger("infinitalk_media")

F = TypeVar("F", picture.Facts, sound.Facts, video.Facts)


class Pool:
    """So many children, each started when it is needed first, and replaced when it has ended or has grown.

    Its methods have the promises of `prepare` in picture.py, sound.py and video.py, and block; call them in
    threads. More calls than children wait for each other.
    """

    def __init__(self, children: int = 1, limits: Limits = Limits()) -> None:  # noqa: B008  # frozen
        self._limits = limits
        self._lock = threading.Lock()
        self._closed = False
        self._children: set[_Child] = set()
        self._end = weakref.finalize(self, _end_all, self._children)  # a pool that is forgotten leaves none
        self._free: queue.LifoQueue[_Child | None] = queue.LifoQueue()  # the last used is the warmest
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

    def warm(self) -> None:
        """Start one child, so that the first file need not wait for it."""
        with contextlib.suppress(MediaError), self._child():
            pass

    def close(self) -> None:
        """End all children, also those at work, and remove their files; whoever waits for one is told."""
        with self._lock:
            self._closed = True
            self._end()

    def _facts(self, kind: type[F], call: str, source: Path, target: Path, more_s: float, **more: Any) -> F:
        question = {"call": call, "source": str(source.absolute()), "target": str(target.absolute()), **more}
        with self._child() as one:
            answer = one.ask(question, self._limits.timeout_s + more_s)
        found = _understood(kind, answer, target) or TransientMediaError(say(f"{call}_not_now"))
        if isinstance(found, MediaError):
            raise found
        return found

    @contextlib.contextmanager
    def _child(self) -> Iterator["_Child"]:
        """Lend a child that is there; in the place of one that ends, the next is started at once."""
        one = self._free.get()
        try:
            if one is None or not one.usable:
                one = self._replaced(one)
            yield one
        finally:
            if one and not one.usable:
                with contextlib.suppress(MediaError):
                    one = self._replaced(one)
            self._free.put(one if one and one.usable else None)

    def _replaced(self, old: "_Child | None") -> "_Child":
        if old:
            old.end()
        with self._lock:
            self._children.discard(old) if old else None
            if self._closed:
                raise TransientMediaError(say("page_stops"))
            try:
                new = _Child(self._limits)
            except OSError as error:
                log.exception("no process can be started that reads files")
                raise TransientMediaError(say("no_file_now")) from error
            self._children.add(new)
            return new


def _end_all(children: set["_Child"]) -> None:
    while children:
        children.pop().end()


def _understood(kind: type[F], answer: Any, target: Path) -> F | MediaError | None:
    """Return what a child has found out, or why it could not; None of an answer that makes no sense."""
    with contextlib.suppress(KeyError, TypeError, ValueError, AttributeError, IndexError):
        match answer:
            case {"facts": dict(facts)}:
                said = tuple(map(unpacked, facts["warnings"]))
                return kind(**(facts | {"path": target, "warnings": said}))
            case {"error": error, "passing": bool(passing)}:
                return (TransientMediaError if passing else MediaError)(unpacked(error))
    return None


class _Child:
    """One child, and the way to ask it; each question has a folder of its own: old ones may be swept away."""

    def __init__(self, limits: Limits) -> None:
        self._folder: str | None = None
        self._remarks = tempfile.TemporaryFile()  # noqa: SIM115  # as long as the child
        self._last = False
        self._process = subprocess.Popen(
            [sys.executable, *_WORKER, str(limits.memory_mb), str(limits.cpu_s)],
            cwd=tempfile.gettempdir(),
            env=child.environment(Path(tempfile.gettempdir())) | _ONE_THREAD,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._remarks,
            start_new_session=True,
        )

    @property
    def usable(self) -> bool:
        return not self._last and not child.has_ended(self._process)

    def ask(self, question: dict[str, Any], timeout_s: float) -> Any:
        """Return the child's answer.

        Raises:
            MediaError: it took too much of a processor.
            TransientMediaError: it took too long, or ended for another reason.
        """
        self._folder = tempfile.mkdtemp(prefix="infinitalk-worker-")
        try:
            return self._asked({**question, "folder": self._folder}, timeout_s)
        finally:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _asked(self, question: dict[str, Any], timeout_s: float) -> Any:
        overran = threading.Event()
        timer = threading.Timer(timeout_s, self._stop, (overran,))
        timer.daemon = True
        timer.start()
        try:
            line = self._exchange(json.dumps(question).encode() + b"\n")
        finally:
            timer.cancel()
            timer.join()  # it may be about to end a process of this number
        try:
            answer = json.loads(line)
            self._last = answer["last"] is not False
        except (ValueError, TypeError, KeyError, RecursionError):
            self._last = True
            raise self._why(str(question["call"]), overran.is_set()) from None
        return answer

    def _exchange(self, question: bytes) -> bytes:
        to, back = self._process.stdin, self._process.stdout
        assert to is not None  # noqa: S101  # it was asked for
        assert back is not None  # noqa: S101  # the same
        with contextlib.suppress(OSError, ValueError):  # it has ended, or was closed by another thread
            to.write(question)
            to.flush()
            return back.readline(_ANSWER_MAX)
        return b""

    def _stop(self, overran: threading.Event) -> None:
        overran.set()
        child.end_group(self._process)

    def _why(self, call: str, overran: bool) -> MediaError:
        child.end_group(self._process)
        code = self._process.wait()
        if overran:
            return TransientMediaError(say(f"{call}_took_too_long"))
        if hasattr(signal, "SIGXCPU") and code == -signal.SIGXCPU:
            return MediaError(say(f"{call}_takes_too_long"))
        with contextlib.suppress(ValueError):  # the pool was closed meanwhile
            self._remarks.seek(0)
            words = child.last_words(self._remarks.read())
            log.warning("reading a %s failed (exit code %d): %s", call, code, words)
        return TransientMediaError(say(f"{call}_could_not_be_read"))

    def end(self) -> None:
        """End it with all that it started, and remove what it left."""
        child.end_group(self._process)
        self._process.wait()
        for file in (self._process.stdin, self._process.stdout, self._remarks):
            with contextlib.suppress(OSError):
                file.close() if file else None
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)
