"""Uploaded inputs and finished videos: a private folder, unguessable names, gone when their time is over."""

import secrets
import shutil
import tempfile
from pathlib import Path

UPLOADS_MAX = 1000 * 1024**2  # bytes that lie here at a time
OWNER_MAX = UPLOADS_MAX // 4  # of one caller
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


_KINDS = {suffix: kind for kind, suffix in reversed(SUFFIXES.items())}  # the first kind of a suffix


class Full(Exception):
    """There is no room for another upload."""


class Files:
    """Keeps files under names that cannot be guessed; a name that it did not give is no file.

    The folder is made with the first file, so that a server that is only built leaves nothing.
    """

    def __init__(self) -> None:
        self._folder: Path | None = None
        self._names: dict[str, float] = {}
        self._uploads: dict[str, tuple[str, int]] = {}  # whose they are, and their bytes

    def add(self, data: bytes, suffix: str, gone_at: float = float("inf")) -> str:
        """Keep the bytes until `gone_at`, and return their name."""
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="infinitalk-local-"))
        self._folder.mkdir(mode=0o700, exist_ok=True)  # idle for hours, it may have been swept away
        name = secrets.token_urlsafe(24) + suffix
        (self._folder / name).write_bytes(data)
        self._names[name] = gone_at
        return name

    def add_upload(self, data: bytes, suffix: str, gone_at: float, owner: str) -> str:
        """Keep what somebody brought.

        Raises:
            Full: the uploads that lie here are as much as may be, of this owner or of all.
        """
        own = sum(size for whose, size in self._uploads.values() if whose == owner)
        every = sum(size for _, size in self._uploads.values())
        if own + len(data) > OWNER_MAX or every + len(data) > UPLOADS_MAX:
            raise Full(
                f"Of uploads {OWNER_MAX // 1024**2} MB of one caller and {UPLOADS_MAX // 1024**2} MB in all "
                "are kept; try again later"
            )
        name = self.add(data, suffix, gone_at)
        self._uploads[name] = owner, len(data)
        return name

    def path(self, name: str) -> Path | None:
        if self._folder is None or name not in self._names:
            return None
        return self._folder / name

    @staticmethod
    def kind(name: str) -> str:
        """Return the content type of a name that `add` gave; the system's table may not know it."""
        return _KINDS.get(Path(name).suffix, "application/octet-stream")

    def remove(self, name: str) -> None:
        path = self.path(name)
        if path:
            del self._names[name]
            self._uploads.pop(name, None)
            path.unlink(missing_ok=True)

    def sweep(self, now: float) -> None:
        for name in [name for name, gone_at in self._names.items() if gone_at <= now]:
            self.remove(name)

    def close(self) -> None:
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
        self._folder, self._names, self._uploads = None, {}, {}
