"""Runs that their makers chose to share: a still beside the video says so, and is kept as long as it."""

import asyncio
import hashlib
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from infinitalk_app.runs.journal import Entry, is_token
from infinitalk_app.runs.pipeline import Pipeline
from infinitalk_client import is_request_id
from infinitalk_media import MediaError, mp4, still

_AT_S = 0.4  # speech has begun, and the mouth is open more often than not


@dataclass(frozen=True)
class SharedRun:
    """What a share card shows of a run; nothing of it comes from the address that was asked for."""

    request_id: str
    engine: str
    still: Path


@dataclass(frozen=True)
class Shares:
    """Marks runs as shared, and finds those that are."""

    pipeline: Pipeline

    async def share(self, secret: str, visitor: str) -> bool:
        """Share the run that the owner of a secret made; tell whether there is one with a video."""
        if not is_token(secret):
            return False
        token = token_of(secret)
        try:
            return await self.pipeline.threads.run(visitor, self._share, token)
        except (MediaError, OSError):  # the link works without a still
            return False

    async def find(self, name: str) -> SharedRun | None:
        """Return the shared run with this token or request_id, which may be any text."""
        return await asyncio.to_thread(self._find, name) if is_request_id(name) else None

    def _share(self, token: str) -> bool:
        entry = self.pipeline.journal.read(token)
        if entry is None or not self._has_video(entry):
            return False
        video, target = self.pipeline.result(token), self._still(token)
        if not target.exists():
            still.take(video, target, min(_AT_S, mp4.inspect(video).picture_s / 2))
            with suppress(FileNotFoundError):  # the video has just expired, and the still goes with the next
                made_at = video.stat().st_mtime
                os.utime(target, (made_at, made_at))
        return True

    def _find(self, name: str) -> SharedRun | None:
        journal = self.pipeline.journal
        entry = journal.read(name) or journal.find(name)
        if entry is None or not entry.request_id or not self._has_video(entry):
            return None
        target = self._still(entry.token)
        return SharedRun(entry.request_id, entry.engine, target) if target.exists() else None

    def _has_video(self, entry: Entry) -> bool:
        return entry.phase == "completed" and self.pipeline.result(entry.token).exists()

    def _still(self, token: str) -> Path:
        return self.pipeline.result(token).with_suffix(".jpg")


def token_of(secret: str) -> str:
    """Return the token of the run whose browser keeps this secret.

    Whoever has a run's link sees its token; only the browser that made it knows what it is made of.
    `run_token.js` makes both.
    """
    return hashlib.sha256(f"infinitalk run {secret}".encode()).hexdigest()[:32]
