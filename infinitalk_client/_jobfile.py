"""The note beside the target of a command line run, by which a second call takes the same job up again."""

import contextlib
import hashlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ._models import is_request_id
from ._part import part_of

_NAME_BYTES_MAX = 255  # of the usual file systems


@dataclass(frozen=True)
class Note:
    """`order` is the fingerprint of what was bought; without a `request_id` its fate is not known."""

    order: str | None = None
    request_id: str | None = None


@dataclass(frozen=True)
class JobFile:
    """`talk.mp4.job`: written before the POST without an id, and with the id right after.

    A name that is too long for this has a note by its hash.
    """

    path: Path

    @classmethod
    def beside(cls, target: Path) -> "JobFile":
        name = f"{target.name}.job"
        if len(os.fsencode(name)) > _NAME_BYTES_MAX:
            name = f".infinitalk-{hashlib.sha256(os.fsencode(target.name)).hexdigest()[:16]}.job"
        return cls(target.with_name(name))

    def read(self) -> Note | None:
        """Return what is noted, or None; half a file, by a crash, is a note that says nothing."""
        try:
            found = json.loads(self.path.read_bytes())
        except FileNotFoundError:
            return None
        except ValueError:
            return Note()
        request_id = _text(found, "request_id")
        return Note(_text(found, "order"), request_id if is_request_id(request_id) else None)

    def claim(self, order: str) -> None:
        """Note that a POST is about to go out.

        Raises:
            FileExistsError: another call has done so; only one of two may buy.
        """
        with self.path.open("x") as file:
            try:
                _store(file, Note(order))
            except BaseException:  # a full disk: nothing went out, and the next call may buy
                self.remove()
                raise
        _sync(self.path.parent)

    def keep(self, note: Note) -> None:
        """Replace the note; when this returns, it survives a loss of power."""
        part = part_of(self.path)
        try:
            with part.open("x") as file:
                _store(file, note)
            part.replace(self.path)
        finally:
            part.unlink(missing_ok=True)
        _sync(self.path.parent)

    def remove(self) -> None:
        self.path.unlink(missing_ok=True)


def _text(found: Any, name: str) -> str | None:
    value = found.get(name) if isinstance(found, dict) else None
    return value if isinstance(value, str) and value else None


def _store(file: Any, note: Note) -> None:
    json.dump(asdict(note), file)
    file.flush()
    os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    with contextlib.suppress(OSError):  # Windows opens no folder
        handle = os.open(folder, os.O_RDONLY)
        os.fsync(handle)
        os.close(handle)
