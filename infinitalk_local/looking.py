"""Asks a child process whether a picture has a face that could talk: cv2 stays out of the page's process."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from infinitalk_local.renderer import child_environment, end_group

COMMAND = (sys.executable, "-m", "infinitalk_local.render.face")
TIMEOUT_S = 20.0


def face_tier(picture: Path, command: tuple[str, ...] = COMMAND, timeout_s: float = TIMEOUT_S) -> str | None:
    """Return "full", "weak" or "none"; None when it could not be found out. Blocks for about a second."""
    with tempfile.TemporaryDirectory(prefix="infinitalk-look-") as folder:
        child = subprocess.Popen(
            [*command, str(picture.resolve())],
            cwd=folder,
            env=child_environment(Path(folder)),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            said, _ = child.communicate(timeout=timeout_s)
            faces = json.loads(said)["faces"]
            return str(faces[0]["tier"]) if faces else "none"
        except (subprocess.TimeoutExpired, ValueError, KeyError):
            return None
        finally:
            end_group(child)  # of a film it has an ffmpeg of its own
            child.wait()
