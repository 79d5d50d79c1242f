"""What each child process that reads a visitor's file is given: no key, bounds of memory and time, an end."""

import contextlib
import os
import select
import signal
import site
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

_ROOT = Path(__file__).parent.parent
_LAST_WORDS = 2000
# No key and no setting of the page reaches a child.
_PASSED_ON = (
    *("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "SYSTEMROOT"),
    *("FFMPEG_BINARY", "VIRTUAL_ENV", "PYTHONNOUSERSITE"),
)


@dataclass(frozen=True)
class Limits:
    """What one file may take, beside what its ffmpeg may: that has limits of its own (ffmpeg.py).

    Attributes:
        memory_mb: beyond what a child has that has read nothing yet; on Linux.
        cpu_s: of a processor; not on Windows.
        timeout_s: on the clock.
    """

    memory_mb: int = 512
    cpu_s: int = 20
    timeout_s: float = 30.0


def environment(folder: Path) -> dict[str, str]:
    """Return the environment of a child that works in a folder; it finds the packages that we find."""
    own = {"PYTHONPATH": _search_path(), "TMPDIR": str(folder), "HOME": str(folder), "PYTHONUNBUFFERED": "1"}
    if site.ENABLE_USER_SITE:  # by default it lies in HOME
        own["PYTHONUSERBASE"] = site.getuserbase()
    return {name: os.environ[name] for name in _PASSED_ON if name in os.environ} | own


def _search_path() -> str:
    """Return our own folder and PYTHONPATH, in absolute paths: the child works in another folder."""
    given = os.environ.get("PYTHONPATH")
    return os.pathsep.join([str(_ROOT), *map(os.path.abspath, given.split(os.pathsep) if given else ())])


def last_words(remarks: bytes) -> str:
    """Return the end of what a child wrote to its standard error."""
    return remarks[-_LAST_WORDS:].decode("utf-8", "replace").strip()


def end_group(child: subprocess.Popen[bytes]) -> None:
    """End the whole group of a child that leads one: an ffmpeg of its own must not stay behind.

    A child that was waited for is left alone: its number may be somebody else's by now.
    """
    if child.returncode is not None:
        return
    if not hasattr(os, "killpg"):
        child.kill()
        return
    # macOS answers EPERM for a group of zombies.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)


def await_end(child: subprocess.Popen[bytes]) -> None:
    """Wait without reaping, where the system can: until then nobody else is given the dead child's number."""
    if hasattr(os, "waitid"):  # not on macOS before Python 3.13
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    else:
        child.wait()


@contextlib.contextmanager
def ended_within(timeout_s: float, child: subprocess.Popen[bytes]) -> Iterator[threading.Event]:
    """End a child's group when the block has been left or the time is over; yield whether it was the time.

    The child's own end is awaited before, which the time bounds.
    """
    overran = threading.Event()
    timer = threading.Timer(timeout_s, _stop, (child, overran))
    timer.daemon = True
    try:
        timer.start()
        yield overran
        await_end(child)
    finally:
        timer.cancel()
        if timer.ident is not None:
            timer.join()  # it may be about to end a process of this number
        end_group(child)
        child.wait()


def _stop(child: subprocess.Popen[bytes], overran: threading.Event) -> None:
    overran.set()
    end_group(child)


def has_ended(child: subprocess.Popen[bytes]) -> bool:
    """Tell whether a child has ended, without reaping it where the system can."""
    if child.returncode is not None or not hasattr(os, "waitid"):
        return child.poll() is not None
    try:
        return os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG) is not None
    except ChildProcessError:  # another thread has waited for it
        return True


def limit(pid: int, limits: Mapping[str, int]) -> None:
    """Bound another process by limits of `resource`, such as RLIMIT_CPU; on Linux alone.

    From outside: `preexec_fn` would fork a threaded process the slow way.
    """
    if not sys.platform.startswith("linux"):
        return
    import resource  # noqa: PLC0415  # Unix only

    for name, most in limits.items():
        try:
            resource.prlimit(pid, getattr(resource, name), (most, most))
        except ProcessLookupError:  # it has ended already
            return
        except PermissionError:  # a lower limit holds for all of us
            continue


def take_at_most(memory_mb: int) -> None:
    """Bound what this process allocates from now on, by a limit that its own children may raise again.

    Linux alone: elsewhere the system does not keep such a limit. It counts data, not address space, of which
    threads and libraries reserve far more than they use.
    """
    if not sys.platform.startswith("linux"):
        return
    import resource  # noqa: PLC0415  # Unix only

    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    most = data_bytes() + memory_mb * 1024**2
    resource.setrlimit(resource.RLIMIT_DATA, (most if hard < 0 else min(most, hard), hard))


def data_bytes() -> int:
    """Return how much this process has allocated; 0 where the system does not say."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[5]) * os.sysconf("SC_PAGESIZE")
    except OSError:
        return 0


def wait_until_unheard() -> None:
    """Return once nobody reads our standard output any more; where that cannot be waited for, never.

    A process that was killed cannot tell its children to end.
    """
    reader = select.poll()
    reader.register(sys.stdout.fileno(), 0)  # nothing is asked of the pipe, so only its end is told
    reader.poll()
