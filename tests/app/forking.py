"""Pages that fork from a process which has imported Gradio already: most of the work of a start is that.

What tests see of them is what they see of `python app.py`, except /proc/PID/cmdline and environ, and where
files that come by MCP lie: Gradio asks for that when it is imported.
"""

import multiprocessing
import os
import runpy
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
_SERVER = multiprocessing.get_context("forkserver")
_SERVER.set_forkserver_preload(["tests.app.preloaded"])


class ForkedPage:
    """A page's process, with as much of subprocess.Popen as its users need."""

    def __init__(self, program: str, environment: dict[str, str], log: Path) -> None:
        self._process = _SERVER.Process(target=_become, args=(program, environment, log))
        self._process.start()
        self.pid = int(self._process.pid or 0)

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float) -> None:
        self._process.join(timeout)
        assert self.poll() is not None, "the page does not end"

    def terminate(self) -> None:
        self._process.terminate()

    def kill(self) -> None:
        self._process.kill()


def _become(program: str, environment: dict[str, str], log: Path) -> None:
    """Do in this process what `python app.py`, or `python -m` with a module's name, does in a new one."""
    with log.open("ab") as output:
        os.dup2(output.fileno(), 1)
        os.dup2(output.fileno(), 2)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(ROOT)
    sys.argv = [program]
    tempfile.tempdir = None  # was remembered from the environment before
    if program.endswith(".py"):
        runpy.run_path(program, run_name="__main__")
    else:
        runpy.run_module(program, run_name="__main__", alter_sys=True)
