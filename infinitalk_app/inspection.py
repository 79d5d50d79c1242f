"""Looks at a visitor's files before a run, each once: a verdict about the same file comes from memory."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Hashable
from functools import partial
from pathlib import Path
from typing import Any

from infinitalk_app.detached import detached
from infinitalk_app.prepare import Room, clean_picture
from infinitalk_local.looking import Look, look
from infinitalk_media import MediaError, TransientMediaError, picture, sound, video
from infinitalk_media.pool import Pool
from infinitalk_media.scratch import scratch_folder

KEPT = 128


class Inspector:
    """Has files checked by children, as many at a time as there is room for.

    Gradio names an uploaded file by its content, so a path that was seen before holds the same file.
    """

    def __init__(self, room: Room, pool: Pool) -> None:
        self._room = room
        self._pool = pool
        self._seen: OrderedDict[Hashable, asyncio.Task[Any]] = OrderedDict()

    async def sound(
        self, file: Path, start_s: float, seconds: float, end_in_pause: bool, visitor: str = ""
    ) -> sound.Facts:
        """Return what the clip that would be sent is like.

        Raises:
            MediaError: there is no usable sound.
        """

        def cut() -> sound.Facts:
            with scratch_folder() as folder:
                target = folder / "clip.mp3"
                return self._pool.sound(
                    file, target, start_s=start_s, seconds=seconds, end_in_pause=end_in_pause
                )

        key = ("sound", file, start_s, seconds, end_in_pause)
        found: sound.Facts = await self._once(key, partial(self._room.do, visitor, cut))
        return found

    async def picture(self, file: Path, visitor: str = "") -> picture.Facts | video.Facts:
        """Return the size that the picture, or the short video, would be sent with.

        Raises:
            MediaError: it cannot be used.
        """

        def clean() -> picture.Facts | video.Facts:
            with scratch_folder() as folder:
                return clean_picture(self._pool, file, folder)

        key = ("picture", file)
        found: picture.Facts | video.Facts = await self._once(key, partial(self._room.do, visitor, clean))
        return found

    async def people(self, file: Path, visitor: str = "") -> Look | None:
        """Return who is seen in a picture; None when it is not known.

        Raises:
            MediaError: it cannot be used.
        """

        def search() -> Look | None:
            with scratch_folder() as folder:
                clean = clean_picture(self._pool, file, folder)
                return look(clean.path, clean.shrunk if isinstance(clean, picture.Facts) else 1.0)

        async def searched() -> Look | None:
            await self.picture(file, visitor)  # what takes too much takes it once
            return await self._room.do(visitor, search)

        seen: Look | None = await self._once(("people", file), searched)
        return seen

    async def _once(self, key: Hashable, work: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
        if key not in self._seen:
            self._seen[key] = task = detached(work())
            task.add_done_callback(lambda done: _is_verdict(done) or self._seen.pop(key, None))
            while len(self._seen) > KEPT:
                self._seen.popitem(last=False)
        # A visitor who changes the form again must not end the look of another one at the same file.
        return await asyncio.shield(self._seen[key])


def _is_verdict(look: asyncio.Task[Any]) -> bool:
    """Tell whether a look has found out something about the content; another may end otherwise."""
    if look.cancelled():
        return False
    error = look.exception()
    if error is None:
        return look.result() is not None
    return isinstance(error, MediaError) and not isinstance(error, TransientMediaError)
