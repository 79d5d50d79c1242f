"""A visitor's files -> the clean ones that are sent; waits in a thread for the child that reads them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import ParamSpec, TypeVar

from infinitalk_app import words
from infinitalk_app.orders import Order
from infinitalk_local.turns import Turns
from infinitalk_media import picture, video
from infinitalk_media.around import Box
from infinitalk_media.pool import Pool

END_PATIENCE_S = 0.5

P = ParamSpec("P")
T = TypeVar("T")


class Room:
    """Has so many places for work on files, given out in turn; one visitor cannot hold all of several."""

    def __init__(self, places: int) -> None:
        self._turns = Turns(places, each=max(1, places - 1))
        self._patience_s: float | None = None

    async def do(self, visitor: str, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run the work in a thread; a cancelled caller keeps the place until its thread has come back."""
        async with self._turns.turn(visitor):
            under_way = asyncio.ensure_future(asyncio.to_thread(work, *args, **kwargs))
            try:
                return await asyncio.shield(under_way)
            except asyncio.CancelledError:
                await asyncio.wait([under_way], timeout=self._patience_s)
                raise

    def close(self) -> None:
        """Let cancelled callers wait no longer than half a second for their threads; the page ends."""
        self._patience_s = END_PATIENCE_S


@asynccontextmanager
async def in_threads(context: AbstractContextManager[T]) -> AsyncIterator[T]:
    """Enter and leave a context that works on files without holding up the event loop."""
    value = await asyncio.to_thread(context.__enter__)
    try:
        yield value
    finally:
        await asyncio.to_thread(context.__exit__, None, None, None)


@dataclass(frozen=True)
class Inputs:
    """Clean files in a folder of ours, and what the visitor should know about them."""

    picture: Path
    voice: Path
    clip_s: float
    part: tuple[float, float]  # from and to which second of the recording; shorter than a padded clip
    notes: tuple[str, ...]
    shrunk: float = 1.0  # size of the picture, in parts of what was brought


def prepare(pool: Pool, order: Order, folder: Path, kept: Box | None = None) -> Inputs:
    """Check and clean both files; of a picture only the part that is kept.

    Raises:
        MediaError: one of them cannot be used.
    """
    face = clean_picture(pool, order.picture, folder, kept)
    voice = pool.sound(
        order.voice,
        folder / "voice.mp3",
        start_s=order.start_s,
        seconds=order.seconds,
        end_in_pause=order.end_in_pause,
    )
    best = order.provider.best_fps
    odd = (words.ODD_FPS.format(fps=order.fps, best=best),) if best not in (None, order.fps) else ()
    part = voice.start_s, voice.end_s
    notes = face.warnings + odd + voice.warnings
    shrunk = face.shrunk if isinstance(face, picture.Facts) else 1.0
    return Inputs(face.path, voice.path, voice.duration_s, part, notes, shrunk)


def clean_picture(
    pool: Pool, source: Path, folder: Path, kept: Box | None = None
) -> picture.Facts | video.Facts:
    """Check and clean a picture, or the short video that stands for one; of a picture the part that is kept.

    Raises:
        MediaError: it cannot be used.
    """
    if source.is_file() and video.is_video(source):
        return pool.video(source, folder / "picture.mp4")
    return pool.picture(source, folder / "picture.jpg", kept)
