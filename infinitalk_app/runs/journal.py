"""The journal: one small file a run, so that after a restart no run is bought twice or lost.

It never holds a key, nor any content of a visitor's files. Its methods block: call them in a thread.
"""

import asyncio
import hashlib
import json
import logging
import os
import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from infinitalk_app.config import RESULT_KEPT_S
from infinitalk_client import DownloadError, JobFailed, SubmitUncertain
from infinitalk_media import MediaError

Phase = Literal["preparing", "submitting", "submitted", "completed", "failed"]
KEPT_S = 48 * 3600
_JOB_GOES_ON = (
    SubmitUncertain,
    OSError,
    DownloadError,
    MediaError,
)  # OSError: a full disk or a lost connection

log = logging.getLogger("infinitalk_app")


@dataclass(frozen=True)
class Entry:
    """What is kept of one run."""

    token: str
    engine: str  # the id of the provider
    phase: Phase
    started_at: float  # in epoch seconds
    request_id: str | None = None
    owner_key: bool = False  # bought with the owner's key; if not, polling it needs its visitor's key
    clip_s: float | None = None  # the length of the voice that was sent
    trouble: str | None = None  # the code of its error
    values: Mapping[str, Any] = field(default_factory=dict)  # those of the error, by `messages.to_json`
    cropped: Any = None  # the part of the picture that was sent, if not the whole; by `messages.to_json`
    spent_on: str | None = None  # the UTC day, as in 2026-11-28, on which the budget paid for it, or may have
    free: bool = False  # whether its provider is; an entry that does not say so may be bought

    @property
    def may_be_bought(self) -> bool:
        """Whether the service may have charged for it, or will."""
        sent = self.request_id is not None or self.phase in ("submitting", "submitted", "completed")
        return self.spent_on is not None or (sent and not self.free)

    def may_finish_after(self, error: Exception) -> bool:
        """Tell whether there may still be a video after this error.

        A paid job with a request_id ends by its own failure alone, not by a late poll or by a wrong key.
        """
        if self.phase == "submitted" and not self.free:
            return not isinstance(error, JobFailed)
        return self.phase in ("submitting", "submitted") and isinstance(error, _JOB_GOES_ON)


def new_token() -> str:
    """Return a run token as the browser makes one for each click: 16 random bytes in hex."""
    return secrets.token_hex(16)


def is_token(text: str) -> bool:
    """Tell whether a text is a run token, and so safe as a file name."""
    return re.fullmatch("[0-9a-f]{32}", text) is not None


class Journal:
    """A file for each run, and an index file from its request_id to its token; both are private."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(self, entry: Entry) -> None:
        """Write an entry; once this returns, it survives a loss of power."""
        path = self._path(entry.token)
        if entry.request_id:  # first, so that no entry lacks its index
            _replace(self._index(entry.request_id), entry.token)
        _replace(path, json.dumps(asdict(entry)))
        self._sync_folder()

    async def write_if_possible(self, entry: Entry) -> None:
        """Write an entry in a thread; a full disk does not end a run that has been bought."""
        try:
            await asyncio.to_thread(self.write, entry)
        except OSError:
            log.exception("the journal cannot be written")

    def read(self, token: str) -> Entry | None:
        """Return the entry of a run; None if there is none, or its file cannot be read."""
        return _entry(self._path(token)) if is_token(token) else None

    def find(self, request_id: str) -> Entry | None:
        """Return the entry of the run with this request_id."""
        try:
            entry = self.read(self._index(request_id).read_text())
        except (OSError, ValueError):
            return None
        return entry if entry and entry.request_id == request_id else None

    def __iter__(self) -> Iterator[Entry]:
        return (entry for path in self._folder.glob("*.json") if (entry := _entry(path)))

    def remove(self, token: str) -> None:
        """Remove the entry of a run that sent nothing."""
        self._path(token).unlink(missing_ok=True)

    def remove_expired(self, now: float) -> None:
        """Remove entries that may be bought after two days, and all others after two hours."""
        for path in sorted(self._folder.iterdir(), key=_is_index):
            with suppress(FileNotFoundError):  # it is being written, and was renamed meanwhile
                age = now - path.stat().st_mtime
                if age > KEPT_S or (age > RESULT_KEPT_S and not self._is_of_purchase(path)):
                    path.unlink()

    def _is_of_purchase(self, path: Path) -> bool:
        """Tell whether a file may be of a purchase; an index file is kept as long as its entry."""
        if _is_index(path):
            return self._path(path.read_text()).exists()
        entry = _entry(path)
        return entry is not None and entry.may_be_bought

    def _path(self, token: str) -> Path:
        if not is_token(token):
            raise ValueError("not a run token")
        return self._folder / f"{token}.json"

    def _index(self, request_id: str) -> Path:
        """Return the index file of an id, named by its hash: the service may choose any text."""
        return self._folder / f"{hashlib.sha256(request_id.encode()).hexdigest()}.id"

    def _sync_folder(self) -> None:
        if os.name == "posix":  # elsewhere a folder cannot be opened
            handle = os.open(self._folder, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)


def _replace(path: Path, text: str) -> None:
    part = path.with_suffix(f".{secrets.token_hex(4)}.part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def _is_index(path: Path) -> bool:
    return path.suffix == ".id"


def _entry(path: Path) -> Entry | None:
    try:
        found = json.loads(path.read_text())
        return Entry(**{name: found[name] for name in Entry.__dataclass_fields__ if name in found})
    except (OSError, ValueError, TypeError):
        return None
