"""Looks at a visitor's files before a run, each once: a verdict about the same file comes from memory."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Hashable
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
        self._looks: dict[tuple[str, Hashable], asyncio.Task[Any]] = {}  # under way, by visitor and file
        self._verdicts: OrderedDict[Hashable, asyncio.Task[Any]] = OrderedDict()

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
        found: sound.Facts = await self._found(visitor, key, cut)
        return found

    async def picture(self, file: Path, visitor: str = "") -> picture.Facts | video.Facts:
        """Return the size that the picture, or the short video, would be sent with.

        Raises:
            MediaError: it cannot be used.
        """

        def clean() -> picture.Facts | video.Facts:
            with scratch_folder() as folder:
                return clean_picture(self._pool, file, folder)

        found: picture.Facts | video.Facts = await self._found(visitor, ("picture", file), clean)
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

        await self.picture(file, visitor)  # what takes too much takes it once
        seen: Look | None = await self._found(visitor, ("people", file), search)
        return seen

    async def _found(self, visitor: str, key: Hashable, work: Callable[[], Any]) -> Any:
        """Return what is known of a file, or have the work done in the visitor's own turn."""
        if key in self._verdicts:
            return self._verdicts[key].result()
        mine = visitor, key
        if mine not in self._looks:
            self._looks[mine] = look = detached(self._room.do(visitor, self._known_or, key, work))
            look.add_done_callback(lambda done: self._settle(mine, done))
        # A visitor who changes the form again must not end the look of another tab at the same file.
        return await asyncio.shield(self._looks[mine])

    def _known_or(self, key: Hashable, work: Callable[[], Any]) -> Any:
        """Spare the work when another visitor's turn came first."""
        known = self._verdicts.get(key)
        return known.result() if known else work()

    def _settle(self, mine: tuple[str, Hashable], look: asyncio.Task[Any]) -> None:
        del self._looks[mine]
        if _is_verdict(look):
            self._verdicts[mine[1]] = look
            while len(self._verdicts) > KEPT:
                self._verdicts.popitem(last=False)


def _is_verdict(look: asyncio.Task[Any]) -> bool:
    """Tell whether a look has found out something about the content; another may end otherwise."""
    if look.cancelled():
        return False
    error = look.exception()
    if error is None:
        return look.result() is not None
    return isinstance(error, MediaError) and not isinstance(error, TransientMediaError)
