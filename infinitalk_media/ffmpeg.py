"""Finds ffmpeg and runs it without network, playlists or terminal, with limits of time and memory."""

import math
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from infinitalk_media import TransientMediaError
from infinitalk_media.child_process import kill_timer, limit
from infinitalk_media.sentences import say

TIMEOUT_S = 30.0
CPU_SHARE = 2 / 3  # limit of CPU time in parts of the elapsed time
MEMORY_BYTES = 2 * 1024**3
FILE_BYTES = 512 * 1024**2
# Set anew for each run: the process that starts ffmpeg may have lower limits (worker.py).
_LIMITS = {"RLIMIT_AS": MEMORY_BYTES, "RLIMIT_DATA": MEMORY_BYTES, "RLIMIT_FSIZE": FILE_BYTES}
_STDERR_MAX = 64 * 1024
_KILLED = [-getattr(signal, name) for name in ("SIGKILL", "SIGXCPU") if hasattr(signal, name)]

# No playlists, concat scripts or image sequences: they name other files and addresses.
CONTAINERS = "wav,w64,mp3,mov,matroska,ogg,flac,aac,aiff,asf,caf,amr,au,avi,flv,mpeg,mpegts"
GUARDED_INPUT = ("-protocol_whitelist", "file", "-format_whitelist", CONTAINERS)


def find() -> str:
    """Return ffmpeg's path: FFMPEG_BINARY, else the static build of imageio-ffmpeg, else the one on PATH.

    Raises:
        TransientMediaError: there is none.
    """
    path = os.environ.get("FFMPEG_BINARY")
    if not path:
        try:
            import imageio_ffmpeg  # noqa: PLC0415  # an optional extra

            path = str(imageio_ffmpeg.get_ffmpeg_exe())
        except (ImportError, RuntimeError):  # RuntimeError: no build for this platform
            path = shutil.which("ffmpeg")
    if not path:
        raise TransientMediaError(say("no_ffmpeg"))
    return path


def run(arguments: Sequence[str], *, timeout_s: float = TIMEOUT_S) -> str:
    """Run ffmpeg, and return its standard error, at most 64 kB.

    The exit code is not checked: check the output file.

    Raises:
        TransientMediaError: it was killed because it took too long.
    """
    command = [find(), "-nostdin", "-hide_banner", "-loglevel", "error", "-y", "-threads", "1", *arguments]
    nothing = subprocess.DEVNULL
    with (
        tempfile.TemporaryFile() as stderr,
        subprocess.Popen(command, stdin=nothing, stdout=nothing, stderr=stderr) as child,
    ):
        try:
            with kill_timer(timeout_s, child.kill) as overran:  # `wait(timeout)` would poll every 50 ms
                limit(child.pid, _LIMITS | {"RLIMIT_CPU": math.ceil(timeout_s * CPU_SHARE)})
                code = child.wait()
        finally:
            child.kill()
        if overran.is_set() or code in _KILLED:  # SIGXCPU: the limit of CPU time
            raise TransientMediaError(say("file_too_slow"))
        stderr.seek(0)
        return stderr.read(_STDERR_MAX).decode("utf-8", "replace")


def source(path: Path) -> str:
    """Return a path as an argument that ffmpeg reads as a file, whatever its name is."""
    return f"file:{path.resolve()}"
