"""Stores uploaded inputs and finished videos: a private folder, unguessable names, an expiry time each."""

import secrets
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from infinitalk_server.errors import say

UPLOADS_MAX = 1000 * 1024**2  # bytes of all uploads that are kept at a time
OWNER_MAX = UPLOADS_MAX // 4  # bytes of those of one caller
SUFFIXES = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
    "audio/mpeg": ".mp3",
    "audio/mp3": ".mp3",
    "audio/aiff": ".aiff",
    "audio/x-aiff": ".aiff",
    "audio/basic": ".au",
    "audio/x-ms-wma": ".wma",
    "video/mp4": ".mp4",
    "video/webm": ".webm",
    "video/quicktime": ".mov",
}
_CONTENT_TYPES = {suffix: kind for kind, suffix in reversed(SUFFIXES.items())}  # the first type of a suffix


class StorageFull(Exception):
    """There is no room for another upload."""


@dataclass(frozen=True)
class _File:
    expires_at: float
    owner: str | None = None  # of an upload
    size: int = 0


class FileStorage:
    """Keeps files under names that cannot be guessed; under any other name there is none.

    The folder is made with the first file, so that a server that is only built leaves nothing.
    """

    def __init__(self) -> None:
        self._folder: Path | None = None
        self._files: dict[str, _File] = {}

    def add(self, data: bytes, suffix: str) -> str:
        """Keep the bytes until they are removed, and return their name."""
        return self._write(data, suffix, _File(float("inf")))

    def add_upload(self, data: bytes, suffix: str, expires_at: float, owner: str) -> str:
        """Keep an upload until it expires, and return its name.

        Raises:
            StorageFull: the limit is reached, for this owner or for all.
        """
        uploads = [file for file in self._files.values() if file.owner is not None]
        own = sum(file.size for file in uploads if file.owner == owner)
        if own + len(data) > OWNER_MAX or sum(file.size for file in uploads) + len(data) > UPLOADS_MAX:
            limits = {"most_each_mb": OWNER_MAX // 1024**2, "most_mb": UPLOADS_MAX // 1024**2}
            raise StorageFull(say("uploads_full", **limits))
        return self._write(data, suffix, _File(expires_at, owner, len(data)))

    def _write(self, data: bytes, suffix: str, file: _File) -> str:
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="infinitalk-local-"))
        self._folder.mkdir(mode=0o700, exist_ok=True)  # systems clean up temporary folders that are idle
        name = secrets.token_urlsafe(24) + suffix
        (self._folder / name).write_bytes(data)
        self._files[name] = file
        return name

    def path(self, name: str) -> Path | None:
        return self._folder / name if self._folder and name in self._files else None

    @staticmethod
    def content_type(name: str) -> str:
        """Return the content type of a stored file, which the system's table may not have."""
        return _CONTENT_TYPES.get(Path(name).suffix, "application/octet-stream")

    def remove(self, name: str) -> None:
        path = self.path(name)
        if path:
            del self._files[name]
            path.unlink(missing_ok=True)

    def sweep(self, now: float) -> None:
        for name in [name for name, file in self._files.items() if file.expires_at <= now]:
            self.remove(name)

    def close(self) -> None:
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
        self._folder, self._files = None, {}
