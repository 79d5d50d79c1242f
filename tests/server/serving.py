"""Runs the embedded server for a test: on a port in a thread, with a renderer of the test's choice."""

import contextlib
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Executor
from pathlib import Path
from typing import Any

import uvicorn

from infinitalk_server.config import ServerConfig
from infinitalk_server.fetcher import Resolver, resolve
from infinitalk_server.header_timeout import HeaderTimeoutProtocol
from infinitalk_server.routes import create_app


@contextlib.contextmanager
def serving(
    settings: ServerConfig | None = None,
    resolver: Resolver = resolve,
    executor: Executor | None = None,
) -> Iterator[str]:
    """Serve until the block ends, and yield the base URL."""
    app = create_app(settings, executor=executor, resolver=resolver)
    with on_a_port(app, http=HeaderTimeoutProtocol) as base:
        yield base


@contextlib.contextmanager
def on_a_port(app: Any, **more: Any) -> Iterator[str]:
    """Serve any ASGI application in a thread until the block ends, and yield the base URL."""
    config = uvicorn.Config(
        app, host="127.0.0.1", port=0, log_level="error", timeout_graceful_shutdown=1, **more
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        time.sleep(0.005)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(20)


def stand_in(folder: Path, code: str) -> tuple[str, ...]:
    """Return a render command that runs `code` in the renderer's place, with its arguments in sys.argv."""
    script = folder / "stand_in.py"
    script.write_text(f"import json, os, signal, sys, time\n{code}\n")
    return (sys.executable, str(script))


def copies(folder: Path, video: bytes, *, seconds: float = 0.0, held: Path | None = None) -> tuple[str, ...]:
    """Return a command that takes `seconds`, tells progress, and leaves a video; one at a time.

    It does not end while the file `held` is there.

    Each run adds a letter to the file `runs` beside it.
    """
    finished = folder / "finished.mp4"
    finished.write_bytes(video)
    code = f"""
open({str(folder / "runs")!r}, "a").write("x")
os.mkdir({str(folder / "busy")!r})
for done in range(6):
    print(json.dumps({{"progress": {{"done": done, "total": 5}}}}), flush=True)
    time.sleep({seconds} / 6)
while os.path.exists({str(held)!r}):
    time.sleep(0.05)
target = sys.argv[sys.argv.index("-o") + 1]
open(target, "wb").write(open({str(finished)!r}, "rb").read())
os.rmdir({str(folder / "busy")!r})
print(json.dumps({{"result": {{"renderer": "stand-in", "arguments": sys.argv[1:],
    "prompt": open("prompt", encoding="utf-8").read()}}}}), flush=True)
"""
    return stand_in(folder, code)
