"""Child processes for visitors' files: environment without keys, limits of memory and time, and their end."""

import contextlib
import math
import os
import select
import signal
import site
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

_ROOT = str(Path(__file__).parent.parent)
_TAIL_BYTES = 2000
# No key and no setting of the page is among them.
_PASSED_ON = (
    *("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "SYSTEMROOT"),
    *("FFMPEG_BINARY", "VIRTUAL_ENV", "PYTHONNOUSERSITE"),
)


@dataclass(frozen=True)
class Limits:
    """Limits for reading one file; ffmpeg has limits of its own (ffmpeg.py).

    Attributes:
        memory_mb: what a child may allocate beyond what it has before its first file; on Linux.
        cpu_s: CPU time; not on Windows.
        timeout_s: elapsed time.
    """

    memory_mb: int = 512
    cpu_s: int = 20
    timeout_s: float = 30.0


def environment(folder: Path) -> dict[str, str]:
    """Return the environment of a child that works in `folder`; it has the same search path for packages."""
    given = os.environ.get("PYTHONPATH")  # in absolute paths: the child works in another folder
    search_path = os.pathsep.join([_ROOT, *map(os.path.abspath, given.split(os.pathsep) if given else ())])
    own = {"PYTHONPATH": search_path, "TMPDIR": str(folder), "HOME": str(folder), "PYTHONUNBUFFERED": "1"}
    if site.ENABLE_USER_SITE:  # it is in HOME by default
        own["PYTHONUSERBASE"] = site.getuserbase()
    return {name: os.environ[name] for name in _PASSED_ON if name in os.environ} | own


def stderr_tail(stderr: bytes) -> str:
    """Return the end of the standard error of a child."""
    return stderr[-_TAIL_BYTES:].decode("utf-8", "replace").strip()


def kill_group(child: subprocess.Popen[bytes]) -> None:
    """Kill the process group of a child that leads one, with an ffmpeg that the child has started.

    A child that was reaped is left alone: its process id may belong to another process by now.
    """
    if child.returncode is not None:
        return
    if not hasattr(os, "killpg"):
        child.kill()
        return
    # macOS raises EPERM for a group of zombies.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)


def wait_without_reaping(child: subprocess.Popen[bytes]) -> None:
    """Wait for the end without reaping, where the system can: until then the process id is not reused."""
    if hasattr(os, "waitid"):  # not on macOS before Python 3.13
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    else:
        child.wait()


@contextlib.contextmanager
def killed_after(timeout_s: float, child: subprocess.Popen[bytes]) -> Iterator[threading.Event]:
    """Wait for a child at the end of the block, and kill its group then or after `timeout_s`.

    Yields an event that tells whether the time was over.
    """
    try:
        with kill_timer(timeout_s, lambda: kill_group(child)) as overran:
            yield overran
            wait_without_reaping(child)
    finally:
        kill_group(child)
        child.wait()


@contextlib.contextmanager
def kill_timer(timeout_s: float, kill: Callable[[], None]) -> Iterator[threading.Event]:
    """Call `kill` after `timeout_s`, unless the block has ended; yield an event that tells whether it did."""
    overran = threading.Event()

    def expire() -> None:
        overran.set()
        kill()

    timer = threading.Timer(timeout_s, expire)
    timer.daemon = True
    timer.start()
    try:
        yield overran
    finally:
        timer.cancel()
        timer.join()  # after the block the process id may belong to another process


def has_ended(child: subprocess.Popen[bytes]) -> bool:
    """Tell whether a child has ended; it is not reaped, where the system can do that."""
    if child.returncode is not None or not hasattr(os, "waitid"):
        return child.poll() is not None
    try:
        return os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG) is not None
    except ChildProcessError:  # another thread has reaped it
        return True


def limit(pid: int, limits: Mapping[str, int]) -> None:
    """Set limits of another process, by names such as RLIMIT_CPU; on Linux alone.

    They are set from outside because `preexec_fn` would make the fork of a threaded process slow.
    """
    if not sys.platform.startswith("linux"):
        return
    import resource  # noqa: PLC0415  # Unix only

    for name, most in limits.items():
        try:
            resource.prlimit(pid, getattr(resource, name), (most, most))
        except ProcessLookupError:  # it has ended
            return
        except PermissionError:  # a lower limit is in force
            continue


def limit_own_memory(memory_mb: int) -> None:
    """Limit what this process allocates from now on; on Linux alone. Its children may raise the limit.

    The limit is of data, not of address space, of which threads and libraries reserve more than they use.
    """
    if sys.platform.startswith("linux"):
        _set_soft_limit("RLIMIT_DATA", allocated_bytes() + memory_mb * 1024**2)


def limit_own_cpu(seconds: int) -> None:
    """Limit the CPU time of this process from now on; not on Windows."""
    if sys.platform != "win32":
        _set_soft_limit("RLIMIT_CPU", math.ceil(time.process_time()) + seconds)


def _set_soft_limit(name: str, most: int) -> None:
    import resource  # noqa: PLC0415  # Unix only

    number = getattr(resource, name)
    _, hard = resource.getrlimit(number)
    resource.setrlimit(number, (most if hard < 0 else min(most, hard), hard))


def allocated_bytes() -> int:
    """Return how much data this process has allocated; 0 where the system does not tell."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[5]) * os.sysconf("SC_PAGESIZE")
    except OSError:
        return 0


def wait_until_stdout_closes() -> None:
    """Return when the reader of standard output has gone, as after a kill of the parent process."""
    reader = select.poll()
    reader.register(sys.stdout.fileno(), 0)  # no event but the hang-up
    reader.poll()
