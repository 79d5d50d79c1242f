"""A cache of checks: each file of a visitor is checked once, in a child process."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Any, TypeVar

from infinitalk_app.inputs.preprocess import VoiceClip, clean_picture, scale_of
from infinitalk_app.tasks import FairThreads, detached
from infinitalk_media import MediaError, TransientMediaError, picture, sound, video
from infinitalk_media.pool import Pool
from infinitalk_media.temporary_folder import temporary_folder
from infinitalk_preview.detect.detect_process import DetectedFaces, find_faces

CACHE_SIZE = 128

T = TypeVar("T")


class CheckCache:
    """Runs checks in threads that visitors share, and keeps the results.

    The path of a file identifies its content: Gradio names an upload by a hash.
    """

    def __init__(self, threads: FairThreads, pool: Pool) -> None:
        self._threads = threads
        self._pool = pool
        self._running: dict[tuple[str, Hashable], asyncio.Task[Any]] = {}  # by visitor and check
        self._finished: OrderedDict[Hashable, asyncio.Task[Any]] = OrderedDict()

    async def sound(self, clip: VoiceClip, visitor: str = "") -> sound.Facts:
        """Return the facts of the clip that would be sent.

        Raises:
            MediaError: there is no usable sound.
        """
        return await self._result(visitor, clip, lambda folder: clip.cut(self._pool, folder / "clip.mp3"))

    async def picture(self, file: Path, visitor: str = "") -> picture.Facts | video.Facts:
        """Return the facts of the picture, or short video, that would be sent.

        Raises:
            MediaError: it cannot be used.
        """
        check = "picture", file
        return await self._result(visitor, check, lambda folder: clean_picture(self._pool, file, folder))

    async def faces(self, file: Path, visitor: str = "") -> DetectedFaces | None:
        """Return the faces of a picture; None if the search failed.

        Raises:
            MediaError: the picture cannot be used.
        """

        def search(folder: Path) -> DetectedFaces | None:
            clean = clean_picture(self._pool, file, folder)
            return find_faces(clean.path, scale_of(clean))

        await self.picture(file, visitor)  # a file that exceeds the limits is not read a second time
        return await self._result(visitor, ("faces", file), search)

    async def _result(self, visitor: str, check: Hashable, work: Callable[[Path], T]) -> T:
        """Return the cached result of a check, or run it in the visitor's share of the threads."""
        key = visitor, check
        if check not in self._finished and key not in self._running:
            self._running[key] = task = detached(self._threads.run(visitor, self._cached_or_run, check, work))
            task.add_done_callback(lambda done: self._keep(key, done))
        task = self._finished.get(check) or self._running[key]
        # A visitor who changes the form again must not cancel the same check of another tab.
        result: T = await asyncio.shield(task)
        return result

    def _cached_or_run(self, check: Hashable, work: Callable[[Path], T]) -> T:
        """Run the check with a temporary folder, unless another visitor's came first."""
        if finished := self._finished.get(check):
            result: T = finished.result()
            return result
        with temporary_folder() as folder:
            return work(folder)

    def _keep(self, key: tuple[str, Hashable], task: asyncio.Task[Any]) -> None:
        del self._running[key]
        if _depends_on_content_alone(task):
            self._finished[key[1]] = task
            while len(self._finished) > CACHE_SIZE:
                self._finished.popitem(last=False)


def _depends_on_content_alone(task: asyncio.Task[Any]) -> bool:
    """Tell whether the same check would end in the same way again."""
    if task.cancelled():
        return False
    error = task.exception()
    if error is None:
        return task.result() is not None
    return isinstance(error, MediaError) and not isinstance(error, TransientMediaError)
