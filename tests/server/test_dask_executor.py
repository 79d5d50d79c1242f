"""Rendering on the workers of a real Dask scheduler, of which one is killed at work."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from infinitalk_server.config import ServerConfig
from infinitalk_server.dask_executor import DaskError, DaskExecutor
from tests.ports import free_port
from tests.processes import assert_gone
from tests.server.conftest import body_of, connect, ended
from tests.server.serving import serving, stand_in

ROOT = Path(__file__).parent.parent.parent


@dataclass
class Cluster:
    """A scheduler and two workers of one thread each; `pids` are the workers'."""

    address: str
    pids: tuple[int, ...]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    folder, address = tmp_path_factory.mktemp("dask"), f"tcp://127.0.0.1:{free_port()}"
    scheduler = ("scheduler", "--host", "127.0.0.1", "--port", address.rpartition(":")[2], "--no-dashboard")
    worker = ("worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard")
    with contextlib.ExitStack() as stack:
        started = [stack.enter_context(dask(folder, *words)) for words in (scheduler, worker, worker)]
        machines = DaskExecutor(address, connect_s=60)
        machines.wait_for(2)
        machines.shutdown()
        yield Cluster(address, tuple(process.pid for process in started[1:]))


@contextlib.contextmanager
def dask(folder: Path, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a `dask` command from the project's folder, as the documentation has it."""
    command = [sys.executable, "-m", "dask", *words]
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, env=os.environ | {"TMPDIR": str(folder)}, stdout=log, stderr=log
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait(20)


def slow_once(folder: Path) -> tuple[str, ...]:
    """Return a renderer that notes its parent and its own process, and the first time takes for ever."""
    film = folder / "finished.mp4"
    code = f"""
first = not os.path.exists({str(folder / "seen")!r})
open({str(folder / "seen")!r}, "a").write(f"{{os.getppid()}} {{os.getpid()}}\\n")
while first:
    print(json.dumps({{"progress": {{"done": 1, "total": 5}}}}), flush=True)
    time.sleep(0.1)
open(sys.argv[sys.argv.index("-o") + 1], "wb").write(open({str(film)!r}, "rb").read())
print(json.dumps({{"result": {{"renderer": "stand-in"}}}}), flush=True)
"""
    return ("python", *stand_in(folder, code)[1:])


def seen(folder: Path) -> list[tuple[int, int]]:
    """Return the worker and the child of every render so far, at least of one."""
    while not (folder / "seen").exists() or not (folder / "seen").read_text():
        time.sleep(0.02)
    return [tuple(map(int, line.split())) for line in (folder / "seen").read_text().splitlines()]


def test_a_render_lost_with_its_worker_is_made_again(cluster, tmp_path, tiny_mp4):
    """The worker that renders is killed; the other one renders again, and the job completes."""
    (tmp_path / "finished.mp4").write_bytes(tiny_mp4)
    settings = ServerConfig(render_command=slow_once(tmp_path))
    with serving(settings, executor=DaskExecutor(cluster.address)) as base, connect(base) as http:
        request_id = http.post("/v2/infinite-talk", json=body_of(http)).json()["request_id"]
        worker, child = seen(tmp_path)[0]
        poll = http.get(f"/v2/requests/{request_id}/status").json()
        assert (poll["status"], "progress" in poll) == ("PROCESSING", False)
        assert "another machine" in poll["remark"]
        os.kill(worker, signal.SIGKILL)
        assert ended(http, request_id).json()["status"] == "COMPLETED"
        output = http.get(f"/v2/requests/{request_id}").json()["output"]
        assert http.get(output).content == tiny_mp4
    assert_gone(child)
    assert {worker} < {pid for pid, _ in seen(tmp_path)} <= set(cluster.pids)


def test_stopping_the_server_ends_the_render_elsewhere(cluster, tmp_path):
    """A cancelled render is ended on the machine where it runs."""
    settings = ServerConfig(render_command=slow_once(tmp_path))
    with serving(settings, executor=DaskExecutor(cluster.address)) as base, connect(base) as http:
        http.post("/v2/infinite-talk", json=body_of(http))
        _, child = seen(tmp_path)[0]
    assert_gone(child)


def test_what_the_child_says_comes_back(cluster, tmp_path):
    """The sentence about an unusable input is the same as without other machines."""
    code = "print(json.dumps({'error': 'The picture is damaged.'})); sys.exit(2)"
    command = ("python", *stand_in(tmp_path, code)[1:])
    settings, machines = ServerConfig(render_command=command), DaskExecutor(cluster.address)
    with serving(settings, executor=machines) as base, connect(base) as http:
        poll = ended(http, http.post("/v2/infinite-talk", json=body_of(http)).json()["request_id"])
    assert poll.json()["error"] == "The picture is damaged."


def test_a_scheduler_that_does_not_answer_is_told_at_start():
    """The server does not start without its machines, and says which address is wrong."""
    address = f"tcp://127.0.0.1:{free_port()}"
    with pytest.raises(DaskError, match=address):
        DaskExecutor(address, connect_s=0.5)
