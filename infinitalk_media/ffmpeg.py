"""Finds ffmpeg and runs it guarded: no network, no playlists, no terminal, bounded time and memory."""

import math
import os
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from infinitalk_media import TransientMediaError
from infinitalk_media.child import limit
from infinitalk_media.sentences import say

TIMEOUT_S = 30.0
CPU_SHARE = 2 / 3  # of the time: a child that waits is not held to be at work
MEMORY_BYTES = 2 * 1024**3
FILE_BYTES = 512 * 1024**2
# Whoever runs ffmpeg may have to do with less data than it needs (worker.py).
_LIMITS = {"RLIMIT_AS": MEMORY_BYTES, "RLIMIT_DATA": MEMORY_BYTES, "RLIMIT_FSIZE": FILE_BYTES}
_REMARKS_MAX = 64 * 1024
_KILLED = [-getattr(signal, name) for name in ("SIGKILL", "SIGXCPU") if hasattr(signal, name)]

# Playlists, concat scripts and image sequences name other files and addresses: only real containers are read.
CONTAINERS = "wav,w64,mp3,mov,matroska,ogg,flac,aac,aiff,asf,caf,amr,au,avi,flv,mpeg,mpegts"
GUARDED_INPUT = ("-protocol_whitelist", "file", "-format_whitelist", CONTAINERS)


def find() -> str:
    """Return ffmpeg's path: FFMPEG_BINARY, else the static build of imageio-ffmpeg, else the one on PATH.

    Raises:
        TransientMediaError: there is none.
    """
    return os.environ.get("FFMPEG_BINARY") or _bundled() or shutil.which("ffmpeg") or _missing()


def _bundled() -> str | None:
    try:
        import imageio_ffmpeg  # noqa: PLC0415  # an optional extra

        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except (ImportError, RuntimeError):  # RuntimeError: no build for this platform
        return None


def _missing() -> str:
    raise TransientMediaError(say("no_ffmpeg"))


def run(arguments: Sequence[str], *, timeout_s: float = TIMEOUT_S) -> str:
    """Run ffmpeg to its end and return what it remarked, at most 64 kB.

    Raises:
        TransientMediaError: it was killed for taking too long. A bad exit code raises nothing and a good one
            proves nothing: look at what was made.
    """
    command = [find(), "-nostdin", "-hide_banner", "-loglevel", "error", "-y", "-threads", "1", *arguments]
    with tempfile.TemporaryFile() as remarks:
        _run(command, remarks, timeout_s)
        remarks.seek(0)
        return remarks.read(_REMARKS_MAX).decode("utf-8", "replace")


def _run(command: Sequence[str], remarks: IO[bytes], timeout_s: float) -> None:
    """Wait for the child, which a timer kills: `wait(timeout)` would look only every 50 ms."""
    overran = threading.Event()
    nothing = subprocess.DEVNULL
    with subprocess.Popen(command, stdin=nothing, stdout=nothing, stderr=remarks) as child:
        timer = threading.Timer(timeout_s, _stop, (child, overran))
        timer.start()
        try:
            limit(child.pid, _LIMITS | {"RLIMIT_CPU": math.ceil(timeout_s * CPU_SHARE)})
            code = child.wait()
        finally:
            timer.cancel()
            child.kill()
    if overran.is_set() or code in _KILLED:  # the limit of CPU time kills, too
        raise TransientMediaError(say("file_too_slow"))


def _stop(child: subprocess.Popen[bytes], overran: threading.Event) -> None:
    overran.set()
    child.kill()


def source(path: Path) -> str:
    """Spell a path so that ffmpeg takes it for a file, whatever its name looks like."""
    return f"file:{path.resolve()}"
