"""Renders on other machines, through Dask: inputs travel as bytes, the MP4 comes back.

A worker needs this project (`pip install infinitalk[local,dask]`, or its folder) and nothing of the page.
Dask repeats a render that is lost with its worker on another one; the same inputs make the same video.
"""

import secrets
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError, Executor, Future
from typing import TYPE_CHECKING, Any, TypeVar

from infinitalk_server.render_process import RenderControl

if TYPE_CHECKING:
    from distributed import Client

T = TypeVar("T")
CONNECT_S = 10.0


class DaskError(Exception):
    """Dask cannot be used; the text says what to do."""


class DaskExecutor(Executor):
    """An executor whose work is done by the workers of a Dask scheduler; cancelling ends the render there.

    Raises:
        DaskError: Dask is not installed, or the scheduler does not answer.
    """

    def __init__(self, scheduler: str, connect_s: float = CONNECT_S) -> None:
        self._dask = _connect(scheduler, connect_s)
        self._executor = self._dask.get_executor(pure=False)

    @property
    def capacity(self) -> int:
        """How many renders the present workers can do at the same time, at least one."""
        threads: dict[str, int] = self._dask.nthreads()
        return max(1, sum(threads.values()))

    def wait_for(self, workers: int, timeout_s: float = 60.0) -> None:
        """Wait until so many workers have connected; raises TimeoutError."""
        self._dask.wait_for_workers(workers, timeout=timeout_s)

    def submit(self, work: Callable[..., T], /, *values: Any, **named: Any) -> Future[T]:
        """Run `work(*values, control)` on a worker."""
        name = f"infinitalk-{secrets.token_hex(8)}"
        future: Future[T] = self._executor.submit(_run_on_worker, name, work, *values, **named)

        def cancel_on_worker(done: Future[T]) -> None:  # perhaps in Dask's own thread, which must not wait
            if done.cancelled():
                self._dask.loop.add_callback(self._dask.scheduler.event_set, name=name)

        future.add_done_callback(cancel_on_worker)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Leave the scheduler, which drops what is still running there."""
        del wait, cancel_futures
        self._dask.close()


def _connect(scheduler: str, timeout_s: float) -> "Client":
    try:
        from distributed import Client  # noqa: PLC0415  # an optional extra
    except ImportError as error:
        raise DaskError(
            "Rendering on other machines needs Dask: pip install -r requirements-dask.txt."
        ) from error
    try:
        return Client(scheduler, timeout=timeout_s, set_as_default=False)
    except (OSError, ValueError) as error:
        raise DaskError(f"No Dask scheduler answers at {scheduler}.") from error


def _run_on_worker(name: str, work: Callable[..., T], *values: Any) -> T:
    """Do the work, and end its child process when the event of this name is set."""
    from distributed import Event  # noqa: PLC0415

    control, cancelled = RenderControl(), Event(name)
    cancelled.client  # noqa: B018  # finds the worker's client, which only this thread can
    threading.Thread(target=_wait_to_cancel, args=(cancelled, control), daemon=True).start()
    try:
        return work(*values, control)
    finally:
        cancelled.set()  # ends the thread


def _wait_to_cancel(cancelled: Any, control: RenderControl) -> None:
    try:
        cancelled.wait()
    except (OSError, RuntimeError, CancelledError):  # the scheduler is gone, and this worker with it
        return
    control.cancel()
