"""The note beside the target of a command line run, by which a second call takes the same job up again."""

import json
import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class JobFile:
    """`talk.mp4.job`: written before the POST without an id, and with the id right after."""

    path: Path

    @classmethod
    def beside(cls, target: Path) -> "JobFile":
        return cls(target.with_name(f"{target.name}.job"))

    def exists(self) -> bool:
        return self.path.exists()

    def request_id(self) -> str | None:
        """Return the id, or None: then a POST went out, and its answer was never noted."""
        try:
            found = json.loads(self.path.read_text()).get("request_id")
        except (ValueError, AttributeError):  # half a file, by a crash
            return None
        return found if isinstance(found, str) and found else None

    def write(self, request_id: str | None = None) -> None:
        """Keep the note; when this returns, it survives a loss of power."""
        part = self.path.with_name(f"{self.path.name}.part")
        with part.open("w") as file:
            json.dump({"state": "submitted" if request_id else "submitting", "request_id": request_id}, file)
            file.flush()
            os.fsync(file.fileno())
        part.replace(self.path)

    def remove(self) -> None:
        self.path.unlink(missing_ok=True)
