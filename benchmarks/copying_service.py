"""A service that completes each job with a copy of one video, after a fixed time."""

import contextlib
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from infinitalk_media import ffmpeg
from infinitalk_server.config import ServerConfig
from tests.server.serving import serving


@contextlib.contextmanager
def copying_service(folder: Path, render_s: float, **settings: Any) -> Iterator[tuple[str, bytes]]:
    """Serve until the block ends; yield the address and the video."""
    video, script = folder / "finished.mp4", folder / "render.sh"
    _write_video(video)
    script.write_text(f"sleep {render_s}\ncp {video} talk.mp4\n")
    with serving(ServerConfig(render_command=("/bin/sh", str(script)), **settings)) as address:
        yield address, video.read_bytes()


def _write_video(path: Path) -> None:
    """Write an MP4 of some 100 kB, large enough to be truncated in many places."""
    noise = "nullsrc=s=160x160:r=25:d=2,geq=random(1)*255:128:128"
    command = [ffmpeg.find(), "-nostdin", "-loglevel", "error", "-f", "lavfi", "-i", noise]
    command += ["-f", "lavfi", "-i", "sine=440:d=2", "-c:v", "libx264", "-crf", "38", "-pix_fmt", "yuv420p"]
    subprocess.run([*command, "-c:a", "aac", "-movflags", "+faststart", str(path)], check=True)
