"""Ports for the servers that tests and benchmarks start."""

import contextlib
import os
import secrets
import socket

# Below the ports that the system gives to connections: on Linux from 32,768.
FIRST, EACH, WORKERS = 20_000, 750, 16
_WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % WORKERS


def free_port() -> int:
    """Return a port on which nobody listens, out of those of this worker.

    One that the system or another worker chooses as well may be taken before the server is up, and answers.
    """
    while True:
        port = FIRST + _WORKER * EACH + secrets.randbelow(EACH)
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
