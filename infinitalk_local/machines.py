"""Renders on other machines, through Dask: inputs travel as bytes, the MP4 comes back.

A worker needs this project (`pip install infinitalk[local,dask]`, or its folder) and nothing of the page. A
render that is lost with its worker is run again elsewhere by Dask, which a preview may be: the same inputs
make the same video.
"""

import secrets
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError, Executor, Future
from typing import TYPE_CHECKING, Any, TypeVar

from infinitalk_local.renderer import Control

if TYPE_CHECKING:
    from distributed import Client

T = TypeVar("T")
CONNECT_S = 10.0


class MachinesError(Exception):
    """The other machines cannot be used; the text says what to do."""


class Machines(Executor):
    """An executor whose work is done by the workers of a Dask scheduler; cancelling ends the child there.

    Raises:
        MachinesError: Dask is not installed, or the scheduler does not answer.
    """

    def __init__(self, scheduler: str, connect_s: float = CONNECT_S) -> None:
        self._dask = _connect(scheduler, connect_s)
        self._executor = self._dask.get_executor(pure=False)

    @property
    def places(self) -> int:
        """How many renders the workers that are there now can do at the same time, at least one."""
        threads: dict[str, int] = self._dask.nthreads()
        return max(1, sum(threads.values()))

    def wait_for(self, workers: int, timeout_s: float = 60.0) -> None:
        """Wait until so many workers have come; raises TimeoutError."""
        self._dask.wait_for_workers(workers, timeout=timeout_s)

    def submit(self, work: Callable[..., T], /, *values: Any, **named: Any) -> Future[T]:
        """Let a worker do `work(*values, control)`."""
        name = f"infinitalk-{secrets.token_hex(8)}"
        future: Future[T] = self._executor.submit(_attended, name, work, *values, **named)
        future.add_done_callback(lambda done: self._stop(name) if done.cancelled() else None)
        return future

    def _stop(self, name: str) -> None:
        """Tell the worker; this may be called in Dask's own thread, which must not wait for itself."""
        self._dask.loop.add_callback(self._dask.scheduler.event_set, name=name)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Leave the scheduler; what is still running there is no longer wanted."""
        del wait, cancel_futures
        self._dask.close()


def _connect(scheduler: str, timeout_s: float) -> "Client":
    try:
        from distributed import Client  # noqa: PLC0415  # an optional extra
    except ImportError as error:
        raise MachinesError(
            "Rendering on other machines needs Dask: pip install -r requirements-dask.txt."
        ) from error
    try:
        return Client(scheduler, timeout=timeout_s, set_as_default=False)
    except (OSError, ValueError) as error:
        raise MachinesError(f"No Dask scheduler answers at {scheduler}.") from error


def _attended(name: str, work: Callable[..., T], *values: Any) -> T:
    """Run on the worker: do the work, and end its child when the event of this name is set."""
    from distributed import Event  # noqa: PLC0415

    control, unwanted = Control(_nobody_hears), Event(name)
    unwanted.client  # noqa: B018  # finds the worker's own, which only this thread can
    threading.Thread(target=_wait_to_cancel, args=(unwanted, control), daemon=True).start()
    try:
        return work(*values, control)
    finally:
        unwanted.set()  # ends the thread


def _wait_to_cancel(unwanted: Any, control: Control) -> None:
    try:
        unwanted.wait()
    except (OSError, RuntimeError, CancelledError):  # the scheduler is gone, and this worker with it
        return
    control.cancel()


def _nobody_hears(done: int, total: int) -> None:
    """Frames are not counted across machines."""
