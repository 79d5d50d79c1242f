"""The journal of runs: token -> provider, state, request_id, on disk, so that a restart buys nothing twice.

It never holds a key, nor anything of what a visitor brought. Its methods work on files: call them in threads.
"""

import hashlib
import json
import os
import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from infinitalk_app.settings import RESULT_KEPT_S

Phase = Literal["preparing", "submitting", "submitted", "completed", "failed"]
TOKEN = re.compile(r"[0-9a-f]{32}")
KEPT_S = 48 * 3600


@dataclass(frozen=True)
class Entry:
    """One run; `started_at` is epoch seconds, `clip_s` the length of the voice that was sent.

    `owner_key` tells whose key it was: with a visitor's own, only the visitor can ask again.
    `spent_on` is the UTC day, as in 2026-11-28, whose budget paid for it, or may have.
    `cropped` says what part of the picture was sent, where it was not the whole one.
    """

    token: str
    engine: str  # the id of a provider
    phase: Phase
    started_at: float
    request_id: str | None = None
    owner_key: bool = False
    clip_s: float | None = None
    trouble: str | None = None  # the code of what it ended with
    values: Mapping[str, Any] = field(default_factory=dict)  # of that code
    cropped: str | None = None
    spent_on: str | None = None
    free: bool = False  # an entry that does not say so may be bought

    @property
    def may_be_bought(self) -> bool:
        """Whether the service may have been paid for it, or will be."""
        sent = self.request_id is not None or self.phase in ("submitting", "submitted", "completed")
        return self.spent_on is not None or (sent and not self.free)


def new_token() -> str:
    """Return what the page's click makes in the browser: 16 random bytes in hex."""
    return secrets.token_hex(16)


def is_token(text: str) -> bool:
    """Tell whether a text is a run token; only then is it used as a file name."""
    return TOKEN.fullmatch(text) is not None


class Journal:
    """A small file for each run, and one that leads from its request_id to it; open to this user alone."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(self, entry: Entry) -> None:
        """Keep the entry; when this returns, it survives a loss of power."""
        path = self._path(entry.token)
        if entry.request_id:  # first, so that no entry is without it
            _replace(self._index(entry.request_id), entry.token)
        _replace(path, json.dumps(asdict(entry)))
        self._sync_folder()

    def read(self, token: str) -> Entry | None:
        """Return what is known of a run; None for a stranger, or a file that cannot be read."""
        return _entry(self._path(token)) if is_token(token) else None

    def find(self, request_id: str) -> Entry | None:
        """Return the run that got this id."""
        try:
            entry = self.read(self._index(request_id).read_text())
        except (OSError, ValueError):
            return None
        return entry if entry and entry.request_id == request_id else None

    def __iter__(self) -> Iterator[Entry]:
        return (entry for path in self._folder.glob("*.json") if (entry := _entry(path)))

    def remove(self, token: str) -> None:
        """Forget a run of which nothing was sent."""
        self._path(token).unlink(missing_ok=True)

    def sweep(self, now: float) -> None:
        """Forget what may have been bought after two days, and all else after two hours."""
        for path in sorted(self._folder.iterdir(), key=_is_index):
            with suppress(FileNotFoundError):  # written at this moment, and renamed
                age = now - path.stat().st_mtime
                if age > KEPT_S or (age > RESULT_KEPT_S and self._is_short_lived(path)):
                    path.unlink()

    def _is_short_lived(self, path: Path) -> bool:
        """Tell whether a file says nothing of any purchase; an index goes after what it leads to."""
        if _is_index(path):
            return not self._path(path.read_text()).exists()
        entry = _entry(path)
        return entry is None or not entry.may_be_bought

    def _path(self, token: str) -> Path:
        if not is_token(token):
            raise ValueError("not a run token")
        return self._folder / f"{token}.json"

    def _index(self, request_id: str) -> Path:
        """Return the file that holds the token of an id, named by its hash: the service chose the id."""
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
