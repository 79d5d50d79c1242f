"""The job file beside the target, by which a second call of the command line finds the same job."""

import contextlib
import hashlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from infinitalk_client._download import partial_path
from infinitalk_client._models import is_request_id

_NAME_BYTES_MAX = 255  # of the usual file systems


@dataclass(frozen=True)
class Note:
    """A fingerprint of the inputs, and the job's id: None while it is not known whether a job is running."""

    order: str | None = None
    request_id: str | None = None


@dataclass(frozen=True)
class JobFile:
    """`talk.mp4.job`: written before the POST without an id, and again with the id right after.

    A target whose name is too long for this has a job file named by a hash.
    """

    path: Path

    @classmethod
    def beside(cls, target: Path) -> "JobFile":
        name = f"{target.name}.job"
        if len(os.fsencode(name)) > _NAME_BYTES_MAX:
            name = f".infinitalk-{hashlib.sha256(os.fsencode(target.name)).hexdigest()[:16]}.job"
        return cls(target.with_name(name))

    def read(self) -> Note | None:
        """Return the note, or None without a file; half a file, after a crash, is an empty note."""
        try:
            found = json.loads(self.path.read_bytes())
        except FileNotFoundError:
            return None
        except ValueError:
            return Note()
        request_id = _text(found, "request_id")
        return Note(_text(found, "order"), request_id if is_request_id(request_id) else None)

    def claim(self, order: str) -> None:
        """Write, before the POST, that it is about to be sent.

        Raises:
            FileExistsError: another call has claimed the target; only one of two may buy.
        """
        with self.path.open("x") as file:
            try:
                _store(file, Note(order))
            except BaseException:  # a full disk: nothing is sent, and the next call may buy
                self.remove()
                raise
        _sync(self.path.parent)

    def write(self, note: Note) -> None:
        """Replace the file; when this returns, it survives a loss of power."""
        part = partial_path(self.path)
        try:
            with part.open("x") as file:
                _store(file, note)
            part.replace(self.path)
        finally:
            part.unlink(missing_ok=True)
        _sync(self.path.parent)

    def remove(self) -> None:
        self.path.unlink(missing_ok=True)

    def remove_if_of(self, request_id: str) -> None:
        """Remove the file if it is of this job; if that fails, the next call resumes the same job."""
        with contextlib.suppress(OSError):
            note = self.read()
            if note and note.request_id == request_id:
                self.remove()


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
